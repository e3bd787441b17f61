public import DNS

/// What a rule is about.
public enum RuleSubject: Sendable {
    /// A name and how far it reaches.
    case name(Scope, DomainName)
    /// The text of names.
    case text(TextPattern)
    /// The text of names, by a regular expression.
    case regex(NameRegex)
    /// A combination of conditions on the text of names.
    case condition(NameCondition)
}

/// A compiled rule with everything that decides about it: for those who write it down again.
public struct RuleContent: Sendable {
    /// What it is about.
    public var subject: RuleSubject
    /// Its part in the order of precedence.
    public var ruleClass: RuleClass
    /// What it does.
    public var action: RuleAction
    /// The types it covers.
    public var coverage: TypeCoverage
    /// What it depends on beside name and type.
    public var `guard`: RuleGuard
}

extension CompiledLayer {
    /// Everything that was compiled about names, in order: rules about single ones, nodes that only have to exist, text patterns.
    public var compiledRules: Range<Int> { 0..<(records.count + patternRecords.count) }

    /// The rules about addresses.
    public var addressRules: Range<Int> { compiledRules.upperBound..<(compiledRules.upperBound + addressRecords.count) }

    /// Whether there are rules about the text of names.
    public var hasPatterns: Bool { !patternRecords.isEmpty }

    /// A rule with everything that decides about it.
    public func content(_ rule: Int) -> RuleContent {
        let record = record(rule)
        let subject: RuleSubject
        if rule < records.count {
            subject = .name(record.scope, DomainName(trustedWire: records.wireName(rule)))
        } else {
            let offset = rule - records.count
            subject =
                switch patterns[patternRecords[offset].pattern] {
                case .text(let pattern): .text(pattern)
                case .regex(let regex): .regex(regex)
                case .condition(let condition): .condition(condition)
                }
        }
        return RuleContent(
            subject: subject,
            ruleClass: record.ruleClass,
            action: actions[Int(record.action)],
            coverage: coverages[Int(record.coverage)],
            guard: guards[Int(record.guardID)]
        )
    }

    /// Whether a rule is the engine's own and no list's.
    public func isOfEngine(_ rule: Int) -> Bool { lists[listIndex(rule)].isOfEngine }

    /// Whether a rule leaves names out.
    public func hasExclusions(_ rule: Int) -> Bool { !guards[Int(record(rule).guardID)].excluded.isEmpty }

    /// Whether a rule counts for a client and an hour, the names that it leaves out aside; nil where they are not known.
    public func counts(_ rule: Int, _ context: borrowing QueryContext) -> Bool? {
        var limit = guards[Int(record(rule).guardID)]
        limit.excluded = []
        switch limit.holds(NameBuffer(.root), context) {
        case .yes: return true
        case .no: return false
        case .unknown: return nil
        }
    }

    /// What the list of a rule is for.
    public func role(_ rule: Int) -> ListRole { lists[listIndex(rule)].role }

    /// What a rule does.
    public func action(_ rule: Int) -> RuleAction { actions[Int(record(rule).action)] }

    /// Whether a rule stands for one that is not evaluated, and is counted as such.
    public func isOpen(_ rule: Int) -> Bool {
        action(rule) == .unsupported || guards[Int(record(rule).guardID)].isUndecided
    }

    /// The types that rules of this layer tell apart, and one that none of them names; ANY is left out.
    public var distinguishedTypes: [RRType] {
        var named: Set<UInt16> = [RRType.a.rawValue, RRType.aaaa.rawValue, RRType.https.rawValue]
        for coverage in coverages { named.formUnion(coverage.types) }
        for case .records(let list) in actions { named.formUnion(list.map(\.type.rawValue)) }
        named.subtract([RRType.any.rawValue, RRType.cname.rawValue])
        // Those of CoreDNS are about names of addresses alone, and exporters leave them aside.
        if engine == .coreDNS { named.remove(RRType.ptr.rawValue) }
        let other = (65_280...UInt16.max).first { !named.contains($0) } ?? 65_280
        return named.sorted().map { RRType(rawValue: $0) } + [RRType(rawValue: other)]
    }

    /// The first rule of every name that equals `name` or stands above it and has rules or has to exist, shortest first.
    /// - Complexity: O(labels)
    public func firstRules(above name: DomainName) -> [Int] {
        var found: [Int] = []
        let buffer = NameBuffer(name)
        table.forEachSuffix(buffer, SuffixHashes(buffer), records) { _, head in found.append(head) }
        return found
    }

    /// What the rules about names make of a name whoever asks, those about the text of names and the engine's own left
    /// aside where the strongest class or the first rule wins.
    public func decideByNames(
        _ name: DomainName,
        type: RRType,
        context: borrowing QueryContext = .unknown
    ) -> Decision {
        let buffer = NameBuffer(name)
        let isInOrder = profile.order == .firstMatch
        guard isInOrder || profile.order == .classFirst else {
            return decide(buffer, type: type, context: context)
        }
        var choice = Choice()
        let total = buffer.labelCount
        table.forEachSuffix(buffer, SuffixHashes(buffer), records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if !isOfEngine(next), applies(record, labels, total), covers(record, type) {
                    let key =
                        isInOrder
                        ? placeInOrder(next) : order(record, labels: labels, rule: next, longestFirst: false)
                    choice.consider(
                        key,
                        guards[Int(record.guardID)].holds(buffer, context),
                        action: record.effect
                    )
                }
                next = Int(record.next) - 1
            }
        }
        if engine == .dnscryptProxy, hasAnswers, let rule = choice.rule {
            // Its files do not beat each other class by class.
            return Decision(kind: .unsupported, layer: 0, rule: UInt32(rule))
        }
        guard engine == .adguardHome, choice.doubtfulRule == nil, let rule = choice.rule else {
            return decision(choice, type: type, index: 0)
        }
        let named = namedRule(rule, buffer, SuffixHashes(buffer), type: type, context: context, byNames: true)
        return decision(rule: named, type: type, index: 0)
    }
}

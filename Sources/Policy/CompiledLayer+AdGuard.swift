import DNS

/// AdGuard Home's rewrites, which come before its other rules, and the rule that it names (urlfilter `dnsrewrite.go`,
/// `rules/network.go`; AdGuardHome `internal/filtering/{filtering,dnsrewrite,rewrites}.go`).
extension CompiledLayer {
    /// The choice among the rules of AdGuard Home.
    func decideAdGuard(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        let choice = strongestRule(name, hashes, type: type, context: context, index: index)
        guard let strongest = choice.doubtfulRule ?? choice.rule else { return .pass(index) }
        switch ruleClass(strongest) {
        case .ownRewrite, .rewrite: return decideRewrites(name.name, type: type, context: context, index: index)
        case .importantAllow, .importantBlock, .ruleAllow, .block:
            guard choice.doubtfulRule == nil else { break }
            let named = namedRule(strongest, name, hashes, type: type, context: context)
            return decision(rule: named, type: type, index: index)
        default: break
        }
        return decision(choice, type: type, index: index)
    }

    /// The same where rewrites match. Such names are rare, so this may allocate.
    private func decideRewrites(
        _ name: DomainName,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        tableDecision(name, type: type, index: index) ?? decideFilters(name, type: type, context: context, index: index)
    }

    /// A decision on an alias, for which neither the rewrites table is asked nor the engine answers itself.
    func withoutTable(
        _ decision: Decision,
        _ alias: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext
    ) -> Decision {
        guard isBeforeFilters(Int(decision.rule)) else { return decision }
        return decideFilters(alias.name, type: type, context: context, index: decision.layer)
    }

    /// Whether a rule is about queries alone, before filters are asked.
    private func isBeforeFilters(_ rule: Int) -> Bool {
        record(rule).ruleClass == .ownRewrite || record(rule).ruleClass == .builtIn
    }

    private func decideFilters(
        _ name: DomainName,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        let buffer = NameBuffer(name)
        var rules = matchingRules(name, type: type, context: context).filter { !isBeforeFilters($0) }
        if let first = rules.first, record(first).ruleClass == .listAllow {
            return decided(first, buffer, type: type, context: context, index: index)
        }
        let rewrites = rules.filter { record($0).ruleClass == .rewrite }.sorted()
        if let doubtful = rewrites.first(where: { guards[Int(record($0).guardID)].holds(buffer, context) == .unknown })
        {
            return Decision(kind: .unsupported, layer: index, rule: UInt32(doubtful))
        }
        if let decision = rewriteDecision(rewrites, name, type: type, index: index) { return decision }
        rules.removeAll { record($0).ruleClass == .rewrite }
        let taken = passed(by: rewrites, index)
        guard let first = rules.first else { return taken }
        var decision = decided(first, buffer, type: type, context: context, index: index)
        // What lets the name pass is the exception that takes the rewrite back, where nothing else blocks it.
        if taken.hasRule, decision.kind == .pass, rules.allSatisfy({ record($0).ruleClass.isAllow }) {
            decision.rule = taken.rule
        }
        return decision
    }

    /// A pass, with the exception that takes a rewrite back where one does; it says nothing about aliases.
    private func passed(by rewrites: [Int], _ index: UInt8) -> Decision {
        let others = rewrites.compactMap { rewrite($0) }.filter { !$0.isException }
        let exception = rewrites.first { rule in
            guard let own = rewrite(rule), own.isException else { return false }
            return others.contains { own.takesBack($0) }
        }
        guard let exception else { return .pass(index) }
        return Decision(kind: .pass, layer: index, rule: UInt32(exception))
    }

    private func decided(
        _ rule: Int,
        _ name: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        guards[Int(record(rule).guardID)].holds(name, context) == .unknown
            ? Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
            : decision(rule: rule, type: type, index: index)
    }

    private func rewriteDecision(_ rules: [Int], _ name: DomainName, type: RRType, index: UInt8) -> Decision? {
        guard let first = rules.first else { return nil }
        func made(_ kind: VerdictKind, _ rule: Int) -> Decision {
            Decision(kind: type == .any ? .unsupported : kind, layer: index, rule: UInt32(rule))
        }
        switch RewriteOutcome.of(rules.compactMap { rewrite($0) }, host: name.lowercased.description) {
        case .none: return nil
        case .unknown: return made(.unsupported, first)
        case .name(let place): return made(.redirect, rules[place])
        case .code(let place):
            guard case .code(let code) = rewrite(rules[place])?.value else { return nil }
            return made(Self.kind(of: code), rules[place])
        case .records(let places):
            let own = places.map { rules[$0] }.filter { rewrite($0)?.value.type == type }
            guard let chosen = own.first else { return made(.nodata, rules[places[0]]) }
            let records = own.compactMap { rewrite($0)?.value.record }
            guard records.count == own.count else { return made(.unsupported, chosen) }
            return made(Self.kind(of: records), chosen)
        }
    }

    private func tableDecision(_ name: DomainName, type: RRType, index: UInt8) -> Decision? {
        func made(_ kind: VerdictKind, _ rule: Int) -> Decision {
            Decision(kind: type == .any ? .unsupported : kind, layer: index, rule: UInt32(rule))
        }
        return switch tableOutcome(name, type: type) {
        case .none: nil
        case .nodata(let rule): made(.nodata, rule)
        case .name(let rule, _): made(.redirect, rule)
        case .unknown(let rule): made(.unsupported, rule)
        case .addresses(let rules, _): made(Self.kind(of: rules.compactMap { rewrite($0)?.value.record }), rules[0])
        }
    }

    private static func kind(of records: [LocalRecord]) -> VerdictKind {
        records.allSatisfy { $0.address?.leadsNowhere ?? false } ? .sinkhole : .redirect
    }

    private static func kind(of code: ResponseCode) -> VerdictKind {
        switch code {
        case .nxDomain: .nxdomain
        case .refused: .refused
        case .servFail: .servfail
        default: .unsupported
        }
    }

    /// The records of a rewrite's answer, and those behind the alias among them.
    func rewritten(
        _ name: DomainName,
        type: RRType,
        context: borrowing QueryContext
    ) -> (records: [LocalRecord], behind: [OwnedRecord]) {
        switch tableOutcome(name, type: type) {
        case .none: break
        case .nodata, .unknown: return ([], [])
        case .name(_, let target): return ([LocalRecord(type: .cname, data: target.wire)], [])
        case .addresses(let rules, let target):
            let records = rules.compactMap { rewrite($0)?.value.record }
            guard let target else { return (records, []) }
            let ttl = profile.dataTTL
            let owned = records.map {
                OwnedRecord(owner: target, record: LocalRecord(type: $0.type, ttl: ttl, data: $0.data))
            }
            return ([LocalRecord(type: .cname, data: target.wire)], owned)
        }
        let rules = matchingRules(name, type: type, context: context).filter { record($0).ruleClass == .rewrite }
        let rewrites = rules.sorted().compactMap { rewrite($0) }
        switch RewriteOutcome.of(rewrites, host: name.lowercased.description) {
        case .name(let place):
            guard case .name(_, let target) = rewrites[place].value else { return ([], []) }
            return ([LocalRecord(type: .cname, data: target.wire)], [])
        case .records(let places):
            return (places.compactMap { rewrites[$0].value.record }.filter { $0.type == type }, [])
        case .none, .code, .unknown: return ([], [])
        }
    }
}

extension Decision {
    /// Nothing matched in a layer.
    static func pass(_ index: UInt8) -> Decision { Decision(kind: .pass, layer: index, rule: noRule) }
}

extension Rewrite.Value {
    /// The type that it answers; nil for all or none.
    var type: RRType? {
        switch self {
        case .record(let record), .uniqueRecord(let record): record.type
        case .unwritable(let type), .realAddress(let type): type
        case .nothing, .name, .code: nil
        }
    }

    /// The record that it gives.
    var record: LocalRecord? {
        switch self {
        case .record(let record), .uniqueRecord(let record): record
        default: nil
        }
    }
}

// MARK: - The rule that is named

extension CompiledLayer {
    /// Which of several rules of the winner's class urlfilter names: going through them in order, one takes the place of
    /// another when it has more modifiers, where those of `$client` and `$denyallow` count for the newcomer only
    /// (`IsHigherPriority`). Its order follows from an index of all rules; here it is that of the lists.
    ///
    /// - Parameter byNames: whether rules about the text of names are left aside.
    func namedRule(
        _ winner: Int,
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        byNames: Bool = false
    ) -> Int {
        guard hasModifiers else { return winner }
        let ruleClass = ruleClass(winner)
        switch ruleClass {
        case .importantAllow, .importantBlock, .ruleAllow, .block: break
        default: return winner
        }
        let total = name.labelCount
        var matches = 0
        table.forEachSuffix(name, hashes, records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if record.ruleClass == ruleClass, applies(record, labels, total) { matches += 1 }
                next = Int(record.next) - 1
            }
        }
        let hasPatterns = mayMatchPatterns(name)
        guard matches > 1 || hasPatterns && !byNames else { return winner }
        var named: Int?
        for rule in matchingRules(name.name, type: type, context: context).sorted()
        where record(rule).ruleClass == ruleClass && (!byNames || rule < records.count)
            && guards[Int(record(rule).guardID)].holds(name, context) == .yes
        {
            if let current = named {
                if modifierCount(rule).own > modifierCount(current).seenByOthers { named = rule }
            } else {
                named = rule
            }
        }
        return named ?? winner
    }

    private func modifierCount(_ rule: Int) -> (own: Int, seenByOthers: Int) {
        let record = record(rule)
        let limit = guards[Int(record.guardID)]
        let traits = limit.clients.flatMap { $0.anyOf + ($0.noneOf ?? []) }
        let hasTag = traits.contains { if case .tag = $0 { true } else { false } }
        let hasClient = traits.contains { if case .tag = $0 { false } else { true } }
        let seen = (record.coverage == 0 ? 0 : 1) + (hasTag ? 1 : 0) + limit.otherModifiers
        return (seen + (hasClient ? 1 : 0) + (limit.excluded.isEmpty ? 0 : 1), seen)
    }
}

extension RuleClass {
    /// Whether rules of a class let names pass in AdGuard Home.
    fileprivate var isAllow: Bool { self == .listAllow || self == .importantAllow || self == .ruleAllow }
}

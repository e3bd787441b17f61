import DNS

/// dnscrypt-proxy asks its files one after the other (`plugins.go`): the names it answers itself, allowed names, blocked
/// names unless the name was allowed, cloaking rules, forwarding rules. Of the rules of a file that match a name one is
/// taken, and only then its schedule is looked at (`pattern_matcher.go`, `plugin_block_name.go`).
extension CompiledLayer {
    /// The choice where rules have schedules, or there are files besides allowed and blocked names.
    func decideDNSCrypt(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        let choice = strongestRule(name, hashes, type: type, context: context, index: index)
        // Patterns are not tried on names of one letter.
        let isShort = name.count < 4
        guard guards.count > 1 || hasAnswers || isShort, !choice.isEmpty || guards.count > 1 else {
            return decision(choice, type: type, index: index)
        }
        // Schedules are known only by the clock, so a context without one hides no rule.
        var rules = matchingRules(name.name, type: type)
        if isShort { rules.removeAll { record($0).ruleClass != .open && record($0).ruleClass != .special } }
        if let own = rules.first(where: { record($0).ruleClass == .special }) {
            return decision(rule: own, type: type, index: index)
        }
        var allowed: Int?
        if let rule = taken(rules, .listAllow) ?? taken(rules, .ownAllow) {
            switch counts(rule, name, context) {
            case .yes: allowed = rule
            case .unknown: return Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
            case .no: break
            }
        }
        if allowed == nil, let rule = taken(rules, .block) {
            switch counts(rule, name, context) {
            case .yes: return decision(rule: rule, type: type, index: index)
            case .unknown: return Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
            case .no: break
            }
        }
        if let rule = taken(rules, .data), let kind = cloakedKind(rule, type) {
            return Decision(kind: isOneOfSeveral(rule, rules) ? .unsupported : kind, layer: index, rule: UInt32(rule))
        }
        if let rule = rules.filter({ record($0).ruleClass == .open }).min() {
            return decision(rule: rule, type: type, index: index)
        }
        return decision(rule: allowed, type: type, index: index)
    }

    /// What an alias comes to: only blocked names are looked up for it.
    func decideBlockedName(
        _ alias: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        // Such aliases are rare, so this may allocate.
        guard let rule = taken(matchingRules(alias.name, type: type), .block) else { return .pass(index) }
        switch counts(rule, alias, context) {
        case .yes: return decision(rule: rule, type: type, index: index)
        case .unknown: return Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
        case .no: return .pass(index)
        }
    }

    private func counts(_ rule: Int, _ name: borrowing NameBuffer, _ context: borrowing QueryContext) -> Truth {
        guards[Int(record(rule).guardID)].holds(name, context)
    }

    /// The rule of a class that the engine takes: an exact name, else the longest suffix, the longest prefix, the first
    /// text inside, the first glob. Of two exact ones for a name it is the last, of other equals the first; but
    /// equal texts inside and globs share what was said last (`indirectVals`).
    private func taken(_ rules: [Int], _ ruleClass: RuleClass) -> Int? {
        let own = rules.filter { record($0).ruleClass == ruleClass }
        guard let first = own.min(by: { turn($0) < turn($1) }) else { return nil }
        guard (3...4).contains(turn(first).0), let text = textPattern(first) else { return first }
        return own.filter { textPattern($0) == text }.max()
    }

    private func textPattern(_ rule: Int) -> TextPattern? {
        guard rule >= records.count, case .text(let text) = patterns[patternRecords[rule - records.count].pattern]
        else {
            return nil
        }
        return text
    }

    /// When a rule is tried.
    private func turn(_ rule: Int) -> (Int, Int, Int) {
        guard rule >= records.count else {
            let labels = name(rule)?.labels.count ?? 0
            return record(rule).scope == .exact ? (0, 0, -rule) : (1, -labels, rule)
        }
        guard let text = textPattern(rule) else { return (5, 0, rule) }
        if text.endsAtEnd { return (4, 0, rule) }
        return text.start == .beginning ? (2, -text.tokens.count, rule) : (3, 0, rule)
    }

    /// Whether another cloaking rule is tried in the same turn and does something else: these are kept in a map, so that which
    /// comes first is another at each start.
    private func isOneOfSeveral(_ rule: Int, _ rules: [Int]) -> Bool {
        let (kind, length, _) = turn(rule)
        return rules.contains { other in
            guard other != rule, record(other).ruleClass == .data, record(other).action != record(rule).action else {
                return false
            }
            let turn = turn(other)
            return turn.0 == kind && turn.1 == length
        }
    }

    /// What a cloaking rule does with a type (`plugin_cloak.go`): addresses of its own or of its target, nothing for
    /// PTR, and the answer of blocked names for all types but NS and SOA, which it leaves alone.
    private func cloakedKind(_ rule: Int, _ type: RRType) -> VerdictKind? {
        switch type {
        case .ns, .soa: nil
        case .a, .aaaa, .ptr: kind(of: actions[Int(record(rule).action)], type: type)
        default: Self.kind(of: .block, type: type, blockAnswer, profile)
        }
    }

    /// What dnscrypt-proxy says about a blocked query to a client with EDNS (`dnsutils.go`).
    func dnscryptErrors(_ decision: Decision, type: RRType) -> [ExtendedError] {
        let ruleClass = record(Int(decision.rule)).ruleClass
        guard ruleClass == .block || ruleClass == .data && !Self.isCloaked(type) else { return [] }
        guard blockAnswer.outcome(type) == .address else { return [ExtendedError(code: .filtered, text: [])] }
        return [ExtendedError(code: .forged, text: Array("This query has been locally blocked by dnscrypt-proxy".utf8))]
    }

    /// Whether cloaking rules have an answer of their own for a type.
    static func isCloaked(_ type: RRType) -> Bool { type == .a || type == .aaaa || type == .ptr }
}

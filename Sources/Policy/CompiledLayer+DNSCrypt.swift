import DNS

/// dnscrypt-proxy asks its files one after the other (`plugins.go`): the names it answers itself, allowed names, blocked
/// names unless the name was allowed, cloaking rules, forwarding rules. Of the rules of a file that match a name one is
/// taken (``DNSCryptRules``), and only then its schedule is looked at (`plugin_block_name.go`).
extension CompiledLayer {
    /// The choice where rules have schedules, or there are files besides allowed and blocked names.
    func decideDNSCrypt(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        if mayMisread(name, hashes.text), ruleCount > 0 {
            return Decision(kind: .unsupported, layer: index, rule: Decision.noRule)
        }
        let choice = strongestRule(name, hashes, type: type, context: context, index: index)
        // Patterns are not tried on names of one letter.
        let isShort = name.count < 4
        guard guards.count > 1 || hasAnswers || isShort, !choice.isEmpty || guards.count > 1 else {
            return decision(choice, type: type, index: index)
        }
        let rules = DNSCryptRules(self, type, index, isShort: isShort)
        if let own = rules.taken(.special, name, hashes) { return decision(rule: own, type: type, index: index) }
        var allowed: Int?
        if let rule = rules.taken(.listAllow, name, hashes) ?? rules.taken(.ownAllow, name, hashes) {
            switch counts(rule, name, context) {
            case .yes: allowed = rule
            case .unknown: return Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
            case .no: break
            }
        }
        if allowed == nil, let rule = rules.taken(.block, name, hashes) {
            switch counts(rule, name, context) {
            case .yes: return decision(rule: rule, type: type, index: index)
            case .unknown: return Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
            case .no: break
            }
        }
        if let rule = rules.taken(.data, name, hashes), let kind = cloakedKind(rule, type) {
            let isOpen = rules.isOneOfSeveral(rule, name, hashes)
            return Decision(kind: isOpen ? .unsupported : kind, layer: index, rule: UInt32(rule))
        }
        if let rule = rules.first(.open, name, hashes) { return decision(rule: rule, type: type, index: index) }
        return decision(rule: allowed, type: type, index: index)
    }

    /// What an alias comes to: only blocked names are looked up for it.
    func decideBlockedName(
        _ alias: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        let rules = DNSCryptRules(self, type, index)
        guard let rule = rules.taken(.block, alias, SuffixHashes(alias)) else { return .pass(index) }
        switch counts(rule, alias, context) {
        case .yes: return decision(rule: rule, type: type, index: index)
        case .unknown: return Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
        case .no: return .pass(index)
        }
    }

    private func counts(_ rule: Int, _ name: borrowing NameBuffer, _ context: borrowing QueryContext) -> Truth {
        guards[Int(record(rule).guardID)].holds(name, context)
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

import DNS

/// CoreDNS asks its access rules before its hosts files (`plugin.cfg`); one that allows ends the access rules alone
/// (`plugin/acl/acl.go`).
extension CompiledLayer {
    /// The choice among access rules, in their order, and lines of hosts files.
    func decideCoreDNS(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        if guards.count > 1 {
            // Servers with access rules have few of them, so this may allocate.
            let rules = matchingRules(name.name, type: type, context: context).filter(isAccessRule).sorted()
            let certain = rules.first { guards[Int(record($0).guardID)].holds(name, context) == .yes }
            let ending = certain.map { actions[Int(record($0).action)] } ?? .allow
            let doubtful = rules.first { $0 < certain ?? .max && actions[Int(record($0).action)] != ending }
            if let doubtful { return Decision(kind: .unsupported, layer: index, rule: UInt32(doubtful)) }
            if let certain, ending != .allow { return decision(rule: certain, type: type, index: index) }
        }
        let strongest = strongestRule(name, hashes, type: type, context: context, index: index)
        guard let rule = strongest.rule, !isAccessRule(rule) else { return .pass(index) }
        // Pointer records are looked for by address alone: that a name has none is never said (`hosts.go`).
        if type == .ptr, strongest.doubtfulRule == nil, record(rule).ruleClass == .data { return .pass(index) }
        return decision(strongest, type: type, index: index)
    }

    /// Whether a rule is about the pointer record of an address in a hosts file, which its line implies.
    public func isPointerOfHosts(_ rule: Int) -> Bool { engine == .coreDNS && record(rule).ruleClass == .implied }

    /// Whether a rule refuses clients, CoreDNS's `acl` plugin or Unbound's `access-control`: such answers do not carry AA.
    func isAccessRule(_ rule: Int) -> Bool {
        switch engine {
        case .coreDNS: record(rule).ruleClass == .ownBlock
        case .unbound:
            actions[Int(record(rule).action)] == .refused && [.open, .special].contains(record(rule).ruleClass)
        default: false
        }
    }
}

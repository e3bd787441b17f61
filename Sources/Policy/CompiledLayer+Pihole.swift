import DNS

extension CompiledLayer {
    /// Pi-hole's choice: the strongest class. A name `_esni.x` without a rule of its own is denied like x, allow lists of
    /// the owner and special domains apart, and then always by NXDOMAIN (FTL `src/dnsmasq_interface.c`, `blockESNI`).
    func decidePihole(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        let choice = strongestRule(name, hashes, type: type, context: context, index: index)
        guard choice.isEmpty, let parent = Self.behindESNI(name) else {
            return decision(choice, type: type, index: index)
        }
        // Such names are rare, so this may allocate.
        let found = matchingRules(parent, type: type, context: context).first { rule in
            switch record(rule).ruleClass {
            case .ownBlock, .listAllow, .block, .ownBlockRegex: true
            default: false
            }
        }
        if let found, guards[Int(record(found).guardID)].holds(NameBuffer(parent), context) == .unknown {
            return Decision(kind: .unsupported, layer: index, rule: UInt32(found))
        }
        var decision = decision(rule: found, type: type, index: index)
        if decision.hasRule, decision.exempt == 0 { decision.kind = .nxdomain }
        return decision
    }

    /// What FTL says about a blocked query, unless `dns.blocking.edns` is turned down (FTL `FTL_make_answer`).
    func piholeErrors(_ decision: Decision, isAlias: Bool) -> [ExtendedError] {
        let list: String
        switch record(Int(decision.rule)).ruleClass {
        case .block: list = "gravity"
        case .ownBlock: list = "denylist"
        case .ownBlockRegex: list = "regex"
        case .special: return [ExtendedError(code: .blocked, text: Array("special".utf8))]
        default: return []
        }
        return [ExtendedError(code: .blocked, text: Array((isAlias ? list + " (CNAME)" : list).utf8))]
    }

    /// Whether `_esni` stands before a name.
    @inline(__always)
    static func isBehindESNI(_ name: borrowing NameBuffer) -> Bool {
        name.labelCount > 1 && name[0] == 5 && name[1] == 0x5F && name[2] == 0x65 && name[3] == 0x73 && name[4] == 0x6E
            && name[5] == 0x69
    }

    /// The name below which `_esni` stands; nil for other names.
    private static func behindESNI(_ name: borrowing NameBuffer) -> DomainName? {
        guard isBehindESNI(name) else { return nil }
        return DomainName(trustedWire: Array(name.name.wire.dropFirst(6)))
    }
}

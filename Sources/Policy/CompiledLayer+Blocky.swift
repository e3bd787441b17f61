import DNS

/// What Blocky's configuration says outside its lists: types that it filters and names that it answers itself come before the
/// lists, names that it sends to other servers behind them (`server/server.go`, `createQueryResolver`).
extension CompiledLayer {
    /// The choice where the configuration says more than lists do.
    func decideBlocky(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        let choice = strongestRule(name, hashes, type: type, context: context, index: index)
        let own = decision(choice, type: type, index: index)
        guard own.hasRule else { return own }
        guard own.kind == .pass else { return withOwnAddresses(own, of: name, type: type, context: context) }
        // A name that a list lets pass is sent on, too, or answered.
        let rules = matchingRules(name.name, type: type, context: context)
        guard let behind = rules.first(where: isBehindLists) else { return own }
        var sent = decision(rule: behind, type: type, index: index)
        sent.exempt = own.exempt
        return sent
    }

    private func isBehindLists(_ rule: Int) -> Bool {
        let ruleClass = record(rule).ruleClass
        return ruleClass == .open || ruleClass == .builtIn
    }

    /// What lists make of the addresses that Blocky gives a name itself, behind them; of those of its configuration, in front,
    /// they see nothing.
    private func withOwnAddresses(
        _ own: Decision,
        of name: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext
    ) -> Decision {
        let record = record(Int(own.rule))
        guard record.ruleClass == .builtIn, case .records(let list) = actions[Int(record.action)] else { return own }
        let addresses = list.compactMap(\.address)
        let met = decide(addresses: addresses, of: name, type: type, context: context, index: own.layer)
        return met.kind.isPass ? own : met
    }

    /// What an alias or address of an answer comes to: only lists are asked for it.
    func withoutConfiguration(
        _ decision: Decision,
        _ name: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext
    ) -> Decision {
        guard !isOfList(Int(decision.rule)) else { return decision }
        // Such aliases are rare, so this may allocate.
        let rules = matchingRules(name.name, type: type, context: context)
        guard let rule = rules.first(where: isOfList) else { return .pass(decision.layer) }
        guard guards[Int(record(rule).guardID)].holds(name, context) == .yes else {
            return Decision(kind: .unsupported, layer: decision.layer, rule: UInt32(rule))
        }
        return self.decision(rule: rule, type: type, index: decision.layer)
    }

    private func isOfList(_ rule: Int) -> Bool {
        switch record(rule).ruleClass {
        case .special, .data, .hosts, .open, .builtIn: false
        default: true
        }
    }
}

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
        let own = decision(strongestRule(name, hashes, type: type, context: context), type: type, index: index)
        // A name that a list lets pass is sent on, too.
        guard own.kind == .pass else { return own }
        var open: Int?
        if hasAnswers, own.hasRule {
            open = matchingRules(name.name, type: type, context: context).first { record($0).ruleClass == .open }
        }
        guard let open else {
            return specialNames.contains(name)
                ? Decision(kind: .unsupported, layer: index, rule: Decision.noRule) : own
        }
        var sent = decision(rule: open, type: type, index: index)
        sent.exempt = own.exempt
        return sent
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
        case .special, .data, .open: false
        default: true
        }
    }
}

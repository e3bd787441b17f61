import DNS

extension CompiledLayer {
    /// What the rules of a client's view say of a name; nil where those of the server clause count (`localzone.c`,
    /// compared with 1.17.1).
    func decideView(
        _ view: Int,
        _ clients: LocalClients,
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision? {
        let found = localRules(name, hashes, type: type, context: context, view: view)
        if let open = found.openZone, open.labels >= found.zone?.labels ?? 0 {
            return Decision(kind: .unsupported, layer: index, rule: UInt32(open.rule))
        }
        if covers(found, name, type) {
            return localZoneDecision(name, found.zone.flatMap { zone($0, for: nil) }, found, type, index)
        }
        if clients.goesOn(view) { return nil }
        return OwnLocalZones.contain(name)
            ? Decision(kind: .unsupported, layer: index, rule: Decision.noRule) : .pass(index)
    }

    /// Whether the zone of a view says anything about a name.
    private func covers(_ found: LocalRules, _ name: borrowing NameBuffer, _ type: RRType) -> Bool {
        let total = name.labelCount
        let own = found.data.flatMap { $0.labels == total ? $0.rule : nil }
        guard let zone = found.zone, case .localZone(let kind) = actions[Int(records[zone.rule].action)] else {
            // All of its data, and what lies between, is in the zone made for it; DS records belong above.
            let apex = implicitZones.apex(of: found.view)?.labelCount ?? 0
            if type == .ds, total == apex { return false }
            return own != nil || found.dataExists && total >= apex
        }
        switch kind {
        case .transparent, .inform: return own != nil || found.dataExists
        case .typeTransparent: return own.map { hasData($0, type) } ?? false
        case .alwaysTransparent, .noView: return false
        default: return true
        }
    }
}

extension CompiledLayer {
    /// Whether a rule of Unbound is about whom it answers (`access-control:`).
    func refusesClients(_ rule: Int) -> Bool {
        switch actions[Int(records[rule].action)] {
        case .refused, .drop: true
        default: false
        }
    }

    /// Takes a rule about whom Unbound answers into account; a client without an address is taken for an allowed one.
    func considerRefusal(
        _ rule: Int,
        _ name: borrowing NameBuffer,
        _ context: borrowing QueryContext,
        _ found: inout LocalRules
    ) {
        guard context.client?.address != nil else { return }
        switch guards[Int(records[rule].guardID)].holds(name, context) {
        case .no: break
        case .unknown: found.open = rule
        case .yes: if records[rule].ruleClass == .open { found.remoteRefusal = rule } else { found.refusal = rule }
        }
    }
}

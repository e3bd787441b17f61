import DNS

/// What is said of verdicts that an engine gives whatever its lists say.
extension CompiledStack {
    /// AdGuard Home's answer to ANY (`validateRequest` of dnsproxy, `refuse_any` of its first configuration), and what takes
    /// a zone of Unbound's own away.
    func noteOfEngine(
        on decision: Decision,
        _ element: borrowing NameBuffer,
        _ relation: Relation,
        type: RRType,
        _ context: borrowing QueryContext
    ) -> String? {
        guard relation == .qname else { return nil }
        for (index, layer) in layers.enumerated() where context.layers >> UInt64(index) & 1 == 1 {
            if type == .any, layer.engine == .adguardHome, !decision.hasRule || index <= Int(decision.layer) {
                return
                    "AdGuard Home answers ANY with NOTIMP before it looks at any rule, unless its configuration says "
                    + "refuse_any: false"
            }
            guard layer.engine == .unbound, !layer.ownZonesTurnedOff.isEmpty, decision.kind == .pass, !decision.hasRule,
                let (zone, place) = layer.ownZonesTurnedOff.statement(about: element.name)
            else { continue }
            return
                "\(layer.lists[place.list].path):\(place.line) takes away the zone \(zone) that Unbound has of its own"
        }
        return nil
    }
}

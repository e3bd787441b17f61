public import DNS

/// Which clients of Unbound have rules of their own (`view:` and `access-control-view:`, unbound.conf(5)).
public struct LocalViews: Sendable {
    /// Ranges of clients that the configuration tells apart, each with its view, by number; the longest one counts.
    private var ranges: [(range: AddressRange, view: Int?)] = []
    /// By number: whether the rules of the server clause count where the view has none.
    private let isFirst: [Bool]

    /// Views, by number, and the ranges that statements about access name, with those that Unbound has of its own.
    public init(isFirst: [Bool], ranges: [(range: AddressRange, view: Int?)]) {
        self.isFirst = isFirst
        let builtIn = ["0.0.0.0/0", "127.0.0.0/8", "::/0", "::1/128", "::ffff:127.0.0.0/104"]
        self.ranges = builtIn.compactMap { AddressRange($0) }.map { ($0, nil) } + ranges
    }

    /// The view of a client; nil for the rules of the server clause.
    /// - Complexity: O(ranges)
    func view(of client: IPAddress) -> Int? {
        var best: (range: AddressRange, view: Int?)?
        for entry in ranges where entry.range.contains(client) {
            let length = best?.range.prefixLength ?? -1
            // Several statements about one range make one entry.
            if entry.range.prefixLength > length || entry.range.prefixLength == length && entry.view != nil {
                best = entry
            }
        }
        return best?.view
    }

    /// Whether the rules of the server clause count where a view has none.
    func goesOn(_ view: Int) -> Bool { isFirst[view] }
}

extension CompiledLayer {
    /// What the rules of a client's view say of a name; nil where those of the server clause count (`localzone.c`,
    /// compared with 1.17.1).
    func decideView(
        _ view: Int,
        _ views: LocalViews,
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
        if covers(found, name.labelCount, type) {
            return localZoneDecision(name, found.zone, found.data, found.dataExists, type, index)
        }
        if views.goesOn(view) {
            // How far up the zone reaches that Unbound makes for data outside of all zones is not modelled.
            let isOpen = found.dataExists && found.zone == nil
            return isOpen ? Decision(kind: .unsupported, layer: index, rule: Decision.noRule) : nil
        }
        return isBuiltIn(name) ? Decision(kind: .unsupported, layer: index, rule: Decision.noRule) : .pass(index)
    }

    /// Whether the zone of a view says anything about a name.
    private func covers(_ found: LocalRules, _ total: Int, _ type: RRType) -> Bool {
        let own = found.data.flatMap { $0.labels == total ? $0.rule : nil }
        guard let zone = found.zone, case .localZone(let kind) = actions[Int(records[zone.rule].action)] else {
            return own != nil
        }
        switch kind {
        case .transparent, .inform: return own != nil || found.dataExists
        case .typeTransparent: return own.map { hasData($0, type) } ?? false
        case .alwaysTransparent: return false
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

extension LayerBuilder {
    /// Notes the views of the layer.
    public mutating func note(_ views: LocalViews) { localViews = views }
}

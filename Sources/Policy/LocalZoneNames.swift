public import DNS

/// The names of Unbound's local zones, for what it does not start with without one (`localzone.c`, compared with 1.17.1): those
/// that are stated, its own, and the one that it makes for data outside of all of them; by view, nil for the server clause.
public struct LocalZoneNames {
    private var stated: [Int?: Set<DomainName>] = [:]
    private var made: [Int?: DomainName] = [:]
    private let own: Set<DomainName>
    private let viewsWithoutOwn: Set<Int>
    /// Data that belong to a zone above, where there is none.
    public private(set) var homeless: [RulePosition] = []

    /// Collects those of a builder.
    /// - Parameter viewsWithoutOwn: the views that have none of Unbound's own.
    /// - Complexity: O(rules × labels)
    public init(_ builder: LayerBuilder, viewsWithoutOwn: Set<Int>) {
        let names = OwnLocalZones.beyondNetworks + (builder.unblocksLocalNetworks ? [] : OwnLocalZones.ofNetworks)
        own = Set(names.filter { !builder.zonesTurnedOff.contains($0) })
        self.viewsWithoutOwn = viewsWithoutOwn
        var data: [(rule: Int, name: DomainName, view: Int?, isOfParent: Bool)] = []
        for rule in builder.store.indices {
            let record = builder.store[rule]
            let view = builder.guards[Int(record.guardID)].view
            guard view ?? 0 >= 0 else { continue }
            if record.ruleClass == .zone, record.scope == .subtree {
                stated[view, default: []].insert(DomainName(trustedWire: builder.store.wireName(rule)))
            } else if record.ruleClass == .data, record.scope == .exact,
                case .records(let list) = builder.actions[Int(record.action)], let first = list.first
            {
                let name = DomainName(trustedWire: builder.store.wireName(rule))
                data.append((rule, name, view, first.type == .ds))
            }
        }
        for entry in data {
            let inside = entry.isOfParent ? entry.name.parent ?? entry.name : entry.name
            guard !hasStatedZone(around: inside, entry.view) else { continue }
            made[entry.view] = made[entry.view].map { $0.commonAncestor(with: entry.name) } ?? entry.name
        }
        for entry in data where entry.isOfParent {
            let inside = entry.name.parent ?? entry.name
            let isMade = made[entry.view].map { inside.isEqualOrBelow($0) } ?? false
            guard !isMade, !hasStatedZone(around: inside, entry.view) else { continue }
            homeless.append(builder.store.position(entry.rule))
        }
    }

    private func hasStatedZone(around name: DomainName, _ view: Int?) -> Bool {
        let hasOwn = view.map { !viewsWithoutOwn.contains($0) } ?? true
        return sequence(first: name) { $0.parent }.contains {
            stated[view]?.contains($0) == true || hasOwn && own.contains($0)
        }
    }

    /// Whether the server clause has a zone of a name, of itself or, where that is enough, because of its data.
    public func has(_ name: DomainName, orMade: Bool) -> Bool {
        stated[nil]?.contains(name) == true || own.contains(name) || orMade && made[nil] == name
    }
}

import DNS

/// The transparent zones that Unbound makes for data outside of all zones: one in the server clause and one in each view,
/// at the longest name that all such data have in common (`lz_setup_implicit`, compared with 1.17.1).
struct ImplicitZones {
    /// By the number of the view; nil for the server clause.
    private var apexes: [Int?: DomainName] = [:]

    /// No data are outside of zones.
    init() {}

    /// Finds those of a layer.
    /// - Complexity: O(rules × labels)
    init(
        _ store: borrowing RuleStore,
        _ table: borrowing RuleTable,
        _ actions: [RuleAction],
        _ guards: [RuleGuard],
        _ clients: LocalClients?
    ) {
        let own = Set(OwnLocalZones.beyondNetworks + OwnLocalZones.ofNetworks)
        for rule in store.indices {
            let record = store[rule]
            let view = guards[Int(record.guardID)].view
            guard record.scope == .exact, view ?? 0 >= 0, case .records(let data) = actions[Int(record.action)],
                let first = data.first
            else { continue }
            let name = DomainName(trustedWire: store.wireName(rule))
            if let apex = apexes[view], name.isEqualOrBelow(apex) { continue }
            // DS records belong to the zone above.
            let inside = first.type == .ds ? name.parent ?? name : name
            guard !Self.hasZone(around: inside, view, store, table, guards) else { continue }
            // A view that does not go on has the engine's own zones.
            if let view, clients?.goesOn(view) != true,
                sequence(first: inside, next: { $0.parent }).contains(where: { own.contains($0) })
            {
                continue
            }
            apexes[view] = apexes[view].map { $0.commonAncestor(with: name) } ?? name
        }
    }

    /// Whether any zone of a view, or of the server clause, has a name.
    private static func hasZone(
        around name: DomainName,
        _ view: Int?,
        _ store: borrowing RuleStore,
        _ table: borrowing RuleTable,
        _ guards: [RuleGuard]
    ) -> Bool {
        var found = false
        let buffer = NameBuffer(name)
        table.forEachSuffix(buffer, SuffixHashes(buffer), store) { _, head in
            var next = head
            while next >= 0, !found {
                let record = store[next]
                if record.ruleClass == .zone, record.scope == .subtree, guards[Int(record.guardID)].view == view {
                    found = true
                }
                next = Int(record.next) - 1
            }
        }
        return found
    }

    /// The name of the zone of a view, or of the server clause.
    func apex(of view: Int?) -> DomainName? { apexes[view] }
}

extension DomainName {
    /// The longest name that two names are equal to or below.
    func commonAncestor(with other: DomainName) -> DomainName {
        sequence(first: self) { $0.parent }.first { other.isEqualOrBelow($0) } ?? .root
    }
}

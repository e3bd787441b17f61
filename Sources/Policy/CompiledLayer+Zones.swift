import DNS

/// The names of a policy zone in canonical order (RFC 4034 §6.1), for Unbound's predecessor search.
struct CanonicalOrder {
    private struct Entry {
        var key: [UInt8]
        var labels: [ArraySlice<UInt8>]
    }

    /// Per list, sorted.
    private var zones: [UInt16: [Entry]] = [:]

    init(_ records: [RuleRecord], _ arena: [UInt8]) {
        for record in records where record.scope == .exact || record.scope == .below {
            var name = DomainName(trustedWire: CompiledLayer.wireName(arena, Int(record.name)))
            if record.scope == .below { name = name.child([0x2A]) ?? name }
            zones[record.list, default: []].append(Entry(key: name.rootFirstKey, labels: name.labels.reversed()))
        }
        for list in zones.keys {
            zones[list]?.sort { $0.key.lexicographicallyPrecedes($1.key) }
        }
    }

    var isEmpty: Bool { zones.isEmpty }

    /// The labels that `name` shares with the greatest rule name that is not after it.
    func sharedLabels(_ name: DomainName, list: UInt16) -> Int? {
        guard let entries = zones[list] else { return nil }
        let key = name.rootFirstKey
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if key.lexicographicallyPrecedes(entries[middle].key) { high = middle } else { low = middle + 1 }
        }
        guard low > 0 else { return nil }
        var shared = 0
        for (left, right) in zip(entries[low - 1].labels, name.lowercased.labels.reversed()) {
            guard left.elementsEqual(right) else { break }
            shared += 1
        }
        return shared
    }
}

extension CompiledLayer {
    /// The rule of the first policy zone that has one for the name.
    func policyZoneRule(_ name: borrowing NameBuffer, _ wildcard: WildcardRule) -> Int? {
        let total = name.labelCount
        // (list, labels, rule) of every exact, wildcard and node record on the way from the root.
        var found: [(list: UInt16, labels: Int, rule: Int, scope: Scope)] = []
        table.forEachSuffix(name, records, arena) { labels, head in
            var next = head
            while next >= 0 {
                found.append((records[next].list, labels, next, records[next].scope))
                next = Int(records[next].next) - 1
            }
        }
        guard !found.isEmpty else { return nil }
        for list in 0..<UInt16(lists.count) {
            let own = found.filter { $0.list == list }
            guard !own.isEmpty else { continue }
            if let exact = own.first(where: { $0.labels == total && $0.scope == .exact }) { return exact.rule }
            if let rule = wildcardRule(name, own.filter { $0.labels <= total }, wildcard, list) { return rule }
        }
        return nil
    }

    private func wildcardRule(
        _ name: borrowing NameBuffer,
        _ own: [(list: UInt16, labels: Int, rule: Int, scope: Scope)],
        _ wildcard: WildcardRule,
        _ list: UInt16
    ) -> Int? {
        let total = name.labelCount
        switch wildcard {
        case .nearestAncestor:
            return own.filter { $0.scope == .below && $0.labels < total }.max { $0.labels < $1.labels }?.rule
        case .closestEncloser:
            guard let depth = own.map(\.labels).max(), depth < total else { return nil }
            return own.first { $0.labels == depth && $0.scope == .below }?.rule
        case .canonicalPredecessor:
            guard let depth = zoneOrder.sharedLabels(name.name, list: list), depth < total else { return nil }
            return own.first { $0.labels == depth && $0.scope == .below }?.rule
        }
    }

    /// Unbound's local zones: the closest enclosing zone decides, its data first unless its type ignores them.
    func decideLocalZone(_ name: borrowing NameBuffer, type: RRType, index: UInt8) -> Decision {
        let total = name.labelCount
        var zone: (rule: Int, labels: Int)?
        var data: (rule: Int, labels: Int)?
        var dataExists = false
        table.forEachSuffix(name, records, arena) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                switch record.scope {
                case .subtree where zone.map({ $0.labels < labels }) ?? true: zone = (next, labels)
                case .exact where labels == total: data = strongerData(data, (next, labels), type)
                case .exact:
                    if let current = zone, current.labels == labels { data = strongerData(nil, (next, labels), type) }
                case .node where labels == total: dataExists = true
                default: break
                }
                next = Int(record.next) - 1
            }
        }
        return localZoneDecision(name, zone, data, dataExists, type, index)
    }

    /// Of two data rules at a name the one that has the type asked for.
    private func strongerData(
        _ current: (rule: Int, labels: Int)?,
        _ candidate: (rule: Int, labels: Int),
        _ type: RRType
    ) -> (rule: Int, labels: Int) {
        guard let current, current.labels == candidate.labels else { return candidate }
        return hasData(current.rule, type) ? current : hasData(candidate.rule, type) ? candidate : current
    }

    private func hasData(_ rule: Int, _ type: RRType) -> Bool {
        guard case .records(let list) = actions[Int(records[rule].action)] else { return false }
        return list.contains { $0.type == type || $0.type == .cname }
    }

    private func localZoneDecision(
        _ name: borrowing NameBuffer,
        _ zone: (rule: Int, labels: Int)?,
        _ data: (rule: Int, labels: Int)?,
        _ nodeExists: Bool,
        _ type: RRType,
        _ index: UInt8
    ) -> Decision {
        let total = name.labelCount
        let ownData = data.flatMap { $0.labels == total ? $0.rule : nil }
        // Data outside every zone makes a transparent zone of its own name.
        guard let zone, case .localZone(let zoneType) = actions[Int(records[zone.rule].action)] else {
            guard let ownData else { return .pass }
            return dataDecision(ownData, type, index) ?? verdict(.nodata, ownData, index)
        }
        switch zoneType {
        case .alwaysNXDomain: return verdict(.nxdomain, zone.rule, index)
        case .alwaysNoData: return verdict(.nodata, zone.rule, index)
        case .alwaysRefuse: return verdict(.refused, zone.rule, index)
        case .alwaysDeny: return verdict(.drop, zone.rule, index)
        case .alwaysNull: return verdict(type == .a || type == .aaaa ? .sinkhole : .nodata, zone.rule, index)
        case .alwaysTransparent: return passing(zone.rule, index)
        case .redirect:
            let apex = data.flatMap { $0.labels == zone.labels ? $0.rule : nil }
            return apex.flatMap { dataDecision($0, type, index) } ?? verdict(.nodata, zone.rule, index)
        case .static, .refuse, .deny, .informDeny, .transparent, .typeTransparent, .inform: break
        }
        if let ownData {
            if let decision = dataDecision(ownData, type, index) { return decision }
            return zoneType == .typeTransparent ? passing(zone.rule, index) : verdict(.nodata, ownData, index)
        }
        switch zoneType {
        case .static: return verdict(nodeExists ? .nodata : .nxdomain, zone.rule, index)
        case .refuse: return verdict(.refused, zone.rule, index)
        case .deny, .informDeny: return verdict(.drop, zone.rule, index)
        default: return passing(zone.rule, index)
        }
    }

    private func dataDecision(_ rule: Int, _ type: RRType, _ index: UInt8) -> Decision? {
        hasData(rule, type) ? decision(rule: rule, type: type, index: index) : nil
    }

    private func verdict(_ kind: VerdictKind, _ rule: Int, _ index: UInt8) -> Decision {
        Decision(kind: kind, layer: index, rule: UInt32(rule))
    }

    private func passing(_ rule: Int, _ index: UInt8) -> Decision {
        Decision(kind: .pass, layer: index, rule: UInt32(rule), exempt: 1 << UInt64(index))
    }
}

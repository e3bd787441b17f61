import DNS

/// The names of policy zones in the order of Unbound's trees, for its predecessor search: label by label from the root,
/// the shorter label first (compared with Unbound 1.17.1; RFC 4034 §6.1 compares octets first).
struct CanonicalOrder {
    private struct Entry {
        var start: Int
        var count: Int
    }

    /// Root-first keys, one after the other.
    private var keys: [UInt8] = []
    /// Per list, sorted by key.
    private var zones: [[Entry]]

    init(lists: Int) {
        zones = Array(repeating: [], count: lists)
    }

    init(_ store: RuleStore) {
        self.init(lists: store.lists.count)
        for rule in store.indices {
            let record = store[rule]
            guard record.scope == .exact || record.scope == .below else { continue }
            var name = DomainName(trustedWire: store.wireName(rule))
            if record.scope == .below { name = name.child([0x2A]) ?? name }
            let key = Self.key(name)
            zones[Int(record.list)].append(Entry(start: keys.count, count: key.count))
            keys += key
        }
        let all = keys
        for list in zones.indices {
            zones[list].sort { Self.precedes(all, $0, all, $1) }
        }
    }

    /// The labels from the root, each behind its length.
    private static func key(_ name: DomainName) -> [UInt8] {
        name.lowercased.labels.reversed().flatMap { [UInt8($0.count)] + $0 }
    }

    private static func precedes(_ left: [UInt8], _ one: Entry, _ right: [UInt8], _ other: Entry) -> Bool {
        for offset in 0..<min(one.count, other.count) {
            let (octet, against) = (left[one.start + offset], right[other.start + offset])
            if octet != against { return octet < against }
        }
        return one.count < other.count
    }

    /// The labels that `name` shares with the greatest rule name of a list that is not after it.
    /// - Complexity: O(log rules × octets)
    func sharedLabels(_ name: DomainName, list: Int) -> Int? {
        let entries = zones[list]
        let key = Self.key(name)
        let whole = Entry(start: 0, count: key.count)
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(key, whole, keys, entries[middle]) { high = middle } else { low = middle + 1 }
        }
        guard low > 0 else { return nil }
        let found = entries[low - 1]
        var shared = 0
        var start = 0
        while start < min(found.count, key.count) {
            let end = start + 1 + Int(key[start])
            guard end <= found.count, keys[(found.start + start)..<(found.start + end)] == key[start..<end] else {
                break
            }
            shared += 1
            start = end
        }
        return shared
    }
}

extension CompiledLayer {
    /// The rule of the first policy zone that has one for the name.
    func policyZoneRule(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        _ wildcard: WildcardRule,
        client: IPAddress?,
        zones: Int
    ) -> Int? {
        // Bit n: zone n knows the name; zones from the 64th on share the last bit. Nodes alone, such as that of a top-level
        // domain, give nothing.
        var known: UInt64 = 0
        let total = name.labelCount
        table.forEachSuffix(name, hashes, records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if applies(record, labels, total) { known |= 1 << UInt64(min(record.list, 63)) }
                next = Int(record.next) - 1
            }
        }
        let isKnown = known != 0
        // A client that nobody named is one that no rule names.
        let client = addressIndex.has(.client) ? client : nil
        guard isKnown || client != nil else { return nil }
        if let client, profile.triggerOrder == .clientFirst,
            let rule = firstAddressRule(.client, client, type, zones: zones)
        {
            // A client that a zone lets pass still meets the names of the zones before it (compared with PowerDNS 4.8).
            let before = actions[Int(record(rule).action)] == .allow && isKnown ? listIndex(rule) : 0
            for list in 0..<before where known >> UInt64(min(list, 63)) & 1 == 1 {
                if let rule = policyZoneRule(name, hashes, type: type, wildcard, list: list) { return rule }
            }
            return rule
        }
        for list in 0..<zones {
            let isKnown = known >> UInt64(min(list, 63)) & 1 == 1
            if let client, let rule = addressRule(.client, client, type, list: list) {
                // For a client that a zone lets pass Unbound looks at the names of that zone all the same (compared with
                // 1.17.1).
                guard profile.triggerOrder == .answerLast, actions[Int(record(rule).action)] == .allow else {
                    return rule
                }
                return policyZoneRule(name, hashes, type: type, wildcard, list: list) ?? rule
            }
            if isKnown, let rule = policyZoneRule(name, hashes, type: type, wildcard, list: list) { return rule }
        }
        return nil
    }

    private func policyZoneRule(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        _ wildcard: WildcardRule,
        list: Int
    ) -> Int? {
        let total = name.labelCount
        let depth = wildcard == .canonicalPredecessor ? zoneOrder.sharedLabels(name.name, list: list) ?? -1 : nil
        var exact: Int?
        // The nearest wildcard, and the deepest node of any kind.
        var star: (rule: Int, labels: Int)?
        var deepest = -1
        table.forEachSuffix(name, hashes, records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if Int(record.list) == list {
                    switch record.scope {
                    case .exact where labels == total: exact = better(exact, next, type)
                    case .below where labels < total && (depth ?? labels) == labels:
                        star = (better(star.flatMap { $0.labels == labels ? $0.rule : nil }, next, type), labels)
                    default: break
                    }
                    deepest = labels
                }
                next = Int(record.next) - 1
            }
        }
        if let exact { return exact }
        switch wildcard {
        case .nearestAncestor, .canonicalPredecessor: return star?.rule
        case .closestEncloser: return star.flatMap { $0.labels == deepest ? $0.rule : nil }
        }
    }

    /// Of two rules at the same node, the records of one owner: the first, unless only the other has the type. For Knot
    /// Resolver data, wherever they stand, and of several aliases the last (modules/policy/policy.lua).
    func better(_ current: Int?, _ candidate: Int, _ type: RRType) -> Int {
        guard let current else { return candidate }
        guard case .records = actions[Int(record(current).action)] else {
            return engine == .knotRPZ ? candidate : current
        }
        return !hasData(current, type) && hasData(candidate, type) ? candidate : current
    }

    /// What the rules about names above and at a name are in Unbound.
    struct LocalRules {
        var zone: (rule: Int, labels: Int)?
        var data: (rule: Int, labels: Int)?
        /// A zone of which something is not evaluated.
        var openZone: (rule: Int, labels: Int)?
        /// Where the name is asked for.
        var route: Int?
        /// What comes before all zones and is not evaluated.
        var open: Int?
        /// What refuses the client everything, or all but what is answered here.
        var refusal: Int?
        var remoteRefusal: Int?
        /// What may keep the zones from counting.
        var hiding: Int?
        /// Whether there is data below the name.
        var dataExists = false
    }

    /// Unbound's local zones: the closest enclosing zone decides, its data first unless its type ignores them.
    func decideLocalZone(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        let found = localRules(name, hashes, type: type, context: context, view: nil)
        if let refusal = found.refusal { return self.decision(rule: refusal, type: type, index: index) }
        if let open = found.open { return verdict(.unsupported, open, index) }
        var local: Decision?
        if let localViews, let client = context.client?.address, let view = localViews.view(of: client) {
            local = decideView(view, localViews, name, hashes, type: type, context: context, index: index)
        }
        let decision = local ?? decideServerZone(name, found, type, index)
        if decision.hasRule, let hiding = found.hiding { return verdict(.unsupported, hiding, index) }
        guard decision.kind == .pass, let route = found.remoteRefusal ?? found.route else { return decision }
        return self.decision(rule: route, type: type, index: index)
    }

    /// The decision of the zones of the server clause.
    private func decideServerZone(
        _ name: borrowing NameBuffer,
        _ found: LocalRules,
        _ type: RRType,
        _ index: UInt8
    ) -> Decision {
        if let open = found.openZone, open.labels >= found.zone?.labels ?? 0 {
            return verdict(.unsupported, open.rule, index)
        }
        if found.zone == nil, found.data == nil, isBuiltIn(name) {
            // Unbound has zones of its own there, which a configuration can change; what it answers is not modelled.
            return Decision(kind: .unsupported, layer: index, rule: Decision.noRule)
        }
        return localZoneDecision(name, found.zone, found.data, found.dataExists, type, index)
    }

    /// Whether Unbound answers a name itself unless told otherwise.
    func isBuiltIn(_ name: borrowing NameBuffer) -> Bool {
        guard Self.mayBeBuiltIn(name) else { return false }
        return Self.builtInZones.contains { name.name.isEqualOrBelow($0) }
    }

    /// The rules of a view, or of the server clause, about a name and those above it.
    func localRules(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        view: Int?
    ) -> LocalRules {
        let total = name.labelCount
        var found = LocalRules()
        var hasAlias = false
        table.forEachSuffix(name, hashes, records) { labels, head in
            // The rules of a name come in no order of kind.
            var next = head
            while next >= 0 {
                let record = records[next]
                if record.scope != .exact, record.scope != .node, guards[Int(record.guardID)].view == view {
                    consider(next, labels, name, type, context, &found)
                }
                next = Int(record.next) - 1
            }
            next = head
            while next >= 0 {
                let (rule, record) = (next, records[next])
                next = Int(record.next) - 1
                guard guards[Int(record.guardID)].view == view else { continue }
                switch record.scope {
                case .exact where record.ruleClass == .special:
                    if labels == total { consider(rule, labels, name, type, context, &found) }
                case .exact where labels == total || found.zone?.labels == labels:
                    found.data = strongerData(found.data, (rule, labels), type)
                    if isAlias(rule) { hasAlias = true }
                case .node where labels == total: found.dataExists = true
                default: break
                }
            }
        }
        if hasAlias, let data = found.data { found.data = (firstRecordSet(data.rule, type), data.labels) }
        return found
    }

    /// Takes a rule about all names below one into account.
    private func consider(
        _ rule: Int,
        _ labels: Int,
        _ name: borrowing NameBuffer,
        _ type: RRType,
        _ context: borrowing QueryContext,
        _ found: inout LocalRules
    ) {
        let record = records[rule]
        guard record.guardID == 0 || guards[Int(record.guardID)].holds(name, context) != .no, covers(record, type)
        else {
            return
        }
        switch record.ruleClass {
        case _ where refusesClients(rule): considerRefusal(rule, name, context, &found)
        case .special: if record.scope == .below { found.hiding = rule } else { found.open = rule }
        case .open: found.route = rule
        case .zone where actions[Int(record.action)] == .unsupported: found.openZone = (rule, labels)
        // Of several zones of one name the last counts.
        default: if found.zone.map({ $0.labels <= labels }) ?? true { found.zone = (rule, labels) }
        }
    }

    /// The names that Unbound 1.17 answers itself unless told otherwise (unbound.conf(5), local-zone, default zones).
    private static let builtInZones: [DomainName] =
        (["localhost", "test", "invalid", "onion", "home.arpa"]
        + ["0", "10", "127", "254.169", "168.192", "2.0.192", "100.51.198", "113.0.203", "255.255.255.255"]
        .map { $0 + ".in-addr.arpa" }
        + (16...31).map { "\($0).172.in-addr.arpa" } + (64...127).map { "\($0).100.in-addr.arpa" }
        + ["d.f", "8.e.f", "9.e.f", "a.e.f", "b.e.f", "8.b.d.0.1.0.0.2"].map { $0 + ".ip6.arpa" }
        + [0, 1].map { "\($0)." + String(repeating: "0.", count: 31) + "ip6.arpa" })
        .compactMap { try? DomainName($0) }

    /// The top labels under which any of them lies, so that other names cost nothing.
    static func mayBeBuiltIn(_ name: borrowing NameBuffer) -> Bool {
        guard name.labelCount > 0 else { return false }
        let start = name.suffixStart(1)
        // Most names end here.
        guard 0b10_1011_0000 >> Int(name[start]) & 1 == 1 else { return false }
        return builtInTops.contains { top in
            Int(name[start]) == top.count && top.indices.allSatisfy { name[start + 1 + $0] == top[$0] }
        }
    }

    private static let builtInTops = ["localhost", "test", "invalid", "onion", "arpa"].map { Array($0.utf8) }

    /// Of two data rules at a name the one that has the type asked for.
    private func strongerData(
        _ current: (rule: Int, labels: Int)?,
        _ candidate: (rule: Int, labels: Int),
        _ type: RRType
    ) -> (rule: Int, labels: Int) {
        guard let current, current.labels == candidate.labels else { return candidate }
        return hasData(current.rule, type) ? current : hasData(candidate.rule, type) ? candidate : current
    }

    func hasData(_ rule: Int, _ type: RRType) -> Bool {
        guard case .records(let list) = actions[Int(record(rule).action)] else { return false }
        return list.contains { $0.type == type || $0.type == .cname }
    }

    func localZoneDecision(
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
        case .alwaysNull:
            // Of the types that begin with "always", the only one that looks at data first.
            if let ownData, let decision = dataDecision(ownData, type, index) { return decision }
            return verdict(type == .a || type == .aaaa ? .sinkhole : .nodata, zone.rule, index)
        case .alwaysTransparent: return passing(zone.rule, index)
        case .redirect, .informRedirect:
            let apex = data.flatMap { $0.labels == zone.labels ? $0.rule : nil }
            return apex.flatMap { dataDecision($0, type, index) } ?? verdict(.nodata, zone.rule, index)
        case .static, .refuse, .deny, .informDeny, .transparent, .typeTransparent, .inform: break
        }
        if let ownData {
            if let decision = dataDecision(ownData, type, index) { return decision }
            switch zoneType {
            case .typeTransparent: return passing(zone.rule, index)
            case .static, .transparent, .inform: return verdict(.nodata, ownData, index)
            default: break
            }
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

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

    /// - Parameter policyZones: the lists that are policy zones; nil for all.
    init(_ store: RuleStore, of policyZones: PolicyZones? = nil) {
        self.init(lists: store.lists.count)
        for rule in store.indices {
            let record = store[rule]
            if let policyZones, policyZones[Int(record.list)] == nil { continue }
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

/// The names above and at a name that have rules, shortest first, with the first rule of each.
private struct MetNames: ~Copyable {
    private var heads: InlineArray<128, UInt32> = InlineArray(repeating: 0)
    /// Bit n: the last n labels have rules.
    private(set) var labels: UInt128 = 0

    @inline(__always)
    mutating func append(_ count: Int, _ head: Int) {
        heads[count] = UInt32(head)
        labels |= 1 << UInt128(count)
    }

    /// The first rule of the last `count` labels, which has one.
    @inline(__always)
    func head(_ count: Int) -> Int { Int(heads[count]) }
}

extension CompiledLayer {
    /// The rule of the first policy zone that has one for the name; the zones before one of which nothing is known count.
    func policyZoneRule(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        _ wildcard: WildcardRule,
        client: IPAddress?,
        zones: Int,
        tagged: IPAddress? = nil,
        isAlias: Bool = false
    ) -> Int? {
        // BIND leaves the root alone (compared with 9.18).
        if engine == .bindRPZ, name.labelCount == 0 { return nil }
        guard let refusal else {
            let known = knownZoneRule(name, hashes, type: type, wildcard, client, zones, tagged, isAlias: isAlias)
            let server = nameServerRule(zones, tagged, isAlias: isAlias)
            guard let known else { return server }
            // BIND asks an earlier zone about the servers of what a later one decides.
            if engine == .bindRPZ, let server, listIndex(server) < listIndex(known) { return server }
            return known
        }
        // Unbound does not start with one that it refuses; PowerDNS asks all zones about the client first.
        if engine == .unboundRPZ || engine == .unbound || engine == .pdnsRPZ && client != nil { return refusal }
        let list = listIndex(refusal)
        let before = knownZoneRule(name, hashes, type: type, wildcard, client, min(zones, list), nil, isAlias: false)
        return before ?? (list < zones ? refusal : nil)
    }

    /// The rule that stands for those about name servers, where a zone that is asked has any: the engine looks at the servers of
    /// names that nothing else decides.
    private func nameServerRule(_ zones: Int, _ tagged: IPAddress?, isAlias: Bool) -> Int? {
        guard let nameServerRule else { return nil }
        let list = listIndex(nameServerRule)
        return list < zones && asks(zone: list, tagged, isAlias: isAlias) != .doesNot ? nameServerRule : nil
    }

    private func knownZoneRule(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        _ wildcard: WildcardRule,
        _ client: IPAddress?,
        _ zones: Int,
        _ tagged: IPAddress?,
        isAlias: Bool
    ) -> Int? {
        // Bit n: zone n knows the name; zones from the 64th on share the last bit. Nodes alone, such as that of a top-level
        // domain, give nothing.
        var known: UInt64 = 0
        var met = MetNames()
        let total = name.labelCount
        table.forEachSuffix(name, hashes, records) { labels, head in
            met.append(labels, head)
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
                if let rule = policyZoneRule(name, met, type: type, wildcard, list: list) { return rule }
            }
            return rule
        }
        for list in 0..<zones where asks(zone: list, tagged, isAlias: isAlias) != .doesNot {
            let isKnown = known >> UInt64(min(list, 63)) & 1 == 1
            if let client, let rule = addressRule(.client, client, type, list: list) {
                // For a client that a zone lets pass Unbound looks at the names of that zone all the same (compared with
                // 1.17.1).
                guard profile.triggerOrder == .answerLast, actions[Int(record(rule).action)] == .allow else {
                    return served(rule, name, met, type: type, wildcard)
                }
                return policyZoneRule(name, met, type: type, wildcard, list: list) ?? rule
            }
            if isKnown, let rule = policyZoneRule(name, met, type: type, wildcard, list: list) {
                return served(rule, name, met, type: type, wildcard)
            }
        }
        return nil
    }

    /// The rule, or, where it lets a name pass that BIND serves itself, the one of the engine's own list, which stands behind all
    /// zones: a zone is only passed by, the name is still answered from it (compared with 9.18).
    @inline(__always)
    private func served(
        _ rule: Int,
        _ name: borrowing NameBuffer,
        _ met: borrowing MetNames,
        type: RRType,
        _ wildcard: WildcardRule
    ) -> Int {
        guard engine == .bindRPZ, actions[Int(record(rule).action)] == .allow, lists[lists.count - 1].isOfEngine else {
            return rule
        }
        return policyZoneRule(name, met, type: type, wildcard, list: lists.count - 1) ?? rule
    }

    private func policyZoneRule(
        _ name: borrowing NameBuffer,
        _ met: borrowing MetNames,
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
        var starNode = -1
        // The deepest node whose star exists and has nothing itself, which only BIND knows.
        var emptyStar: (rule: Int, labels: Int)?
        var waiting = met.labels
        while waiting != 0 {
            let labels = waiting.trailingZeroBitCount
            waiting &= waiting &- 1
            var next = met.head(labels)
            while next >= 0 {
                let record = records[next]
                if Int(record.list) == list {
                    switch record.scope {
                    case .exact where labels == total: exact = better(exact, next, type)
                    case .below where labels < total && isStar(name, labels + 1):
                        // Its own node is met.
                        if labels == total - 1 {
                            exact = better(exact, next, type)
                        } else if wildcard == .closestEncloser {
                            starNode = max(starNode, labels + 1)
                        } else if (depth ?? labels) == labels {
                            star = (
                                better(star.flatMap { $0.labels == labels ? $0.rule : nil }, next, type), labels
                            )
                        }
                    case .node where labels < total && plainKinds[Int(record.action)].kind(.a) == .nodata:
                        emptyStar = (next, labels)
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
        case .closestEncloser:
            deepest = max(deepest, starNode)
            if let star, star.labels == deepest { return star.rule }
            // BIND knows of the name by the star further up, and then finds the empty one (compared with 9.18).
            if let emptyStar, star != nil, emptyStar.labels == deepest { return emptyStar.rule }
            return nil
        }
    }

    /// What an alias to the name asked for is: to BIND the old form of `rpz-passthru`, unless an address met the rule, to
    /// PowerDNS a loop (compared with 9.18 and 4.8.8).
    func unlooped(_ decision: Decision, _ name: borrowing NameBuffer, _ type: RRType) -> Decision {
        if decision.kind == .redirect, decision.hasRule,
            case .records(let list) = actions[Int(record(Int(decision.rule)).action)],
            let alias = list.first, alias.type == .cname, alias.data.starts(with: [1, 0x2A]),
            name.count + alias.data.count - 3 > DomainName.maximumWireLength
        {
            // With the name in place of the star it is none: YXDOMAIN in BIND and Unbound, and PowerDNS says nothing (seen in 9.18,
            // 1.17.1 and 4.8).
            var met = decision
            met.kind = .unsupported
            return met
        }
        guard decision.kind == .redirect, decision.hasRule,
            engine == .bindRPZ && trigger(Int(decision.rule)) == nil || engine == .pdnsRPZ,
            case .records(let list) = actions[Int(record(Int(decision.rule)).action)],
            let alias = list.first, alias.type == .cname, Self.isSame(alias.data, name)
        else { return decision }
        var met = decision
        if engine == .bindRPZ {
            (met.kind, met.exempt) = (.pass, 1 << UInt64(decision.layer))
        } else if !failsInLoops(decision) {
            // Which of the two aliases of the name comes first is not modelled.
            met.kind = .unsupported
        } else if type != .cname {
            met.kind = type == .any ? .unsupported : .servfail
        }
        return met
    }

    private static func isSame(_ wire: [UInt8], _ name: borrowing NameBuffer) -> Bool {
        guard wire.count == name.count else { return false }
        for index in wire.indices where asciiLowercased(wire[index]) != name[index] { return false }
        return true
    }

    /// Whether an alias that leads back is a failure: to PowerDNS, unless it is given because of who asks (compared with 4.8.8).
    func failsInLoops(_ decision: Decision) -> Bool {
        engine == .pdnsRPZ && decision.hasRule && trigger(Int(decision.rule)) != .client
    }

    /// Whether a decision of PowerDNS on an alias leads back to a name in front of it.
    func closesLoop(_ decision: Decision, _ before: [DomainName]) -> Bool {
        guard failsInLoops(decision), decision.kind == .redirect,
            case .records(let list) = actions[Int(record(Int(decision.rule)).action)],
            let alias = list.first, alias.type == .cname, let target = try? DomainName(wire: alias.data)
        else { return false }
        return before.contains(target)
    }

    /// Whether the label that a suffix begins with is a star.
    @inline(__always)
    private func isStar(_ name: borrowing NameBuffer, _ labels: Int) -> Bool {
        let start = name.suffixStart(labels)
        return name[start] == 1 && name[start + 1] == 0x2A
    }

    /// Of two rules at the same node, the records of one owner: the first, unless only the other has the type. For Knot
    /// Resolver data, wherever they stand, and of several aliases the last (modules/policy/policy.lua).
    func better(_ current: Int?, _ candidate: Int, _ type: RRType) -> Int {
        guard let current else { return candidate }
        if case .unsupported = actions[Int(record(current).action)] { return current }
        if case .unsupported = actions[Int(record(candidate).action)] { return candidate }
        guard case .records = actions[Int(record(current).action)] else {
            return engine == .knotRPZ ? candidate : current
        }
        return !hasData(current, type) && hasData(candidate, type) ? candidate : current
    }
}

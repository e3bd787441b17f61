import DNS

extension CompiledLayer {
    /// What an answer of Unbound's local zones has beyond the data of its name (compared with 1.17.1): a negative one the
    /// zone's SOA, if the zone has one; an alias of the name stands alone, or not at all where data of the type asked for is
    /// configured before it; and only `redirect` follows it.
    func completeLocalAnswer(_ answer: inout PolicyAnswer, _ decision: Decision, name: DomainName, type: RRType) {
        // The rules of one view know nothing of others.
        let tree = record(Int(decision.rule)).guardID
        let zone = localZone(around: name, tree)
        let isNegative = decision.kind == .nodata || decision.kind == .nxdomain
        if isNegative, let zone, zone.type != .alwaysNull, let soa = authority(zone.apex, tree) {
            answer.authority = [OwnedRecord(owner: zone.apex, record: soa)]
        }
        if case .records(let winner) = actions[Int(record(Int(decision.rule)).action)] {
            let isAlias = winner.contains { $0.type == .cname }
            answer.records.removeAll { ($0.type == .cname) != isAlias }
            // Of equal data with several TTLs the last counts.
            let all = answer.records
            answer.records = all.indices.filter { index in
                !all[(index + 1)...].contains { $0.type == all[index].type && $0.data == all[index].data }
            }
            .map { all[$0] }
        }
        if zone?.type != .redirect, zone?.type != .informRedirect, answer.records.contains(where: { $0.type == .cname })
        {
            answer.endsAtAlias = true
        }
    }

    func isAlias(_ rule: Int) -> Bool {
        guard case .records(let data) = actions[Int(record(rule).action)] else { return false }
        return data.contains { $0.type == .cname }
    }

    /// The data or the alias of a name, whichever Unbound comes to first: it keeps record sets in the order of the last
    /// statement about each (compared with 1.17.1).
    func firstRecordSet(_ rule: Int, _ type: RRType) -> Int {
        var data: (first: Int, last: Int)?
        var alias: (first: Int, last: Int)?
        let name = NameBuffer(DomainName(trustedWire: records.wireName(rule)))
        table.forEachSuffix(name, SuffixHashes(name), records) { _, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if record.scope == .exact, record.guardID == records[rule].guardID, records.haveSameName(next, rule),
                    case .records(let list) = actions[Int(record.action)], let found = list.first
                {
                    func joined(_ span: (first: Int, last: Int)?) -> (first: Int, last: Int) {
                        (min(span?.first ?? next, next), max(span?.last ?? next, next))
                    }
                    if found.type == .cname { alias = joined(alias) } else if found.type == type { data = joined(data) }
                }
                next = Int(record.next) - 1
            }
        }
        guard let alias else { return rule }
        guard let data else { return alias.first }
        return data.last < alias.last ? data.first : alias.first
    }

    /// The closest zone around a name; the last of several of one name.
    private func localZone(around name: DomainName, _ tree: UInt16) -> (apex: DomainName, type: LocalZoneType)? {
        var found: (rule: Int, labels: Int)?
        let buffer = NameBuffer(name)
        table.forEachSuffix(buffer, SuffixHashes(buffer), records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if record.ruleClass == .zone, record.guardID == tree, found.map({ $0.labels <= labels }) ?? true {
                    found = (next, labels)
                }
                next = Int(record.next) - 1
            }
        }
        guard let found, case .localZone(let type) = actions[Int(records[found.rule].action)] else { return nil }
        return (DomainName(trustedWire: records.wireName(found.rule)), type)
    }

    /// The SOA of a zone as negative answers carry it: it lives no longer than its last field says.
    private func authority(_ apex: DomainName, _ tree: UInt16) -> LocalRecord? {
        var found: LocalRecord?
        let buffer = NameBuffer(apex)
        table.forEachSuffix(buffer, SuffixHashes(buffer), records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if labels == apex.labelCount, record.scope == .exact, record.guardID == tree,
                    case .records(let data) = actions[Int(record.action)]
                {
                    found = data.first { $0.type == .soa } ?? found
                }
                next = Int(record.next) - 1
            }
        }
        guard let soa = found else { return nil }
        let minimum = soa.data.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return LocalRecord(type: .soa, ttl: min(soa.ttl ?? minimum, minimum), data: soa.data)
    }
}

import DNS

extension CompiledLayer {
    /// What an answer of Unbound's local zones has beyond the data of its name (compared with 1.17.1): a negative one the
    /// zone's SOA, if the zone has one; an alias of the name stands alone, or not at all where data of the type asked for is
    /// configured before it; and only `redirect` follows it.
    func completeLocalAnswer(
        _ answer: inout PolicyAnswer,
        _ decision: Decision,
        name: DomainName,
        type: RRType,
        _ context: borrowing QueryContext
    ) {
        // The rules of one view know nothing of others; what statements about clients say is about those of none.
        let limit = guards[Int(record(Int(decision.rule)).guardID)]
        let tree = limit.isApart ? 0 : record(Int(decision.rule)).guardID
        let zone = localZone(around: name, type, tree, context)
        let isNegative = decision.kind == .nodata || decision.kind == .nxdomain
        let apex = zone.map { $0.type == .alwaysNull ? nil : $0.apex } ?? implicitZones.apex(of: limit.view)
        if isNegative, let apex, name.isEqualOrBelow(apex), let soa = authority(apex, tree) {
            answer.authority = [OwnedRecord(owner: apex, record: soa)]
        }
        if case .records(let winner) = actions[Int(record(Int(decision.rule)).action)] {
            let isAlias = winner.contains { $0.type == .cname }
            answer.records.removeAll { ($0.type == .cname) != isAlias }
            // Of equal data with several TTLs the last counts, but for those of tags.
            if !limit.isApart {
                var seen: Set<LocalRecord> = []
                let kept = answer.records.reversed().filter {
                    seen.insert(LocalRecord(type: $0.type, ttl: nil, data: $0.data)).inserted
                }
                answer.records = kept.reversed()
            }
        }
        let redirects = zone?.type == .redirect || zone?.type == .informRedirect
        if redirects, !limit.isApart, type != .cname {
            answer.records = answer.records.map { record in
                Self.filledAlias(record, name).map { LocalRecord(type: .cname, ttl: 0, data: $0) } ?? record
            }
        }
        if !redirects, answer.records.contains(where: { $0.type == .cname }) {
            answer.endsAtAlias = true
        }
    }

    /// The target of an alias to a name whose first label is a star, in a zone that redirects, with the name asked for in
    /// place of the star; nil for other records.
    private static func filledAlias(_ record: LocalRecord, _ name: DomainName) -> [UInt8]? {
        guard record.type == .cname, record.data.starts(with: [1, 0x2A]) else { return nil }
        return name.wire.dropLast() + record.data.dropFirst(2)
    }

    /// Whether Unbound answers YXDOMAIN, which no verdict says, for the alias of a rule: with the name asked for in place
    /// of its star it is too long.
    func isTooLong(_ rule: Int, _ name: borrowing NameBuffer, _ type: RRType) -> Bool {
        guard type != .cname, case .records(let data) = actions[Int(record(rule).action)] else { return false }
        return data.contains { record in
            record.type == .cname && record.data.starts(with: [1, 0x2A]) && name.count + record.data.count - 3 > 255
        }
    }

    /// Whether Unbound goes on to the target of the alias that a zone redirects a name to.
    func leadsOn(
        _ decision: Decision,
        _ name: DomainName,
        _ type: RRType,
        _ context: borrowing QueryContext
    ) -> Bool {
        guard decision.hasRule, type != .cname, isAlias(Int(decision.rule)) else { return false }
        let limit = guards[Int(record(Int(decision.rule)).guardID)]
        let zone = localZone(around: name, type, limit.isApart ? 0 : record(Int(decision.rule)).guardID, context)
        return limit.isApart || zone?.type == .redirect || zone?.type == .informRedirect
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

    /// The closest zone around a name that counts for the type and the client; the last of several of one name.
    private func localZone(
        around name: DomainName,
        _ type: RRType,
        _ tree: UInt16,
        _ context: borrowing QueryContext
    ) -> (apex: DomainName, type: LocalZoneType)? {
        let client = context.client?.address
        var found: (rule: Int, labels: Int)?
        // DS records belong to the zone above.
        let buffer = NameBuffer(type == .ds ? name.parent ?? name : name)
        table.forEachSuffix(buffer, SuffixHashes(buffer), records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if record.ruleClass == .zone, record.guardID == tree, found.map({ $0.labels <= labels }) ?? true,
                    localClients.map({ $0.zone(next)?.claim(client, $0) != .doesNot && !$0.isVoid(next) }) ?? true
                {
                    found = (next, labels)
                }
                next = Int(record.next) - 1
            }
        }
        guard let found, let zone = zone(found, for: client) else { return nil }
        return (DomainName(trustedWire: records.wireName(found.rule)), zone.type)
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
        let minimum = minimumOfStartOfAuthority(soa.data)
        return LocalRecord(type: .soa, ttl: min(soa.ttl ?? minimum, minimum), data: soa.data)
    }
}

import DNS

extension CompiledLayer {
    /// What dnsmasq does with a name that has an alias of its own: it follows it as far as it knows the targets, and never
    /// asks anybody (compared with 2.90).
    func decideAlias(_ rule: Int, type: RRType, index: UInt8) -> Decision {
        var decision = self.decision(rule: rule, type: type, index: index)
        guard decision.kind == .redirect, type != .cname else { return decision }
        if followed(rule, type) == nil { decision.kind = .unsupported }
        return decision
    }

    /// What dnsmasq gives behind an alias: further aliases, and the data of the last target, each with its owner; nil
    /// where that is not evaluated.
    private func followed(_ rule: Int, _ type: RRType) -> [OwnedRecord]? {
        var found: [OwnedRecord] = []
        var alias = aliasRecord(rule)
        for count in 1...Self.aliasLimit {
            guard let record = alias, let target = try? DomainName(wire: record.data) else { return found }
            let own = rules(at: target, type)
            if own.contains(where: { actions[Int(records[$0].action)] == .unsupported }) { return nil }
            alias = own.compactMap { aliasRecord($0) }.first
            guard count < Self.aliasLimit, let next = alias else {
                // It refuses to start with a loop.
                if alias != nil, isLoop(target) { return nil }
                let data = own.flatMap { rule -> [LocalRecord] in
                    guard case .records(let list) = actions[Int(records[rule].action)] else { return [] }
                    return list.filter { $0.type == type || type == .any }
                }
                return found + Self.withoutRepeats(data).map { OwnedRecord(owner: target, record: lasting($0)) }
            }
            found.append(OwnedRecord(owner: target, record: lasting(next)))
        }
        return nil
    }

    /// Aliases that dnsmasq follows; what is at the target of the last it gives, but no further alias.
    private static let aliasLimit = 254

    /// Whether aliases lead from a name back to it.
    private func isLoop(_ name: DomainName) -> Bool {
        var seen: Set<DomainName> = []
        var next: DomainName? = name
        while let name = next {
            guard seen.insert(name).inserted, seen.count < 10_000 else { return true }
            next = rules(at: name, .cname).compactMap { aliasRecord($0) }.first.flatMap {
                try? DomainName(wire: $0.data)
            }
        }
        return false
    }

    /// Of equal addresses of a host dnsmasq keeps the first, whatever their TTL (compared with 2.90).
    static func withoutRepeats(_ records: [LocalRecord]) -> [LocalRecord] {
        var seen: Set<[UInt8]> = []
        return records.filter { ($0.type != .a && $0.type != .aaaa) || seen.insert($0.data).inserted }
    }

    private func lasting(_ record: LocalRecord) -> LocalRecord {
        LocalRecord(type: record.type, ttl: record.ttl ?? dataTTL, data: record.data)
    }

    private func aliasRecord(_ rule: Int) -> LocalRecord? {
        guard records[rule].ruleClass == .special, case .records(let list) = actions[Int(records[rule].action)] else {
            return nil
        }
        return list.first { $0.type == .cname }
    }

    /// The rules about a name itself that dnsmasq looks up before those about domains, for a type.
    private func rules(at name: DomainName, _ type: RRType) -> [Int] {
        let buffer = NameBuffer(name)
        var found: [Int] = []
        table.forEachSuffix(buffer, SuffixHashes(buffer), records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                let isOwn = [.special, .ownRewrite, .hosts].contains(record.ruleClass)
                if isOwn, record.scope != .node, applies(record, labels, buffer.labelCount), covers(record, type) {
                    found.append(next)
                }
                next = Int(record.next) - 1
            }
        }
        return found
    }

    /// What stands behind the alias of an answer, and the addresses of the hosts that records name.
    func completeDnsmasqAnswer(_ answer: inout PolicyAnswer, _ decision: Decision, type: RRType) {
        let rule = Int(decision.rule)
        guard rule < records.count else { return }
        // There is no server to ask.
        if decision.kind == .refused { answer.errors = [ExtendedError(code: .notReady, text: [])] }
        if rule == unaskedNames.privateRule { answer.isAuthoritative = true }
        if aliasRecord(rule) != nil {
            answer.endsAtAlias = true
            if type != .cname { answer.behind = followed(rule, type) ?? [] }
        }
        let own = answer.records.map { OwnedRecord(owner: answer.owner, record: $0) }
        for owned in own + answer.behind {
            // With those that options say it gives no addresses.
            if owned.record.type == .mx, mailedHosts.contains(owned.owner.lowercased) { continue }
            guard let host = Self.host(owned.record) else { continue }
            for family in [RRType.a, .aaaa] {
                let hosts = rules(at: host, family).filter { records[$0].ruleClass == .hosts }
                let data = hosts.flatMap { rule -> [LocalRecord] in
                    guard case .records(let list) = actions[Int(records[rule].action)] else { return [] }
                    return list
                }
                answer.additional += Self.withoutRepeats(data.filter { $0.type == family })
                    .map { OwnedRecord(owner: host, record: lasting($0)) }
            }
        }
    }

    /// The host that a record names whose addresses dnsmasq gives with it.
    private static func host(_ record: LocalRecord) -> DomainName? {
        switch record.type {
        case .mx: try? DomainName(wire: Array(record.data.dropFirst(2)))
        case .srv: try? DomainName(wire: Array(record.data.dropFirst(6)))
        default: nil
        }
    }

    /// Whether dnsmasq reads an address out of a name which hosts lines have: it answers with the host (compared with 2.90).
    func isReverseOfHost(_ name: borrowing NameBuffer, _ type: RRType) -> Bool {
        guard type == .ptr || type == .any, !hostReverseNames.isEmpty else { return false }
        switch UnaskedNames.pointer(name) {
        case .none: return false
        case .address(let address): return address.reverseName.map(hostReverseNames.contains) ?? false
        case .tooLong: return true
        }
    }

    /// The names of the addresses of hosts lines.
    static func reverseNames(_ store: borrowing RuleStore, _ actions: [RuleAction]) -> Set<DomainName> {
        var names: Set<DomainName> = []
        for shape in store.shapes where shape.ruleClass == .hosts {
            guard case .records(let list) = actions[Int(shape.action)] else { continue }
            for record in list { if let name = record.address?.reverseName { names.insert(name) } }
        }
        return names
    }
}

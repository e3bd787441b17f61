import DNS
import LDNS

/// The zones behind a resolver: aliases and data by owner.
struct AuthoritativeWorld {
    private var records: [DomainName: [ResourceRecord]] = [:]

    /// Adds the records of a master file.
    mutating func add(zone: DomainName, text: [UInt8]) {
        let reader = ZoneReader(origin: zone, defaultTTL: 300)
        add(reader.all(in: text.span).records.map(\.record))
    }

    mutating func add(_ more: [ResourceRecord]) {
        for record in more { records[record.owner, default: []].append(record) }
    }

    /// The aliases behind a name, in order, and the data at their end.
    func answer(_ name: DomainName, _ type: RRType) -> (chain: [DomainName], data: [ResourceRecord]) {
        var chain: [DomainName] = []
        while type != .cname, chain.count < 16,
            let alias = records[chain.last ?? name]?.first(where: { $0.type == .cname }),
            let target = try? DomainName(wire: alias.data)
        {
            chain.append(target)
        }
        return (chain, (records[chain.last ?? name] ?? []).filter { $0.type == type })
    }

    /// Whether a name has records.
    func knows(_ name: DomainName) -> Bool { records[name] != nil }

    /// Addresses that a query is answered with.
    func addresses(_ name: DomainName, _ type: RRType) -> [IPAddress] {
        answer(name, type).data.compactMap { IPAddress(octets: $0.data) }
    }
}

import DNS
import Policy

/// What the records of a zone say of one another.
struct ZoneConsistency {
    /// What a name has so far.
    enum Holding: Equatable {
        case data
        case alias(ActionID)
    }

    private var holdings: [Int: Holding] = [:]
    private var subtreeAliases: [Int: [UInt8]] = [:]
    private(set) var authority: [UInt8]?
    private(set) var hasNameServer = false
    /// Name servers of the zone that stand in it.
    private var servers: [DomainName] = []

    private static func key(_ name: Span<UInt8>) -> Int {
        var hasher = Hasher()
        for index in 0..<name.count { hasher.combine(asciiLowercased(name[index])) }
        return hasher.finalize()
    }

    /// Notes what a name has, by its text; what it had before.
    mutating func note(_ name: Span<UInt8>, _ holding: Holding) -> Holding? {
        let key = Self.key(name)
        if let before = holdings[key] { return before }
        holdings[key] = holding
        return nil
    }

    /// Notes a DNAME; false where the name has another one.
    mutating func noteSubtreeAlias(_ name: DomainName, _ data: [UInt8]) -> Bool {
        let key = Self.key(name.presentation.span)
        if let before = subtreeAliases[key] { return before == data }
        subtreeAliases[key] = data
        return true
    }

    /// Notes the SOA; false where there was another one.
    mutating func noteAuthority(_ data: [UInt8]) -> Bool {
        if let authority { return authority == data }
        authority = data
        return true
    }

    /// Notes an NS of the zone, with its name in the zone if it is one.
    mutating func noteNameServer(inside name: DomainName?) {
        hasNameServer = true
        if let name { servers.append(name) }
    }

    /// Whether every name server in the zone has data there.
    var servesItself: Bool {
        servers.allSatisfy { holdings[Self.key($0.presentation.span)] == .data }
    }
}

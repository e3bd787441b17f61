import DNS

/// Which names Blocky answers itself, mostly with NXDOMAIN, where neither its lists nor its configuration say anything
/// (`specialUseDomains`, `resolver/sudn_resolver.go`).
public enum BlockySpecialNames: Sendable, Equatable {
    /// All: the default.
    case all
    /// All but those of RFC 6762 appendix G.
    case withoutPrivate
    /// None.
    case none

    /// Whether a name is one of them or lies below one.
    /// - Complexity: O(octets)
    func contains(_ name: borrowing NameBuffer) -> Bool {
        guard self != .none, name.labelCount > 0 else { return false }
        let start = name.suffixStart(1)
        func isTop(_ top: [UInt8]) -> Bool {
            Int(name[start]) == top.count && top.indices.allSatisfy { name[start + 1 + $0] == top[$0] }
        }
        if isTop(Self.reverse) { return Self.zones.contains { name.name.isEqualOrBelow($0) } }
        return Self.tops.contains(where: isTop) || self == .all && Self.privateTops.contains(where: isTop)
    }

    private static let reverse = Array("arpa".utf8)
    private static let tops = ["test", "localhost", "invalid", "local", "onion"].map { Array($0.utf8) }
    private static let privateTops = ["intranet", "internal", "private", "corp", "home", "lan"].map { Array($0.utf8) }
    private static let zones: [DomainName] =
        (["home.arpa", "resolver.arpa", "10.in-addr.arpa", "168.192.in-addr.arpa", "254.169.in-addr.arpa"]
        + (16...31).map { "\($0).172.in-addr.arpa" } + ["8", "9", "a", "b"].map { "\($0).e.f.ip6.arpa" })
        .compactMap { try? DomainName($0) }
}

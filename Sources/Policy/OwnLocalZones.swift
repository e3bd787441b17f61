public import DNS

/// The names of the zones that Unbound 1.17.1 has of its own unless a statement names them (`local_zone_enter_defaults`;
/// RFC 6303, RFC 6761, RFC 7686).
public enum OwnLocalZones {
    /// Those that are there whatever is said of local networks.
    public static let beyondNetworks: [DomainName] =
        (["localhost", "127.in-addr.arpa"] + ["1." + String(repeating: "0.", count: 31) + "ip6.arpa"]
        + ["home.arpa", "onion", "test", "invalid"]).map(name)

    /// Those of local networks, which `unblock-lan-zones: yes` takes away.
    public static let ofNetworks: [DomainName] =
        (["0", "10", "254.169", "168.192", "2.0.192", "100.51.198", "113.0.203", "255.255.255.255"]
        .map { $0 + ".in-addr.arpa" }
        + (16...31).map { "\($0).172.in-addr.arpa" } + (64...127).map { "\($0).100.in-addr.arpa" }
        + ["d.f", "8.e.f", "9.e.f", "a.e.f", "b.e.f", "8.b.d.0.1.0.0.2"].map { $0 + ".ip6.arpa" }
        + [String(repeating: "0.", count: 32) + "ip6.arpa"]).map(name)

    /// Whether a name is one of them or lies below one.
    static func contain(_ name: borrowing NameBuffer) -> Bool {
        let name = name.name
        return beyondNetworks.contains { name.isEqualOrBelow($0) } || ofNetworks.contains { name.isEqualOrBelow($0) }
    }

    private static func name(_ text: String) -> DomainName {
        guard let name = try? DomainName(text) else { preconditionFailure("\(text) is no name") }
        return name
    }
}

extension LayerBuilder {
    /// Which of some names have a local zone for all clients, or one of which something is not evaluated.
    /// - Complexity: O(rules)
    public func localZones(among names: [DomainName]) -> Set<DomainName> {
        var sought: [UInt64: DomainName] = [:]
        for name in names { sought[NameHashing.hash(wire: name.wire.span, at: 0).hash] = name }
        var found: Set<DomainName> = []
        for rule in store.indices {
            guard let name = sought[hashes[rule]], !found.contains(name) else { continue }
            let record = store[rule]
            if record.ruleClass == .zone, guards[Int(record.guardID)].view == nil, store.wireName(rule) == name.wire {
                found.insert(name)
            }
        }
        return found
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing

/// The TTLs of records in policy zones, as the running engines gave them (BIND 9.18, Unbound 1.17.1, PowerDNS 4.8.8, Knot Resolver
/// 5.6.0).
struct PolicyZoneLifetimeTests {
    private static let engines: [Engine] = [.bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ]
    private static let records = "@ NS a.\nx.zz A 192.0.2.1\ny.zz 2 A 192.0.2.1\nz.zz A 192.0.2.1\n"

    private static func ttls(_ zone: String, _ name: String, _ engine: Engine) throws -> [UInt32?] {
        try readList(zone, .rpz, engine).verdict(name, .a).answer?.records.map(\.ttl) ?? []
    }

    /// What x.zz has, which states none, and z.zz behind a record that states 2; BIND limits them to 5.
    @Test(
        "records without a TTL",
        arguments: [
            ("$ORIGIN p.rpz.\n@ 4 SOA a. b. 1 1 1 1 1", [[4, 2], [4, 2], [4, 2], [3600, 3600]]),
            ("$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 3", [[3, 3], [3600, 2], [3600, 2], [3600, 3600]]),
            ("$TTL 4\n$ORIGIN p.rpz.\n@ 3 SOA a. b. 1 1 1 1 1", [[4, 4], [3, 2], [4, 4], [4, 4]]),
            ("$ORIGIN p.rpz.\n@ 3 SOA a. b. 1 1 1 1 1\n$TTL 4", [[4, 4], [4, 2], [4, 4], [4, 4]]),
        ] as [(String, [[UInt32]])]
    )
    func inherited(start: String, expected: [[UInt32]]) throws {
        for (engine, expected) in zip(Self.engines, expected) {
            let zone = "\(start)\n\(Self.records)"
            let found = try Self.ttls(zone, "x.zz", engine) + Self.ttls(zone, "z.zz", engine)
            #expect(found == expected, "\(engine)")
        }
    }

    /// BIND: of one owner in a row the first of a type counts, of several rows the last; the same data stand once.
    @Test(
        "one name, several TTLs",
        arguments: [
            ("t.zz 1 A 192.0.2.1\nt.zz 3 A 192.0.2.2", [1, 1]),
            ("t.zz 1 A 192.0.2.1\nT.zz 3 A 192.0.2.2", [3, 3]),
            ("t.zz 1 A 192.0.2.1\nt.zz 2 TXT a\nt.zz 3 A 192.0.2.2", [1, 1]),
            ("t.zz 1 A 192.0.2.1\nu.zz A 192.0.2.1\nt.zz 3 A 192.0.2.2", [3, 3]),
            ("t.zz 1 A 192.0.2.1\nu.zz A 192.0.2.1\nt.zz 3 A 192.0.2.1", [3]),
            ("t.zz 1 CNAME w.zz.\nu.zz A 192.0.2.1\nt.zz 3 CNAME w.zz.", [3]),
            ("t.zz 1 A 192.0.2.1\nu.zz A 192.0.2.1\nt.zz 600 A 192.0.2.1", [5]),
            ("t.zz 4 A 192.0.2.3\n$GENERATE 1-2 g$.zz 2 A 192.0.2.$\n 1 A 192.0.2.1", [4, 4]),
        ] as [(String, [UInt32])]
    )
    func shared(records: String, expected: [UInt32]) throws {
        let zone = "$TTL 60\n$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n\(records)\n"
        #expect(try Self.ttls(zone, "t.zz", .bindRPZ) == expected)
    }

    /// A TTL of 0 is not that of the records behind it in Unbound.
    @Test func zeroIsNotInherited() throws {
        let zone =
            "$ORIGIN p.rpz.\n@ 4 SOA a. b. 1 1 1 1 1\n@ NS a.\nx.zz 0 A 192.0.2.1\ny.zz A 192.0.2.2\nz.zz A 192.0.2.3\n"
        let found = try ["x.zz", "y.zz", "z.zz"].flatMap { try Self.ttls(zone, $0, .unboundRPZ) }
        #expect(found == [0, 3600, 3600])
    }
}

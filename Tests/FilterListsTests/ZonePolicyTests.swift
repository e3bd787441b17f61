import DNS
import FilterLists
import Policy
import Suites
import Testing

/// What `rpzFile(…, {defpol=…})` makes of zones, as PowerDNS Recursor 4.8.8 answered.
struct ZonePolicyTests {
    private static let zone = """
        $TTL 60
        @ SOA a. b. 1 1 1 1 1
        nx.zz CNAME .
        data.zz A 192.0.2.7
        pass.zz CNAME rpz-passthru.
        drop.zz CNAME rpz-drop.
        alias.zz CNAME walled.yy.
        later.zz CNAME rpz-later.
        *.star.zz CNAME *.walled.yy.

        """

    private static func kinds(
        _ policy: ZonePolicy?,
        _ zone: String = zone,
        _ names: [String] = ["nx", "data", "pass", "drop", "alias", "later", "x.star", "other"]
    ) throws -> [VerdictKind] {
        var input = ListInput(path: "z.rpz", format: .rpz, octets: Array(zone.utf8))
        input.zonePolicy = policy
        let layer = try LayerLoader.load([input], engine: .pdnsRPZ)
        return try names.map { try layer.verdict($0 + ".zz").kind }
    }

    @Test(
        arguments: [
            (nil, [.nxdomain, .redirect, .pass, .drop, .redirect, .pass, .redirect]),
            (ZonePolicy(.nxdomain), Array(repeating: .nxdomain, count: 7)),
            (ZonePolicy(.nodata), Array(repeating: .nodata, count: 7)),
            (ZonePolicy(.drop), Array(repeating: .drop, count: 7)),
            (ZonePolicy(.truncate), Array(repeating: .truncate, count: 7)),
            (ZonePolicy(.noAction), Array(repeating: .pass, count: 7)),
            (
                ZonePolicy(.nxdomain, overridesData: false),
                [.nxdomain, .redirect, .nxdomain, .nxdomain, .nxdomain, .nxdomain, .nxdomain]
            ),
        ] as [(ZonePolicy?, [VerdictKind])]
    )
    func inPlaceOfWhatTheZoneSays(policy: ZonePolicy?, kinds: [VerdictKind]) throws {
        #expect(try Self.kinds(policy) == kinds + [.pass])
    }

    @Test func anAlias() throws {
        let alias = ZonePolicy(.alias(try DomainName("w.yy")))
        #expect(try Self.kinds(alias) == Array(repeating: .redirect, count: 7) + [.pass])
    }

    /// The alias lives as long as the record of the zone does, unless `defttl` says how long.
    @Test(arguments: [(nil, 60 as UInt32), (17, 17)] as [(UInt32?, UInt32)])
    func lifeOfAnAlias(_ stated: UInt32?, _ ttl: UInt32) throws {
        var input = ListInput(path: "z.rpz", format: .rpz, octets: Array(Self.zone.utf8))
        input.zonePolicy = ZonePolicy(.alias(try DomainName("w.yy")), ttl: stated)
        let layer = try LayerLoader.load([input], engine: .pdnsRPZ)
        for name in ["nx.zz", "data.zz", "alias.zz"] {
            #expect(try layer.verdict(name).answer?.records.map(\.ttl) == [ttl])
        }
    }

    /// A second record for a name keeps the zone from being loaded where it is no data.
    @Test func twoForAName() throws {
        let zone = "$TTL 60\n@ SOA a. b. 1 1 1 1 1\nnx.zz A 192.0.2.1\nnx.zz AAAA ::1\n"
        let names = ["nx", "other"]
        #expect(try Self.kinds(nil, zone, names) == [.redirect, .pass])
        #expect(try Self.kinds(ZonePolicy(.nxdomain, overridesData: false), zone, names) == [.redirect, .pass])
        #expect(try Self.kinds(ZonePolicy(.nxdomain), zone, names) == [.unsupported, .unsupported])
        #expect(try Self.kinds(ZonePolicy(.alias(try DomainName("w.yy"))), zone, names) == [.unsupported, .pass])
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing

/// More of what running engines made of policy zones, found by `Scripts/oracle`.
struct PolicyZoneCasesTests {
    private static func zone(_ records: String) -> String {
        "$ORIGIN policy.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n\(records)\n"
    }

    /// An entry that Knot Resolver does not read ends the zone: what stands before it holds.
    @Test(arguments: ["1.2001:db8::.rpz.ip CNAME .", "a*.zz CNAME .", "b.zz CNAME", "b+c.zz (\nTXT x)"])
    func knotResolverReadsNothingBehindABadEntry(entry: String) throws {
        let zone = Self.zone("a.zz CNAME .\n\(entry)\nc.zz CNAME .")
        let loaded = try readList(zone, .rpz, .knotRPZ)
        #expect(try loaded.verdict("a.zz", .a).kind == .nxdomain)
        #expect(try loaded.verdict("c.zz", .a).kind == .pass)
        #expect(loaded.reports[0].ignored["end-of-zone"] == 1)
        #expect(loaded.reports[0].ignored["behind-end-of-zone"] == 1)
        // BIND takes all but the one without a target, for which it takes no zone.
        let isRecord = entry != "b.zz CNAME"
        #expect(try readList(zone, .rpz, .bindRPZ).verdict("c.zz", .a).kind == (isRecord ? .nxdomain : .unsupported))
    }

    /// Directives: only files are included; what is generated is not known; no server takes another one.
    @Test(arguments: [
        ("$INCLUDE other", Engine.bindRPZ, "include"), ("$GENERATE 1-9 a${0,2}.zz CNAME .", .bindRPZ, "generated"),
        ("$GENERATE 1-9 a$.zz CNAME .", .knotRPZ, "end-of-zone"), ("$NONSENSE 1", .pdnsRPZ, "refused-zone"),
    ])
    func directivesAreNamed(line: String, engine: Engine, reason: String) throws {
        let report = try readList(Self.zone("a.zz CNAME .\n\(line)"), .rpz, engine).reports[0]
        #expect((report.ignored[reason] ?? 0) + (report.unsupported[reason] ?? 0) == 1)
    }

    /// BIND makes the records of a directive; names that it does not make are not left open.
    @Test func recordsAreGenerated() throws {
        let records = """
            q.zz A 192.0.2.9
            $GENERATE 8-12/2 a$.zz CNAME .
             AAAA 2001:db8::9
            $generate 1-2 *.b$.$.zz 60 IN cname rpz-passthru. ; comment
            $GENERATE 0-01 c$.zz A 192.0.2.$
            *.zz CNAME *.
            """
        let loaded = try readList(Self.zone(records), .rpz, .bindRPZ)
        let expected: [(String, VerdictKind)] = [
            ("a8.zz", .nxdomain), ("a10.zz", .nxdomain), ("a12.zz", .nxdomain), ("a9.zz", .nodata),
            ("a14.zz", .nodata), ("a08.zz", .nodata), ("x.b1.1.zz", .pass), ("x.b2.2.zz", .pass),
            ("x.b3.3.zz", .nodata),
            ("c0.zz", .redirect), ("c2.zz", .nodata), ("other", .pass),
        ]
        for (name, kind) in expected { #expect(try loaded.verdict(name).kind == kind, "\(name)") }
        #expect(try loaded.verdict("c1.zz").answer?.text == "A=192.0.2.1")
        #expect(try loaded.verdict("q.zz", .aaaa).answer?.text == "AAAA=2001:db8::9")
        #expect(loaded.reports[0].unsupported.isEmpty)
    }

    /// Of other directives, and too many records, nothing is known but by the zone as a whole.
    @Test(arguments: [
        "1-3 a\\$.zz CNAME .", "1-3 a$$.zz CNAME .", "3-1 a$.zz CNAME .", "1-3/0 a$.zz CNAME .", "1-1001 a$.zz CNAME .",
        "1-2 a$.zz CNAME b", "1-2 a$.other. CNAME .", "1-2 _a$.zz A 192.0.2.1", "254-256 a.zz A 192.0.2.$",
        "1-2 a$.zz CH CNAME .", "1-2 a$.zz CNAME . x", "1-2 a.zz CNAME b$.", "1-2 @ CNAME .", "1-2 a$.zz TXT x",
        "1-999999999999 a$.zz CNAME .", "1- a$.zz CNAME .", "/ a$.zz CNAME .", "-/- a$.zz CNAME .",
    ])
    func otherDirectivesLeaveTheZoneOpen(directive: String) throws {
        let loaded = try readList(Self.zone("b.zz CNAME .\n$GENERATE \(directive)"), .rpz, .bindRPZ)
        #expect(try loaded.verdict("q.zz").kind == .unsupported)
    }

    @Test func generatedRecordsAreBounded() throws {
        let lines = (0..<12).map { "$GENERATE 1-1000 a$.z\($0) CNAME ." }.joined(separator: "\n")
        let loaded = try readList(Self.zone(lines), .rpz, .bindRPZ)
        #expect(loaded.reports[0].unsupported["generated"] == 2)
    }

    /// PowerDNS refuses a zone with an action behind another policy of its name; data behind an action are nothing.
    @Test func powerDNSRefusesASecondPolicy() throws {
        let records = "a.zz CNAME *.\na.zz A 192.0.2.1\nb.zz A 192.0.2.1\nb.zz AAAA ::1"
        let loaded = try readList(Self.zone(records), .rpz, .pdnsRPZ)
        let refused = try readList(Self.zone(records + "\na.zz CNAME .\nb.zz CNAME ."), .rpz, .pdnsRPZ)
        #expect(refused.reports[0].ignored["duplicate-policy"] == 1)
        #expect(try refused.verdict("c.zz", .a).kind == .unsupported)
        let ranges = "24.0.0.2.192.rpz-ip A 192.0.2.1\n24.7.0.2.192.rpz-ip CNAME ."
        // The line that is refused is counted once, as that.
        let report = try readList(Self.zone(ranges), .rpz, .pdnsRPZ).reports[0]
        #expect(report.ignored["duplicate-policy"] == nil && report.unsupported["refused-zone"] == 1)
        #expect(try loaded.verdict("a.zz", .a).kind == .nodata)
        #expect(try loaded.verdict("b.zz", .aaaa).answer?.text == "AAAA=::1")
    }

    @Test func unboundGivesClientsTheLastOfSeveralRecords() throws {
        let zone = Self.zone("32.1.0.0.127.rpz-client-ip A 192.0.2.1\n32.1.0.0.127.rpz-client-ip A 192.0.2.2")
        let context = QueryContext(client: Client(address: IPAddress("127.0.0.1")))
        let verdict = try readList(zone, .rpz, .unboundRPZ).verdict("a.zz", .a, context: context)
        #expect(verdict.answer?.text == "A=192.0.2.2")
    }

    /// A DNAME is data for BIND and PowerDNS, and nothing for the others.
    @Test(arguments: [
        (Engine.bindRPZ, VerdictKind.nodata), (.pdnsRPZ, .nodata), (.unboundRPZ, .pass), (.knotRPZ, .pass),
    ])
    func aliasOfASubtreeInAPolicyZone(engine: Engine, kind: VerdictKind) throws {
        let loaded = try readList(Self.zone("a.zz DNAME b.yy."), .rpz, engine)
        #expect(try loaded.verdict("a.zz", .a).kind == kind)
        #expect(try loaded.verdict("b.a.zz", .a).kind == .pass)
        #expect(loaded.reports[0].unsupported == (engine == .bindRPZ ? ["rpz-dname": 1] : [:]))
    }

    /// BIND finds a range, no policy under the name that it expects, and then asks no later zone.
    @Test func bindAsksNoLaterZoneBehindARangeInAnotherSpelling() throws {
        let zones = ["128.0.zz.0.1030.2603.rpz-ip CNAME rpz-passthru.", "48.zz.1030.2603.rpz-ip CNAME ."].map(Self.zone)
        for (lists, kind) in [(zones, VerdictKind.pass), ([zones[1]], .nxdomain)] {
            let loaded = try LayerLoader.load(
                lists.enumerated().map { ListInput(path: "zone\($0)", format: .rpz, octets: Array($1.utf8)) },
                engine: .bindRPZ,
                mayBeEmpty: true
            )
            let addresses = [try #require(IPAddress("2603:1030::"))]
            #expect(try loaded.verdict("a.zz", .aaaa, addresses: addresses).kind == kind)
        }
    }

    /// Two layers let a name pass, and a decision names the rule of one: how far the other spares what lies behind is said
    /// to be unknown where it matters.
    @Test func twoLayersThatLetPass() throws {
        let inner = try LayerLoader.load(
            [Self.zone("b.zz CNAME ."), Self.zone("a.zz CNAME rpz-passthru.")].enumerated().map {
                ListInput(path: "zone\($0)", format: .rpz, octets: Array($1.utf8))
            },
            engine: .pdnsRPZ
        )
        let outer = try readList("@@||a.zz^\n||c.zz^\n", .adblock)
        let stack = CompiledStack(layers: [outer.layer, inner.layer])
        func kind(_ alias: String) throws -> VerdictKind {
            stack.verdict(try DomainName("a.zz"), type: .a, chain: [try DomainName(alias)]).kind
        }
        #expect(try kind("b.zz") == .unsupported)
        #expect(try kind("x.zz") == .pass)
        #expect(try inner.verdict("a.zz", chain: ["b.zz"]).kind == .nxdomain)
    }

    /// In BIND ranges of IPv4 hold for mapped addresses in some way that is not modelled.
    @Test(arguments: [(Engine.bindRPZ, VerdictKind.unsupported), (.unboundRPZ, .pass), (.pdnsRPZ, .pass)])
    func rangeAndMappedAddress(engine: Engine, kind: VerdictKind) throws {
        let loaded = try readList(Self.zone("8.0.0.0.10.rpz-ip CNAME ."), .rpz, engine)
        let address = try #require(IPAddress("::ffff:10.0.0.1"))
        #expect(try loaded.verdict("a.zz", .aaaa, addresses: [address]).kind == kind)
    }
}

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
    @Test(arguments: ["1.2001:db8::.rpz.ip CNAME .", "a+.zz CNAME .", "b.zz CNAME", "b+c.zz (\nTXT x)"])
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

    /// Knot Resolver compares targets octet by octet with those that it knows; other engines compare names.
    @Test(arguments: [
        ("RPZ-DROP.", Engine.knotRPZ, VerdictKind.pass), ("rpz-Passthru.", .knotRPZ, .nxdomain),
        ("rpz-drop.", .knotRPZ, .servfail), ("RPZ-DROP.", .pdnsRPZ, .drop), ("RPZ-DROP.", .unboundRPZ, .drop),
    ])
    func knotResolverKnowsActionsInLowerCase(target: String, engine: Engine, kind: VerdictKind) throws {
        let records = (kind == .nxdomain ? "a.zz CNAME .\n" : "") + "a.zz CNAME \(target)\n"
        #expect(try readList(Self.zone(records), .rpz, engine).verdict("a.zz", .a).kind == kind)
    }

    /// PowerDNS fails where the alias for an address leads back to the name that has it.
    @Test func aliasesForAddressesMayLeadBack() throws {
        let zone = Self.zone("16.0.0.51.198.rpz-ip CNAME a.zz.")
        let stack = CompiledStack(layers: [try readList(zone, .rpz, .pdnsRPZ).layer])
        let address = try #require(IPAddress("198.51.100.7"))
        let (alias, target) = (try DomainName("ch.zz"), try DomainName("a.zz"))
        #expect(stack.verdict(alias, type: .a, chain: [target], addresses: [address]).kind == .servfail)
        let other = stack.verdict(alias, type: .a, chain: [try DomainName("b.zz")], addresses: [address])
        #expect(other.kind == .redirect)
    }

    /// Directives: only files are included; what is generated is not known; no server takes another one.
    @Test(arguments: [
        ("$INCLUDE other", Engine.bindRPZ, "include"), ("$GENERATE 1-9 a${0,2,q}.zz CNAME .", .bindRPZ, "generated"),
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

    /// The names of a directive for 9, 10 and 11, as `named-checkzone -D` 9.18 writes them.
    @Test(arguments: [
        ("a$.zz", ["a9.zz", "a10.zz", "a11.zz"]), ("a${1}.zz", ["a10.zz", "a11.zz", "a12.zz"]),
        ("a${-10}.zz", ["a-1.zz", "a0.zz", "a1.zz"]), ("a${+2,3}.zz", ["a011.zz", "a012.zz", "a013.zz"]),
        ("a${-10,4}.zz", ["a-001.zz", "a0000.zz", "a0001.zz"]), ("a${0,3,d}.zz", ["a009.zz", "a010.zz", "a011.zz"]),
        ("a${0,3,o}.zz", ["a011.zz", "a012.zz", "a013.zz"]), ("a${6,1,x}.zz", ["af.zz", "a10.zz", "a11.zz"]),
        ("a${6,2,X}.zz", ["a0f.zz", "a10.zz", "a11.zz"]), ("a${-10,0,x}.zz", ["affffffff.zz", "a0.zz", "a1.zz"]),
        // Nibbles; the width counts the dots.
        ("${0,0,n}.zz", ["9.zz", "a.zz", "b.zz"]), ("${0,5,n}.zz", ["9.0.0.zz", "a.0.0.zz", "b.0.0.zz"]),
        ("${250,0,N}.zz", ["3.0.1.zz", "4.0.1.zz", "5.0.1.zz"]),
        // An offset holds for the dollars behind it.
        ("a${5}b$.zz", ["a14b14.zz", "a15b15.zz", "a16b16.zz"]),
        ("a$b${5}.zz", ["a9b14.zz", "a10b15.zz", "a11b16.zz"]),
        ("a$$.zz", ["a\\036.zz"]), ("a$$${1}.zz", ["a\\03610.zz", "a\\03611.zz", "a\\03612.zz"]),
        ("a\\$$.zz", ["a\\0369.zz", "a\\03610.zz", "a\\03611.zz"]), ("a$.elsewhere.", []),
    ])
    func numbersAreWritten(owner: String, names: [String]) throws {
        let loaded = try readList(Self.zone("q.zz CNAME .\n$GENERATE 9-11 \(owner) CNAME ."), .rpz, .bindRPZ)
        for name in names { #expect(try loaded.verdict(name).kind == .nxdomain, "\(name)") }
        #expect(loaded.layer.ruleCount == (owner == "a$$.zz" ? 3 : names.count) + 1)
        for name in ["a8.zz", "a.zz", "0.zz", "zz"] { #expect(try loaded.verdict(name).kind != .unsupported) }
        #expect(loaded.reports[0].unsupported.isEmpty)
    }

    /// Of other directives, and too many records, nothing is known but by the zone as a whole.
    @Test(arguments: [
        "1-3 a${1,}.zz CNAME .", "1-3 a${}.zz CNAME .", "3-1 a$.zz CNAME .", "1-3/0 a$.zz CNAME .",
        "1-10001 a$.zz CNAME .",
        "1-2 a$.zz CNAME b", "1-2 a${0,128}.zz CNAME .", "1-2 a${-2,1,n}.zz CNAME .", "1-2 a${1.zz CNAME .",
        "1-2 _a$.zz A 192.0.2.1", "254-256 a.zz A 192.0.2.$",
        "1-2 a$.zz CH CNAME .", "1-2 a$.zz CNAME . x", "1-2 a.zz CNAME b$.", "1-2 @ CNAME .", "1-2 a$.zz TXT x",
        "1-999999999999 a$.zz CNAME .", "1- a$.zz CNAME .", "/ a$.zz CNAME .", "-/- a$.zz CNAME .",
    ])
    func otherDirectivesLeaveTheZoneOpen(directive: String) throws {
        let loaded = try readList(Self.zone("b.zz CNAME .\n$GENERATE \(directive)"), .rpz, .bindRPZ)
        #expect(try loaded.verdict("q.zz").kind == .unsupported)
    }

    @Test func generatedRecordsAreBounded() throws {
        let lines = (0..<12).map { "$GENERATE 1-1000 a${0,5}.z\($0) CNAME ." }.joined(separator: "\n")
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

import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// What BIND 9.18, Unbound 1.17.1, PowerDNS Recursor 4.8.8 and Knot Resolver 5.6 made of owners with stars, of triggers that
/// are none, of the root, and of aliases that lead back.
struct PolicyZoneOwnerTests {
    private static let head = "$TTL 300\n@ SOA ns. m. 1 2 3 4 5\n@ NS ns.\n"
    private static let all = [Engine.bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ]

    /// One letter an engine: NXDOMAIN (`x`), NODATA (`n`), other data (`d`), the real answer (`p`), SERVFAIL (`s`), not known
    /// (`u`), not compared (`?`).
    static let names: [(records: String, name: String, outcomes: String)] = [
        // Stars inside labels are octets like others.
        ("ads*.b.com CNAME .\nc.com CNAME .", "c.com", "xxxx"), ("*w.com CNAME .\nc.com CNAME .", "c.com", "xxxx"),
        ("*w.com CNAME .", "*w.com", "xxxx"), ("*w.com CNAME .", "xw.com", "pppp"),
        ("x.com CNAME bar*.com.\nc.com CNAME .", "c.com", "xxxx"),
        ("x.com CNAME *bar.com.\nc.com CNAME .", "c.com", "xxxx"),
        ("x.com MX 1 a*.b.\nc.com CNAME .", "c.com", "uxxx"), ("x.com CNAME a+b.\nc.com CNAME .", "c.com", "xxxp"),
        // Names that are stars themselves.
        ("*.com A 192.0.2.1", "*.com", "dddd"), ("*.h.com CNAME .\nads.*.h.com CNAME .", "*.h.com", "xxxx"),
        ("*.h.com CNAME .", "b.*.h.com", "ppxx"), ("ads.*.i.com CNAME .", "ads.*.i.com", "xxxx"),
        ("ads.*.i.com CNAME .", "ads.x.i.com", "pppp"),
        // A star that only exists for the names below it: BIND finds it, if another star leads it there.
        ("ads.*.h.com CNAME .\n*.com CNAME .", "x.h.com", "n?xx"),
        ("ads.*.h.com CNAME .\n*.com CNAME .", "a.y.h.com", "n?xx"),
        ("ads.*.h.com CNAME .\n*.com CNAME .", "h.com", "p?xx"),
        ("ads.*.h.com CNAME .\n*.com CNAME .", "*.h.com", "p?xx"),
        ("ads.*.h.com CNAME .\n*.com CNAME .", "b.*.h.com", "p?xx"),
        ("ads.*.h.com CNAME .\n*.com CNAME .", "q.com", "xxxx"),
        ("ads.*.h.com CNAME .\n* CNAME rpz-passthru.", "x.h.com", "n?pp"),
        ("*.*.h.com CNAME .\n*.com CNAME .", "x.h.com", "n?xx"),
        ("ads.*.h.com CNAME .", "x.h.com", "pppp"),
        ("ads.*.h.com CNAME .\n*.com CNAME .\nx.h.com A 192.0.2.1", "y.h.com", "n?xx"),
        ("ads.*.h.com CNAME .\n*.com CNAME .\nx.h.com A 192.0.2.1", "a.x.h.com", "p?xx"),
        ("ads.*.h.com CNAME .\n*.com CNAME .\n*.h.com CNAME s.net.", "x.h.com", "d?d?"),
        // The triggers themselves.
        ("rpz-nsdname CNAME .\na.com CNAME .", "rpz-nsdname", "pppx"),
        ("rpz-ip CNAME .\na.com CNAME .", "rpz-ip", "ppux"), ("rpz-ip CNAME .\na.com CNAME .", "a.com", "xxux"),
        ("rpz-nsip CNAME .\na.com CNAME .", "a.com", "xxux"), ("*.rpz-ip CNAME .\na.com CNAME .", "x.rpz-ip", "ppux"),
        // The root.
        ("@ A 192.0.2.1", ".", "pddd"), ("@ CNAME .", ".", "pxxx"), ("@ CNAME .", "q", "uppp"),
        ("* CNAME .\n@ A 192.0.2.1", "q", "xxxx"),
        // Aliases that lead back.
        ("*.net CNAME s.net.", "s.net", "pds?"), ("*.net CNAME S.net.", "s.net", "pds?"),
        ("*.net CNAME s.net.", "x.net", "ddd?"), ("self.yy CNAME self.yy.", "self.yy", "pus?"),
        ("*.a.com CNAME *.a.com.", "x.a.com", "dud?"), ("z.zz CNAME *.zz.", "z.zz", "ddd?"),
        // Records that some make nothing of, and texts without quotes.
        ("foo.com DS 1 2 3 00\na.com CNAME .", "foo.com", "npnp"), ("foo.com TXT a b\na.com CNAME .", "a.com", "xxux"),
        ("foo.com TXT hello\na.com CNAME .", "foo.com", "nnnn"), ("foo.com HINFO a b\na.com CNAME .", "a.com", "xxux"),
        ("foo.com HINFO \"a\" \"b\"\na.com CNAME .", "a.com", "xxxx"),
        ("foo.com WKS 192.0.2.1 6 25\na.com CNAME .", "a.com", "?xup"),
        ("foo.com NAPTR 1 1 a b c x.\na.com CNAME .", "a.com", "??u?"),
        ("a.com CNAME .\nsub SOA a. b. 1 2 3 4 5", "a.com", "?xux"),
    ]

    @Test(arguments: names)
    func name(records: String, name: String, outcomes: String) throws {
        for (engine, outcome) in zip(Self.all, outcomes) where outcome != "?" {
            let lists = [ListInput(path: "zone", format: .rpz, octets: Array((Self.head + records + "\n").utf8))]
            let loaded = try LayerLoader.load(lists, engine: engine, mayBeEmpty: true)
            #expect(try Self.letter(loaded.verdict(name, .a).kind) == outcome, "\(engine.rawValue)")
        }
    }

    private static func letter(_ kind: VerdictKind) -> Character {
        switch kind {
        case .nxdomain: "x"
        case .nodata: "n"
        case .redirect: "d"
        case .pass: "p"
        case .servfail: "s"
        case .unsupported: "u"
        default: "!"
        }
    }

    private static func stack(_ zones: [String], _ engine: Engine) throws -> LoadedLayer {
        let lists = zones.enumerated().map {
            ListInput(path: "zone\($0)", format: .rpz, octets: Array((head + $1 + "\n").utf8))
        }
        return try LayerLoader.load(lists, engine: engine, mayBeEmpty: true)
    }

    /// A zone of which nothing is known leaves what zones before it decide.
    @Test(arguments: [
        "$INCLUDE other\nyy.com CNAME .", "yy.com CNAME .\n$GENERATE 1-20000 a$.zz CNAME .",
        "yy.com CNAME .\nyy.com A 192.0.2.1",
    ])
    func openZoneBehindOthers(last: String) throws {
        let zones = ["w.com CNAME .\n*.q CNAME s.net.\nok.q CNAME rpz-passthru.", "32.9.9.9.9.rpz-ip CNAME *.", last]
        let addresses = [try #require(IPAddress("9.9.9.9"))]
        let bind = try Self.stack(zones, .bindRPZ)
        #expect(try bind.verdict("w.com", .a, addresses: addresses).kind == .nxdomain)
        #expect(try bind.verdict("x.q", .a, addresses: addresses).kind == .redirect)
        #expect(try bind.verdict("ok.q", .a, addresses: addresses).kind == .pass)
        #expect(try bind.verdict("o.org", .a, addresses: addresses).kind == .nodata)
        #expect(try bind.verdict("o.org", .a, addresses: []).kind == .unsupported)
        #expect(try bind.verdict("yy.com", .txt).kind == .unsupported)
        let reversed = try Self.stack(zones.reversed(), .bindRPZ)
        #expect(try reversed.verdict("w.com", .a).kind == .unsupported)
        #expect(try Self.stack(zones, .unboundRPZ).verdict("yy.com").kind != .pass)
    }

    @Test func openZoneOfPowerDNS() throws {
        let loaded = try Self.stack(["w.com CNAME .", "foo.com TXT a b"], .pdnsRPZ)
        #expect(try loaded.verdict("w.com").kind == .nxdomain)
        #expect(try loaded.verdict("q.com").kind == .unsupported)
        // The zone that is not known may have a trigger about the client, which comes first.
        let client = QueryContext(client: Client(address: IPAddress("192.0.2.1")))
        #expect(try loaded.verdict("w.com", .a, context: client).kind == .unsupported)
    }

    /// PowerDNS ends in SERVFAIL where a rule leads an alias back.
    @Test func loopsOverAliases() throws {
        let loaded = try Self.stack(["a.zz CNAME q.zz.\n*.self.yy CNAME s.self.yy."], .pdnsRPZ)
        #expect(try loaded.verdict("q.zz", .a, chain: ["a.zz"]).kind == .servfail)
        #expect(try loaded.verdict("r.zz", .a, chain: ["a.zz"]).kind == .redirect)
        #expect(try loaded.verdict("t.yy", .a, chain: ["s.self.yy"]).kind == .servfail)
        #expect(try loaded.verdict("s.self.yy", .cname).kind == .redirect)
        #expect(try loaded.verdict("s.self.yy", .any).kind == .unsupported)
        let bind = try Self.stack(["*.self.yy CNAME s.self.yy."], .bindRPZ)
        #expect(try bind.verdict("t.yy", .a, chain: ["s.self.yy"]).kind == .pass)
        let addresses = [try #require(IPAddress("9.9.9.9"))]
        for (engine, kind) in [(Engine.bindRPZ, VerdictKind.redirect), (.pdnsRPZ, .servfail)] {
            let ranges = try Self.stack(["32.9.9.9.9.rpz-ip CNAME w.com."], engine)
            #expect(try ranges.verdict("w.com", .a, addresses: addresses).kind == kind)
            #expect(try ranges.verdict("v.com", .a, addresses: addresses).kind == .redirect)
        }
        // Not because of who asks; nor is it then BIND's old form of rpz-passthru. Where the name has an alias of its own,
        // PowerDNS gives both in an order that is not modelled, and it looks for aliases of the target for CNAME, too.
        let client = QueryContext(client: Client(address: IPAddress("127.0.0.1")))
        for (engine, kind) in [(Engine.pdnsRPZ, VerdictKind.unsupported), (.bindRPZ, .redirect)] {
            let clients = try Self.stack(["32.1.0.0.127.rpz-client-ip CNAME w.com."], engine)
            #expect(try clients.verdict("w.com", .a, context: client).kind == kind)
            #expect(try clients.verdict("v.com", .cname, context: client).kind == kind)
            #expect(try clients.verdict("v.com", .a, context: client).kind == .redirect)
        }
        #expect(try Self.stack(["w.com CNAME w.com."], .bindRPZ).verdict("w.com", .a).kind == .pass)
    }

    /// Of ranges that several addresses meet, one without data of the type may yield to a shorter one in BIND.
    @Test func rangesWithoutDataOfTheType() throws {
        let zone = "24.0.0.54.20.rpz-ip A 198.18.0.7\n31.0.1.54.20.rpz-ip HTTPS 1 ."
        let loaded = try Self.stack([zone], .bindRPZ)
        let (short, long) = (try #require(IPAddress("20.54.0.1")), try #require(IPAddress("20.54.1.0")))
        #expect(try loaded.verdict("w.com", .a, addresses: [short, long]).kind == .unsupported)
        #expect(try loaded.verdict("w.com", .a, addresses: [long]).kind == .nodata)
        #expect(try loaded.verdict("w.com", .a, addresses: [short]).kind == .redirect)
    }

    /// BIND serves its policy zones like other zones, where no policy says otherwise.
    @Test func namesInsideOfTheZone() throws {
        let rules = "a.zz CNAME .\nwww.p.yy CNAME .\nfree.p.yy CNAME rpz-passthru.\n"
        let zone = "$ORIGIN p.yy.\n\(Self.head)\(rules)"
        let bind = try readList(zone, .rpz, .bindRPZ)
        for name in ["p.yy", "a.zz.p.yy", "x.p.yy", "free.p.yy"] {
            #expect(try bind.verdict(name).kind == .unsupported, "\(name)")
        }
        for name in ["www.p.yy", "a.zz"] { #expect(try bind.verdict(name).kind == .nxdomain, "\(name)") }
        for name in ["yy", "xp.yy"] { #expect(try bind.verdict(name).kind == .pass, "\(name)") }
        #expect(try bind.verdict("q.com", .a, chain: ["x.p.yy"]).kind == .unsupported)
        for engine in [Engine.unboundRPZ, .pdnsRPZ, .knotRPZ] {
            #expect(try readList(zone, .rpz, engine).verdict("x.p.yy").kind == .pass, "\(engine)")
        }
    }

    /// What stands behind an origin that may be the zone's name is not known where the file does not say it before.
    @Test func originBehindTheFirstRecords() throws {
        let records = "a.com CNAME .\n$ORIGIN rpz1.\nb.com CNAME ."
        let bind = try Self.stack([records], .bindRPZ)
        #expect(try bind.verdict("a.com").kind == .nxdomain)
        for name in ["b.com", "b", "b.com.rpz1"] { #expect(try bind.verdict(name).kind == .unsupported, "\(name)") }
        #expect(try bind.verdict("x.b.com").kind == .pass)
        #expect(bind.reports[0].unsupported["rpz-nameless-zone"] == 1)
        #expect(try Self.stack(["$ORIGIN rpz1.\n*.b.com CNAME ."], .bindRPZ).verdict("q").kind == .unsupported)
        #expect(try Self.stack([records], .unboundRPZ).verdict("a.com").kind == .unsupported)
        #expect(try Self.stack([records], .pdnsRPZ).verdict("b.com.rpz1").kind == .nxdomain)
        // Unbound takes `foo` for `foo.`.
        #expect(
            try Self.stack(["a.com CNAME .\n$ORIGIN foo\nb.com CNAME ."], .unboundRPZ).verdict("q").kind == .unsupported
        )
    }

    /// A list without a rule that can be evaluated is said, and the others are evaluated.
    @Test(arguments: [
        ("rpz-nsdname CNAME .", Engine.pdnsRPZ),
        ("a.zz CNAME b.zz.", .knotRPZ),
    ])
    func listWithoutRulesBesideOthers(records: String, engine: Engine) throws {
        let lists = [records, "g.zz CNAME ."].map {
            ListInput(path: "zone", format: .rpz, octets: Array((Self.head + $0 + "\n").utf8))
        }
        let loaded = try LayerLoader.load(lists, engine: engine)
        #expect(try loaded.verdict("g.zz").kind == .nxdomain)
        #expect(loaded.reports[0].notices.map(\.reason) == ["no-rules"])
        #expect(loaded.reports[0].unsupportedCount + loaded.reports[0].ignoredCount == 1)
        for lists in [[lists[0]], [lists[0], lists[0]]] {
            #expect(throws: ListError.self) { try LayerLoader.load(lists, engine: engine) }
        }
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// What BIND 9.18, Unbound 1.17.1, PowerDNS Recursor 4.8 and Knot Resolver 5.6 made of faulty and odd entries, each between
/// two good ones in a zone of its own.
struct PolicyZoneRefusalTests {
    static let engines = [Engine.bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ]

    /// One letter an engine: the zone is refused (`r`) or ends (`e`), the name is blocked (`b`), has data and no more than
    /// that (`d`), passes (`p`) or is left open (`o`), all is left open though the engine takes the zone (`u`).
    static let entries: [(entry: String, outcomes: String)] = [
        ("t.zz CNAME .", "bbbb"), ("t.zz CNAME .\nt.zz A 192.0.2.1", "rbbd"),
        ("t.zz A 192.0.2.1\nt.zz CNAME .", "rdrd"),
        ("t.zz CNAME .\nt.zz CNAME .", "bbrb"), ("t.zz CNAME .\nT.zz CNAME .", "bbrb"),
        ("t.zz CNAME .\nu.zz CNAME .\nt.zz CNAME .", "bbrb"), ("t.zz A 192.0.2.1\nt.zz A 192.0.2.2", "dddd"),
        ("t.zz CNAME .\nt.zz CNAME b.yy.", "rbbb"), ("t.zz A 192.0.2.1\nt.zz CNAME b.yy.", "rdod"),
        ("t.zz A 192.0.2.300", "rrre"), ("t.zz A 2001:db8::1", "rrre"), ("t.zz AAAA 192.0.2.1", "rrre"),
        ("t.zz A", "rore"), ("t.zz A 192.0.2.1 192.0.2.2", "rdre"), ("t.zz MX b.yy.", "rrre"), ("t.zz CNAME", "rooe"),
        ("t.zz CNAME . x", "rbre"), ("t.zz CNAME . # remark", "rbre"), ("t.zz A 192.0.2.1 # remark", "rdre"),
        ("# remark", "rrre"), ("// remark", "rrre"), ("! remark", "rrre"), ("a.yy", "rrre"), ("0.0.0.0 a.yy", "rrre"),
        ("||a.yy^", "rrre"), ("<html><body>", "rrre"), ("t.zz TXT \"open", "rore"),
        ("t.zz 2147483648 CNAME .", "bbbb"), ("t.zz 4294967296 CNAME .", "rrre"), ("t.zz 99999999999 CNAME .", "rrre"),
        ("t.zz -1 CNAME .", "rrre"), ("t.zz 1h30m CNAME .", "bbrb"), ("t.zz 1h CNAME .", "bbbb"),
        ("t.zz IN 60 CNAME .", "brbb"), ("t.zz 60 IN CNAME .", "bbbb"), ("t.zz 60 60 CNAME .", "rrre"),
        ("t.zz CH CNAME .", "rrre"), ("t.zz NONSENSE .", "rrre"), ("t.zz", "rrre"),
        ("$TTL 1h30m\nt.zz CNAME .", "bbbb"),
        ("$TTL x\nt.zz CNAME .", "rbre"), ("$TTL 99999999999\nt.zz CNAME .", "rrre"), ("$TTL\nt.zz CNAME .", "rbre"),
        ("t.zz CNAME (\n . )", "bbbb"), ("t.zz ( CNAME . )", "bbrb"), ("t.zz ( CNAME\n . )", "bbrb"),
        ("t.zz CNAME . )", "rore"), ("t.zz TYPE65 \\# 3 000100", "ddrd"), ("t.zz TYPE65 \\# 4 000100", "rrre"),
        ("t.zz TYPE65280 \\# 3 000100", "dddd"), ("t.zz A \\# 4 c0000201", "ddrd"), ("\"t.zz\" CNAME .", "bppe"),
        ("t.zz CNAME \".\"", "rooe"), ("t\\999.zz CNAME .", "rrpp"), ("t..zz CNAME .", "rrre"),
        (".t.zz CNAME .", "rrre"),
        ("_t.zz CNAME .", "pppp"), ("$NONSENSE 1", "rpre"),
        ("$ORIGIN a..b.", "rrre"), ("$GENERATE 1-2 t$.zz CNAME .", "ppue"),
        ("$GENERATE 1-2 t${0,2}.zz CNAME .", "ppue"), ("$INCLUDE other", "uuuu"),
        ("33.9.9.54.20.rpz-ip CNAME .", "pprp"), ("x.rpz-ip CNAME .", "pprp"), ("99.1.rpz-client-ip CNAME .", "pprp"),
        ("t.zz CNAME a..b.", "rrre"), ("t.zz CNAME rpz-nonsense.", "dppp"), ("t.zz CNAME .\nt.zz NS ns.yy.", "rbbb"),
        ("t.zz NS ns.yy.", "oppp"), ("t.zz NS ns.yy.\na.t.zz CNAME .", "uppp"),
        ("a.t.zz CNAME .\nt.zz NS ns.yy.", "uppp"), ("t.zz DNAME a.yy.\nt.zz DNAME b.yy.", "rpdp"),
        ("@ CNAME .", "rppp"),
        ("t.zz CNAME .\r", "bbbe"),
        ("t_.zz A 192.0.2.1", "rppp"), ("*._t.zz AAAA ::1", "rppp"), ("t.zz MX 1 a_b.", "rddd"),
        ("_x.zz TXT x", "pppp"),
        ("-x.zz A 192.0.2.1", "rppp"), ("x-.zz MX 1 a.", "rppp"), ("x/y.zz A 192.0.2.1", "rppp"),
        ("_x.zz TYPE1 \\# 4 c0000201", "rprp"), ("_x.other. A 192.0.2.1", "rrrp"), ("_x CNAME .\n A 192.0.2.1", "rppp"),
        ("t.zz SRV 1 1 1 a_b.", "rddd"), ("t.zz HTTPS 1 a_b.", "rddd"), ("t.zz HTTPS 0 a_b.", "dddd"),
        ("t.zz RP a_b. c.", "dddd"), ("t.zz RP a.b_c. d.", "rddd"), ("t.zz NS a_b.", "rppp"),
        ("*.t.zz A 192.0.2.1", "pppp"),
        ("gc._msdcs.zz A 192.0.2.1", "pppp"), ("gc._msdcs.zz MX 1 a.", "rppp"), ("_x.zz SRV 1 1 1 a.", "pppp"),
        ("t.z\u{0}z CNAME .", "rrre"), ("@ SOA a. b. 2 1 1 1 1", "rppp"),
    ]

    @Test(arguments: entries)
    func entryMakesOfTheZone(entry: String, outcomes: String) throws {
        let text = "$TTL 60\n$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\ng.zz CNAME .\n\(entry)\ne.zz CNAME .\n"
        for (engine, outcome) in zip(Self.engines, outcomes) {
            #expect(try Self.outcome(text, engine) == String(outcome), "\(engine.rawValue)")
        }
    }

    /// What makes a zone one: its own records.
    @Test(arguments: [
        ("@ NS a.\n", "rbrb"), ("@ SOA a. b. 1 1 1 1 1\n", "rbbb"), ("", "rbrb"),
        ("@ SOA a. b. 1 1 1 1 1\n@ NS ns\n", "rbbb"),
        ("@ SOA a. b. 1 1 1 1 1\n@ NS ns\nns A 192.0.2.1\n", "bbbb"), ("@ SOA a. b. x 1 1 1 1\n@ NS a.\n", "rrr-"),
        ("@ SOA a. b. 1 1 1 1\n@ NS a.\n", "rbr-"), ("@ SOA a. b@c. 1 1 1 1 1\n@ NS a.\n", "bbb-"),
        ("@ SOA a. b. ( 1 1h ; c\n 1 1 1 )\n@ NS a.\n", "bbbb"), (" NS a.\n@ SOA a. b. 1 1 1 1 1\n", "r?r-"),
    ])
    func recordsOfTheZoneItself(head: String, outcomes: String) throws {
        let text = "$TTL 60\n\(head)g.zz CNAME .\nt.zz CNAME .\ne.zz CNAME .\n"
        for (engine, outcome) in zip(Self.engines, outcomes) where outcome != "?" {
            #expect(try Self.outcome(text, engine) == String(outcome), "\(engine.rawValue)")
        }
    }

    static func outcome(_ text: String, _ engine: Engine) throws -> String {
        let lists = [ListInput(path: "zone", format: .rpz, octets: Array(text.utf8))]
        let loaded = try LayerLoader.load(lists, engine: engine, mayBeEmpty: true)
        let kinds = try ["g.zz", "t.zz", "e.zz"].map { try loaded.verdict($0, .a).kind }
        let isRefused = loaded.reports[0].unsupported["refused-zone"] == 1
        switch kinds {
        case [.unsupported, .unsupported, .unsupported]: return isRefused ? "r" : "u"
        case [.pass, .pass, .pass]: return "-"
        case [.nxdomain, .pass, .pass]: return "e"
        case [.nxdomain, .nxdomain, .nxdomain]: return "b"
        case [.nxdomain, .pass, .nxdomain]: return "p"
        case [.nxdomain, .unsupported, .nxdomain]: return "o"
        case [.nxdomain, .sinkhole, .nxdomain], [.nxdomain, .redirect, .nxdomain], [.nxdomain, .nodata, .nxdomain]:
            return "d"
        default: return "\(kinds)"
        }
    }

    /// The diagnostic names the line and what is wrong with it, whatever else the layer holds.
    @Test func refusalNamesTheLine() throws {
        let bad = "$TTL 60\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\nt.zz A 192.0.2.300\n"
        let good = "$TTL 60\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\ng.zz CNAME .\n"
        for lists in [[bad, good], [good, bad]] {
            let inputs = lists.map { ListInput(path: "zone", format: .rpz, octets: Array($0.utf8)) }
            let loaded = try LayerLoader.load(inputs, engine: .bindRPZ, mayBeEmpty: true)
            // A zone in front of it decides what it did.
            if lists[0] == good { #expect(try loaded.verdict("g.zz", .a).kind == .nxdomain) }
            let verdict = try loaded.verdict(lists[0] == good ? "q.zz" : "g.zz", .a)
            #expect(verdict.kind == .unsupported && verdict.matched?.rule.line == 4)
            let notes = loaded.reports.flatMap(\.notEvaluated)
            #expect(notes.count == 1 && notes[0].line == 4 && notes[0].text.contains("no resource record"))
        }
    }

    /// The whole name of an owner counts, and what BIND's configuration says of names.
    @Test func checkedNames() throws {
        func kind(_ origin: String, _ checks: Bool) throws -> VerdictKind {
            let zone = "$ORIGIN \(origin).\n$TTL 60\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\ng.zz CNAME .\nt.zz A 192.0.2.1\n"
            return try readList(zone, .rpz, .bindRPZ, options: LayerOptions(checksNames: checks)).verdict("g.zz").kind
        }
        #expect(try kind("my_zone", true) == .unsupported)
        #expect(try kind("my-zone", true) == .nxdomain)
        #expect(try kind("my_zone", false) == .nxdomain)
        let head = "$TTL 60\n@ SOA a. c_d. 1 1 1 1 1\n@ NS a.\n_t.zz A 192.0.2.1\n"
        #expect(
            try readList(head, .rpz, .bindRPZ, options: LayerOptions(checksNames: false)).verdict("_t.zz").kind
                == .redirect
        )
        for head in [
            "@ SOA a_b. c. 1 1 1 1 1\n@ NS a.", "@ SOA a. b.c_d. 1 1 1 1 1\n@ NS a.",
            "@ SOA a. b. 1 1 1 1 1\n@ NS a_b.",
        ] {
            #expect(
                try readList("$TTL 60\n\(head)\ng.zz CNAME .\n", .rpz, .bindRPZ).verdict("g.zz").kind == .unsupported
            )
        }
        let fine = "$TTL 60\n@ SOA . . 1 1 1 1 1\n@ NS .\ng.zz CNAME .\n"
        #expect(try readList(fine, .rpz, .bindRPZ).verdict("g.zz").kind == .nxdomain)
    }

    /// No policy zone is written that BIND would not take.
    @Test func exportsNoSuchNames() throws {
        let rules = """
            local-zone: a_b.zz redirect
            local-data: 'a_b.zz A 192.0.2.1'
            local-zone: c.zz redirect
            local-data: 'c.zz A 192.0.2.1'
            local-zone: _d.c.zz always_nxdomain
            local-zone: _e.zz always_nxdomain

            """
        let list = try readList(rules, .unbound)
        var text: [UInt8] = []
        let report = export(list.layer, try #require(ExportFormat.named("rpz")), allowing: false, &text)
        #expect(report.omitted == ["host-name": 2])
        let zone = String(decoding: text, as: UTF8.self)
        #expect(
            !zone.contains("a_b") && zone.contains("\n_d.c.zz CNAME .") && zone.contains("_e.zz CNAME .")
                && zone.contains("c.zz 3600 IN A")
        )
        #expect(try readList(zone, .rpz, .bindRPZ).verdict("_e.zz").kind == .nxdomain)
    }

    /// Where a mode blocks with addresses that BIND does not take at a name, NXDOMAIN blocks it, which is counted.
    @Test func blocksSuchNamesWithoutAddresses() throws {
        let hosts = "0.0.0.0 a_b.zz\n0.0.0.0 -c.zz\n0.0.0.0 d.zz\n0.0.0.0 e.a_b.zz\n"
        let list = try readList(hosts, .hosts, .pihole)
        var text: [UInt8] = []
        let report = export(list.layer, try #require(ExportFormat.named("rpz")), allowing: false, &text)
        #expect(report.omitted.isEmpty && report.changedAnswers == 3)
        let zone = String(decoding: text, as: UTF8.self)
        #expect(
            zone.contains("a_b.zz CNAME .\n") && zone.contains("-c.zz CNAME .\n") && zone.contains("d.zz IN A 0.0.0.0")
        )
        let again = try readList(zone, .rpz, .bindRPZ)
        for name in ["a_b.zz", "-c.zz", "e.a_b.zz"] { #expect(try again.verdict(name).kind == .nxdomain) }
        #expect(try again.verdict("d.zz").kind == .sinkhole && again.verdict("x.a_b.zz").kind == .pass)
    }

    /// What such a name would have from above is not written otherwise.
    @Test func leavesOutExceptionsAtSuchNames() throws {
        let rules = ListInput(path: "list", format: .adblock, octets: Array("||a.zz^\n@@||x._b.a.zz^\n".utf8))
        let list = try LayerLoader.load([rules], engine: .technitium, blockMode: "AnyAddress")
        var text: [UInt8] = []
        let report = export(list.layer, try #require(ExportFormat.named("rpz")), allowing: false, &text)
        #expect(report.omitted == ["host-name": 1] && report.changedAnswers == 0)
        #expect(!String(decoding: text, as: UTF8.self).contains("_b"))
    }
}

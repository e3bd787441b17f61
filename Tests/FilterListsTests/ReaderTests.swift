import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// The same line means different things in different engines: one table per reader.
@Suite struct ReaderTests {
    /// A rule, a name, and whether the name is blocked.
    typealias Row = (rules: String, name: String, blocked: Bool)

    private func check(
        _ row: Row,
        _ format: ListFormat,
        _ engine: Engine,
        role: ListRole = .block,
        type: RRType = .a
    ) throws {
        let verdict = try readList(row.rules, format, engine, role: role).verdict(row.name, type)
        #expect(verdict.kind.isPass == !row.blocked, "\(row.rules) / \(row.name)")
    }

    @Test(arguments: [
        ("0.0.0.0 a.example", "a.example", true), ("0.0.0.0 a.example", "x.a.example", false),
        ("192.0.2.200 a.example", "a.example", true), ("a.example", "a.example", true),
        ("A.Example", "a.example", true), ("a.example.", "a.example", true), ("a.example#x", "a.example", true),
        ("a.example # x", "a.example", true), ("\ta.example\r\n", "a.example", true),
        ("! a.example", "a.example", false),
        ("; a.example", "a.example", false), ("[a.example]", "a.example", false), ("localhost", "localhost", false),
        ("oneword", "oneword", false), ("||a.example^", "x.a.example", true), ("||a.example^", "xa.example", false),
        ("||a.example^$important", "a.example", false), ("||a.example", "a.example", false),
        ("@@||a.example^", "a.example", false), ("*.a.example", "x.a.example", false),
        ("0.0.0.0 a.example b.example", "b.example", true), ("0.0.0.0 a.example b.example", "a.example", true),
        ("a.example##.ad", "a.example", false), ("a_b.example", "a_b.example", true),
        ("a..example", "a.example", false),
        // FTL 6.4 was run with these.
        ("||a.example^ b.example", "x.a.example", true), ("||a.example^ b.example", "b.example", false),
        ("b.example ||a.example^", "x.a.example", true), ("b.example ||a.example^", "b.example", true),
        ("a.b", "a.b", true), ("a.example!c", "a.example", false), ("a.example[c", "a.example", false),
        ("a.example ##x", "a.example", false), ("a.example #x", "a.example", true),
        (" # a.example", "a.example", false),
        ("::1 a.example", "a.example", true), ("0.0.0.0", "0.0.0.0", false), ("-a.example", "-a.example", true),
        ("a.-example", "a.-example", false), ("a.example\u{B}", "a.example", true),
        ("a\u{B}.example", "a.example", false),
    ])
    func pihole(row: Row) throws { try check(row, .domains, .pihole) }

    @Test(arguments: [
        ("0.0.0.0 a.example", "a.example", true), ("0.0.0.0 a.example", "x.a.example", false),
        ("0.0.0.0 a.example b.example", "b.example", true), ("0.0.0.0 A.example", "a.example", false),
        ("0.0.0.0 a.example.", "a.example", false), ("0.0.0.0 a.com# x", "a.co", true),
        ("0.0.0.0 a.com# x", "a.com", false), ("a.example", "a.example", true), ("a.example", "x.a.example", false),
        ("a_b.example", "x.a_b.example", true), ("||a.example^", "a.example", true),
        ("||a.example^", "x.y.a.example", true), ("||a.example^", "xa.example", false),
        ("||a.example^", "a.example.org", false), ("||a.exampl", "a.example", true), ("|a.example^", "a.example", true),
        ("|a.example^", "x.a.example", false), ("a.example^", "xa.example", true),
        ("*.a.example^", "x.a.example", true),
        ("*.a.example^", "a.example", false), ("||a*.example^", "a1.b.example", true),
        ("||*.a.example^", "x.a.example", true),
        ("||a.example^$third-party", "a.example", false), ("||a.example^$badname", "a.example", false),
        ("||a.example^$badfilter  # note", "a.example", false), ("||a.example^$script", "a.example", false),
        ("||a.example^$~script", "a.example", true), ("||a.example^$document", "a.example", false),
        ("||a.example^\n@@||x.a.example^", "x.a.example", false), ("||a.example^\n@@||x.a.example^", "a.example", true),
        ("||a.example^$important\n@@||a.example^", "a.example", true),
        ("||a.example^$important\n@@||a.example^$important", "a.example", false),
        ("||a.example^\n||a.example^$badfilter", "a.example", false),
        ("||a.example^$important\n||a.example^$badfilter", "a.example", true),
        ("||a.example^$important\n||a.example^$important,badfilter", "a.example", false),
        ("0.0.0.0 a.example\n@@||a.example^", "a.example", false), ("*$denyallow=com|net", "x.example", true),
        ("*$denyallow=com|net", "x.com", false), ("*$denyallow=com|net", "com", false), ("||", "a.example", false),
        ("ad", "ad.example", false), ("||a.example^/path", "a.example", false), ("||a.example/*", "a.example", true),
        ("://a.example", "a.example", true), ("://a.example", "x.a.example", false),
        ("# ||a.example^", "a.example", false),
        ("a.example##.ad", "a.example", false), ("||a.example^|", "a.example", true), ("/^a/", "a.example", true),
        ("/^b/", "a.example", false),
        ("||a.example^$dnsrewrite=192.0.2.1", "a.example", true), ("||a.example^$client=", "a.example", false),
    ])
    func adguard(row: Row) throws { try check(row, .adblock, .adguardHome) }

    @Test(arguments: [
        ("||a.example^$dnstype=AAAA", RRType.a, false), ("||a.example^$dnstype=AAAA", .aaaa, true),
        ("||a.example^$dnstype=~A", .a, false), ("||a.example^$dnstype=~A", .txt, true),
        ("||a.example^$dnstype=A|AAAA", .https, false), ("||a.example^$dnstype=~A|AAAA", .aaaa, true),
        ("||a.example^$dnstype=~A|AAAA", .txt, false), ("||a.example^$dnstype=NONE", .a, false),
        ("||a.example^$dnstype=", .a, false), ("||a.example^$dnstype=TXT|", .txt, false),
    ])
    func adguardTypes(rule: String, type: RRType, blocked: Bool) throws {
        try check((rule, "a.example", blocked), .adblock, .adguardHome, type: type)
    }

    @Test(arguments: [
        ("a.example", "a.example", true), ("a.example", "x.a.example", false), ("*.a.example", "a.example", true),
        ("*.a.example", "x.y.a.example", true), ("*.a.example", "xa.example", false),
        ("*a.example", "xa.example", false),
        ("*.a.*", "x.a.b", false), ("||a.example^", "a.example", true), ("||a.example^", "x.a.example", false),
        ("::1 a.example b.example # x", "b.example", true), ("fe80::1%lo a.example", "a.example", true),
        ("bad a.example", "a.example", false), ("0.0.0.0 a.example b/c", "a.example", false),
        ("! a.example", "a.example", false), ("localhost", "localhost", true), ("/a/", "a.example", true),
        ("/^b/", "a.example", false), ("||/^a/^", "a.example", true), ("/^a/^", "a.example", true),
        ("||/^b/^", "a.example", false),
    ])
    func blocky(row: Row) throws { try check(row, .wildcard, .blocky) }

    @Test(arguments: [
        ("a.example", "a.example", true), ("a.example", "x.a.example", true), ("a.example", "xa.example", false),
        ("0.0.0.0 a.example b.example", "x.a.example", true), ("0.0.0.0 a.example b.example", "b.example", false),
        ("0.0.0.0 localhost", "localhost", false), ("a.example # x", "a.example", true),
        ("192.0.2.1", "192.0.2.1", false),
        (".a.example.", "a.example", true), ("||a.example^", "x.a.example", true),
        ("||a.example^$all", "a.example", true),
        ("||a.example^$popup", "a.example", false), ("||a*.example^", "ab.example", false),
        ("a.example\n@@||x.a.example^", "x.a.example", false), ("A.EXAMPLE", "a.example", true),
        // Blanks, stars and dots in front of a line go, the caret may be missing, and options are looked through for words.
        ("*.a.example", "x.a.example", true), ("*||a.example^", "a.example", true),
        ("||a.example", "x.a.example", true),
        ("a.example\n@@||x.a.example", "x.a.example", false), ("||a.example^$document", "a.example", true),
        ("||a.example^$third-party,document", "a.example", true), ("||a.example^$removeparam=call", "a.example", true),
        ("||a.example^ ", "a.example", false), ("||a.example$all", "a.example", false),
    ])
    func technitium(row: Row) throws { try check(row, .domains, .technitium) }

    @Test(arguments: [
        ("a.example", "x.a.example", true), ("*.a.example", "a.example", true), (".a.example", "x.a.example", true),
        ("*a.example", "xa.example", false), ("*a.example", "x.a.example", true), ("=a.example", "a.example", true),
        ("=a.example", "x.a.example", false), ("ads.*", "ads.example", true), ("ads.*", "x.ads.example", false),
        ("*upd*", "xupdy.example", true), ("fe?.example", "fe2.example", true), ("fe?.example", "fe22.example", false),
        ("a*.b.example", "a1.c.b.example", true), ("a*.b.example", "x.a1.b.example", false),
        ("a.example # note", "a.example", true), ("a.example#note", "a.example", false),
        ("# a.example", "a.example", false),
        ("A.Example", "a.example", true), ("*", "a.example", false),
    ])
    func dnscrypt(row: Row) throws { try check(row, .dnscrypt, .dnscryptProxy) }

    @Test(arguments: [
        ("address=/a.example/", RRType.txt, VerdictKind.nxdomain), ("address=/a.example/#", .a, .sinkhole),
        ("address=/a.example/#", .txt, .pass), ("address=/a.example/0.0.0.0", .aaaa, .pass),
        ("address=/a.example/::", .aaaa, .sinkhole), ("address=/a.example/192.0.2.1", .a, .redirect),
        ("local=/a.example/", .a, .nxdomain), ("server=/a.example/192.0.2.1", .a, .route),
        ("server=/example/\nserver=/a.example/#", .a, .pass), ("address=/#/", .a, .unsupported),
        ("address=/#/\nserver=192.0.2.1", .a, .pass), ("server=192.0.2.1\nlocal=/./", .txt, .pass),
        ("no-resolv\naddress=/*/", .a, .nxdomain), ("no-resolv\nlocal=/#/\nserver=/a.example/192.0.2.1", .a, .route),
        ("server=/#/", .a, .unsupported), ("address=/#/\naddress=/a.example/192.0.2.1", .a, .redirect),
        ("address=/#/\naddress=/a.example/192.0.2.1", .aaaa, .unsupported),
        ("address=/#/\nlocal=/a.example/", .a, .nxdomain), ("address=/*/#", .a, .sinkhole),
        ("server=/#/#", .a, .unsupported), ("server=/./#\nserver=/a.example/#", .a, .unsupported),
        ("address=/a.example /#", .a, .sinkhole), ("address=/a.example\t/b/#", .a, .sinkhole),
        ("address=/*.example  /#", .a, .sinkhole), ("address=/*a.example /#", .a, .sinkhole),
        ("address=/ a.example/#", .a, .pass), ("address=/# /#", .a, .sinkhole),
        ("local=/..a.example/", .a, .nxdomain), ("address=/*..a.example/#", .a, .pass),
        ("address=/a.example./b.example/#", .a, .sinkhole), ("address=/b.example/a.example./#", .a, .sinkhole),
        ("server=/b.example./c.example/#", .a, .unsupported),
        ("address = /a.example/ # note", .a, .nxdomain), ("address=/b.example/a.example/", .a, .nxdomain),
        ("address=/*.example/", .a, .nxdomain), ("address=/*.a.example/", .a, .pass),
        ("address=/*a.example/", .a, .nxdomain),
        ("host-record=a.example,192.0.2.1", .a, .redirect), ("host-record=a.example,192.0.2.1", .aaaa, .pass),
        ("address=/*a.example/#", .a, .sinkhole), ("address=/a.example/nonsense", .a, .unsupported),
        ("bogus-nxdomain=192.0.2.1", .a, .pass),
        ("address=/xample/\naddress=/*.example/#", .a, .sinkhole), ("#address=/a.example/", .a, .pass),
    ])
    func dnsmasq(rules: String, type: RRType, kind: VerdictKind) throws {
        #expect(try readList(rules, .dnsmasq).verdict("a.example", type).kind == kind, "\(rules)")
    }

    @Test(arguments: [
        ("address=/b.example./c.example/#", VerdictKind.unsupported), ("local=/b.example./c.example/", .unsupported),
        ("address=/b.example. /#", .unsupported), ("address=/b.example/c.example./#", .pass),
        ("address=/b.example /c.example/#", .unsupported), ("address=/b.example/c.example /#", .pass),
        ("address=/ /#", .unsupported), ("address=//#", .unsupported),
    ])
    func dnsmasqNamesOfOneLabel(rules: String, kind: VerdictKind) throws {
        #expect(try readList(rules, .dnsmasq).verdict("com", .a).kind == kind, "\(rules)")
        #expect(try readList(rules, .dnsmasq).verdict("a.example", .a).kind == .pass, "\(rules)")
    }

    @Test(arguments: [
        ("local-zone: \"example.\" always_nxdomain", VerdictKind.nxdomain),
        ("local-zone: example always_nxdomain", .nxdomain), ("local-zone: 'example' refuse # note", .refused),
        ("server: local-zone: \"example\" static", .nxdomain), ("local-zone:\"example\" always_null", .sinkhole),
        ("local-data: \"a.example A 192.0.2.1\"", .redirect), ("local-data: 'a.example TXT \"x y\"'", .nodata),
        ("local-zone: \"example\" redirect\nlocal-data: \"example A 0.0.0.0\"", .sinkhole),
        ("local-zone: \"example\" nonsense", .unsupported), ("local-zone: \"example\"", .unsupported),
        ("view:\n name: \"v\"\n local-zone: \"example\" refuse", .unsupported),
        ("remote-control:\n control-enable: no\nserver:\n local-zone: example refuse", .refused),
        ("local-zone: example static\nlocal-data: \"b.a.example A 0.0.0.0\"", .nodata),
        (
            "local-zone: example static\nlocal-zone: b.a.example transparent\nlocal-data: \"c.b.a.example A 0.0.0.0\"",
            .nxdomain
        ),
    ])
    func unbound(rules: String, kind: VerdictKind) throws {
        #expect(try readList(rules, .unbound).verdict("a.example").kind == kind, "\(rules)")
    }

    @Test(arguments: [
        ("a.example CNAME .", VerdictKind.nxdomain), ("a.example 60 IN CNAME *.", .nodata),
        ("a.example IN 60 CNAME rpz-drop.", .drop), ("*.example CNAME .", .nxdomain), ("*.a.example CNAME .", .pass),
        ("* CNAME .", .nxdomain), ("a.example A 192.0.2.1", .redirect), ("a.example A 0.0.0.0 ; note", .sinkhole),
        ("a.example CNAME ( . )", .nxdomain), ("a.example ( CNAME\n . )", .nxdomain),
        ("a.exampl\\101 CNAME .", .nxdomain),
        ("\\097.example CNAME .", .nxdomain), ("a.example.zone. CNAME .", .nxdomain), ("a.example. CNAME .", .pass),
        ("$ORIGIN example.zone.\na CNAME .", .nxdomain), ("a.example TXT \"x ; y\"", .nodata),
        ("b.example CNAME .\n CNAME .", .pass), ("a.example A 192.0.2.1\n AAAA ::", .redirect),
        ("8.0.0.0.10.rpz-ip CNAME .", .pass), ("a.example CNAME a.example.", .pass),
        ("a.example CNAME x.example.", .redirect),
        ("a.example CNAME rpz-passthru.\n*.example CNAME .", .pass), ("a.example NS ns.example.", .unsupported),
    ])
    func responsePolicyZone(rules: String, kind: VerdictKind) throws {
        let head = "$TTL 60\n$ORIGIN zone.\n@ SOA a. b. (\n 1 1 1 1 1 )\n@ NS a.\n"
        #expect(try readList(head + rules + "\n", .rpz).verdict("a.example").kind == kind, "\(rules)")
    }

    @Test func everyDropAndEverySkipIsCountedWithItsLine() throws {
        let loaded = try readList(
            "||a.example^\n||b.example^$popup\n\n||d.example^$denyallow=x.*\n||c.example^$nonsense\n",
            .adblock
        )
        let report = loaded.reports[0]
        #expect(report.rules == 1)
        #expect(report.ignored == ["browser-modifier": 1, "unknown-modifier": 1])
        #expect(report.unsupported == ["denyallow-any-tld": 1])
        #expect(loaded.layer.unsupportedCount == 1)
        #expect(report.diagnostics.compactMap(\.line).sorted() == [2, 4, 5])
    }

    @Test func rulesKeepTheirLineAndText() throws {
        let loaded = try readList("# x\r\n  0.0.0.0 a.example b.example # note\r\n", .hosts, .dnsmasq)
        let rule = try #require(try loaded.verdict("b.example").matched?.rule)
        #expect(rule.line == 2)
        #expect(rule.text == "0.0.0.0 a.example b.example")
    }

    @Test(arguments: [ListRole.allow, .exempt])
    func allowListsAllowAndBeatBlocking(role: ListRole) throws {
        let loaded = try LayerLoader.load(
            [
                ListInput(path: "block", format: .domains, octets: Array("a.example\nb.example\n".utf8)),
                ListInput(path: "allow", role: role, format: .domains, octets: Array("a.example\n".utf8)),
            ],
            engine: .pihole
        )
        #expect(try loaded.verdict("a.example").kind == .pass)
        #expect(try loaded.verdict("a.example", chain: ["b.example"]).kind == .pass)
        #expect(try loaded.verdict("b.example").kind == .sinkhole)
    }

    @Test func unclosedParenthesesCostTheZone() throws {
        let bad = String(repeating: "x CNAME (\n", count: 3_000)
        let loaded = try readList(
            "$TTL 60\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n" + bad + "good.example CNAME sink.example.\n",
            .rpz
        )
        #expect(loaded.reports.first?.ignored["bad-record"] == 2_999)
        #expect(try loaded.verdict("good.example").kind == .unsupported)
    }

    @Test func aLayerBehindOneThatAsksForTCPStillDecides() throws {
        let outer = try readList("$TTL 60\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\nx.example CNAME rpz-tcp-only.\n", .rpz).layer
        let inner = try readList("local-zone: \"x.example\" always_nxdomain\n", .unbound).layer
        let stack = CompiledStack(layers: [outer, inner])
        #expect(stack.verdict(try DomainName("x.example"), type: .a).kind == .nxdomain)
        #expect(CompiledStack(layers: [outer]).verdict(try DomainName("x.example"), type: .a).kind == .truncate)
    }
}

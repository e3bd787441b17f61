import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// Feeds, hosts files and zones: what each of their readers makes of a line.
@Suite struct MoreFormatsTests {
    typealias Row = (rules: String, question: String, expected: String)

    private func check(_ row: Row, _ format: ListFormat, _ engine: Engine) throws {
        let words = row.question.split(separator: " ").map(String.init)
        let type = try #require(RRType(words.count > 1 ? words[1] : "A"))
        let verdict = try readList(row.rules, format, engine).verdict(words[0], type)
        let answer = verdict.answer.map { $0.text.isEmpty ? "" : " " + $0.text } ?? ""
        #expect("\(verdict.kind)\(answer)" == row.expected, "\(row.rules) / \(row.question)")
    }

    /// As getaddrinfo of glibc 2.36 answered.
    @Test(arguments: [
        ("0.0.0.0 a.example", "a.example", "sinkhole A=0.0.0.0"), ("0.0.0.0 a.example", "a.example AAAA", "nodata"),
        ("0.0.0.0 a.example", "a.example HTTPS", "pass"), ("0.0.0.0 a.example", "x.a.example", "pass"),
        ("0.0.0.0 A.Example", "a.example", "sinkhole A=0.0.0.0"), ("0.0.0.0 a.example.", "a.example", "pass"),
        ("0.0.0.0 a.example\n192.0.2.7 a.example", "a.example", "redirect A=0.0.0.0 A=192.0.2.7"),
        ("192.0.2.1 a.example\n2001:db8::1 a.example", "a.example AAAA", "redirect AAAA=2001:db8::1"),
        ("0.0.0.0 a.example#tail", "a.example", "sinkhole A=0.0.0.0"), ("127.1 a.example", "a.example", "pass"),
        (" 0.0.0.0\tb.example  a.example", "a.example", "sinkhole A=0.0.0.0"), ("a.example", "a.example", "pass"),
        ("::1 a.example", "a.example", "sinkhole A=127.0.0.1"),
        ("::1 a.example", "a.example AAAA", "sinkhole AAAA=::1"),
        ("0:0:0:0:0:0:0:1 a.example", "a.example", "sinkhole A=127.0.0.1"), (":: a.example", "a.example", "nodata"),
        ("::1 a.example\n192.0.2.5 a.example", "a.example", "redirect A=127.0.0.1 A=192.0.2.5"),
        ("::1 a.example\n127.0.0.1 a.example", "a.example", "sinkhole A=127.0.0.1"),
        ("::ffff:192.0.2.1 a.example", "a.example", "redirect A=192.0.2.1"),
        ("::ffff:192.0.2.1 a.example", "a.example AAAA", "redirect AAAA=::ffff:192.0.2.1"),
        ("2001:db8::1 a.example\n::ffff:192.0.2.7 a.example", "a.example", "redirect A=192.0.2.7"),
        ("::192.0.2.9 a.example", "a.example", "nodata"), ("::2 a.example", "a.example", "nodata"),
    ])
    func clientHosts(row: Row) throws { try check(row, .hosts, .hostsFile) }

    @Test(arguments: [
        ("0.0.0.0 a.example", "a.example", "sinkhole A=0.0.0.0"), ("0.0.0.0 a.example", "a.example AAAA", "nodata"),
        ("0.0.0.0 a.example", "a.example HTTPS", "nodata"), ("0.0.0.0 A.example.", "a.example", "sinkhole A=0.0.0.0"),
        ("0.0.0.0 *.a.example", "x.a.example", "sinkhole A=0.0.0.0"), ("0.0.0.0 *.a.example", "a.example", "pass"),
        ("0.0.0.0 *.a.example", "y.x.a.example", "pass"),
        // Pointer records are those of addresses: a name has neither any nor their absence.
        ("0.0.0.0 a.example", "a.example PTR", "pass"), ("0.0.0.0 *.a.example", "x.a.example PTR", "pass"),
        (
            "192.0.2.1 a.example\n192.0.2.1 b.example", "1.2.0.192.in-addr.arpa PTR",
            "redirect PTR=a.example. PTR=b.example."
        ),
        ("192.0.2.1 a.example", "1.2.0.192.in-addr.arpa", "pass"),
        ("192.0.2.1 *.a.example", "1.2.0.192.in-addr.arpa PTR", "pass"),
        (String(repeating: "192.0.2.1 a.example\n", count: 65), "1.2.0.192.in-addr.arpa PTR", "unsupported"),
        // Stars are looked at family by family, where the name has no address of it.
        ("192.0.2.1 *.a.example", "x.a.example AAAA", "nodata"), ("192.0.2.1 *.a.example", "x.a.example TXT", "nodata"),
        ("192.0.2.1 *.a.example\n2001:db8::1 *.A.example.", "x.a.example AAAA", "redirect AAAA=2001:db8::1"),
        ("192.0.2.1 *.a.example\n192.0.2.2 *.a.example", "x.a.example", "redirect A=192.0.2.1 A=192.0.2.2"),
        ("192.0.2.1 x.a.example\n2001:db8::1 *.a.example", "x.a.example AAAA", "redirect AAAA=2001:db8::1"),
        ("192.0.2.1 x.a.example\n192.0.2.2 *.a.example", "x.a.example", "redirect A=192.0.2.1"),
        ("fe80::1%lo a.example", "a.example AAAA", "redirect AAAA=fe80::1"),
        ("::ffff:192.0.2.1 a.example", "a.example", "redirect A=192.0.2.1"),
        ("::ffff:192.0.2.1 a.example", "a.example AAAA", "nodata"),
    ])
    func coreDNS(row: Row) throws { try check(row, .hosts, .coreDNS) }

    @Test(arguments: [
        ("a.example", "a.example", "sinkhole A=0.0.0.0"), ("a.example", "x.a.example", "pass"),
        ("*.a.example", "a.example", "sinkhole A=0.0.0.0"), ("*.a.example", "y.x.a.example AAAA", "nodata"),
        ("a.example", "a.example HTTPS", "nodata"), ("a.example", "a.example TXT", "pass"),
        ("0.0.0.0 b.example a.example", "a.example", "sinkhole A=0.0.0.0"),
        ("0.0.0.0 a.example b.example", "a.example", "pass"), ("a.example # x", "a.example", "sinkhole A=0.0.0.0"),
        ("127.0.0.1", "127.0.0.1", "pass"), ("localhost", "localhost", "pass"), ("-a.example", "-a.example", "pass"),
        ("||a.example^", "a.example", "pass"), ("a_b.example", "a_b.example", "sinkhole A=0.0.0.0"),
        // `domain_pattern` of its source was run with these.
        ("_a.example", "_a.example", "pass"), ("a-.example", "a-.example", "pass"),
        ("a_.example", "a_.example", "pass"),
        ("_b.a.example", "_b.a.example", "sinkhole A=0.0.0.0"), ("b-.a.example", "b-.a.example", "sinkhole A=0.0.0.0"),
        ("a.xn--1-a", "a.xn--1-a", "pass"), ("a.xn--a1", "a.xn--a1", "sinkhole A=0.0.0.0"),
        ("a.e1", "a.e1", "sinkhole A=0.0.0.0"),
    ])
    func opnsense(row: Row) throws { try check(row, .domains, .opnsense) }

    @Test(arguments: [
        ("a*.example", "a*.example", "pass"), ("a.example b", "a.example\\032b", "pass"),
        ("a.example", "a.example", "redirect CNAME=cache.lancache.net."), ("a.example", "x.a.example", "pass"),
        ("*.a.example", "x.a.example AAAA", "redirect CNAME=cache.lancache.net."),
        ("*.a.example", "a.example", "pass"), ("# a.example", "a.example", "pass"),
    ])
    func lanCache(row: Row) throws { try check(row, .wildcard, .lanCache) }

    @Test(arguments: [
        ("a.example", "x.a.example", "drop"), ("domain:a.example @cn", "a.example HTTPS", "drop"),
        ("full:a.example", "x.a.example", "pass"), ("keyword:track", "xtracky.example", "drop"),
        ("regexp:^a\\d+\\.example$", "a1.example", "drop"), ("regexp:^a\\d+\\.example$", "ab.example", "pass"),
        ("microsoft", "x.microsoft", "drop"), ("a.example &b", "a.example", "drop"),
        ("a.example b", "a.example", "pass"),
        ("nonsense:a.example", "a.example", "pass"), ("A.EXAMPLE", "a.example", "drop"),
    ])
    func v2fly(row: Row) throws { try check(row, .v2fly, .v2ray) }

    @Test(arguments: [
        ("*.a.example;", "x.a.example", "drop"), ("*.a.example;", "a.example", "pass"),
        ("a.example;b.example", "b.example", "drop"), ("a*-p.example;", "a1.b-p.example", "drop"),
        ("fe?.example;", "fe2.example", "drop"), ("fe?.example;", "fe22.example", "pass"),
        ("192.168.*.*;", "192.168.1.1", "pass"), ("A.Example;", "a.example", "drop"),
    ])
    func proxifier(row: Row) throws { try check(row, .proxifier, .proxifier) }

    @Test(arguments: [
        (Engine.panOS, "*.a.example", "y.x.a.example", true), (.panOS, "*.a.example", "a.example", false),
        (.panOS, "^a.example", "a.example", true), (.panOS, "^a.example", "x.a.example", false),
        (.panOS, "a.example", "a.example", true), (.panOS, "a*.example", "ab.example", false),
        (.panOS, "a.example/", "a.example", true), (.panOS, "a.example/path", "a.example", false),
        (.zscaler, ".a.example", "a.example", true), (.zscaler, ".a.example", "5.4.3.2.1.a.example", true),
        (.zscaler, ".a.example", "6.5.4.3.2.1.a.example", false), (.zscaler, ".a.example", "xa.example", false),
        (.zscaler, "a.example", "x.a.example", false), (.zscaler, ".A.example", "a.example", false),
        (.fortiGate, "*.a.example", "y.x.a.example", true), (.fortiGate, "*.a.example", "a.example", false),
        (.fortiGate, "a.example", "x.a.example", false), (.fortiGate, "cdn*.a.example", "cdn1.b.a.example", true),
        (.umbrella, "a.example", "y.x.a.example", true), (.umbrella, "*.a.example", "x.a.example", false),
        (.umbrella, "a.example # why", "a.example", true),
    ])
    func allowListsOfFirewalls(engine: Engine, rule: String, name: String, isCovered: Bool) throws {
        let allow = ListInput(path: "allow", role: .allow, format: .domains, octets: Array((rule + "\n").utf8))
        let layer = try LayerLoader.load([allow], engine: engine, mayBeEmpty: true).layer
        let decision = layer.decide(NameBuffer(try DomainName(name)), type: .a)
        #expect(decision.kind == .pass)
        #expect((decision.exempt != 0) == isCovered)
        // The same list blocks just as much.
        let kind = try readList(rule + "\n", .domains, engine).verdict(name).kind
        #expect(kind == (isCovered ? .drop : .pass))
    }

    /// What a product makes of a dot in front is not documented, but by Zscaler.
    @Test(arguments: [
        (Engine.fortiGate, ".a.example"), (.panOS, ".a.example"), (.umbrella, ".a.example"),
        (.fortiGate, "^.a.example"), (.umbrella, "^.a.example"),
        (.panOS, ".a.example/"),
    ])
    func leadingDots(engine: Engine, rule: String) throws {
        let list = try readList("b.example\n\(rule)\n", .domains, engine)
        #expect(list.reports[0].unsupported == ["leading-dot": 1])
        for name in ["a.example", "x.a.example"] { #expect(try list.verdict(name).kind == .unsupported) }
        #expect(try list.verdict("xa.example").kind == .pass)
        #expect(try list.verdict("b.example").kind == .drop)
    }

    /// Lists of URLs have patterns that lists of domains do not.
    @Test(arguments: [
        ("www.*.a.example", ["a.example", "www.x.a.example"], "www.example"),
        ("*.*.a.example", ["x.y.a.example"], "b.test"),
        ("^.^.a.example/", ["x.y.a.example"], "c.example"),
        ("^.a.example", ["x.a.example"], "xa.example"), ("*.^.a.example", ["x.y.a.example"], "xa.example"),
        ("www.a.*", ["www.a.test", "c.test"], nil), ("*.a.^", ["x.a.test", "c.test"], nil),
    ])
    func patternsOfListsOfURLs(rule: String, open: [String], passed: String?) throws {
        let list = try readList("b.example\n\(rule)\n", .domains, .panOS)
        #expect(list.reports[0].unsupported == ["list-of-urls": 1])
        for name in open { #expect(try list.verdict(name).kind == .unsupported) }
        if let passed { #expect(try list.verdict(passed).kind == .pass) }
        #expect(try list.verdict("b.example").kind == .drop)
    }

    /// Hosts with a slash behind them are read for those who want them so, and are URLs to everybody else.
    @Test func hostsWithSlashes() throws {
        let text = "a.example/\n*.b.example/\n# c\n"
        let input = ListInput(path: "x", octets: Array(text.utf8))
        let list = try LayerLoader.load([input], engine: .panOS)
        for (name, kind) in [("a.example", VerdictKind.drop), ("x.a.example", .pass), ("x.b.example", .drop)] {
            #expect(try list.verdict(name).kind == kind)
        }
        #expect(throws: ListError.self) { try LayerLoader.load([input]) }
        #expect(throws: ListError.self) { try LayerLoader.load([input], engine: .pihole) }
    }

    @Test func proxyAutoConfigIsReadAndNotRun() throws {
        let path = Fixtures.folder("lists/pac").appendingPathComponent("small.pac").path
        let loaded = try LayerLoader.load([ListInput(path: path)])
        let rows: [(String, VerdictKind, Int?)] = [
            ("x.direct.example", .pass, 3), ("direct.example", .pass, 10), ("x.also.example", .pass, 3),
            ("sink.example", .route, 6), ("x.sink.example", .pass, 10), ("intra", .pass, 7),
            ("intra.corp.example", .pass, 7), ("notsuffix.example", .route, 9), ("suffix.example", .route, 9),
        ]
        // Where the program may come to the same end or not; what it returns in between is known.
        let open = ["notsuffix.example", "suffix.example"]
        for (name, kind, line) in rows {
            let verdict = try loaded.verdict(name)
            if open.contains(name) {
                #expect(verdict.kind == .unsupported && verdict.matched?.rule.line == 8, "\(name)")
            } else {
                #expect(verdict.kind == kind && verdict.matched?.rule.line == line, "\(name)")
            }
        }
        #expect(loaded.reports[0].unsupported == ["program": 1])
    }

    @Test(arguments: [
        ("if (host == \"a.example\") return \"DIRECT\"; return \"PROXY p:1\";", "b.example", VerdictKind.route),
        ("if (host == \"a.example\") return \"DIRECT\"; return \"PROXY p:1\";", "a.example", .pass),
        ("if (host == \"a.example\") { return \"PROXY p:1\"; } else { return \"DIRECT\"; }", "b.example", .pass),
        ("return \"PROXY p:1\";", "b.example", .route), ("return which(host);", "b.example", .unsupported),
        ("if (isPlainHostName(host)) return \"DIRECT\"; return \"PROXY p:1\";", "b.example", .unsupported),
        ("if (host == \"a.example\") return \"PROXY p:1\"; while (x) {}", "a.example", .route),
        ("if (host == \"a.example\") return \"PROXY p:1\";", "b.example", .pass),
    ])
    func proxyAutoConfigDecidesWhatIsLeft(body: String, name: String, kind: VerdictKind) throws {
        let text = "function FindProxyForURL(url, host) { \(body) }"
        let list = try LayerLoader.load([ListInput(path: "p.pac", octets: Array(text.utf8))])
        #expect(try list.verdict(name).kind == kind, "\(body)")
    }

    @Test func littleSnitchRuleGroups() throws {
        let path = Fixtures.folder("lists/lsrules").appendingPathComponent("small.lsrules").path
        let loaded = try LayerLoader.load([ListInput(path: path)])
        let kinds = try ["x.tree.example", "exact.example", "x.exact.example", "host.example", "off.example"].map {
            try loaded.verdict($0).kind
        }
        #expect(kinds == [.drop, .drop, .pass, .drop, .pass])
        // What is for one program, or allows, leaves its names open.
        let open = try ["program.example", "x.program.example", "x.allowed.example", "in.example"].map {
            try loaded.verdict($0).kind
        }
        #expect(open == [.unsupported, .pass, .unsupported, .pass])
        #expect(loaded.reports[0].unsupported == ["address-rule": 1, "connection": 2, "specificity": 1])
        #expect(loaded.reports[0].ignored == ["option": 1])
        #expect(try loaded.verdict("host.example").matched?.rule.line == 8)
        #expect(try loaded.verdict("other.example").matched?.rule.text == "other.example")
    }

    /// One that denies everything may be overruled by rules that nobody sees here.
    @Test func whatDeniesEverythingLeavesItOpen() throws {
        let text = """
            {"rules": [
              {"action": "deny", "process": "any", "remote": "any"},
              {"action": "deny", "process": "any", "remote-domains": "ads.example"}
            ]}
            """
        let loaded = try readList(text, .littleSnitch)
        #expect(try loaded.verdict("x.ads.example").kind == .drop)
        #expect(try loaded.verdict("a.example").kind == .unsupported)
    }

    @Test func zonesOfBINDServeTheirFile() throws {
        let path = Fixtures.folder("lists/bind-zones").appendingPathComponent("small.conf").path
        let loaded = try LayerLoader.load([ListInput(path: path)])
        let rows: [(String, RRType, VerdictKind)] = [
            ("ads.example", .a, .sinkhole), ("x.ads.example", .a, .sinkhole), ("y.x.ads.example", .aaaa, .nodata),
            ("ads.example", .txt, .nodata), ("open.ads.example", .aaaa, .sinkhole), ("open.ads.example", .a, .nodata),
            ("x.open.ads.example", .a, .nxdomain), ("xads.example", .a, .pass),
            ("forward.example", .a, .unsupported), ("missing.example", .a, .unsupported),
        ]
        for (name, type, kind) in rows { #expect(try loaded.verdict(name, type).kind == kind, "\(name) \(type)") }
        #expect(loaded.reports[0].unsupported == ["forward": 1, "no-zone-file": 1])
    }

    @Test(arguments: [
        ("a*", "ab.c", false), ("a*", "ab", true), ("*.x", "a.x", true), ("*.x", "a.b.x", false),
        ("*.*.x", "a.b.x", true),
        ("a*b*.x", "aab.x", true), ("a*b*.x", "aab.y.x", false), ("*-*", "a-b", true), ("*-*", "a.b-c", false),
    ])
    func aRunStaysWithinItsLabel(pattern: String, text: String, matches: Bool) {
        let tokens = pattern.utf8.map { $0 == 0x2A ? TextPattern.Token.run : .octet($0) }
        let octets = Array(text.utf8)
        #expect(TextPattern(start: .beginning, tokens: tokens, endsAtEnd: true).matches(octets.span) == matches)
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing

/// `$dnsrewrite`, the rewrites table, block modes and the rule that is named, as AdGuard Home's sources have them.
@Suite struct AdGuardRewriteTests {
    typealias Row = (rules: String, type: RRType, expected: String)

    /// `kind rcode answer` for a.example; the answer with its records and their data in hexadecimal where they are odd.
    private static func outcome(_ verdict: Verdict) -> String {
        guard let answer = verdict.answer else { return verdict.kind.description }
        let code = "\(answer.responseCode)"
        let records = answer.text.replacing("=?", with: "")
        return ([verdict.kind.description] + (code == "NOERROR" ? [] : [code]) + (records.isEmpty ? [] : [records]))
            .joined(separator: " ")
    }

    /// Names that it answers itself come before all rules, and are nothing to it where they are aliases.
    @Test(
        arguments: [
            ("use-application-dns.net", [], RRType.a, VerdictKind.nxdomain),
            ("use-application-dns.net", [], .aaaa, .nxdomain),
            ("use-application-dns.net", [], .txt, .pass), ("x.use-application-dns.net", [], .a, .pass),
            ("healthcheck.adguardhome.test", [], .a, .nodata), ("healthcheck.adguardhome.test", [], .mx, .nodata),
            ("_dns.resolver.arpa", [], .a, .nodata), ("_dns.resolver.arpa", [], RRType(rawValue: 64), .unsupported),
            ("x.yy", ["use-application-dns.net"], .a, .pass), ("x.yy", ["ads.example"], .a, .sinkhole),
        ] as [(String, [String], RRType, VerdictKind)]
    )
    func builtInNames(_ name: String, _ chain: [String], _ type: RRType, _ kind: VerdictKind) throws {
        let rules = "@@||use-application-dns.net^$important\n@@||adguardhome.test^\n||ads.example^\n"
        let list = try readList(rules, .adblock, .adguardHome)
        #expect(list.reports[0].rules == 3)
        let verdict = try list.verdict(name, type, chain: chain)
        #expect(verdict.kind == kind)
        #expect((verdict.matched?.rule.list == "built-in names of AdGuard Home") == (chain.isEmpty && kind != .pass))
        #expect((verdict.answer?.authority.isEmpty == false) == (kind == .nxdomain))
    }

    /// ANY is refused before any rule is asked.
    @Test(arguments: ["ads.example", "other.example"])
    func refusesANY(_ name: String) throws {
        let list = try readList("||ads.example^\n", .adblock, .adguardHome)
        #expect(try list.verdict(name, .any).note?.contains("NOTIMP") == true)
        #expect(try list.verdict(name, .a).note == nil)
    }

    /// The exception that takes a rewrite back decides where nothing else would block the name.
    @Test(arguments: [
        ("||a.example^$dnsrewrite=NXDOMAIN\n@@||a.example^\n@@||a.example^$dnsrewrite", 3),
        ("||a.example^$dnsrewrite=NXDOMAIN\n||a.example^\n@@||a.example^\n@@||a.example^$dnsrewrite", 3),
        ("||a.example^$dnsrewrite=NXDOMAIN\n@@||a.example^$dnsrewrite", 2),
        ("@@||a.example^\n@@||a.example^$dnsrewrite", 1),
    ])
    func decidingException(_ rules: String, _ line: Int) throws {
        let verdict = try readList(rules + "\n", .adblock, .adguardHome).verdict("a.example")
        #expect(verdict.kind == .pass && verdict.matched?.rule.line == line)
    }

    private static let values: [Row] = [
        ("||a.example^$dnsrewrite=192.0.2.1", .a, "redirect A=192.0.2.1"),
        ("||a.example^$dnsrewrite=192.0.2.1", .aaaa, "nodata"),
        ("||a.example^$dnsrewrite=192.0.2.1", .txt, "nodata"),
        ("||a.example^$dnsrewrite=0.0.0.0", .a, "sinkhole A=0.0.0.0"),
        ("||a.example^$dnsrewrite=2001:db8::1", .aaaa, "redirect AAAA=2001:db8::1"),
        ("||a.example^$dnsrewrite=::ffff:192.0.2.1", .a, "nodata"),
        ("||a.example^$dnsrewrite=b.example", .a, "redirect CNAME=b.example."),
        ("||a.example^$dnsrewrite=b.example", .txt, "redirect CNAME=b.example."),
        ("||a.example^$dnsrewrite=a.example", .a, "pass"),
        ("||a.example^$dnsrewrite=a.example\n||a.example^", .a, "sinkhole A=0.0.0.0"),
        // Names are compared as they are spelled.
        ("||a.example^$dnsrewrite=A.example", .a, "redirect CNAME=A.example."),
        ("||a.example^$dnsrewrite=NXDOMAIN", .a, "nxdomain NXDOMAIN"),
        ("||a.example^$dnsrewrite=REFUSED", .txt, "refused REFUSED"),
        ("||a.example^$dnsrewrite=SERVFAIL", .txt, "servfail SERVFAIL"),
        ("||a.example^$dnsrewrite=FORMERR", .txt, "pass"), ("||a.example^$dnsrewrite=formerr;;", .txt, "unsupported"),
        ("||a.example^$dnsrewrite=NXDOMAIN;;", .a, "nxdomain NXDOMAIN"),
        ("||a.example^$dnsrewrite=nxdomain;A;192.0.2.1", .a, "nxdomain NXDOMAIN"),
        ("||a.example^$dnsrewrite=NOERROR", .a, "nodata"), ("||a.example^$dnsrewrite=NOERROR;;", .a, "nodata"),
        ("||a.example^$dnsrewrite", .a, "nodata"), ("||a.example^$dnsrewrite=", .https, "nodata"),
        ("||a.example^$dnsrewrite=NOERROR;", .a, "pass"), ("||a.example^$dnsrewrite=NOSUCH;;", .a, "pass"),
        ("||a.example^$dnsrewrite=noerror;a;192.0.2.1", .a, "redirect A=192.0.2.1"),
        ("||a.example^$dnsrewrite=NOERROR;A;2001:db8::1", .a, "pass"),
        ("||a.example^$dnsrewrite=NOERROR;AAAA;192.0.2.1", .a, "pass"),
        ("||a.example^$dnsrewrite=NOERROR;CNAME;b.example", .mx, "redirect CNAME=b.example."),
        ("||a.example^$dnsrewrite=NOERROR;MX;10 m.example", .mx, "redirect MX"),
        ("||a.example^$dnsrewrite=NOERROR;MX;m.example", .mx, "pass"),
        ("||a.example^$dnsrewrite=NOERROR;TXT;hello, world", .txt, "pass"),
        ("||a.example^$dnsrewrite=NOERROR;TXT;hello\\, world=1", .txt, "redirect TXT=\"hello, world=1\""),
        ("||a.example^$dnsrewrite=NOERROR;PTR;b.example.", .ptr, "redirect PTR=b.example."),
        ("||a.example^$dnsrewrite=NOERROR;SRV;1 2 3 b.example", .srv, "redirect SRV"),
        ("||a.example^$dnsrewrite=NOERROR;SRV;1 2 b.example", .srv, "pass"),
        ("||a.example^$dnsrewrite=NOERROR;HTTPS;1 . alpn=h3", .https, "redirect HTTPS"),
        ("||a.example^$dnsrewrite=NOERROR;HTTPS;1 . alpn=", .https, "unsupported"),
        ("||a.example^$dnsrewrite=NOERROR;HTTPS;1 . no-default-alpn", .https, "pass"),
        ("||a.example^$dnsrewrite=NOERROR;NS;ns.example", .ns, "unsupported"),
        ("||a.example^$dnsrewrite=NOERROR;NS;ns.example", .a, "nodata"),
        ("||a.example^$dnsrewrite=NOERROR;TYPE1;192.0.2.1", .a, "pass"),
        ("||a.example^$dnsrewrite=-b.example", .a, "pass"), ("||a.example^$dnsrewrite=b_c.example", .a, "pass"),
        (
            "||a.example^$dnsrewrite=" + String(repeating: "b.", count: 28) + "example", .a,
            "redirect CNAME="
                + String(repeating: "b.", count: 28) + "example."
        ),
        ("||a.example^$dnsrewrite=" + String(repeating: "b.", count: 29) + "example", .a, "pass"),
        ("/^a/$dnsrewrite=192.0.2.1", .a, "redirect A=192.0.2.1"),
        ("||a.example^$dnstype=AAAA,dnsrewrite=192.0.2.1", .a, "pass"),
        ("||a.example^$dnstype=A,dnsrewrite=192.0.2.1", .a, "redirect A=192.0.2.1"),
        (
            "||a.example^$dnsrewrite=192.0.2.1\n||a.example^$dnsrewrite=192.0.2.2", .a,
            "redirect A=192.0.2.1 A=192.0.2.2"
        ),
        // Other names and codes hide values.
        ("||a.example^$dnsrewrite=192.0.2.1\n||a.example^$dnsrewrite=b.example", .a, "redirect CNAME=b.example."),
        ("||a.example^$dnsrewrite=192.0.2.1\n||a.example^$dnsrewrite=REFUSED", .a, "refused REFUSED"),
        // Which of them comes first follows from urlfilter's index of all rules.
        ("||a.example^$dnsrewrite=b.example\n||a.example^$dnsrewrite=REFUSED", .a, "unsupported"),
        ("||a.example^$dnsrewrite=b.example\n||a.example^$dnsrewrite=c.example", .a, "unsupported"),
        ("||a.example^$dnsrewrite=b.example\n|a.example^$dnsrewrite=b.example", .a, "redirect CNAME=b.example."),
        ("||a.example^$dnsrewrite=192.0.2.1", .any, "unsupported"),
    ]

    private static let exceptions: [Row] = [
        ("||a.example^$dnsrewrite=192.0.2.1\n@@||a.example^$dnsrewrite", .a, "pass"),
        ("||a.example^$dnsrewrite=192.0.2.1\n@@||a.example^$dnsrewrite=NOERROR", .a, "pass"),
        ("||a.example^$dnsrewrite=192.0.2.1\n@@||a.example^$dnsrewrite=192.0.2.1", .a, "pass"),
        ("||a.example^$dnsrewrite=192.0.2.1\n@@||a.example^$dnsrewrite=NOERROR;A;192.0.2.1", .a, "pass"),
        ("||a.example^$dnsrewrite=192.0.2.1\n@@||a.example^$dnsrewrite=192.0.2.2", .a, "redirect A=192.0.2.1"),
        ("||a.example^$dnsrewrite=REFUSED\n@@||a.example^$dnsrewrite=REFUSED;;", .a, "pass"),
        ("||a.example^$dnsrewrite=b.example\n@@||a.example^$dnsrewrite=b.example", .a, "pass"),
        ("||a.example^$dnsrewrite=b.example\n@@||a.example^$dnsrewrite=B.example", .a, "redirect CNAME=b.example."),
        // Records of several fields are never equal.
        (
            "||a.example^$dnsrewrite=NOERROR;MX;1 m.example\n@@||a.example^$dnsrewrite=NOERROR;MX;1 m.example", .mx,
            "redirect MX"
        ),
        ("||a.example^$dnsrewrite=192.0.2.1,important\n@@||a.example^$dnsrewrite", .a, "redirect A=192.0.2.1"),
        ("||a.example^$dnsrewrite=192.0.2.1,important\n@@||a.example^$dnsrewrite,important", .a, "pass"),
        ("||a.example^$dnsrewrite=192.0.2.1\n@@||a.example^", .a, "redirect A=192.0.2.1"),
        ("||a.example^$dnsrewrite=192.0.2.1\n@@||a.example^$important", .a, "redirect A=192.0.2.1"),
        ("||a.example^\n@@||a.example^$dnsrewrite", .a, "sinkhole A=0.0.0.0"),
        ("@@||a.example^$dnsrewrite", .a, "pass"),
        // $badfilter comes too late for rewrites.
        (
            "||a.example^$dnsrewrite=192.0.2.1\n||a.example^$dnsrewrite=192.0.2.1,badfilter", .a,
            "redirect A=192.0.2.1 A=192.0.2.1"
        ),
        ("||a.example^\n||a.example^$dnsrewrite=192.0.2.1,badfilter", .aaaa, "nodata"),
        // The rule behind an exception that was carried out is skipped, so one of two may stay and answer.
        (
            "||a.example^$dnsrewrite=192.0.2.1\n@@||a.example^$dnsrewrite=192.0.2.1\n@@|a.example^$dnsrewrite=192.0.2.1",
            .a, "pass"
        ),
        ("@@||a.example^$dnsrewrite=192.0.2.1\n@@|a.example^$dnsrewrite=REFUSED", .a, "unsupported"),
    ]

    @Test(arguments: values + exceptions) func rewritesAnswers(row: Row) throws {
        let verdict = try readList(row.rules, .adblock).verdict("a.example", row.type)
        #expect(Self.outcome(verdict) == row.expected)
    }

    @Test func allowListsComeBeforeRewritesAndHoldNone() throws {
        let rule = "||a.example^$dnsrewrite=192.0.2.1\n"
        let both = [
            ListInput(path: "block", format: .adblock, octets: Array(rule.utf8)),
            ListInput(path: "allow", role: .allow, format: .adblock, octets: Array("||a.example^\n".utf8)),
        ]
        #expect(try LayerLoader.load(both, engine: .adguardHome).verdict("a.example").kind == .pass)
        let allow = try readList(rule, .adblock, role: .allow)
        #expect(allow.reports[0].ignored == ["rewrite-in-allow-list": 1])
    }

    @Test func clientsDecideAboutRewritesToo() throws {
        let loaded = try readList("||a.example^$dnsrewrite=192.0.2.1,client=192.0.2.7\n||a.example^\n", .adblock)
        let inside = QueryContext(client: Client(address: IPAddress("192.0.2.7")))
        let outside = QueryContext(client: Client(address: IPAddress("192.0.2.8")))
        #expect(try loaded.verdict("a.example").kind == .unsupported)
        let verdict = try loaded.verdict("a.example", context: inside)
        #expect(verdict.answer?.text == "A=192.0.2.1")
        #expect(try loaded.verdict("a.example", context: outside).answer?.text == "A=0.0.0.0")
    }

    /// A rewrite that an alias meets leaves the answer as it is; blocking rules for that alias do not count then.
    @Test func aliasesAreNotRewritten() throws {
        let loaded = try readList("||c.example^$dnsrewrite=192.0.2.1\n||c.example^\n||d.example^\n", .adblock)
        #expect(try loaded.verdict("a.example", chain: ["c.example"]).kind == .pass)
        #expect(try loaded.verdict("a.example", chain: ["c.example", "d.example"]).kind == .sinkhole)
        let table = [
            ListInput(path: "table", format: .adguardRewrites, octets: Array("c.example 192.0.2.1\n".utf8)),
            ListInput(path: "block", format: .adblock, octets: Array("||c.example^\n".utf8)),
        ]
        let both = try LayerLoader.load(table, engine: .adguardHome)
        #expect(try both.verdict("c.example").kind == .redirect)
        #expect(try both.verdict("a.example", chain: ["c.example"]).kind == .sinkhole)
    }

    @Test func wholeRecords() throws {
        func data(_ value: String, _ type: RRType) throws -> [UInt8]? {
            try readList("||a.example^$dnsrewrite=NOERROR;\(type);\(value)", .adblock).verdict("a.example", type)
                .answer?
                .records.first?.data
        }
        #expect(try data("258 b.", .ptr) == nil)
        #expect(try data("258 b", .mx) == [1, 2, 1, 0x62, 0])
        #expect(try data("1 2 259 .", .srv) == [0, 1, 0, 2, 1, 3, 0])
        #expect(try data("x\\065\\\\y", .txt) == [4, 0x78, 65, 0x5C, 0x79])
        #expect(
            try data("1 . port=443 alpn=h3 nonsense=1 ipv4hint=192.0.2.1 mandatory=port", .https)
                == [
                    0, 1, 0, 0, 0, 0, 2, 0, 3, 0, 1, 0, 3, 2, 0x68, 0x33, 0, 3, 0, 2, 1, 0xBB, 0, 4, 0, 4, 192, 0, 2, 1,
                ]
        )
        #expect(try data("1 b ech=AAE", .svcb) == [0, 1, 1, 0x62, 0, 0, 5, 0, 2, 0, 1])
    }

    private static let table = """
        # comment
        a.example 192.0.2.1
        a.example 2001:db8::1
        v6only.example AAAA
        *.w.example 192.0.2.2
        *.deep.w.example 192.0.2.3
        real.w.example A
        self.w.example self.w.example
        c.example a.example
        d.example other.example
        l1.example l2.example
        l2.example l1.example
        bad
        e.example 192.0.2.1 more
        """

    @Test(
        arguments: [
            ("a.example", .a, "redirect A=192.0.2.1"), ("a.example", .aaaa, "redirect AAAA=2001:db8::1"),
            ("a.example", .txt, "nodata"), ("x.a.example", .a, "pass"), ("v6only.example", .aaaa, "pass"),
            ("v6only.example", .a, "nodata"), ("w.example", .a, "pass"), ("x.w.example", .a, "redirect A=192.0.2.2"),
            ("x.w.example", .aaaa, "nodata"), ("x.deep.w.example", .a, "redirect A=192.0.2.3"),
            ("deep.w.example", .a, "redirect A=192.0.2.2"), ("real.w.example", .a, "pass"),
            ("self.w.example", .a, "pass"),
            ("c.example", .a, "redirect CNAME=a.example. + a.example A=192.0.2.1"),
            ("c.example", .txt, "redirect CNAME=a.example."), ("d.example", .a, "redirect CNAME=other.example."),
            ("l1.example", .a, "pass"), ("bad", .a, "pass"), ("e.example", .a, "pass"),
        ] as [(String, RRType, String)]
    )
    func rewritesTable(name: String, type: RRType, expected: String) throws {
        let loaded = try readList(Self.table, .adguardRewrites)
        #expect(loaded.reports[0].ignored == ["not-an-entry": 2])
        let verdict = try loaded.verdict(name, type)
        let behind = (verdict.answer?.behind ?? []).map { "\($0.owner) A=\($0.record.address?.description ?? "")" }
        #expect(([Self.outcome(verdict)] + behind).joined(separator: " + ") == expected)
        #expect(verdict.answer?.isAuthoritative != true)
    }

    /// A, AAAA, HTTPS and TXT; a star where there is a start of authority.
    @Test(arguments: [
        ("default", "A=0.0.0.0", "AAAA=::", "", "*"), ("null_ip", "A=0.0.0.0", "AAAA=::", "", ""),
        ("nxdomain", "NXDOMAIN*", "NXDOMAIN*", "NXDOMAIN*", "*"), ("refused", "REFUSED", "REFUSED", "REFUSED", "*"),
        ("custom_ip", "A=192.0.2.9", "AAAA=2001:db8::9", "", "*"),
    ])
    func blockModes(mode: String, a: String, aaaa: String, https: String, txt: String) throws {
        let addresses = ["192.0.2.9", "2001:db8::9"].compactMap { IPAddress($0) }
        let options = LayerOptions(blockAddresses: addresses)
        let loaded = try readList("||a.example^\n192.0.2.77 h.example\n", .adblock, blockMode: mode, options: options)
        for (type, expected) in [(RRType.a, a), (.aaaa, aaaa), (.https, https), (.txt, txt)] {
            for chain in [[], ["a.example"]] {
                let name = chain.isEmpty ? "a.example" : "b.example"
                let answer = try #require(try loaded.verdict(name, type, chain: chain).answer)
                let code = answer.responseCode == .noError ? "" : "\(answer.responseCode)"
                #expect(code + answer.text + (answer.authority.isEmpty ? "" : "*") == expected, "\(type)")
                #expect(answer.owner.description == name)
                #expect(!answer.keepsAliases)
                #expect(answer.authority.allSatisfy { $0.owner.description == name && $0.record.ttl == 10 })
            }
        }
        #expect(try loaded.verdict("a.example", .any).kind == .unsupported)
        let hosts = try loaded.verdict("h.example", .a).answer?.text
        #expect(hosts == (mode == "default" ? "A=192.0.2.77" : try loaded.verdict("a.example", .a).answer?.text))
    }

    /// An exception that takes the rewrite back is the rule by which the name passes; it says nothing of aliases.
    @Test(arguments: [
        ("||a.example^$dnsrewrite=192.0.2.1\n@@||a.example^$dnsrewrite", 2 as Int?),
        ("@@||a.example^$dnsrewrite=192.0.2.1\n||a.example^$dnsrewrite=192.0.2.1", 1),
        ("@@||a.example^$dnsrewrite", nil), ("||a.example^$dnsrewrite=a.example", nil),
    ])
    func exceptionsAreNamed(rules: String, line: Int?) throws {
        let loaded = try readList(rules + "\n||b.example^\n", .adblock)
        let verdict = try loaded.verdict("a.example")
        #expect(verdict.kind == .pass)
        #expect(verdict.matched?.rule.line == line)
        #expect(try loaded.verdict("a.example", chain: ["b.example"]).kind == .sinkhole)
    }

    @Test func customAddressesAreNeeded() {
        #expect(throws: ListError.self) { try readList("||a.example^\n", .adblock, blockMode: "custom_ip") }
    }

    /// The rule that takes the place of the others; `$client` counts for newcomers only.
    @Test(arguments: [
        ("||a.example^\n||a.example^$dnstype=A", 2), ("||a.example^$dnstype=A\n||a.example^", 1),
        ("||a.example^$client=~kids\n||a.example^$dnstype=A", 2),
        ("||a.example^$dnstype=A\n||a.example^$client=~kids", 1),
        ("||a.example^$client=~kids\n||a.example^$denyallow=x.example", 2),
        ("||a.example^$client=~kids\n||a.example^", 1),
        ("||a.example^$~script\n||a.example^$~script,~image", 2), ("||a.example^$~script\n||a.example^$dnstype=A", 1),
        ("||a.example^$important\n||a.example^$dnstype=A,client=~kids", 1),
        ("||a.example^\n||example^$ctag=~x", 2),
    ])
    func namesTheRuleThatUrlfilterNames(rules: String, line: Int) throws {
        let context = QueryContext(client: Client(address: nil, names: ["us"]))
        #expect(try readList(rules, .adblock).verdict("a.example", context: context).matched?.rule.line == line)
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing

/// dnscrypt-proxy: schedules, sets in patterns, cloaking, forwarding and the order of its files, as its sources have them.
@Suite struct DNSCryptProxyTests {
    /// Evenings of Monday from 20:00, and its first hour.
    private static let schedules = ["evening": [0..<61, 1200..<1440]]

    private static func load(
        blocked: String = "",
        allowed: String = "",
        cloaking: String = "",
        forwarding: String = "",
        mode: String? = nil
    ) throws -> LoadedLayer {
        let files: [(String, ListFormat, ListRole)] = [
            (blocked, .dnscrypt, .block), (allowed, .dnscrypt, .allow), (cloaking, .cloaking, .block),
            (forwarding, .forwarding, .block),
        ]
        return try LayerLoader.load(
            files.filter { !$0.0.isEmpty }.map {
                ListInput(path: $0.1.id, role: $0.2, format: $0.1, octets: Array($0.0.utf8))
            },
            engine: .dnscryptProxy,
            blockMode: mode,
            options: LayerOptions(
                blockAddresses: ["192.0.2.9", "2001:db8::9"].compactMap { IPAddress($0) },
                schedules: schedules
            ),
            mayBeEmpty: true
        )
    }

    /// The map of captive portals comes before allowed and blocked names; it answers for its names alone, of lines of one
    /// name the last counts.
    @Test(arguments: [
        ("portal.example", RRType.a, VerdictKind.redirect), ("portal.example", .aaaa, .nodata),
        ("portal.example", .txt, .nodata), ("x.portal.example", .a, .pass), ("odd.example", .a, .pass),
    ])
    func captivePortals(name: String, type: RRType, kind: VerdictKind) throws {
        let map = "Portal.example 192.0.2.1\nportal.example 192.0.2.2, 192.0.2.3 # x\n"
        let lists = [
            ListInput(path: "map", format: .captivePortals, octets: Array(map.utf8)),
            ListInput(path: "allowed", role: .allow, format: .dnscrypt, octets: Array("example\n".utf8)),
        ]
        let loaded = try LayerLoader.load(lists, engine: .dnscryptProxy)
        #expect(try loaded.verdict(name, type).kind == kind)
        let text = "a.example x\nb.example 192.0.2.1\n"
        let odd = ListInput(path: "map", format: .captivePortals, octets: Array(text.utf8))
        #expect(try LayerLoader.load([odd], engine: .dnscryptProxy).verdict(name, type).kind == .unsupported)
    }

    /// Rules, a name, a minute of the week, and what becomes of the name.
    @Test(
        arguments: [
            ("a.example @evening", "a.example", 1290, VerdictKind.nodata),
            ("a.example @evening", "a.example", 100, .pass),
            ("a.example @evening", "a.example", 60, .nodata), ("a.example @evening", "a.example", 61, .pass),
            ("a.example @evening", "a.example", nil, .unsupported), ("a.example @evening", "b.example", nil, .pass),
            ("a.example @nowhere", "a.example", 1290, .unsupported), ("a.example @", "a.example", nil, .nodata),
            ("a.example @evening @evening", "a.example", 1290, .pass),
            // One rule is taken, and then its schedule is looked at.
            ("=a.example @evening\na.example", "a.example", 100, .pass),
            ("a.example\n=a.example @evening", "a.example", 100, .pass),
            ("=a.example @evening\na.example", "x.a.example", 100, .nodata),
            ("a.example @evening\nexample", "a.example", 100, .pass),
            ("example @evening\na.example", "a.example", 100, .nodata),
            ("a* @evening\n*a.ex*", "a.example", 100, .pass), ("*a.ex* @evening\na?example", "a.example", 100, .pass),
            ("host[0-9].example", "host5.example", nil, .nodata), ("host[0-9].example", "hostx.example", nil, .pass),
            ("host[^0-9].example", "hostx.example", nil, .nodata), ("host[^0-9].example", "host1.example", nil, .pass),
            ("host[ab-d].example", "hostc.example", nil, .nodata), ("host[A].example", "hosta.example", nil, .nodata),
            ("host[].example", "host].example", nil, .pass), ("host[a.example", "hosta.example", nil, .pass),
            // Of equal texts inside and globs the first is taken, with what was said last; of others the first stays.
            ("*a.ex* @evening\n*A.ex*", "a.example", 100, .nodata),
            ("*a.ex*\n*a.ex* @evening", "a.example", 100, .pass),
            ("a?ex* @evening\na?ex*", "a.example", 100, .nodata), ("a.ex* @evening\na.ex*", "a.example", 100, .pass),
            ("a.example @evening\n*.a.example", "a.example", 100, .pass),
            ("[a]*", "a.example", nil, .nodata), ("[a]", "a", nil, .pass),
        ] as [(String, String, Int?, VerdictKind)]
    )
    func blockedNames(rules: String, name: String, minute: Int?, kind: VerdictKind) throws {
        let loaded = try Self.load(blocked: rules)
        #expect(try loaded.verdict(name, context: QueryContext(minuteOfWeek: minute)).kind == kind)
    }

    @Test func aScheduleThatIsNotKnownIsCounted() throws {
        let loaded = try Self.load(blocked: "a.example @nowhere\nb.example @evening\n[ \n")
        #expect(loaded.reports[0].unsupported == ["schedule": 1])
        #expect(loaded.reports[0].ignored == ["bad-pattern": 1])
        #expect(try loaded.verdict("b.example").note?.contains("hours") == true)
        // Versions do not agree on it.
        #expect(try loaded.verdict("x.a.example").kind == .unsupported)
    }

    private static let cloaking = """
        # cloaked
        a.example 192.0.2.1
        a.example 2001:db8::1
        a.example other.example
        =v4.example 192.0.2.2
        c.example Target.example
        *.wild.example 0.0.0.0
        bad
        """

    @Test(
        arguments: [
            ("a.example", .a, "redirect A=192.0.2.1"), ("x.a.example", .aaaa, "redirect AAAA=2001:db8::1"),
            ("a.example", .ptr, "nodata"), ("a.example", .ns, "pass"), ("a.example", .soa, "pass"),
            ("a.example", .https, "nodata HINFO=?"), ("v4.example", .aaaa, "nodata"), ("x.v4.example", .a, "pass"),
            ("c.example", .a, "redirect"), ("c.example", .txt, "nodata HINFO=?"),
            ("wild.example", .a, "sinkhole A=0.0.0.0"),
            ("d.example", .a, "pass"),
        ] as [(String, RRType, String)]
    )
    func cloaks(name: String, type: RRType, expected: String) throws {
        let loaded = try Self.load(cloaking: Self.cloaking)
        #expect(loaded.reports[0].ignored == ["not-an-entry": 1])
        let verdict = try loaded.verdict(name, type)
        let text = verdict.answer?.text ?? ""
        #expect(([verdict.kind.description] + (text.isEmpty ? [] : [text])).joined(separator: " ") == expected)
        #expect(verdict.answer?.records.allSatisfy { $0.ttl == 600 } != false)
    }

    @Test(arguments: [
        ("corp.example 192.0.2.53", "x.corp.example", VerdictKind.route),
        ("*.corp.example 192.0.2.53", "corp.example", .route),
        ("corp.example $DHCP", "corp.example", .route), ("corp.example [2001:db8::53]:5353", "corp.example", .route),
        ("corp.example nowhere", "corp.example", .unsupported),
        // The engine does not start with these.
        ("corp.example", "a.example", .unsupported), ("c*rp.example 192.0.2.53", "a.example", .unsupported),
        (". 192.0.2.53", "corp.example", .route),
    ])
    func forwards(rules: String, name: String, kind: VerdictKind) throws {
        #expect(try Self.load(forwarding: rules + "\n").verdict(name, .txt).kind == kind)
    }

    /// All addresses of a name are given, in any order; rules about parts of names that say different things about one are tried in
    /// an order that is another at each start.
    @Test(arguments: [
        ("a.example 192.0.2.1\na.example 192.0.2.2", "redirect A=192.0.2.1 A=192.0.2.2"),
        ("a.example 192.0.2.1\nA.example 192.0.2.2", "redirect A=192.0.2.1 A=192.0.2.2"),
        ("*a.ex* 192.0.2.1\n*.exa* 192.0.2.2", "unsupported"),
        ("*a.ex* 192.0.2.1\n*.exa* 192.0.2.1", "redirect A=192.0.2.1"),
        ("a.ex* 192.0.2.1\n*.exa* 192.0.2.2", "redirect A=192.0.2.1"),
        ("a.ex* 192.0.2.1\na.e* 192.0.2.2", "redirect A=192.0.2.1"),
    ])
    func cloaksOneNameSeveralTimes(rules: String, expected: String) throws {
        let verdict = try Self.load(cloaking: rules + "\n").verdict("a.example")
        let text = verdict.answer?.text ?? ""
        #expect(([verdict.kind.description] + (text.isEmpty ? [] : [text])).joined(separator: " ") == expected)
    }

    /// One pattern that is none keeps the engine from starting, and from 2.1.16 on targets that lead round.
    @Test(arguments: [
        ("* 192.0.2.1", false), ("** 192.0.2.1", false), ("*** 192.0.2.1", true), ("= 192.0.2.1", false),
        ("*. 192.0.2.1", false), ("a[b 192.0.2.1", false), ("a 192.0.2.1 x", true), ("a* 192.0.2.1", true),
        ("*.c.example in.c.example", false), ("=c.example in.c.example", true),
        ("c.example d.example\nd.example e.c.example", false), ("c.example d.example\nd.example 192.0.2.1", true),
        ("c.example d.example\n*xampl* in.c.example", false), ("c?example d.example\nd.ex* c.example", false),
        ("c.example in.c.example\nc.example 192.0.2.1", true),
    ])
    func cloakingFilesThatAreRefused(rules: String, isRead: Bool) throws {
        let loaded = try Self.load(cloaking: "=b.example 192.0.2.9\n" + rules + "\n")
        #expect(try loaded.verdict("b.example").kind == (isRead ? .redirect : .unsupported))
        #expect(loaded.reports[0].unsupported.isEmpty == isRead)
    }

    @Test func manyCloakedNamesTakeLinearTime() throws {
        let rules = (0..<20_000).map { "n\($0).example n\($0 + 1).example\n" }.joined()
        #expect(try Self.load(cloaking: rules).verdict("n7.example").kind == .redirect)
        #expect(
            try Self.load(cloaking: rules + "n20000.example n0.example\n").verdict("n7.example").kind == .unsupported
        )
        let patterns = (0..<20_000).map { "*x\($0)* n\($0).example\n" }.joined()
        #expect(try Self.load(cloaking: patterns).reports[0].unsupported == ["too-many-parts": 1])
    }

    @Test func theFirstForwardingRuleCounts() throws {
        let loaded = try Self.load(forwarding: "example 192.0.2.1\na.example 192.0.2.2\n")
        #expect(try loaded.verdict("a.example").matched?.rule.line == 1)
    }

    /// Allowed names are only kept from being blocked; cloaking comes before forwarding.
    @Test(arguments: [
        ("a.example", "", "", "", VerdictKind.nodata), ("a.example", "a.example", "", "", .pass),
        ("a.example", "a.example", "a.example 192.0.2.1", "", .redirect),
        ("a.example", "", "a.example 192.0.2.1", "", .nodata),
        ("", "a.example", "", "a.example 192.0.2.1", .route),
        ("", "", "a.example 192.0.2.1", "a.example 192.0.2.1", .redirect),
        ("a.example", "a.example @evening", "", "", .unsupported),
    ])
    func filesInOrder(blocked: String, allowed: String, cloaking: String, forwarding: String, kind: VerdictKind) throws
    {
        let loaded = try Self.load(blocked: blocked, allowed: allowed, cloaking: cloaking, forwarding: forwarding)
        #expect(try loaded.verdict("a.example").kind == kind)
    }

    @Test func aliasesMeetBlockedNamesOnly() throws {
        let loaded = try Self.load(
            blocked: "b.example\n",
            allowed: "b.example\nfree.example\n",
            cloaking: "c.example 192.0.2.1\n",
            forwarding: "d.example 192.0.2.1\n"
        )
        #expect(try loaded.verdict("a.example", chain: ["c.example", "d.example"]).kind == .pass)
        #expect(try loaded.verdict("a.example", chain: ["use-application-dns.net"]).kind == .pass)
        let verdict = try loaded.verdict("a.example", chain: ["b.example"])
        #expect(verdict.kind == .nodata)
        #expect(verdict.answer?.owner.description == "a.example")
        #expect(try loaded.verdict("free.example", chain: ["b.example"]).kind == .pass)
    }

    @Test func namesThatItAnswersByItself() throws {
        let loaded = try Self.load(blocked: "b.example\n", allowed: "use-application-dns.net\n")
        #expect(try loaded.verdict("x.use-application-dns.net").kind == .nxdomain)
        #expect(try loaded.verdict("use-application-dns.net", .https).kind == .pass)
    }

    /// A, AAAA and TXT with the extended error.
    @Test(arguments: [
        ("hinfo", "HINFO=? filtered", "HINFO=? filtered", "HINFO=? filtered"),
        ("refused", "REFUSED filtered", "REFUSED filtered", "REFUSED filtered"),
        ("ip", "A=192.0.2.9 forged", "AAAA=2001:db8::9 forged", "HINFO=? filtered"),
    ])
    func blockModes(mode: String, a: String, aaaa: String, txt: String) throws {
        let loaded = try Self.load(blocked: "b.example\n", mode: mode)
        for (type, expected) in [(RRType.a, a), (.aaaa, aaaa), (.txt, txt)] {
            let answer = try #require(try loaded.verdict("b.example", type).answer)
            let code = answer.responseCode == .noError ? answer.text : "\(answer.responseCode)"
            let error = answer.errors.first.map { $0.code == .forged ? "forged" : "filtered" } ?? "none"
            #expect("\(code) \(error)" == expected)
        }
    }
}

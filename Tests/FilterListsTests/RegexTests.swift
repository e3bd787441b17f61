import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// Regular expressions as each engine reads them.
@Suite struct RegexTests {
    @Test(arguments: [
        ("/^stat(s|istics)?[0-9]*[_.-]/", "stats.update.microsoft.com", true),
        ("/^stat(s|istics)?[0-9]*[_.-]/", "statsfe2.update.microsoft.com", false),
        ("/example\\.org/", "testexample.org", true), ("/EXAMPLE\\.org/", "example.org", true),
        ("/^ads/", "x.ads.example", false), ("/ads$/", "x.ads", true), ("/(a+)+$/", "b.aaa", true),
        // urlfilter looks for the longest text outside of brackets first.
        ("/doubleclick|ads/", "ads.example", false), ("/doubleclick|ads/", "doubleclick.example", true),
        ("/(doubleclick|ads)/", "ads.example", true), ("/ht|zz/", "zz.example", true),
        ("/[0-9]{3}cdn/", "123cdn.example", true), ("/[0-9]{3}cdn/", "12cdn.example", false),
    ])
    func adguardHome(rule: String, name: String, isBlocked: Bool) throws {
        let loaded = try readList(rule + "\n", .adblock)
        #expect(loaded.layer.ruleCount == 1)
        #expect(try loaded.verdict(name).kind.isPass == !isBlocked, "\(rule) \(name)")
    }

    @Test(arguments: [
        ("/ads/\n@@||ads.example^", RRType.a, true), ("/ads/$important\n@@||ads.example^", .a, false),
        ("||ads.example^\n@@/^ads/", .a, true), ("/ads/$dnstype=AAAA", .a, true), ("/ads/$dnstype=AAAA", .aaaa, false),
        ("/ads/$denyallow=ads.example", .a, true), ("/ads/\n/ads/$badfilter", .a, true),
    ])
    func adguardHomeModifiers(rules: String, type: RRType, passes: Bool) throws {
        #expect(try readList(rules + "\n", .adblock).verdict("ads.example", type).kind.isPass == passes, "\(rules)")
    }

    @Test(arguments: [
        ("/^apple\\.(de|com)$/", "apple.de", true), ("/^apple\\.(de|com)$/", "apple.fr", false),
        // Blocky compares with the name in lower case, and does not ignore case.
        ("/APPLE/", "apple.de", false), ("/apple/", "APPLE.de", true),
    ])
    func blocky(rule: String, name: String, isBlocked: Bool) throws {
        let loaded = try readList(rule + "\n", .wildcard, .blocky)
        #expect(loaded.layer.ruleCount == 1)
        #expect(try loaded.verdict(name).kind.isPass == !isBlocked, "\(rule) \(name)")
    }

    /// FTL drops an expression with an option that it does not know; the alias of a reply is somebody else's (`src/regex.c`).
    @Test(arguments: [
        ("ads;nonsense", VerdictKind.pass), ("ads; invert", .pass), ("ads;querytype=A,A", .pass),
        ("ads;reply=x", .pass),
        ("ads;reply=CNAME", .pass), ("ads;reply=CNAME,safe.example", .unsupported), ("ads;INVERT", .pass),
    ])
    func piholeOptions(rule: String, kind: VerdictKind) throws {
        #expect(try readList(rule + "\n^other$\n", .regex).verdict("ads.example").kind == kind)
    }

    @Test(arguments: [
        ("^ads", RRType.a, "A=0.0.0.0"), ("ADS", .a, "A=0.0.0.0"), ("^ads$", .a, "none"), ("example$", .a, "A=0.0.0.0"),
        ("^a(?#a comment)ds", .a, "A=0.0.0.0"), ("^ads;invert", .a, "none"), ("^x;invert", .a, "A=0.0.0.0"),
        ("ads;querytype=A", .a, "A=0.0.0.0"), ("ads;querytype=A", .aaaa, "none"), (".*;querytype=!A", .a, "none"),
        (".*;querytype=!A", .https, ""), ("ads;querytype=A,AAAA", .aaaa, "AAAA=::"),
        ("ads;querytype=!A,aaaa", .aaaa, "none"), ("ads;querytype=OTHER", .hinfo, ""),
        ("ads;querytype=OTHER", .a, "none"),
        ("ads;querytype=!OTHER", .hinfo, "none"), ("ads;querytype=!OTHER", .a, "A=0.0.0.0"),
        ("ads;reply=NODATA", .a, ""), ("ads;reply=nxdomain", .a, ""), ("ads;reply=192.0.2.1", .a, "A=192.0.2.1"),
        ("ads;reply=192.0.2.1", .aaaa, "AAAA=::"), ("ads;reply=2001:db8::1", .a, "A=0.0.0.0"),
        ("ads;reply=192.0.2.1;reply=2001:db8::1", .aaaa, "AAAA=2001:db8::1"), ("ads;reply=192.0.2.1", .txt, ""),
        ("ads;reply=NONE", .a, "none"), ("ads;querytype=A,AAAA,A", .aaaa, "AAAA=::"),
        ("ads;querytype=A,AAAA,A", .a, "none"),
    ])
    func pihole(rule: String, type: RRType, answer: String) throws {
        let loaded = try readList(rule + "\n", .regex)
        #expect(loaded.layer.ruleCount == 1)
        #expect(try loaded.verdict("ads.example", type).answer?.text ?? "none" == answer, "\(rule)")
    }

    @Test(arguments: [
        ("ads;reply=NXDOMAIN", VerdictKind.nxdomain), ("ads;reply=REFUSED", .refused), ("ads;reply=NODATA", .nodata),
        ("ads;reply=NONE", .drop), ("ads;reply=192.0.2.1", .redirect), ("ads", .sinkhole),
    ])
    func piholeReplies(rule: String, kind: VerdictKind) throws {
        #expect(try readList(rule + "\n", .regex).verdict("ads.example").kind == kind)
    }

    /// FTL's order: allow, allow expressions, deny, antigravity, gravity, deny expressions.
    @Test func piholePrecedence() throws {
        func verdict(_ lists: [(ListRole, ListFormat, String)]) throws -> (VerdictKind, RuleClass?) {
            let inputs = lists.map { ListInput(path: "x", role: $0.0, format: $0.1, octets: Array($0.2.utf8)) }
            let verdict = try LayerLoader.load(inputs, engine: .pihole).verdict("a.example")
            return (verdict.kind, verdict.matched?.rule.ruleClass)
        }
        let order: [(ListRole, ListFormat, String, RuleClass, VerdictKind)] = [
            (.exempt, .domains, "a.example\n", .ownAllow, .pass), (.exempt, .regex, "^a\n", .ownAllowRegex, .pass),
            (.deny, .domains, "a.example\n", .ownBlock, .sinkhole),
            (.allow, .domains, "a.example\n", .listAllow, .pass),
            (.block, .domains, "a.example\n", .block, .sinkhole), (.deny, .regex, "^a\n", .ownBlockRegex, .sinkhole),
        ]
        for start in order.indices {
            let got = try verdict(order[start...].reversed().map { ($0.0, $0.1, $0.2) })
            #expect(got.0 == order[start].4 && got.1 == order[start].3, "\(order[start])")
        }
    }

    @Test(arguments: [
        ("a(\n", ListFormat.regex, Engine.pihole, "bad-regex"), ("f{x}\n", .regex, .pihole, "bad-regex"),
        ("[[:foobar:]]\n", .regex, .pihole, "bad-regex"),
        ("a;querytype=A;querytype=!A\n", .regex, .pihole, "two-querytypes"),
        ("a;querytype=FOO\n", .regex, .pihole, "unknown-option"), ("a;reply=FOO\n", .regex, .pihole, "unknown-option"),
        ("/a(/\n", .adblock, .adguardHome, "bad-regex"), ("/(?=a)b/\n", .adblock, .adguardHome, "bad-regex"),
        ("/a**/\n", .wildcard, .blocky, "bad-regex"), ("/[/\n", .wildcard, .blocky, "bad-regex"),
    ])
    func whatTheEngineRefuses(rules: String, format: ListFormat, engine: Engine, reason: String) throws {
        let report = try readList(rules, format, engine).reports[0]
        #expect(report.rules == 0)
        #expect(report.ignored == [reason: 1], "\(rules)")
    }

    @Test(arguments: [
        ("(a)\\1\n", ListFormat.regex, "regex-not-linear"), ("(ab){~1}\n", .regex, "regex-not-linear"),
        ("\\Qa.b\\E\n", .regex, "regex-not-linear"), ("((a{255}){255}){255}\n", .regex, "regex-too-large"),
        ("a;reply=IP\n", .regex, "own-address"), ("/\\pL{200}/\n", .adblock, "regex-too-large"),
    ])
    func whatIsNotEvaluatedIsCounted(rules: String, format: ListFormat, reason: String) throws {
        let loaded = try readList(rules, format)
        #expect(loaded.reports[0].unsupported == [reason: 1], "\(rules) \(loaded.reports[0].ignored)")
        #expect(loaded.layer.unsupportedCount == 1)
    }

    /// Expressions that are about a name and what lies below it are written so for other engines.
    @Test(arguments: [
        ("(^|\\.)ads\\.example$", true), ("(\\.|^)Ads[.]ex\\-ample$", true), ("(^|\\.)ads.example$", false),
        ("^ads\\.example$", false), ("(^|\\.)ads\\.example", false), ("(^|\\.)ads\\.$", false),
        ("(^|\\.)ads\\.example$;querytype=A", false), ("(^|\\.)a|b$", false), ("(^|\\.)ads\\.example$;invert", false),
        // The first one that matches decides, and another one answers otherwise.
        ("ads;reply=NXDOMAIN\n(^|\\.)ads\\.example$", false),
    ])
    func piholeSubtrees(rules: String, isName: Bool) throws {
        let layer = try readList(rules + "\n", .regex).layer
        let rule = try #require(
            layer.compiledRules.last { !layer.isOfEngine($0) }
        )
        guard case .name(let scope, let name) = layer.content(rule).subject, !layer.isOfEngine(rule) else {
            return #expect(!isName, "\(rules)")
        }
        #expect(isName && scope == .subtree, "\(rules) \(name)")
    }

    @Test(arguments: [
        ("ads.example", VerdictKind.sinkhole), ("x.ads.example", .sinkhole), ("xads.example", .pass),
        ("_esni.ads.example", .sinkhole), ("good.ads.example", .pass), ("x.good.ads.example", .pass),
    ])
    func piholeSubtreesDecideAsExpressionsDo(name: String, kind: VerdictKind) throws {
        let lists: [(ListRole, String)] = [
            (.deny, "(\\.|^)ads\\.example$\n"), (.exempt, "(\\.|^)good\\.ads\\.example$\n"),
        ]
        for tail in ["", "nothing;reply=IP\n"] {
            let inputs = lists.map {
                ListInput(path: "x", role: $0.0, format: .regex, octets: Array(($0.1 + tail).utf8))
            }
            let options = LayerOptions(blockAddresses: [.v4(0), .v6(0, 0)])
            let verdict = try LayerLoader.load(inputs, engine: .pihole, options: options).verdict(name)
            #expect(verdict.kind == kind)
            #expect(kind == .pass || verdict.matched?.rule.ruleClass == .ownBlockRegex)
        }
    }

    @Test func theReasonIsTheLibrarys() throws {
        let diagnostics = try readList("/ok/\n/a(b/\n", .adblock).reports[0].diagnostics
        #expect(diagnostics.map(\.line) == [2])
        #expect(diagnostics[0].text.contains("missing )"))
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// Patterns that engines take and that are refused here: what they may decide is open, what they cannot is certain.
@Suite struct RefusedPatternTests {
    /// Once many expressions found no memory, those behind are not compiled; whatever they would do is open.
    @Test func expressionsBehindTheMemoryAreOpen() throws {
        let large = (0..<3_000).map { ".*[b-y]{1,\($0 % 200 + 1)}x.*" }
        let loaded = try readList(
            (large + ["^z\\.zz$;reply=NXDOMAIN"]).joined(separator: "\n"),
            .regex,
            .pihole
        )
        let refused = try #require(loaded.reports[0].unsupported["regex-too-large"])
        #expect(loaded.layer.ruleCount + refused >= 3_001 && refused > 200)
        #expect(try loaded.verdict("z.zz").kind == .unsupported)
    }

    @Test(arguments: [
        // With any text for the reference it does not match the name.
        ("^(a+)b\\1$", "aba", VerdictKind.unsupported), ("^(a+)b\\1$", "abc.example", .unsupported),
        ("^(a+)b\\1$", "ax.example", .pass),
        ("^(a+)b\\1$", "xaba", .pass), ("(ads)\\1", "ads.example", .unsupported), ("(ads)\\1", "shop.example", .pass),
        ("(ads){~1}", "shop.example", .unsupported), ("\\Qads\\E", "shop.example", .unsupported),
        ("^((ads{255}){255}){255}$", "adss.example", .pass), ("^((ads{255}){255}){255}$", "adsss", .unsupported),
        ("(ads)\\1;invert", "shop.example", .unsupported), ("(ads)\\1;querytype=AAAA", "ads.example", .pass),
        ("ads;reply=IP", "ads.example", .unsupported), ("ads;reply=IP", "shop.example", .pass),
        // The same answer whichever of them counts.
        ("(ads)\\1\nads", "ads.example", .sinkhole), ("(ads)\\1;reply=NXDOMAIN\nads", "ads.example", .unsupported),
        ("ads\n(ads)\\1;reply=NXDOMAIN", "ads.example", .sinkhole),
    ])
    func pihole(rules: String, name: String, kind: VerdictKind) throws {
        let loaded = try readList(rules + "\n", .regex)
        let verdict = try loaded.verdict(name)
        #expect(verdict.kind == kind, "\(rules) \(name)")
        #expect(loaded.reports[0].unsupported.values.reduce(0, +) == 1)
        #expect(loaded.layer.ruleCount == rules.split(separator: "\n").count - 1)
        guard kind == .unsupported else { return }
        #expect(verdict.matched?.rule.line == 1)
    }

    /// Longer than TRE is given: RE2 tells in plain names that it does not match.
    @Test func longPatterns() throws {
        let words = (0..<400).map { "word\($0)" }.joined(separator: "|")
        let loaded = try readList("^(\(words))$\n", .regex)
        #expect(try loaded.verdict("word7").kind == .unsupported)
        #expect(try loaded.verdict("shop.example").kind == .pass)
        #expect(try loaded.verdict("shop\\000.example").kind == .unsupported)
    }

    /// A refused expression that lets names pass opens what stands behind it in FTL's order, and nothing in front.
    @Test(arguments: [
        (ListRole.exempt, "^(a)\\1", ListRole.block, "aa.example", VerdictKind.unsupported),
        (.exempt, "^(a)\\1", .block, "b.example", .sinkhole), (.deny, "^(a)\\1", .block, "aa.example", .sinkhole),
        (.deny, "^(a)\\1", .allow, "aa.example", .pass), (.exempt, "^(a)\\1", .exempt, "aa.example", .pass),
    ])
    func piholeOrder(role: ListRole, rule: String, other: ListRole, name: String, kind: VerdictKind) throws {
        let inputs = [
            ListInput(path: "r", role: role, format: .regex, octets: Array((rule + "\n").utf8)),
            ListInput(path: "d", role: other, format: .domains, octets: Array("aa.example\nb.example\n".utf8)),
        ]
        #expect(try LayerLoader.load(inputs, engine: .pihole).verdict(name).kind == kind)
    }

    @Test(arguments: [
        ("/^ads\\pL{200}$/", ListFormat.adblock, Engine.adguardHome, "adsx", VerdictKind.unsupported),
        ("/^ads\\pL{200}$/", .adblock, .adguardHome, "shop.example", .pass),
        ("@@/^ads\\pL{200}/\n||ads.example^", .adblock, .adguardHome, "ads.example", .unsupported),
        ("@@/^ads\\pL{200}/\n||shop.example^", .adblock, .adguardHome, "shop.example", .sinkhole),
        ("@@/^ads\\pL{200}/\n||ads.example^$important", .adblock, .adguardHome, "ads.example", .sinkhole),
        ("/^ads\\pL{200}/\n||ads.example^", .adblock, .adguardHome, "ads.example", .sinkhole),
        ("/^ads\\pL{200}$/", .wildcard, .blocky, "adsx", .unsupported),
        ("/^ads\\pL{200}$/", .wildcard, .blocky, "shop.example", .pass),
        // A script that the library may not know.
        ("/^ads\\p{Nosuchscript}$/", .wildcard, .blocky, "shop.example", .pass),
        ("/^ads\\p{Nosuchscript}$/", .wildcard, .blocky, "adsx", .unsupported),
        ("/^ads\\pL\\p{Nosuchscript}$/", .wildcard, .blocky, "adsxy", .unsupported),
        ("/^ads[x\\P{Nosuchscript}]+$/", .wildcard, .blocky, "adsxy", .unsupported),
        ("/^ads(\\pL$/", .wildcard, .blocky, "shop.example", .pass),
        // Go reads them otherwise than the RE2 of the system.
        ("/^(?<word>ads)/", .wildcard, .blocky, "ads.example", .sinkhole),
        ("/^[(?<]ads/", .wildcard, .blocky, "ads.example", .pass),
        // Its twin removes it for some questions.
        (
            "||ads.example^$denyallow=a.ads.example\n||ads.example^$badfilter,denyallow=b.ads.example", .adblock,
            .adguardHome, "ads.example", .unsupported
        ),
    ])
    func goEngines(rules: String, format: ListFormat, engine: Engine, name: String, kind: VerdictKind) throws {
        #expect(try readList(rules + "\n", format, engine).verdict(name).kind == kind, "\(rules) \(name)")
    }

    @Test func whatGoRefuses() throws {
        #expect(try readList("/a\\Cb/\n", .wildcard, .blocky).reports[0].ignored == ["bad-regex": 1])
    }

    @Test(arguments: [
        ("^(a)\\1", "aa.example", VerdictKind.unsupported), ("^(a)\\1", "b.example", .pass),
        ("^Ads", "ads.example", .unsupported), ("^Ads", "shop.example", .pass),
        ("^Ads[^A]", "shop.example", .unsupported),
        ("-i\n^Ads", "ads.example", .refused), ("^a\\w", "shop.example", .unsupported),
    ])
    func squidLists(rules: String, name: String, kind: VerdictKind) throws {
        #expect(try readList(rules + "\n", .regex, .squid).verdict(name).kind == kind, "\(rules) \(name)")
    }

    @Test(arguments: [
        ("acl r dstdom_regex ^(a)\\1\nhttp_access deny r", "aa.example", VerdictKind.unsupported),
        ("acl r dstdom_regex ^(a)\\1\nhttp_access deny r", "b.example", .pass),
        ("acl r dstdom_regex ^(a)\\1\nhttp_access deny !r", "b.example", .refused),
        ("acl r dstdom_regex ^(a)\\1\nhttp_access deny !r", "aa.example", .unsupported),
        ("acl r dstdom_regex ^(a)\\1 ^b\nhttp_access deny r", "b.example", .refused),
    ])
    func squidConfigurations(lines: String, name: String, kind: VerdictKind) throws {
        let loaded = try readList(lines + "\nhttp_access allow all\n", .squidConfiguration)
        #expect(try loaded.verdict(name).kind == kind, "\(lines) \(name)")
        #expect(loaded.reports[0].unsupported == ["regex-dialect": 1])
    }

    @Test(arguments: [
        ("addAction(RegexRule('^(a)\\\\1'), RCodeAction(3))", "aa.example", VerdictKind.unsupported),
        ("addAction(RegexRule('^(a)\\\\1'), RCodeAction(3))", "b.example", .pass),
        ("addAction(RE2Rule('ads.*'), RCodeAction(3))", "ads.example", .unsupported),
        ("addAction(RE2Rule('ads.*'), RCodeAction(3))", "b.example", .pass),
        ("addAction(NotRule(RE2Rule('ads.*')), RCodeAction(3))", "b.example", .nxdomain),
        ("addAction(NotRule(RE2Rule('ads.*')), RCodeAction(3))", "ads.example", .unsupported),
        ("addAction(AndRule{RE2Rule('ads.*'), QTypeRule('AAAA')}, RCodeAction(3))", "ads.example", .pass),
        // Whichever counts, the answer is the same.
        ("addAction(RE2Rule('ads.*'), RCodeAction(3))\naddAction('example', RCodeAction(3))", "ads.example", .nxdomain),
    ])
    func dnsdist(lines: String, name: String, kind: VerdictKind) throws {
        #expect(try readList(lines + "\n", .dnsdist).verdict(name).kind == kind, "\(lines) \(name)")
    }

    @Test(arguments: [
        ("(\\3ads)", "ads.example", VerdictKind.nxdomain), ("(\\3ads)*", "ads.example", .pass),
        ("\\3(a)ds%1", "ads.example", .unsupported), ("\\3(a)ds%1", "shop.example", .pass),
        ("%b()", "shop.example", .unsupported), ("%f[%a]ads", "ads.example", .unsupported),
        ("%f[%a]ads", "shop.example", .pass), ("(ads", "shop.example", .unsupported),
    ])
    func knotPolicy(pattern: String, name: String, kind: VerdictKind) throws {
        let line = "policy.add(policy.pattern(policy.DENY, '\(pattern)'))\n"
        #expect(try readList(line, .knotPolicy).verdict(name).kind == kind, "\(pattern) \(name)")
    }
}

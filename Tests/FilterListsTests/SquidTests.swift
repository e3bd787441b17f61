import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// squid's lists of hosts and of expressions; the verdicts are those of squid 5.7.
@Suite struct SquidTests {
    typealias Row = (rules: String, name: String, denied: Bool)

    @Test(arguments: [
        (".a.zz", "a.zz", true), (".a.zz", "x.y.a.zz", true), (".a.zz", "xa.zz", false), ("a.zz", "a.zz", true),
        ("a.zz", "x.a.zz", false), ("A.zz", "a.zz", true), ("  .a.zz\t\r", "x.a.zz", true), ("a.zz # x", "a.zz", true),
        ("a.zz#x", "a.zz", false), ("a.zz b.zz", "a.zz", false), ("a.zz b.zz", "b.zz", false),
        ("# a.zz", "a.zz", false),
        ("a.zz.", "a.zz", false), ("*.a.zz", "x.a.zz", false), ("..a.zz", "x.a.zz", false),
        (".zz\n.a.zz", "b.zz", true),
    ])
    func names(row: Row) throws {
        let verdict = try readList(row.rules, .squid, .squid).verdict(row.name)
        #expect((verdict.kind == .refused) == row.denied, "\(row.rules) / \(row.name)")
        #expect(verdict.kind == .refused || verdict.kind == .pass)
    }

    @Test(arguments: [
        ("^ads[.]", "ads.zz", true), ("^ads[.]", "x.ads.zz", false), ("ads", "xads.zz", true),
        ("^.*ads$", "zz.ads", true),
        ("-i\nADS", "ads.zz", true), ("(^|\\.)a\\.zz$", "x.a.zz", true), ("(^|\\.)a\\.zz$", "xa.zz", false),
    ])
    func expressions(row: Row) throws {
        let verdict = try readList(row.rules, .regex, .squid).verdict(row.name)
        #expect((verdict.kind == .refused) == row.denied, "\(row.rules) / \(row.name)")
    }

    /// squid ends at once with a list that names something twice, once with what lies below it, in the wrong order.
    @Test(arguments: [
        ("a.f.zz\n.f.zz", [".f.zz"]), (".f.zz\na.f.zz", []), (".f.zz\nf.zz", ["f.zz"]), ("f.zz\n.f.zz", [".f.zz"]),
        (".f.zz\na.f.zz\n.a.f.zz", []), ("f.zz\nF.zz", []), (".f.zz\n.F.ZZ", []), ("xf.zz\n.f.zz\nf-f.zz", []),
        ("q.zz\n.b.c.zz\nx.b.c.zz\nm.zz\n.c.zz", [".c.zz"]), (".c.yy\n.b.zz\n.a.b.zz\n.zz\n.yy", [".zz", ".yy"]),
    ])
    func overlaps(list: String, refused: [String]) throws {
        let loaded = try readList(list, .squid)
        let report = loaded.reports[0]
        // The first is what squid ends with, so that nothing is decided.
        #expect(report.ignored["overlap"] ?? 0 == max(refused.count - 1, 0), "\(list)")
        #expect(report.unsupported["bad-statement"] ?? 0 == min(refused.count, 1), "\(list)")
        #expect((try loaded.verdict("q.zz").kind == .unsupported) == !refused.isEmpty)
        for name in refused { #expect(report.diagnostics.contains { $0.text.hasPrefix("'\(name)'") }, "\(name)") }
    }

    @Test func whatIsNotEvaluatedIsCounted() throws {
        #expect(try readList("ADS\nads", .regex, .squid).reports[0].unsupported == ["acl-option": 1])
        #expect(try readList("-i\n\\bads", .regex, .squid).reports[0].unsupported == ["regex-dialect": 1])
        #expect(try readList("a.zz\na.zz b.zz\n*.zz", .squid).reports[0].ignored == ["never-a-host": 2])
    }

    @Test func aHostOfOddOctetsIsNotDecided() throws {
        #expect(try readList(".a.zz", .squid).verdict("x\\032y.a.zz").kind == .unsupported)
    }

    @Test func anAllowListInFrontDecides() throws {
        let loaded = try LayerLoader.load(
            [
                ListInput(path: "good", role: .allow, format: .squid, octets: Array("ok.a.zz\n".utf8)),
                ListInput(path: "bad", format: .squid, octets: Array(".a.zz\n".utf8)),
            ],
            engine: .squid
        )
        #expect(try loaded.verdict("ok.a.zz").kind == .pass)
        #expect(try loaded.verdict("no.a.zz").kind == .refused)
    }
}

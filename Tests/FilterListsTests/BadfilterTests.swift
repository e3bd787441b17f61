import DNS
import FilterLists
import Policy
import Suites
import Testing

/// `$badfilter` as urlfilter really applies it (`removeBadfilterRules`).
@Suite struct BadfilterTests {
    @Test(arguments: [
        ("||a.example^\n||a.example^$badfilter\n", "a.example", RRType.a, VerdictKind.pass, 0),
        ("||a.example^\n||a.example^$badfilter\n||b.example^$badfilter\n", "a.example", .a, .pass, 0),
        ("||a.example^\n||a.example^$badfilter\n||a.example^$badfilter\n", "x.a.example", .a, .pass, 0),
        ("||a.example^\n||a.example^$badfilter\n||a.example^$important,badfilter\n", "a.example", .a, .sinkhole, 0),
        ("||a.example^\n||a.example^$badfilter\n@@||a.example^$badfilter\n", "a.example", .a, .sinkhole, 0),
        ("||x.a.example^\n||x.a.example^$badfilter\n||A.example^$badfilter\n", "x.a.example", .a, .sinkhole, 0),
        ("||a.example^\n||a.example^$badfilter\n||xa.example^$badfilter\n", "a.example", .a, .pass, 0),
        ("||a.example^\n||a.example^$badfilter\n||x.a.example^$badfilter\n", "a.example", .a, .unsupported, 1),
        ("||a.example^\n||a.example^$badfilter\nads$badfilter\n", "a.example", .a, .unsupported, 1),
        ("||a.example^\n||a.example^$badfilter\n||a.example^$script,badfilter\n", "a.example", .a, .pass, 0),
        ("||a.example^$dnstype=A\n||a.example^$dnstype=A,badfilter\n", "a.example", .a, .pass, 0),
        ("||a.example^$dnstype=A\n||a.example^$badfilter\n", "a.example", .a, .pass, 0),
        ("||a.example^\n||a.example^$dnstype=A,badfilter\n", "a.example", .aaaa, .unsupported, 1),
        ("ads\nads$badfilter\n", "ads.example", .a, .pass, 0),
    ])
    func verdicts(rules: String, name: String, type: RRType, kind: VerdictKind, unsupported: Int) throws {
        let loaded = try readList(rules, .adblock)
        #expect(try loaded.verdict(name, type).kind == kind)
        #expect(loaded.reports[0].unsupported["badfilter-overlap"] ?? 0 == unsupported)
        #expect(loaded.layer.unsupportedCount == unsupported)
    }
}

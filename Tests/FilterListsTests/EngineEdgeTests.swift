import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Verdicts that the running engines gave to rules that meet at one name; a bug found gets its case here.
@Suite struct EngineEdgeTests {
    /// AdGuard Home takes no list with a rule that has an octet as of a binary file, and Go's scanners read no line behind one of
    /// 65,536 octets, a comment as well.
    @Test(arguments: [
        (Engine.adguardHome, "||a.example^\nb.example\u{1}c\n", VerdictKind.unsupported),
        (.adguardHome, "||a.example^\nb.example\u{7F}\n", .unsupported),
        (.adguardHome, "||a.example^\n! note \u{1}\n", .sinkhole),
        (.adguardHome, "||a.example^\nb.example\tc\n", .sinkhole),
        (.adguardHome, "||a.example^\n# " + String(repeating: "x", count: 70_000) + "\n", .unsupported),
        (.blocky, "# " + String(repeating: "x", count: 70_000) + "\na.example\n", .unsupported),
        (.pihole, "# " + String(repeating: "x", count: 70_000) + "\na.example\n", .sinkhole),
    ])
    func listsThatAreNotReadToTheirEnd(engine: Engine, list: String, kind: VerdictKind) throws {
        #expect(
            try readList(list, engine == .adguardHome ? .adblock : .domains, engine).verdict("a.example").kind == kind
        )
    }

    /// Blanks outside ASCII are such to Go (`unicode.IsSpace`), where an engine trims or splits, and octets of a word to C.
    @Test(arguments: [
        (Engine.adguardHome, ListFormat.adblock, "\u{A0}||a.example^\u{3000}", true),
        (.adguardHome, .adblock, "0.0.0.0\u{A0}a.example", false), (.blocky, .domains, "\u{A0}a.example\u{2003}", true),
        (.blocky, .domains, "0.0.0.0\u{A0}a.example", true), (.coreDNS, .hosts, "\u{85}0.0.0.0\u{A0}a.example", true),
        (.dnscryptProxy, .dnscrypt, "\u{A0}a.example\u{A0}", true),
        (.dnscryptProxy, .dnscrypt, "a.example\u{A0}#x", false),
        (.dnscryptProxy, .dnscrypt, "a.example\u{A0} #x", true),
        (.dnscryptProxy, .cloaking, "a.example\u{2009}0.0.0.0", true), (.v2ray, .v2fly, "\u{A0}full:a.example", true),
        (.technitium, .domains, "\u{A0}a.example", false), (.squidGuard, .domains, "\u{A0}a.example", false),
        (.dnsmasq, .hosts, "\u{A0}0.0.0.0 a.example", false), (.dnsmasq, .hosts, "0.0.0.0\u{A0}a.example", false),
        (.hostsFile, .hosts, "0.0.0.0\u{A0}a.example", false),
    ])
    func blanksOutsideASCII(engine: Engine, format: ListFormat, line: String, isBlocked: Bool) throws {
        let text = line + "\n" + (format == .hosts ? "0.0.0.0 b.example\n" : "")
        let loaded = try LayerLoader.load(
            [ListInput(path: "list", format: format, octets: Array(text.utf8))],
            engine: engine,
            mayBeEmpty: true
        )
        #expect(try (loaded.verdict("a.example").kind == .pass) != isBlocked)
    }

    /// A zone behind an address is none of its (`netip.ParseAddr`); addresses of IPv4 have none.
    @Test(arguments: [
        ("fe80::1%lo0 a.example", "redirect fe80::1"), ("fe80::1% a.example", "pass"),
        ("192.0.2.1%lo0 a.example", "pass"),
    ])
    func zonesOfAddressesInAdGuardHome(line: String, expected: String) throws {
        let verdict = try readList(line + "\n||b.example^\n", .adblock, .adguardHome).verdict("a.example", .aaaa)
        let data = (verdict.answer?.records ?? []).compactMap { $0.address?.description }
        #expect(([verdict.kind.description] + data).joined(separator: " ") == expected)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var format: String
        var rules: String
        var question: String
        var expected: String

        var testDescription: String { question + " with " + rules.replacing("\n", with: " | ") }
    }

    /// dnsmasq 2.90.
    private static let dnsmasq = [
        ("local=/q9.rz/\nserver=/q9.rz/#", "q9.rz A", "pass"),
        ("server=/q9.rz/#\nlocal=/q9.rz/", "q9.rz A", "pass"),
        ("address=/k6.rz/\nserver=/k6.rz/198.18.0.1", "k6.rz TXT", "route"),
        ("address=/k1.rz/\nserver=/k1.rz/#\naddress=/k1.rz/1.2.3.4", "k1.rz AAAA", "pass"),
        ("address=/k1.rz/\nserver=/k1.rz/#\naddress=/k1.rz/1.2.3.4", "k1.rz A", "redirect 1.2.3.4"),
        ("address=/q1.rz/2.2.2.2\naddress=/*.q1.rz/0.0.0.0", "a.q1.rz A", "sinkhole 0.0.0.0"),
        ("address=/*.q1.rz/0.0.0.0\naddress=/q1.rz/2.2.2.2", "a.q1.rz A", "sinkhole 0.0.0.0"),
        ("address=/q1.rz/2.2.2.2\naddress=/*.q1.rz/0.0.0.0", "q1.rz A", "redirect 2.2.2.2"),
        ("server=/q2.rz/#\nlocal=/*.q2.rz/", "a.q2.rz A", "nxdomain"),
        ("address=/*ab.k2.rz/2600::5\nserver=/ab.k2.rz/#", "ab.k2.rz AAAA", "pass"),
        ("address=/q11.rz/#\naddress=/q11.rz/1.2.3.4", "q11.rz A", "redirect 1.2.3.4"),
        ("address=/q11.rz/1.2.3.4\naddress=/q11.rz/#", "q11.rz A", "redirect 1.2.3.4"),
        ("address=/q11.rz/1.2.3.4\naddress=/q11.rz/#", "q11.rz AAAA", "sinkhole ::"),
    ].map { Case(format: "dnsmasq", rules: $0.0, question: $0.1, expected: $0.2) }

    /// Unbound 1.17.1 local zones.
    private static let unbound = [
        (
            "local-zone: \"b.rz\" redirect\nlocal-data: \"b.rz A 0.0.0.0\"\nlocal-data: \"b.rz AAAA ::\"",
            "x.b.rz A", "sinkhole 0.0.0.0"
        ),
        (
            "local-zone: \"b.rz\" redirect\nlocal-data: \"b.rz A 0.0.0.0\"\nlocal-data: \"b.rz AAAA ::\"",
            "x.b.rz AAAA", "sinkhole ::"
        ),
        ("local-zone: \"d1.rz\" static\nlocal-zone: \"d1.rz\" transparent", "d1.rz A", "pass"),
        ("local-zone: \"d2.rz\" transparent\nlocal-zone: \"d2.rz\" always_nxdomain", "d2.rz A", "nxdomain"),
        // Zones of Unbound's own.
        ("local-zone: \"x.rz\" static", "foo.onion A", "nxdomain"),
        ("local-zone: \"x.rz\" static", "1.0.0.10.in-addr.arpa PTR", "nxdomain"),
        ("local-zone: \"x.rz\" static", "x.localhost A", "sinkhole 127.0.0.1"),
        ("local-zone: \"x.rz\" static\nunblock-lan-zones: yes", "1.0.0.10.in-addr.arpa PTR", "pass"),
        ("local-zone: \"10.in-addr.arpa\" nodefault", "1.0.0.10.in-addr.arpa PTR", "pass"),
        ("local-zone: \"x.test\" nodefault", "x.test A", "nxdomain"),
        ("local-zone: \"1.0.0.127.in-addr.arpa\" static", "1.0.0.127.in-addr.arpa PTR", "nxdomain"),
        // DS records belong to the zone above.
        ("local-zone: \"x.rz\" static", "x.rz DS", "pass"),
        ("local-zone: \"x.rz\" static", "a.x.rz DS", "nxdomain"),
        ("local-zone: \"onion\" always_nxdomain", "foo.onion A", "nxdomain"),
    ].map { Case(format: "unbound", rules: $0.0, question: $0.1, expected: $0.2) }

    @Test(arguments: dnsmasq + unbound)
    func decidesAsTheEngine(_ test: Case) throws {
        let loaded = try readList(test.rules + "\n", #require(ListFormat.named(test.format)))
        let words = test.question.split(separator: " ")
        let verdict = try loaded.verdict(String(words[0]), #require(RRType(words[1])))
        let data = (verdict.answer?.records ?? []).compactMap { $0.address?.description }
        #expect(([verdict.kind.description] + data).joined(separator: " ") == test.expected)
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing

/// AdGuard Home looks the address hints of HTTPS records up like names (`internal/dnsforward/filter.go`).
@Suite struct AddressHintTests {
    @Test(arguments: [
        ("||192.0.2.1^", ["192.0.2.1"], VerdictKind.nodata),
        ("||192.0.2.1^", ["198.51.100.1", "192.0.2.1"], .nodata),
        ("||192.0.2.1^", ["192.0.2.10"], .pass), ("||192.0.2.1^", [], .pass),
        // Without anchors a rule is about a part of the text.
        ("192.0.2.1", ["192.0.2.10"], .nodata),
        ("|2001:db8::1^", ["2001:db8::1"], .nodata), ("||2001:db8:^", ["2001:db8::1"], .nodata),
        ("||2001:db8:^", ["2001:db80::1"], .pass), ("2001:DB8", ["2001:db80::1"], .nodata),
        ("||2001:db8::1^", ["2001:db8::1"], .nodata), ("||2001:db8::1^", ["2001:db8::10"], .pass),
        ("||192.0.2.1^$dnstype=HTTPS", ["192.0.2.1"], .nodata), ("||192.0.2.1^$dnstype=A", ["192.0.2.1"], .pass),
        ("||192.0.2.1^\n@@||192.0.2.1^", ["192.0.2.1"], .pass),
        ("||192.0.2.1^\n@@||a.example^", ["192.0.2.1"], .pass),
        // A rule that lets one hint pass says nothing about the next.
        ("||192.0.2.0^\n@@||192.0.2.1^", ["192.0.2.1", "192.0.2.0"], .nodata),
        ("||192.0.2.1^$dnsrewrite=198.51.100.1", ["192.0.2.1"], .pass),
        ("||192.0.2.1^$client=198.51.100.1", ["192.0.2.1"], .unsupported),
        ("||192.0.2.1^", ["::ffff:192.0.2.1"], .unsupported),
    ])
    func adGuardHome(rules: String, hints: [String], kind: VerdictKind) throws {
        let loaded = try readList(rules, .adblock)
        let verdict = try loaded.verdict("a.example", .https, addresses: [], hints: hints.map(Self.address))
        #expect(verdict.kind == kind)
        #expect(verdict.matched.map { $0.relation } == (kind == .nodata ? .hint : verdict.matched?.relation))
        if kind != .pass { #expect(verdict.matched?.relation != .qname) }
    }

    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test(arguments: [("nxdomain", VerdictKind.nxdomain), ("refused", .refused), ("null_ip", .nodata)])
    func answersInTheBlockModeForTheTypeAsked(mode: String, kind: VerdictKind) throws {
        let loaded = try readList("||192.0.2.1^", .adblock, blockMode: mode)
        let hints = [try Self.address("192.0.2.1")]
        #expect(try loaded.verdict("a.example", .https, hints: hints).kind == kind)
        #expect(
            try loaded.verdict("a.example", .https, chain: ["b.example"], hints: hints).matched?.element
                == DomainName("b.example")
        )
    }

    @Test func blockyDoesNot() throws {
        let loaded = try readList("192.0.2.1\nads.example\n", .domains, .blocky)
        let address = try Self.address("192.0.2.1")
        #expect(try loaded.verdict("a.example", .https, addresses: [], hints: [address]).kind == .pass)
        #expect(try loaded.verdict("a.example", .a, addresses: [address]).kind == .sinkhole)
    }

    /// Go writes an IPv4 address that is mapped into an IPv6 address without what is around it.
    @Test func mappedAddressesOfAnswersAreReadAsIPv4() throws {
        for (text, format, engine) in [
            ("||192.0.2.1^", ListFormat.adblock, Engine.adguardHome),
            ("192.0.2.1", .domains, .blocky),
        ] {
            let loaded = try readList(text, format, engine)
            let address = try Self.address("::ffff:192.0.2.1")
            #expect(try loaded.verdict("a.example", .aaaa, addresses: [address]).kind == .sinkhole)
        }
    }
}

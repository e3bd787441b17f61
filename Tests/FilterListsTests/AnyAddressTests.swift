import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Verdicts that need no addresses of the real answer, because rules hold whatever it has; where some addresses pass, they do.
@Suite struct AnyAddressTests {
    struct Row: CustomTestStringConvertible {
        var engine: Engine
        var format: ListFormat
        var text: String
        var kind: VerdictKind

        var testDescription: String { "\(engine.rawValue) \(text)" }
    }

    private static func zone(_ engine: Engine, _ records: String..., is kind: VerdictKind) -> Row {
        let text = "$TTL 60\n@ SOA . . 1 1 1 1 1\n@ NS localhost.\n" + records.joined(separator: "\n") + "\n"
        return Row(engine: engine, format: .rpz, text: text, kind: kind)
    }

    private static func dnsmasq(_ lines: String..., is kind: VerdictKind) -> Row {
        Row(engine: .dnsmasq, format: .dnsmasq, text: lines.joined(separator: "\n") + "\n", kind: kind)
    }

    private static func unbound(_ lines: String..., is kind: VerdictKind) -> Row {
        let text = "server:\nmodule-config: \"respip validator iterator\"\n" + lines.joined(separator: "\n") + "\n"
        return Row(engine: .unbound, format: .unbound, text: text, kind: kind)
    }

    /// Run against the engines were those of `stop-dns-rebind` beside `filter-AAAA` (dnsmasq 2.90), of two ranges that are blocked
    /// (Unbound 1.17.1, PowerDNS 4.8); the others follow from what each rule does to an address, which the oracle compares.
    static let rows: [Row] = [
        dnsmasq("filter-AAAA", is: .nodata),
        dnsmasq("filter-AAAA", "stop-dns-rebind", is: .nodata),
        dnsmasq("filter-AAAA", "stop-dns-rebind", "address=/a.zz/", is: .nodata),
        dnsmasq("filter-AAAA", "bogus-nxdomain=2603::1", is: .nodata),
        dnsmasq("filter-A", "stop-dns-rebind", is: .pass),
        dnsmasq("stop-dns-rebind", is: .pass),
        unbound("private-address: ::/0", "private-address: fd00::/8", is: .nodata),
        unbound("response-ip: ::/0 always_nxdomain", "response-ip: fd00::/8 always_nxdomain", is: .nxdomain),
        unbound("response-ip: ::/0 always_nxdomain", "response-ip: 2001:db8::/32 always_transparent", is: .pass),
        zone(.pdnsRPZ, "0.zz.rpz-ip CNAME .", "128.1.zz.rpz-ip CNAME .", is: .nxdomain),
        zone(.unboundRPZ, "0.zz.rpz-ip CNAME .", "128.1.zz.rpz-ip CNAME .", is: .nxdomain),
        zone(.bindRPZ, "0.zz.rpz-ip CNAME .", "128.1.zz.rpz-ip CNAME rpz-passthru.", is: .pass),
        zone(.pdnsRPZ, "128.1.zz.rpz-ip CNAME .", is: .pass),
    ]

    @Test(arguments: rows) func needsNoAddressesWhereAllAreTreatedAlike(row: Row) throws {
        let loaded = try readList(row.text, row.format, row.engine)
        let verdict = try loaded.verdict(
            "x.zz",
            .aaaa,
            context: QueryContext(client: Client(address: IPAddress("10.0.0.9")))
        )
        #expect(verdict.kind == row.kind)
        // What is said of no address is true of each.
        guard row.kind != .pass else { return }
        for address in ["2001:db8::1", "fd00::1", "2603::1", "::1"] {
            let known = try loaded.verdict("x.zz", .aaaa, addresses: [try #require(IPAddress(address))])
            #expect(!known.kind.isPass, "\(address)")
        }
    }

    /// More ranges than are looked at for every name leave it open.
    @Test func manyRangesAreOpen() throws {
        let lines = (0..<400).map { "response-ip: 2001:db8:\(String($0, radix: 16))::/48 always_refuse" }
        let text = "server:\nmodule-config: \"respip iterator\"\nresponse-ip: ::/0 always_nxdomain\n"
        let loaded = try readList(text + lines.joined(separator: "\n") + "\n", .unbound, .unbound)
        #expect(try loaded.verdict("x.zz", .aaaa).kind == .unsupported)
    }
}

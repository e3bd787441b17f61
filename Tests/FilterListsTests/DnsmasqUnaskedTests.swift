import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Names that dnsmasq 2.90 asks nobody for: those without a dot, pointers of private addresses, and those of itself, each compared
/// with the running engine.
struct DnsmasqUnaskedTests {
    /// Rules, a name and a type, and the verdict.
    typealias Row = (rules: String, name: String, type: RRType, kind: VerdictKind)

    private static func check(_ row: Row) throws {
        let verdict = try readList(row.rules, .dnsmasq, .dnsmasq).verdict(row.name, row.type)
        #expect(verdict.kind == row.kind, "\(row.rules) / \(row.name) \(row.type)")
    }

    private static let dotted = "domain-needed\n"

    @Test(
        arguments: [
            ("", "a", .a, .nxdomain), ("", "a", .aaaa, .nxdomain), ("", "a", .any, .nxdomain), ("", "a", .txt, .pass),
            ("", "a", .https, .pass), ("", "a.b", .a, .pass), ("", ".", .a, .pass),
            ("address=/a/192.0.2.1", "a", .a, .redirect), ("address=/a/192.0.2.1", "a", .aaaa, .nxdomain),
            ("address=/a/192.0.2.1\nlocal=/a/", "a", .aaaa, .nodata), ("address=/a/", "a", .txt, .nxdomain),
            ("address=/a/#", "a", .aaaa, .sinkhole), ("address=/#/192.0.2.1", "a", .a, .redirect),
            ("address=/#/192.0.2.1", "a", .aaaa, .nxdomain), ("address=/*b/::1", "ab", .a, .nxdomain),
            ("address=/*b/::1", "ab", .aaaa, .sinkhole),
            // Servers of its own give way, and so does what is refused because there is none.
            ("server=/a/192.0.2.1", "a", .a, .nxdomain), ("server=/a/#", "a", .a, .nxdomain),
            ("server=/*b/192.0.2.1", "ab", .a, .nxdomain), ("server=/a/192.0.2.1", "a", .mx, .route),
            ("server=/a/192.0.2.1", "x.a", .a, .route), ("no-resolv", "a", .a, .nxdomain),
            ("no-resolv", "a", .txt, .refused), ("no-resolv", "a.b", .a, .refused),
            // Names that are known exist, and those above them.
            ("host-record=a,192.0.2.1", "a", .a, .redirect), ("host-record=a,192.0.2.1", "a", .aaaa, .nodata),
            ("host-record=x.a,192.0.2.1", "a", .a, .nodata), ("txt-record=x.a,t", "a", .a, .nodata),
            ("dns-rr=a,65,0001", "a", .a, .nxdomain), ("address=/x.a/192.0.2.1", "a", .a, .nxdomain),
            ("cname=a,b.c", "a", .a, .redirect), ("", "bind", .a, .nodata), ("no-ident", "bind", .a, .nxdomain),
        ] as [Row]
    )
    func namesWithoutDots(row: Row) throws {
        try Self.check((Self.dotted + row.rules, row.name, row.type, row.kind))
        try Self.check((row.rules + "\n" + Self.dotted, row.name, row.type, row.kind))
    }

    private static let pointer = "1.0.0.10.in-addr.arpa"

    @Test(
        arguments: [
            ("", pointer, .ptr, .nxdomain), ("", pointer, .any, .nxdomain), ("", pointer, .a, .pass),
            ("", pointer, .txt, .pass), ("", "10.in-addr.arpa", .ptr, .nxdomain), ("", "in-addr.arpa", .ptr, .pass),
            ("", "x.\(pointer)", .ptr, .pass), ("", "9.\(pointer)", .ptr, .nxdomain),
            ("", "0-25.0.0.10.in-addr.arpa", .ptr, .pass), ("", "1.0.0.266.in-addr.arpa", .ptr, .nxdomain),
            ("", "99999999999999999999.in-addr.arpa", .ptr, .pass), ("", "4294967306.in-addr.arpa", .ptr, .nxdomain),
            ("", "1.0.31.172.in-addr.arpa", .ptr, .nxdomain), ("", "1.0.32.172.in-addr.arpa", .ptr, .pass),
            ("", "1.1.64.100.in-addr.arpa", .ptr, .pass), ("", "255.255.255.in-addr.arpa", .ptr, .pass),
            ("", "d.f.ip6.arpa", .ptr, .nxdomain), ("", "D.F.IP6.int", .ptr, .nxdomain),
            ("", "c.f.ip6.arpa", .ptr, .pass), ("", "8.e.f.ip6.arpa", .ptr, .nxdomain), ("", "2.ip6.arpa", .ptr, .pass),
            ("", "0.ip6.arpa", .ptr, .nxdomain), ("", "1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", .ptr, .nxdomain),
            ("", zeros(2) + "a.0.f.f.f.f" + zeros(20, behind: true) + ".ip6.arpa", .ptr, .nxdomain),
            ("", "1.0.0.0.0.0.a.0.f.f.f.f" + zeros(20, behind: true) + ".ip6.arpa", .ptr, .nxdomain),
            ("", zeros(32) + "d.f.ip6.arpa", .ptr, .unsupported),
            // Its own pointers come first, and a server for the domain, if it is not that for everything.
            ("ptr-record=\(pointer),t", pointer, .ptr, .redirect), ("cname=\(pointer),t", pointer, .ptr, .redirect),
            ("txt-record=\(pointer),t", pointer, .ptr, .nxdomain),
            ("txt-record=\(pointer),t", pointer, .any, .unsupported),
            ("server=/10.in-addr.arpa/192.0.2.1", pointer, .ptr, .route),
            ("server=/arpa/192.0.2.1", pointer, .ptr, .route),
            ("server=/*.10.in-addr.arpa/192.0.2.1", pointer, .ptr, .route),
            ("server=/*.10.in-addr.arpa/192.0.2.1", "10.in-addr.arpa", .ptr, .nxdomain),
            ("server=/10.in-addr.arpa/#", pointer, .ptr, .nxdomain), ("server=/#/192.0.2.1", pointer, .ptr, .nxdomain),
            ("server=/10.in-addr.arpa/192.0.2.1\nserver=/0.10.in-addr.arpa/#", pointer, .ptr, .nxdomain),
            ("server=/arpa/192.0.2.1\nlocal=/10.in-addr.arpa/", pointer, .ptr, .nxdomain),
            ("rev-server=10.0.0.0/8,192.0.2.1", pointer, .ptr, .route),
            ("address=/10.in-addr.arpa/192.0.2.1", pointer, .ptr, .nxdomain),
            ("address=/10.in-addr.arpa/192.0.2.1", pointer, .a, .redirect),
            ("no-resolv", pointer, .ptr, .nxdomain), ("no-resolv", "1.1.1.1.in-addr.arpa", .ptr, .refused),
        ] as [Row]
    )
    func pointersOfPrivateAddresses(row: Row) throws {
        try Self.check(("bogus-priv\n" + row.rules, row.name, row.type, row.kind))
    }

    private static func zeros(_ count: Int, behind: Bool = false) -> String {
        String(repeating: behind ? ".0" : "0.", count: count)
    }

    /// dnsmasq says with authority that there is no pointer, unless a rule about the domain does.
    @Test(arguments: [("bogus-priv", true), ("bogus-priv\nserver=/arpa/192.0.2.1\nlocal=/10.in-addr.arpa/", false)])
    func authorityForPointers(rules: String, isAuthoritative: Bool) throws {
        let verdict = try readList(rules + "\n", .dnsmasq, .dnsmasq).verdict(Self.pointer, .ptr)
        #expect(verdict.answer?.isAuthoritative == isAuthoritative)
    }

    @Test(
        arguments: [
            ("", "version.bind", .a, .nodata), ("", "servers.bind", .txt, .nodata), ("", "bind", .any, .nodata),
            ("", "HITS.bind", .mx, .nodata), ("", "hostname.bind", .a, .nxdomain),
            ("", "x.version.bind", .a, .nxdomain),
            ("no-ident", "version.bind", .a, .nxdomain), ("no-ident", "bind", .a, .nxdomain),
        ] as [Row]
    )
    func namesOfItself(row: Row) throws {
        try Self.check(("local=/bind/\n" + row.rules, row.name, row.type, row.kind))
    }
}

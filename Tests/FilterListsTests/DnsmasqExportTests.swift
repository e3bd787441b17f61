import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Records of single names, written for dnsmasq and read back by its reader.
struct DnsmasqExportTests {
    private static let rules = """
        local-zone: t.example transparent
        local-data: 't.example TXT "one, two" "three"'
        local-data: 't.example A 192.0.2.1'
        local-data: 'm.example MX 5 mail.example.'
        local-data: '_sip._tcp.s.example SRV 1 2 389 host.example.'
        local-data: 'h.example HTTPS 1 . alpn=h2'
        local-data: 'q.example TXT "say \\"x\\""'
        local-data-ptr: "192.0.2.9 host.example"
        local-zone: y.example typetransparent
        local-data: 'y.example TXT x'
        local-data: 'y.example HTTPS 1 .'
        local-zone: r.example redirect
        local-data: 'r.example TXT everywhere'
        local-data: 'c.example CNAME elsewhere.example.'
        """

    private func written() throws -> (text: String, omitted: [String: Int]) {
        let layer = try readList(Self.rules, .unbound, .unbound).layer
        var text: [UInt8] = []
        let report = export(layer, try #require(ExportFormat.named("dnsmasq")), allowing: false, &text)
        return (String(decoding: text, as: UTF8.self), report.omitted)
    }

    /// What keeps names from being asked for is written for dnsmasq alone, and counted elsewhere.
    @Test(arguments: [("unbound", 2 as Int?), ("rpz", 2), ("adguard", 2), ("dnsmasq", nil)])
    func namesThatNobodyIsAskedFor(target: String, omitted: Int?) throws {
        let layer = try readList("domain-needed\nbogus-priv\naddress=/a.example/\n", .dnsmasq, .dnsmasq).layer
        var text: [UInt8] = []
        let report = export(layer, try #require(ExportFormat.named(target)), allowing: false, &text)
        #expect(report.omitted["unasked-names"] == omitted)
        #expect(report.omitted["name"] == nil && report.omitted["types"] == nil)
    }

    @Test func writesRecords() throws {
        let (text, omitted) = try written()
        let lines = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
        for line in [
            "local=/t.example/", "txt-record=t.example,\"one, two\",\"three\"", "host-record=t.example,192.0.2.1",
            "server=/*.t.example/#", "mx-host=m.example,mail.example,5",
            "srv-host=_sip._tcp.s.example,host.example,389,1,2",
            "ptr-record=9.2.0.192.in-addr.arpa,host.example", "txt-record=y.example,\"x\"",
        ] { #expect(lines.contains(line), "\(line) in\n\(text)") }
        #expect(!lines.contains("local=/y.example/"))
        // An alias that is not followed; a text that cannot stand in quotes, and HTTPS, which do not make the name exist;
        // a zone with data for all names below it.
        #expect(omitted == ["data-of-one-name": 5])
    }

    @Test(arguments: [RRType.a, .aaaa, .txt, .mx, .srv, .https, .ptr])
    func comesBack(_ type: RRType) throws {
        let theirs = try readList(Self.rules, .unbound, .unbound)
        let ours = try readList(try written().text, .dnsmasq, .dnsmasq)
        for name in [
            "t.example", "x.t.example", "m.example", "x.m.example", "_sip._tcp.s.example", "_tcp.s.example",
            "y.example", "x.y.example", "9.2.0.192.in-addr.arpa", "example",
        ] {
            let (one, other) = (try theirs.verdict(name, type), try ours.verdict(name, type))
            #expect(one.kind == other.kind, "\(name) \(type)")
            #expect(one.answer?.records.map(\.data) == other.answer?.records.map(\.data), "\(name) \(type)")
        }
    }

    /// Of several addresses of a family on one line dnsmasq gives the last alone.
    @Test func writesEveryAddress() throws {
        let list = """
            server:
            local-zone: e.example typetransparent
            local-data: 'h.e.example A 0.0.0.0'
            local-data: 'h.e.example AAAA 2001:db8::1'
            local-data: 'h.e.example A 192.0.2.3'

            """
        let layer = try readList(list, .unbound, .unbound).layer
        var text: [UInt8] = []
        _ = export(layer, try #require(ExportFormat.named("dnsmasq")), allowing: false, &text)
        let ours = try readList(String(decoding: text, as: UTF8.self), .dnsmasq, .dnsmasq)
        let verdict = try ours.verdict("h.e.example", .a)
        #expect(verdict.kind == .redirect)
        #expect(
            Set(verdict.answer?.records.compactMap(\.address).map(\.description) ?? []) == ["0.0.0.0", "192.0.2.3"]
        )
        #expect(try ours.verdict("h.e.example", .aaaa).answer?.records.count == 1)
    }
}

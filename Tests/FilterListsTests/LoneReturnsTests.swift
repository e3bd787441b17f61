import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Carriage returns without a line feed, as dnsmasq 2.90 and Unbound 1.17.1 took them.
@Suite struct LoneReturnsTests {
    /// A text and which of a.example, b.example and c.example it blocks.
    @Test(arguments: [
        ("# c\raddress=/a.example/0.0.0.0\r\naddress=/b.example/0.0.0.0\r\n", "b"),
        ("address=/a.example/0.0.0.0 # x\raddress=/b.example/0.0.0.0\n\raddress=/c.example/0.0.0.0\n", "ac"),
        ("address=/a.example/0.0.0.0\r\r\naddress=/b.example/0.0.0.0 \r# y\n", "ab"),
        ("local=/a.example/\r# y\rlocal=/b.example/\n", "a"), ("local=/a.example/\r", "a"),
    ])
    func dnsmasq(text: String, blocked: String) throws { try check(text, .dnsmasq, .dnsmasq, blocked) }

    @Test(arguments: [
        ("# head\r0.0.0.0 a.example\r\n0.0.0.0 c.example\r\n", "c"),
        ("0.0.0.0 a.example\r0.0.0.0 b.example\r\n0.0.0.0 c.example\r\n", "abc"),
        ("0.0.0.0 a.example\rb.example\n", "ab"),
        ("\r0.0.0.0 a.example\n", "a"), ("0.0.0.0\ra.example b.example\n", "ab"),
        ("0.0.0.0 a.example # x\rb.example\n", "a"), ("0.0.0.0 a.example\r\r\n0.0.0.0 b.example\r", "ab"),
    ])
    func dnsmasqHosts(text: String, blocked: String) throws { try check(text, .hosts, .dnsmasq, blocked) }

    @Test(arguments: [
        ("# it's\rlocal-zone: \"a.example\" always_nxdomain\r\nlocal-zone: c.example always_nxdomain\r\n", "c"),
        ("local-zone: \"a.example\" always_nxdomain\rlocal-zone: \"b.example\" always_nxdomain\n", "ab"),
        ("local-zone: \"a.example\" always_nxdomain # x\rlocal-zone: \"b.example\" always_nxdomain\n", "a"),
        ("local-zone:\r\"a.example\"\r\nalways_nxdomain\n", "a"),
        ("local-zone: a.example\ralways_nxdomain\r\r\n", "a"),
    ])
    func unbound(text: String, blocked: String) throws { try check("server:\n" + text, .unbound, .unbound, blocked) }

    /// Engines that end lines at LF: a comment goes on behind a CR (squid 5.7 was asked), and what another line with one
    /// means is open.
    @Test(
        arguments: [
            (.squid, .squid, ".a.example", "#"), (.pihole, .hosts, "0.0.0.0 a.example", "#"),
            (.pihole, .domains, "a.example", "#"), (.adguardHome, .adblock, "||a.example^", "!"),
            (.adguardHome, .hosts, "0.0.0.0 a.example", "#"), (.blocky, .domains, "a.example", "#"),
            (.dnscryptProxy, .dnscrypt, "a.example", "#"), (.squidGuard, .domains, "a.example", "#"),
        ] as [(Engine, ListFormat, String, String)]
    )
    func othersEndLinesAtLineFeeds(engine: Engine, format: ListFormat, rule: String, comment: String) throws {
        let other = rule.replacing("a.", with: "b.")
        try check("\(comment) x\r\(other)\n\(rule)\r\n", format, engine, "a")
        let open = try readList("\(rule)\r\(other)\n", format, engine)
        #expect(try open.verdict("a.example").kind == (engine == .squidGuard ? .pass : .unsupported))
        #expect(open.reports[0].unsupported["carriage-return"] == (engine == .squidGuard ? nil : 1))
    }

    /// An exclamation mark begins a comment for some alone; of squid's lists nothing is read behind a CR (5.7).
    @Test func exclamationMarks() throws {
        let list = try readList("!x\r.keep.example\n.a.example\n", .squid, .squid)
        #expect(try list.verdict("keep.example").kind == .unsupported)
    }

    /// .NET ends lines at a CR, too.
    @Test func technitium() throws { try check("# x\ra.example\rb.example\n", .domains, .technitium, "ab") }

    /// With a carriage return in quotes Unbound does not start.
    @Test func unboundRefusesThemInQuotes() throws {
        let text = "server:\nlocal-zone: b.example always_nxdomain\nlocal-data: \"a.example A\r192.0.2.1\"\n"
        #expect(try readList(text, .unbound, .unbound).verdict("b.example", .a).kind == .unsupported)
    }

    /// Lines are counted by line feeds.
    @Test func linesEndAtLineFeeds() throws {
        let text = "# c\r# d\raddress=/a.example/0.0.0.0\r\naddress=/b.example/0.0.0.0\r\n"
        let verdict = try readList(text, .dnsmasq, .dnsmasq).verdict("b.example", .a)
        #expect(verdict.matched?.rule.line == 2)
    }

    /// What is behind 1024 octets of a line is another line to dnsmasq, whatever stands before.
    @Test(arguments: [
        ("#" + String(repeating: "x", count: 1_022) + "y", "ab"),
        ("#" + String(repeating: "x", count: 1_024), "refused"),
        ("#" + String(repeating: "x", count: 1_021) + " ", "refused"),
        ("#" + String(repeating: "x", count: 1_021) + "\r#", "ab"),
        ("address=/c.example/0.0.0.0" + String(repeating: " ", count: 998), "abc"),
    ])
    func dnsmasqCutsLines(start: String, blocked: String) throws {
        let text = start + "address=/a.example/0.0.0.0\naddress=/b.example/0.0.0.0\n"
        if blocked == "refused" {
            return #expect(try readList(text, .dnsmasq, .dnsmasq).verdict("b.example", .a).kind == .unsupported)
        }
        try check(text, .dnsmasq, .dnsmasq, blocked)
    }

    private func check(_ text: String, _ format: ListFormat, _ engine: Engine, _ blocked: String) throws {
        let loaded = try readList(text, format, engine)
        for label in ["a", "b", "c"] {
            let kind = try loaded.verdict("\(label).example", .a).kind
            #expect((kind == .pass) == !blocked.contains(label) && kind != .unsupported, "\(text) / \(label): \(kind)")
        }
    }
}

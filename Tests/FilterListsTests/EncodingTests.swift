import DNS
import FilterLists
import Policy
import Suites
import TestSupport
import Testing

/// Files that are not plain UTF-8, as engines read them.
struct EncodingTests {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func load(_ octets: [UInt8], _ format: ListFormat, _ engine: Engine) throws -> LoadedLayer {
        try LayerLoader.load([ListInput(path: "list", format: format, octets: octets)], engine: engine)
    }

    private static func utf16(_ text: String) -> [UInt8] {
        [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    }

    @Test(arguments: [
        (ListFormat.hosts, Engine.dnsmasq, "0.0.0.0 a.example\n0.0.0.0 b.example\n"),
        (.unbound, .unbound, "local-zone: \"a.example\" static\n"),
        (.domains, .pihole, "a.example\nb.example\n"), (.adblock, .adguardHome, "||a.example^\n"),
    ])
    func nobodyGetsRulesOutOfUTF16(format: ListFormat, engine: Engine, text: String) throws {
        #expect(throws: ListError.self) { try Self.load(Self.utf16(text), format, engine) }
        let loaded = try Self.load(Array(text.utf8), format, engine)
        #expect(loaded.layer.ruleCount > 0)
    }

    @Test func whatDecodesReadsUTF16() throws {
        let loaded = try Self.load(Self.utf16("0.0.0.0 a.example\n"), .hosts, .technitium)
        #expect(try loaded.verdict("a.example", .a).kind != .pass)
    }

    @Test(arguments: [
        (ListFormat.hosts, Engine.dnsmasq, "0.0.0.0 a.example\n0.0.0.0 b.example\n", "b.example"),
        (.squid, .squid, "a.example\nb.example\n", "b.example"),
        (.hosts, .hostsFile, "0.0.0.0 a.example\n0.0.0.0 b.example\n", "b.example"),
    ])
    func aMarkSpoilsTheFirstLine(format: ListFormat, engine: Engine, text: String, left: String) throws {
        let loaded = try Self.load(Self.mark + Array(text.utf8), format, engine)
        #expect(try loaded.verdict("a.example", .a).kind == .pass)
        #expect(try loaded.verdict(left, .a).kind != .pass)
        #expect(loaded.reports[0].ignored["byte-order-mark"] == 1)
        #expect(try Self.load(Array(text.utf8), format, engine).verdict("a.example", .a).kind != .pass)
    }

    @Test(arguments: [
        (ListFormat.dnsmasq, Engine.dnsmasq, "address=/a.example/\n"),
        (.unbound, .unbound, "local-zone: \"a.example\" static\n"),
        (.rpz, .bindRPZ, "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\na.example CNAME .\n"),
    ])
    func aMarkKeepsConfigurationsFromBeingRead(format: ListFormat, engine: Engine, text: String) throws {
        #expect(throws: ListError.self) { try Self.load(Self.mark + Array(text.utf8), format, engine) }
        #expect(try Self.load(Array(text.utf8), format, engine).verdict("a.example", .a).kind == .nxdomain)
    }

    /// What nobody has compared leaves what the first line says open, and that alone.
    @Test(arguments: [
        (ListFormat.adblock, Engine.adguardHome, "||a.example^\n||b.example^\n"),
        (.adblock, .adguardHome, "/a\\.example/\n||b.example^\n"), (.domains, .blocky, "a.example\nb.example\n"),
        (.hosts, .coreDNS, "0.0.0.0 a.example\n0.0.0.0 b.example\n"), (.domains, .squidGuard, "a.example\nb.example\n"),
    ])
    func whatNobodyHasComparedIsNotTakenForCertain(format: ListFormat, engine: Engine, text: String) throws {
        let loaded = try Self.load(Self.mark + Array(text.utf8), format, engine)
        #expect(loaded.layer.unsupportedCount == 1)
        #expect(loaded.reports[0].unsupported == ["byte-order-mark": 1] && loaded.reports[0].rules > 0)
        #expect(try loaded.verdict("a.example", .a).kind == .unsupported)
        let rest = try Self.load(Array(text.utf8), format, engine).verdict("b.example", .a).kind
        #expect(try loaded.verdict("b.example", .a).kind == rest && rest != .pass)
        let comment = format == .adblock ? "! x\n" : "# x\n"
        let harmless = try Self.load(Self.mark + Array((comment + text).utf8), format, engine)
        #expect(harmless.layer.unsupportedCount == 0)
        #expect(try harmless.verdict("a.example", .a).kind == rest)
    }

    @Test(arguments: [
        (ListFormat.dnscrypt, Engine.dnscryptProxy, "a.example\n"), (.domains, .pihole, "a.example\n"),
        (.dnsdist, .dnsdist, "addAction(QNameRule('a.example'), RCodeAction(DNSRCode.NXDOMAIN))\n"),
        (.knotPolicy, .knotPolicy, "policy.add(policy.suffix(policy.DENY, {todname('a.example')}))\n"),
    ])
    func someLeaveItOut(format: ListFormat, engine: Engine, text: String) throws {
        let read = try Self.load(Self.mark + Array(text.utf8), format, engine)
        #expect(read.layer.unsupportedCount == 0)
        #expect(try read.verdict("a.example", .a).kind != .pass)
    }
}

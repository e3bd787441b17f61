import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// Lists of addresses: dnscrypt-proxy's allowed and blocked ones, and those of packet filters.
@Suite struct AddressListTests {
    private static func addresses(_ text: String) throws -> [IPAddress] {
        try text.split(separator: " ").map { try #require(IPAddress($0)) }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", VerdictKind.nodata), ("192.0.2.1", "192.0.2.10", .pass),
        ("192.0.2.1.", "192.0.2.1", .nodata), ("192.000.2.1", "192.0.2.1", .pass),
        ("2001:DB8::1", "2001:db8::1", .nodata), ("2001:db8:0::1", "2001:db8::1", .pass),
        // A colon at the end is cut off, so this is no text of an address.
        ("2001:db8::", "2001:db8::", .pass),
        ("192.0.2.*", "192.0.2.77", .nodata), ("192.0.2*", "192.0.2.77", .nodata), ("192.0.2*", "192.0.20.7", .pass),
        ("192.0.2.1*", "192.0.2.1", .nodata), ("192.0.2.1*", "192.0.2.10", .pass), ("192*", "192.0.2.1", .nodata),
        // A number of either family.
        ("20*", "20.1.1.1", .nodata), ("20*", "20:1::1", .nodata), ("20*", "200.1.1.1", .pass),
        ("2001:db8:*", "2001:db8::1", .nodata), ("2001:db8*", "2001:db80::1", .pass),
        ("2001:db8:*", "2001:db8:1:2:3:4:5:6", .nodata), ("2001:DB8:*", "2001:db8::1", .nodata),
        ("198.51.100.0/24", "198.51.100.200", .nodata), ("198.51.100.77/24", "198.51.100.200", .nodata),
        ("2001:db8::/32", "2001:db8:ffff::1", .nodata), ("198.51.100.0/33", "198.51.100.0", .pass),
        ("192.0.2.1 # x", "192.0.2.1", .nodata), ("192.0.2.1#x", "192.0.2.1", .pass),
        ("192.0.2.1", "198.51.100.1 192.0.2.1", .nodata), ("192.0.2.1", "", .pass),
        ("192.0.2.1", "::ffff:192.0.2.1", .unsupported),
    ])
    func dnscryptProxy(rule: String, answer: String, kind: VerdictKind) throws {
        let loaded = try readList(rule + "\n203.0.113.1\n", .dnscryptAddresses)
        let addresses = try Self.addresses(answer)
        let verdict = try loaded.verdict("a.example", addresses.last?.recordType ?? .a, addresses: addresses)
        #expect(verdict.kind == kind)
        if kind == .nodata { #expect(verdict.matched?.relation == .address) }
    }

    @Test(arguments: [
        ("192.0.2.*\n192.0.2.1*\n", "192.0.2.*", 1), ("fe80::*\n", "fe80::*", 0), ("fe80:0:*\n", "fe80:0:*", 0),
        ("1*\n1.2*\n1.2.3*\n", "1*", 1), ("1.2*\n1.2*\n", "", 2), ("1.2*\n1.2.\n1.2.0.0/16\n", "", 2),
    ])
    func whatDependsOnTheTextIsNotGuessed(rules: String, unsupported: String, count: Int) throws {
        let report = try readList(rules, .dnscryptAddresses).reports[0]
        #expect(report.rules == count)
        #expect(report.unsupported.isEmpty == unsupported.isEmpty)
        if !unsupported.isEmpty { #expect(report.diagnostics.contains { $0.text.hasPrefix("'\(unsupported)'") }) }
    }

    @Test(arguments: [("5.6.1.1", VerdictKind.unsupported), ("5.5.1.1", .nodata), ("6.1.1.1", .pass)])
    func addressesInDoubtAreOpen(answer: String, kind: VerdictKind) throws {
        let loaded = try readList("5.*\n5.5.*\n", .dnscryptAddresses)
        #expect(try loaded.verdict("a.example", .a, addresses: Self.addresses(answer)).kind == kind)
    }

    /// An allowed address frees the answer, aliases and all; a name that is allowed is not looked at again.
    @Test(arguments: [
        ([], "192.0.2.1", VerdictKind.pass), ([], "192.0.2.9", .nodata), ([], "192.0.2.9 192.0.2.1", .pass),
        (["cdn.example"], "198.51.100.1", .nodata), (["cdn.example"], "192.0.2.1", .pass),
        (["free.example"], "192.0.2.9", .nodata),
    ])
    func allowedAddressesComeFirst(chain: [String], answer: String, kind: VerdictKind) throws {
        let lists = [
            ListInput(path: "names", format: .dnscrypt, octets: Array("cdn.example\n".utf8)),
            ListInput(path: "blocked", format: .dnscryptAddresses, octets: Array("192.0.2.*\n".utf8)),
            ListInput(path: "allowed", role: .allow, format: .dnscryptAddresses, octets: Array("192.0.2.1\n".utf8)),
            ListInput(path: "free", role: .allow, format: .dnscrypt, octets: Array("ok.example\n".utf8)),
            ListInput(path: "sent", format: .forwarding, octets: Array("lan.example 192.0.2.53\n".utf8)),
        ]
        let loaded = try LayerLoader.load(lists, engine: .dnscryptProxy)
        let addresses = try Self.addresses(answer)
        #expect(try loaded.verdict("a.example", chain: chain, addresses: addresses).kind == kind)
        #expect(try loaded.verdict("ok.example", chain: chain, addresses: addresses).kind == .pass)
        #expect(try loaded.verdict("cdn.example", addresses: addresses).kind == .nodata)
        #expect(try loaded.verdict("x.lan.example", addresses: addresses).kind == .route)
        let outer = try readList("ads.example\n", .domains, .pihole)
        let name = try DomainName("a.example")
        let both = CompiledStack(layers: [outer.layer, loaded.layer]).verdict(
            name,
            type: .a,
            chain: try chain.map { try DomainName($0) },
            addresses: addresses
        )
        #expect(both.kind == (kind == .pass && chain == ["cdn.example"] ? .unsupported : kind))
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", VerdictKind.drop), ("192.0.2.1", "192.0.2.2", .pass), ("192.0.2.1", "", .pass),
        ("192.0.2.1", "192.0.2.1 192.0.2.2", .unsupported), ("192.0.2.0/30", "192.0.2.1 192.0.2.2", .drop),
        ("192.0.2.1-192.0.2.2", "192.0.2.2 192.0.2.1", .drop), ("192.0.2.1-192.0.2.2", "192.0.2.3", .pass),
        ("192.0.2.9-192.0.2.2", "192.0.2.3", .pass), ("0.0.0.0-255.255.255.255", "192.0.2.3", .drop),
        ("2001:db8::1-2001:db8::8", "2001:db8::7", .drop), ("2001:db8::1-2001:db8::8", "2001:db8::9", .pass),
        ("192.0.2.1,", "192.0.2.1", .drop), ("192.0.2.1, 192.0.2.5,", "192.0.2.5", .drop),
        ("192.0.2.1, x,", "192.0.2.1", .pass), ("192.0.2.1 # x", "192.0.2.1", .drop),
        ("; 192.0.2.1", "192.0.2.1", .pass),
    ])
    func packetFilter(rule: String, answer: String, kind: VerdictKind) throws {
        for (text, format) in [(rule, ListFormat.addresses), ("a b: c-d:" + rule, .peerToPeer)] {
            guard format == .addresses || rule.contains("-") && !rule.contains("::") else { continue }
            let loaded = try readList(text, format)
            let addresses = try Self.addresses(answer)
            let type = addresses.last?.recordType ?? .a
            #expect(try loaded.verdict("a.example", type, addresses: addresses).kind == kind, "\(text)")
            #expect(try loaded.verdict("a.example", .https, addresses: addresses).kind == .pass)
        }
    }

    @Test func allowedAddressesArePunchedOut() throws {
        let lists = [
            ListInput(path: "set", format: .addresses, octets: Array("192.0.2.0/24\n".utf8)),
            ListInput(path: "except", role: .allow, format: .addresses, octets: Array("192.0.2.7\n".utf8)),
        ]
        let loaded = try LayerLoader.load(lists)
        #expect(try loaded.verdict("a.example", addresses: Self.addresses("192.0.2.7")).kind == .pass)
        #expect(try loaded.verdict("a.example", addresses: Self.addresses("192.0.2.8")).kind == .drop)
        #expect(try loaded.verdict("a.example", addresses: Self.addresses("192.0.2.7 192.0.2.8")).kind == .unsupported)
    }

    /// Files of other packet filters: rules that ask for more than an address leave it open.
    @Test(arguments: [
        ("simplewall/small.xml", "simplewall", 8, 1, "1 4 5 77", "2 3 6 7 8"),
        ("iptables/firewall.user", "iptables", 3, 0, "1 2 4 5 6 77", "3"),
    ])
    func rulesOfPacketFilters(
        file: String,
        format: String,
        notEvaluated: Int,
        off: Int,
        passing: String,
        open: String
    ) throws {
        let path = Fixtures.folder("lists").appendingPathComponent(file).path
        let loaded = try LayerLoader.load([ListInput(path: path)])
        #expect(loaded.reports[0].format.id == format)
        #expect(loaded.reports[0].engine == .packetFilter)
        #expect(loaded.reports[0].unsupported == ["connection": notEvaluated])
        #expect(loaded.reports[0].ignoredCount == off)
        for address in ["192.0.2.1", "192.0.2.31", "198.51.100.127"] {
            #expect(try loaded.verdict("a.example", addresses: Self.addresses(address)).kind == .drop, "\(address)")
        }
        #expect(try loaded.verdict("a.example", .aaaa, addresses: Self.addresses("2001:db8::7")).kind == .drop)
        let others = ["192.0.2.32", "198.51.100.128"] + passing.split(separator: " ").map { "203.0.113.\($0)" }
        for address in others {
            #expect(try loaded.verdict("a.example", addresses: Self.addresses(address)).kind == .pass, "\(address)")
        }
        for address in open.split(separator: " ").map({ "203.0.113.\($0)" }) {
            let kind = try loaded.verdict("a.example", addresses: Self.addresses(address)).kind
            #expect(kind == .unsupported, "\(address)")
        }
    }

    /// Commands, an address, and what becomes of what goes to it: the first rule of a chain counts.
    @Test(arguments: [
        ("-A FORWARD -d 192.0.2.1 -j ACCEPT|-A FORWARD -d 192.0.2.0/24 -j DROP", "192.0.2.1", VerdictKind.pass),
        ("-A FORWARD -d 192.0.2.1 -j ACCEPT|-A FORWARD -d 192.0.2.0/24 -j DROP", "192.0.2.2", .drop),
        ("-A FORWARD -d 192.0.2.0/24 -j DROP|-A FORWARD -d 192.0.2.1 -j ACCEPT", "192.0.2.1", .drop),
        ("-A FORWARD -d 192.0.2.0/24 -j DROP|-I FORWARD -d 192.0.2.1 -j ACCEPT", "192.0.2.1", .pass),
        ("-I FORWARD 1 -d 192.0.2.1 -j DROP", "192.0.2.1", .drop),
        ("-I FORWARD -d 192.0.2.0/24 -j DROP|-I FORWARD 2 -d 192.0.2.1 -j ACCEPT", "192.0.2.1", .drop),
        ("-A FORWARD -d 2.2.2.2 -j DROP|-A FORWARD -d 1.1.1.1 -j DROP|-I FORWARD 2 -j ACCEPT", "1.1.1.1", .pass),
        ("-I FORWARD 3 -d 192.0.2.1 -j DROP", "192.0.2.1", .unsupported),
        ("-A FORWARD -d 192.0.2.1 -j DROP|-D FORWARD -d 192.0.2.1/32 -j DROP", "192.0.2.1", .pass),
        ("-A FORWARD -d 192.0.2.1 -j DROP|-D FORWARD -d 192.0.2.1 -j REJECT", "192.0.2.1", .drop),
        ("-A FORWARD -d 192.0.2.1 -j DROP|-D FORWARD 1", "192.0.2.1", .pass),
        ("-A FORWARD -d 192.0.2.1 -j DROP|-D FORWARD 2", "192.0.2.1", .unsupported),
        ("-A FORWARD -d 192.0.2.1 -j DROP|-R FORWARD 1 -d 192.0.2.1 -j ACCEPT", "192.0.2.1", .pass),
        ("-A FORWARD -d 192.0.2.1 -j DROP|-F FORWARD", "192.0.2.1", .pass),
        ("-A FORWARD -d 192.0.2.1 -j DROP|-F", "192.0.2.1", .pass),
        ("-A FORWARD -d 192.0.2.1 -j DROP|-F INPUT", "192.0.2.1", .drop),
        ("-A FORWARD -d 192.0.2.1 -p tcp --dport 443 -j DROP", "192.0.2.1", .unsupported),
        ("-A FORWARD -d 192.0.2.1 -p tcp --dport 443 -j DROP", "192.0.2.2", .pass),
        ("-A FORWARD -p tcp --dport 443 -j DROP", "192.0.2.2", .unsupported),
        ("-A FORWARD -i wan -d 192.0.2.1 -j ACCEPT|-A FORWARD -d 192.0.2.1 -j DROP", "192.0.2.1", .unsupported),
        ("-A FORWARD -d 192.0.2.1 -j LOG|-A FORWARD -d 192.0.2.1 -j DROP", "192.0.2.1", .drop),
        ("-A FORWARD -d 192.0.2.1 -m comment --comment 'a b' -j DROP # c", "192.0.2.1", .drop),
        ("-A FORWARD -d 192.0.2.1 -j DROP 2>/dev/null", "192.0.2.1", .drop),
        ("-A FORWARD ! -d 192.0.2.1 -j DROP", "192.0.2.2", .unsupported),
        ("-A FORWARD -d host.example -j DROP", "192.0.2.2", .unsupported),
        ("-A FORWARD -j zone|-A FORWARD -d 192.0.2.1 -j DROP", "192.0.2.1", .unsupported),
        ("-A FORWARD -d 192.0.2.1 -j DROP|-A FORWARD -j zone", "192.0.2.1", .drop),
        ("-A OUTPUT -d 192.0.2.1 -j ACCEPT|-A FORWARD -d 192.0.2.1 -j DROP", "192.0.2.1", .unsupported),
        ("-A OUTPUT -d 192.0.2.1 -j DROP|-A FORWARD -d 192.0.2.2 -j DROP", "192.0.2.1", .drop),
        ("-P FORWARD DROP", "192.0.2.1", .unsupported), ("-P FORWARD ACCEPT", "192.0.2.1", .pass),
        ("-P FORWARD DROP|-A FORWARD -d 192.0.2.1 -j DROP", "192.0.2.1", .drop),
        ("-t nat -A PREROUTING -d 192.0.2.1 -j DNAT --to 192.0.2.9", "192.0.2.1", .unsupported),
        ("-t mangle -A FORWARD -d 192.0.2.1 -j DROP", "192.0.2.1", .unsupported),
        ("-A FORWARD -d 192.0.2.1 -j DROP; ls", "192.0.2.1", .unsupported),
        ("-A FORWARD -d $X -j DROP", "192.0.2.1", .unsupported),
        ("-AFORWARD -d 192.0.2.1 -j DROP", "192.0.2.1", .unsupported),
    ])
    func chainsOfPacketFilters(commands: String, address: String, kind: VerdictKind) throws {
        let text = commands.split(separator: "|").map { "iptables \($0)\n" }.joined()
        let loaded = try readList(text, .iptables)
        #expect(try loaded.verdict("a.example", addresses: Self.addresses(address)).kind == kind)
        let report = loaded.reports[0]
        if kind == .unsupported { #expect(!report.unsupported.isEmpty) }
    }

    /// Why a rule is not evaluated is said of itself.
    @Test(arguments: [
        ("-d download.windowsupdate.com -j DROP", "host-name", "download.windowsupdate.com is resolved once"),
        ("-d a.example,192.0.2.1 -j DROP", "host-name", "a.example is resolved once"),
        ("-m string --string windowsupdate --algo bm -j DROP", "packet-text", "text inside packets"),
        ("-p tcp -d 192.0.2.1 -j DROP", "connection", "ports or protocols"),
        ("-d 2001:db8::1 -j DROP", "connection", "ports or protocols"),
    ])
    func reasons(rule: String, reason: String, text: String) throws {
        let loaded = try readList("iptables -A FORWARD \(rule)\n", .iptables)
        #expect(loaded.reports[0].unsupported == [reason: 1])
        #expect(loaded.reports[0].notEvaluated.first?.text.contains(text) == true)
        #expect(try loaded.verdict("a.example", addresses: Self.addresses("192.0.2.1")).kind == .unsupported)
    }

    @Test(arguments: [("if true; then\n", VerdictKind.unsupported), ("exit 0\n", .pass), ("echo x\n", .drop)])
    func scriptsAreNotRun(line: String, kind: VerdictKind) throws {
        let loaded = try readList(line + "iptables -A FORWARD -d 192.0.2.1 -j DROP\n", .iptables)
        #expect(try loaded.verdict("a.example", addresses: Self.addresses("192.0.2.1")).kind == kind)
    }

    /// What there was no room for is open.
    @Test func wideRangesOfRulesStayWithinBounds() throws {
        let wide = "1.0.0.1-223.255.255.254"
        let script = String(repeating: "iptables -A FORWARD -m iprange --dst-range \(wide) -j DROP\n", count: 4000)
        let items = String(repeating: "<item rule=\"\(wide)\" is_block=\"1\" is_enabled=\"1\"/>\n", count: 4000)
        for (text, format) in [(script, ListFormat.iptables), (items, .simplewall)] {
            let loaded = try readList(text, format)
            #expect(loaded.layer.addressRuleCount(.answer) <= 4001)
            #expect(loaded.reports[0].unsupported["too-many-parts", default: 0] > 100)
            let kind = try loaded.verdict("a.example", addresses: Self.addresses("224.0.0.1")).kind
            #expect(kind == .unsupported)
        }
    }

    /// A script that deletes what it then puts in front, line by line, and one that puts rules in the middle.
    @Test func longScriptsTakeBoundedTime() throws {
        var text = ""
        for number in 0..<20_000 {
            let rule = "FORWARD -d 10.0.\(number / 250).\(number % 250) -j DROP"
            text += "iptables -D \(rule)\niptables -I \(rule)\n"
        }
        for _ in 0..<2000 { text += "iptables -I FORWARD 9000 -d 192.0.2.1 -j DROP\n" }
        let loaded = try readList(text, .iptables)
        #expect(try loaded.verdict("a.example", addresses: Self.addresses("192.0.2.1")).kind == .unsupported)
    }

    /// Engines that look addresses up like names read such lists as they read theirs.
    @Test func readersOfNames() throws {
        let addresses = try Self.addresses("192.0.2.10")
        let adguard = try readList("192.0.2.1\n198.51.100.0/24\n", .addresses, .adguardHome)
        #expect(try adguard.verdict("a.example", addresses: addresses).kind == .sinkhole)
        #expect(adguard.reports[0].ignored == ["path": 1])
        let blocky = try readList("192.0.2.1\n198.51.100.0/24\n", .addresses, .blocky)
        #expect(try blocky.verdict("a.example", addresses: addresses).kind == .pass)
        #expect(try blocky.verdict("a.example", addresses: Self.addresses("192.0.2.1")).kind == .sinkhole)
    }

    @Test(arguments: [
        ("192.0.2.1\n198.51.100.0/24\n", "addresses", Engine.packetFilter),
        ("192.0.2.1-192.0.2.7\n198.51.100.7\n", "addresses", .packetFilter),
        ("192.0.2.1\n198.51.100.*\n", "dnscrypt-ips", .dnscryptProxy),
        ("a:192.0.2.1-192.0.2.7\n", "p2p", .packetFilter),
        ("192.0.2.1,\n192.0.2.4-192.0.2.5,\n", "addresses", .packetFilter),
    ])
    func areTold(text: String, format: String, engine: Engine) throws {
        let report = try LayerLoader.load([ListInput(path: "x", octets: Array(text.utf8))]).reports[0]
        #expect(report.format.id == format)
        #expect(report.engine == engine)
        #expect(throws: ListError.self) {
            try LayerLoader.load([ListInput(path: "x", octets: Array(text.utf8))], engine: .pihole)
        }
    }

    @Test func wideRangesStayWithinBounds() throws {
        let text = String(repeating: "1.0.0.1-223.255.255.254\n", count: 20_000)
        let report = try readList(text, .addresses).reports[0]
        #expect(report.rules <= text.utf8.count / 4 + 100_000)
        #expect(report.unsupported["too-many-parts", default: 0] > 10_000)
    }
}

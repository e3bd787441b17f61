import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// Pi-hole's groups and clients, block modes and extended errors.
@Suite struct GravityClientsTests {
    private static func load(blockMode: String? = nil, options: LayerOptions = LayerOptions()) throws -> LoadedLayer {
        let octets = Array(try Data(contentsOf: Fixtures.folder("gravity").appendingPathComponent("clients.db")))
        let list = ListInput(path: "gravity.db", octets: octets)
        return try LayerLoader.load([list], blockMode: blockMode, options: options)
    }

    /// A client by words, and what it gets blocked, in order: ads, kids, work, all, denied, r, free.
    @Test(arguments: [
        ("", "ads all free r=192.0.2.99"), ("10.0.0.1", "ads all free r=192.0.2.99"),
        ("192.0.2.7", "work free r=0.0.0.0"), ("192.0.2.8", "ads kids all denied r=192.0.2.99"),
        ("10.0.0.1 aa:bb:cc:dd:ee:ff", "kids all denied"), ("192.0.2.7 aa:bb:cc:dd:ee:ff", "work free r=0.0.0.0"),
        ("10.0.0.1 :eth1", "work free r=0.0.0.0"), ("10.0.0.1 aa:bb:cc:dd:ee:ff :eth1", "kids all denied"),
        // FTL 6.4 finds no client by its name.
        ("10.0.0.1 laptop", "ads all free r=192.0.2.99"),
        // In no group, or only in one that is off.
        ("2001:db8::1", ""), ("198.51.100.1", ""),
        // Of two prefixes of one length the later entry counts.
        ("203.0.113.9", "work free r=0.0.0.0"),
    ])
    func groups(client: String, expected: String) throws {
        let loaded = try Self.load()
        let context = Self.context(client)
        var blocked: [String] = []
        for name in ["ads", "kids", "work", "off", "all", "denied", "nobody", "free"] {
            if try !loaded.verdict(name + ".example", context: context).kind.isPass { blocked.append(name) }
        }
        if let answer = try loaded.verdict("r.example", context: context).answer {
            blocked.append("r=" + answer.text.dropFirst(2))
        }
        #expect(blocked.joined(separator: " ") == expected)
    }

    private static func context(_ text: String) -> QueryContext {
        guard !text.isEmpty else { return .unknown }
        let words = text.split(separator: " ").map(String.init)
        let address = words.compactMap { IPAddress($0) }.first
        return QueryContext(client: Client(address: address, names: words.filter { IPAddress($0) == nil }))
    }

    /// A client whose address is not known may be any of those entered by address.
    @Test func doubtIsUnsupported() throws {
        let loaded = try Self.load()
        let context = QueryContext(client: Client(address: nil, names: ["tablet"]))
        let verdict = try loaded.verdict("ads.example", context: context)
        #expect(verdict.kind == .unsupported)
        #expect(verdict.note?.contains("clients") == true)
        #expect(try loaded.verdict("other.example", context: context).kind == .pass)
    }

    /// 160 clients, each alone in a group with a name of its own: 25,600 entries, more than a database of its size may take.
    @Test func moreClientsThanAreKeptAreUnsupported() throws {
        let path = Fixtures.folder("gravity").appendingPathComponent("many-clients.db.gz").path
        let loaded = try LayerLoader.load([ListInput(path: path)])
        func kind(_ name: Int, _ client: String) throws -> VerdictKind {
            try loaded.verdict("d\(name).example", context: Self.context(client)).kind
        }
        #expect(try kind(1, "10.0.0.1") == .sinkhole)
        #expect(try kind(1, "10.0.0.2") == .pass)
        #expect(try kind(160, "10.0.0.160") == .unsupported)
        #expect(try kind(160, "") == .pass)
        let count = try #require(loaded.reports.last?.unsupported["client-tables"])
        #expect(1..<160 ~= count && loaded.layer.unsupportedCount == count)
        #expect(try kind(160 - count, "10.0.0.1") == .pass)
        #expect(try kind(161 - count, "10.0.0.1") == .unsupported)
    }

    @Test func whatIsLeftOutIsSaid() throws {
        let report = try #require(try Self.load().reports.first)
        #expect(report.notices.map(\.reason) == ["other-groups", "other-groups", "client-groups", "client-names"])
    }

    /// A, AAAA, ANY and HTTPS in every block mode, with AA where there are addresses.
    @Test(arguments: [
        ("null", "A=0.0.0.0 AA", "AAAA=:: AA", "A=0.0.0.0 AAAA=:: AA", ""), ("nodata", "", "", "", ""),
        ("nxdomain", "NXDOMAIN", "NXDOMAIN", "NXDOMAIN", "NXDOMAIN"),
        ("ip", "A=192.0.2.2 AA", "AAAA=2001:db8::2 AA", "A=192.0.2.2 AAAA=2001:db8::2 AA", ""),
        ("ip_nodata_aaaa", "A=192.0.2.2 AA", "", "", ""),
    ])
    func blockModes(mode: String, a: String, aaaa: String, any: String, https: String) throws {
        let own = LayerOptions(blockAddresses: ["192.0.2.2", "2001:db8::2"].compactMap { IPAddress($0) })
        let loaded = try Self.load(blockMode: mode, options: own)
        for (type, expected) in [(RRType.a, a), (.aaaa, aaaa), (.any, any), (.https, https)] {
            let answer = try #require(try loaded.verdict("ads.example", type).answer)
            let code = answer.responseCode == .noError ? "" : "\(answer.responseCode)"
            #expect(code + answer.text + (answer.isAuthoritative ? " AA" : "") == expected, "\(mode) \(type)")
            #expect(answer.records.allSatisfy { $0.ttl == 2 })
        }
    }

    @Test func modesWithOwnAddressesNeedThem() throws {
        #expect(throws: ListError.self) { try Self.load(blockMode: "ip") }
        let v4 = LayerOptions(blockAddresses: [.v4(0xC000_0202)])
        #expect(throws: ListError.self) { try Self.load(blockMode: "ip", options: v4) }
        #expect(try Self.load(blockMode: "ip_nodata_aaaa", options: v4).verdict("ads.example").kind == .redirect)
    }

    @Test func replyIPIsTheOwnAddress() throws {
        let own = LayerOptions(blockAddresses: ["192.0.2.2", "2001:db8::2"].compactMap { IPAddress($0) })
        let loaded = try readList("^x[.];reply=IP\n", .regex, .pihole, role: .deny, options: own)
        #expect(try loaded.verdict("x.example").answer?.text == "A=192.0.2.2")
        #expect(try loaded.verdict("x.example", .aaaa).answer?.text == "AAAA=2001:db8::2")
        #expect(try loaded.verdict("x.example", .any).answer?.text == "A=192.0.2.2 AAAA=2001:db8::2")
        #expect(try loaded.verdict("x.example", .txt).kind == .nodata)
        let without = try readList("^x[.];reply=IP\n", .regex, .pihole, role: .deny)
        #expect(without.reports[0].unsupported == ["own-address": 1])
    }

    @Test(arguments: [
        ("ads.example", [], "gravity"), ("x.example", ["ads.example"], "gravity (CNAME)"), ("r.example", [], "regex"),
        ("x.example", ["r.example"], "regex (CNAME)"), ("mask-h2.icloud.com", [], "special"),
    ])
    func extendedErrors(name: String, chain: [String], text: String) throws {
        let answer = try #require(try Self.load().verdict(name, chain: chain).answer)
        #expect(answer.errors == [ExtendedError(code: .blocked, text: Array(text.utf8))])
        #expect(answer.owner.description == name)
        #expect(!answer.keepsAliases)
    }
}

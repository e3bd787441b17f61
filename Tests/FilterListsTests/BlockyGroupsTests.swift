import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// Blocky's groups, clients and block types, as its sources have them.
@Suite struct BlockyGroupsTests {
    private static let clients = ClientGroups([
        .init(clients: "default", groups: ["ads"]), .init(clients: "192.0.2.0/24", groups: ["kids"]),
        .init(clients: "192.0.2.7", groups: ["work"]), .init(clients: "Laptop*", groups: ["work"]),
        .init(clients: "tablet,TV", groups: ["kids", "ads"]), .init(clients: "school[0-9]", groups: ["school"]),
        .init(clients: "free", groups: ["none"]),
    ])

    private static func load(_ clients: ClientGroups? = clients, blockMode: String? = nil, own: [String] = []) throws
        -> LoadedLayer
    {
        let lists: [(String, String, ListRole)] = [
            ("ads", "ads.example\nboth.example\n198.51.100.66\n", .block), ("kids", "games.example\n", .block),
            ("work", "social.example\n", .block), ("kids", "both.example\n", .allow),
            ("school", "learn.example\n", .allow),
        ]
        return try LayerLoader.load(
            lists.map { group, text, role in
                ListInput(path: group, role: role, format: .domains, groups: [group], octets: Array(text.utf8))
            },
            engine: .blocky,
            blockMode: blockMode,
            options: LayerOptions(blockAddresses: own.compactMap { IPAddress($0) }, clients: clients)
        )
    }

    /// A client by its address and names, and what it gets blocked.
    @Test(arguments: [
        ("10.0.0.1", "ads both"), ("192.0.2.8", "games"), ("192.0.2.7", "games social"),
        ("10.0.0.1 LAPTOP-2", "social"),
        ("192.0.2.7 laptop", "games social"), ("10.0.0.1 tv", "ads games"), ("10.0.0.1 tvx", "ads both"),
        // A group that only allows blocks the rest, and allowing beats denying in whatever group.
        ("10.0.0.1 school5", "ads both games other social"), ("192.0.2.8 school5", "ads games other social"),
        ("10.0.0.1 free", ""), ("2001:db8::1", "ads both"),
    ])
    func groups(client: String, expected: String) throws {
        let loaded = try Self.load()
        let context = Self.context(client)
        let blocked = try ["ads", "both", "games", "learn", "other", "social"].filter { name in
            try !loaded.verdict(name + ".example", context: context).kind.isPass
        }
        #expect(blocked.joined(separator: " ") == expected)
    }

    private static func context(_ text: String) -> QueryContext {
        let words = text.split(separator: " ").map(String.init)
        let names = words.filter { IPAddress($0) == nil }
        return QueryContext(client: Client(address: words.compactMap { IPAddress($0) }.first, names: names))
    }

    @Test func whereNobodySaysWhoAsksItIsUnsupported() throws {
        let loaded = try Self.load()
        #expect(try loaded.verdict("ads.example").kind == .unsupported)
        let verdict = try loaded.verdict("other.example")
        #expect(verdict.kind == .unsupported)
        #expect(verdict.matched?.rule.list == "allow-only groups of Blocky")
        let everybody = try Self.load(ClientGroups([.init(clients: "default", groups: ["ads"])]))
        #expect(try everybody.verdict("ads.example").kind == .sinkhole)
        #expect(try everybody.verdict("games.example").kind == .pass)
        #expect(everybody.reports[1].notices.map(\.reason) == ["no-client"])
    }

    /// A domain name among the clients stands for addresses that nobody knows here.
    @Test func clientsByDomainName() throws {
        let loaded = try Self.load(ClientGroups([.init(clients: "nas.example", groups: ["ads"])]))
        let other = QueryContext(client: Client(address: IPAddress("192.0.2.1"), names: ["pc"]))
        #expect(try loaded.verdict("ads.example", context: other).kind == .unsupported)
        let named = QueryContext(client: Client(address: IPAddress("192.0.2.1"), names: ["NAS.example"]))
        #expect(try loaded.verdict("ads.example", context: named).kind == .sinkhole)
    }

    /// A, AAAA and HTTPS; a star where there is a start of authority.
    @Test(arguments: [
        ("zeroIP", [String](), "A=0.0.0.0", "AAAA=::", "NXDOMAIN"),
        ("nxDomain", [], "NXDOMAIN*", "NXDOMAIN*", "NXDOMAIN*"),
        ("custom", ["192.0.2.9", "192.0.2.10"], "A=192.0.2.9 A=192.0.2.10", "AAAA=::", "NXDOMAIN"),
        ("custom", ["192.0.2.9", "2001:db8::9"], "A=192.0.2.9", "AAAA=2001:db8::9", "NXDOMAIN"),
    ])
    func blockTypes(mode: String, own: [String], a: String, aaaa: String, https: String) throws {
        let loaded = try Self.load(
            ClientGroups([.init(clients: "default", groups: ["ads"])]),
            blockMode: mode,
            own: own
        )
        for (type, expected) in [(RRType.a, a), (.aaaa, aaaa), (.https, https)] {
            for chain in [[], ["ads.example"]] {
                let name = chain.isEmpty ? "ads.example" : "x.example"
                let answer = try #require(try loaded.verdict(name, type, chain: chain).answer)
                let code = answer.responseCode == .noError ? "" : "\(answer.responseCode)"
                #expect(code + answer.text + (answer.authority.isEmpty ? "" : "*") == expected)
                #expect(answer.owner.description == name)
                #expect(answer.records.allSatisfy { $0.ttl == 21_600 })
            }
        }
    }

    /// Addresses in answers are looked up as they are written; an allowed alias spares only itself.
    @Test func answersAreLookedAt() throws {
        let loaded = try Self.load(ClientGroups([.init(clients: "default", groups: ["ads", "kids"])]))
        let stack = CompiledStack(layers: [loaded.layer])
        func kind(_ address: String, chain: [String] = []) throws -> VerdictKind {
            stack.verdict(
                try DomainName("x.example"),
                type: .a,
                chain: try chain.map { try DomainName($0) },
                addresses: [try #require(IPAddress(address))]
            ).kind
        }
        #expect(try kind("198.51.100.66") == .sinkhole)
        #expect(try kind("198.51.100.67") == .pass)
        #expect(try kind("198.51.100.67", chain: ["both.example"]) == .pass)
        #expect(try kind("198.51.100.67", chain: ["both.example", "games.example"]) == .sinkhole)
    }

    @Test func ownAddressesAreNeeded() {
        #expect(throws: ListError.self) { try Self.load(blockMode: "custom") }
    }

    /// Names outside ASCII become Punycode; what is not known of that leaves open what they may become.
    @Test(arguments: [
        ("bücher.example", "xn--bcher-kva.example", VerdictKind.unsupported), ("bücher.example", "a.example", .pass),
        ("☃.b.example", "xn--n3h.b.example", .unsupported), ("☃.b.example", "a.example", .pass),
        ("☃.b.example", "ads.example", .sinkhole),
    ])
    func namesOutsideASCII(rule: String, name: String, kind: VerdictKind) throws {
        let list = try readList("ads.example\n\(rule)\n", .domains, .blocky)
        #expect(try list.verdict(name).kind == kind)
        #expect(list.reports[0].unsupported == ["idna": 1] && list.reports[0].rules == 1)
    }
}

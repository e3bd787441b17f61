import DNS
import FilterLists
import Policy
import TestSupport
import Testing

@testable import Resolver

/// Layers that count for some clients, and layers of which not all are carried out.
@Suite(.timeLimit(.minutes(2))) struct GroupServingTests {
    private let upstream = FakeUpstream { query in
        guard query.name == "alias.example" else { return [.send(makeReply(to: query.octets, [.a(query.name)]))] }
        return [.send(makeReply(to: query.octets, [.cname(query.name, "both.example"), .a("both.example")]))]
    }

    /// Layer 0 denies `first.example` and `both.example`, layer 1 `second.example`, `both.example` and `needed.example`.
    private func policy() throws -> ServerPolicy {
        let texts = ["first.example\nboth.example\n", "second.example\nboth.example\nneeded.example\n"]
        let engines: [(Engine, String)] = [(.pihole, "nxdomain"), (.blocky, "zeroIP")]
        let layers = try zip(texts, engines).map { text, engine in
            let list = ListInput(path: "list", format: .domains, octets: Array(text.utf8))
            return try LayerLoader.load([list], engine: engine.0, blockMode: engine.1).layer
        }
        var policy = ServerPolicy(stack: CompiledStack(layers: layers))
        policy.isProtected = { $0.name == name("needed.example") }
        return policy
    }

    /// `name`: what a client gets, `n` for NXDOMAIN, `0` for the null address, `-` for the truth.
    private func got(_ served: TestServer, _ host: UInt32, _ name: String) -> String {
        let client = TestClient(served.address, from: .v4(0x7F00_0000 + host))
        guard let reply = ReplySummary(client.ask(makeQuery(name))) else { return "?" }
        return Self.letter(reply)
    }

    private static func letter(_ reply: ReplySummary) -> String {
        if reply.code == .nxDomain { return "n" }
        return reply.records.last?.hasSuffix("A 0.0.0.0") == true ? "0" : reply.records.isEmpty ? "?" : "-"
    }

    private static let names = ["first.example", "second.example", "both.example", "alias.example"]

    @Test func clientsPassTheLayersOfTheirGroup() throws {
        var policy = try policy()
        policy.groups = StackGroups(
            [
                StackGroup(name: "kids", ranges: [try #require(AddressRange("127.0.0.16/28"))], layers: 0b11),
                StackGroup(name: "one", ranges: [try #require(AddressRange("127.0.0.17"))], layers: 0b10),
                StackGroup(name: "free", ranges: [try #require(AddressRange("127.0.0.32/28"))], layers: 0),
            ],
            others: 0b01
        )
        let served = try TestServer([upstream.address], policy: policy) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        // In turns, so that each finds what was kept for the others.
        for _ in 0..<2 {
            for (host, expected) in [(20, "n0n0"), (17, "-000"), (33, "----"), (2, "n-nn")] {
                #expect(Self.names.map { got(served, UInt32(host), $0) }.joined() == expected, "client \(host)")
            }
        }
        // Who is asked about the same way shares what is kept.
        let asked = upstream.queries.count
        #expect(got(served, 34, "first.example") == "-" && got(served, 21, "alias.example") == "0")
        #expect(upstream.queries.count == asked)
        policy.groups = .none
        served.server.reload(policy)
        #expect(eventually { Self.names.map { got(served, 33, $0) }.joined() == "n0n0" })
    }

    @Test func aPathNamesAGroup() throws {
        let certificate = try TestCertificate.shared.get()
        var policy = try policy()
        policy.groups = StackGroups(
            [
                StackGroup(name: "kids", ranges: [], layers: 0b11),
                StackGroup(name: "guests", ranges: [try #require(AddressRange("127.0.0.1"))], layers: 0b10),
            ],
            others: 0
        )
        let served = try TestServer([upstream.address], policy: policy) {
            $0.mode = .enforce
            $0.listenHTTPS = [SocketAddress(.v4(0x7F00_0001), port: 0)]
            $0.certificate = (certificate.certificate, certificate.key)
        }
        defer { served.server.stop(); upstream.stop() }
        let client = try #require(try TestHTTP2(served.server.httpsAddresses[0], believing: certificate))
        for (path, expected) in [("/kids", "n0n"), ("", "-00"), ("/guests", "-00")] {
            let letters = Self.names.prefix(3).map { name in
                client.send(makeQuery(name), path: "/dns-query" + path)
                return client.receive().flatMap { ReplySummary($0.octets) }.map(Self.letter) ?? "?"
            }
            #expect(letters.joined() == expected, "path \(path)")
        }
        for path in ["/dns-query/nobody", "/dns-query/", "/dns-query/kids/", "/kids"] {
            client.send(makeQuery("first.example"), path: path)
            #expect(client.receive()?.status == 404, "path \(path)")
        }
    }

    /// Nor do routes and truncations of a layer that only looks hide anything.
    @Test(arguments: [
        (Engine.dnsmasq, ListFormat.dnsmasq, "server=/first.example/127.0.0.1#5", "0"),
        (.bindRPZ, .rpz, "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\nfirst.example CNAME rpz-tcp-only.", "0"),
    ])
    func whatOnlyLooksHidesNothing(engine: Engine, format: ListFormat, text: String, expected: String) throws {
        let lists = [(engine, format, text), (.blocky, .domains, "first.example\n")]
        let layers = try lists.map { engine, format, text in
            let list = ListInput(path: "list", format: format, octets: Array((text + "\n").utf8))
            return try LayerLoader.load([list], engine: engine).layer
        }
        var policy = ServerPolicy(stack: CompiledStack(layers: layers))
        policy.layerModes = [.shadow, .enforce]
        let served = try TestServer([upstream.address], policy: policy) { $0.mode = .shadow }
        defer { served.server.stop(); upstream.stop() }
        #expect(got(served, 2, "first.example") == expected)
    }

    /// The numbers by which waiting queries know their groups stay when a reload brings them in another order.
    @Test func groupsAreFoundAgainAfterAReload() throws {
        var policy = try policy()
        let (kids, guests) = (
            StackGroup(name: "kids", ranges: [], layers: 0b11), StackGroup(name: "guests", ranges: [], layers: 0)
        )
        policy.groups = StackGroups([kids, guests])
        let first = ActivePolicy(policy, mode: .enforce, generation: 0)
        policy.groups = StackGroups([StackGroup(name: "new", ranges: [], layers: 1), guests, kids])
        let second = ActivePolicy(policy, mode: .enforce, generation: 1, groupNames: first.groupNames)
        #expect((1...2).map { first.groupNumber($0) } == [1, 2])
        #expect((1...3).map { second.groupNumber($0) } == [3, 2, 1])
        #expect(first.groupNumber(0) == 0)
        for (number, layers) in [(1, 0b11), (2, 0), (3, 1)] as [(UInt8, UInt64)] {
            var key = AnswerKey(type: 1, dnssecOK: false, checkingDisabled: false)
            key.group = number
            #expect(second.context(key).layers == layers)
        }
        policy.groups = StackGroups([kids])
        let third = ActivePolicy(policy, mode: .enforce, generation: 2, groupNames: second.groupNames)
        var key = AnswerKey(type: 1, dnssecOK: false, checkingDisabled: false)
        key.group = 2
        #expect(third.context(key).layers == ~0, "a group that is no more")
    }

    /// What one layer only looks at is not hidden from those behind it, and hides nothing from them.
    @Test(arguments: [
        ([ServingMode.shadow, .enforce], "-000", "00"), ([.enforce, .shadow], "n-nn", "--"),
        ([.shadow, .protect], "-000", "-0"), ([.protect, .shadow], "n-nn", "--"), ([.shadow, .shadow], "----", "--"),
        ([nil, .enforce], "-000", "00"), ([.enforce, nil], "n-nn", "--"),
    ])
    func everyLayerHasItsMode(modes: [ServingMode?], expected: String, needed: String) throws {
        var policy = try policy()
        policy.layerModes = modes
        let served = try TestServer([upstream.address], policy: policy) { $0.mode = .shadow }
        defer { served.server.stop(); upstream.stop() }
        for _ in 0..<2 {
            #expect(Self.names.map { got(served, 2, $0) }.joined() == expected)
            #expect(["needed.example", "second.example"].map { got(served, 2, $0) }.joined() == needed)
        }
        served.server.stop()
        // Carried out or not, every one of them is flagged.
        #expect(served.server.counters.flagged == 12)
    }
}

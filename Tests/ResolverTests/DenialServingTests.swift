import DNS
import FilterLists
import Policy
import Testing

@testable import Resolver

/// NXDOMAIN from upstream about names that an engine knows.
@Suite(.timeLimit(.minutes(2))) struct DenialServingTests {
    private static let rules = """
        host-record=h.below.nx.example,192.0.2.1
        address=/a.nx.example/192.0.2.2
        server=/longer.a.nx.example/#
        address=/six.nx.example/2001:db8::1
        address=/*tail.nx.example/192.0.2.3
        server=/hidden.nx.example/#
        address=/*hidden.nx.example/192.0.2.3
        address=/*.star.nx.example/192.0.2.3
        caa-record=caa.nx.example,0,issue,"x"
        cname=c.alias.nx.example,elsewhere.example
        host-record=alias.example,192.0.2.4

        """

    private static let script: FakeUpstream.Script = { query in
        let soa = Record.soa("example")
        // Whoever leads on leads to what does not exist.
        let records = query.name.hasSuffix("alias.example") ? [.cname(query.name, "gone.nx.example"), soa] : [soa]
        return [.send(makeReply(to: query.octets, records, bits: 0x8183))]
    }

    private func policy(_ rules: String = Self.rules) throws -> ServerPolicy {
        let input = ListInput(path: "rules", format: .dnsmasq, octets: Array(rules.utf8))
        return ServerPolicy(
            stack: CompiledStack(
                layers: [try LayerLoader.load([input], engine: .dnsmasq, mayBeEmpty: true).layer]
            )
        )
    }

    @Test(
        arguments: [
            ("h.below.nx.example", true), ("below.nx.example", true), ("nx.example", true), ("a.nx.example", true),
            ("b.a.nx.example", true), ("x.longer.a.nx.example", true), ("six.nx.example", true),
            ("atail.nx.example", true), ("tail.nx.example", true), ("hidden.nx.example", false),
            ("ahidden.nx.example", true), ("x.star.nx.example", true), ("star.nx.example", false),
            ("caa.nx.example", false), ("alias.nx.example", true), ("alias.example", true), ("noalias.example", false),
            ("other.example", false), ("x.h.below.nx.example", false),
        ]
    )
    func turnsNamesThatTheEngineKnows(_ name: String, _ isTurned: Bool) throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address], policy: policy()) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        // Before and from the cache.
        for _ in 0..<2 {
            let reply = try #require(ReplySummary(served.ask(makeQuery(name, .txt))))
            #expect(reply.code == (isTurned ? .noError : .nxDomain))
            #expect((reply.bits & MessageHeader.authoritativeFlag != 0) == isTurned)
            #expect(reply.records.last == "example SOA")
        }
        let verdict = try policy().stack.verdict(try DomainName(name), type: .txt)
        #expect(verdict.kind == .pass)
        #expect((verdict.note != nil) == isTurned)
    }

    @Test func followsModesAndReloads() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address], policy: policy()) { $0.mode = .shadow }
        defer { served.server.stop(); upstream.stop() }
        func code() -> ResponseCode? { ReplySummary(served.ask(makeQuery("a.nx.example", .txt)))?.code }
        #expect(code() == .nxDomain)
        served.server.reload(try policy(), mode: .enforce)
        #expect(eventually { code() == .noError })
        served.server.reload(try policy("address=/b.nx.example/192.0.2.2"), mode: .enforce)
        #expect(eventually { code() == .nxDomain })
    }

    /// What a layer in front makes of an answer of one behind is not modelled.
    @Test func leavesLayersBehindOpen() throws {
        let zone = "$ORIGIN rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\nnx.example CNAME .\n*.nx.example CNAME .\n"
        let input = ListInput(path: "zone", format: .rpz, octets: Array(zone.utf8))
        let behind = try LayerLoader.load([input], engine: .bindRPZ).layer
        let front = try policy().stack.layers[0]
        func kind(_ layers: [CompiledLayer], _ name: String, _ chain: [String] = []) throws -> VerdictKind {
            try CompiledStack(layers: layers)
                .verdict(DomainName(name), type: .txt, chain: chain.map { try DomainName($0) }).kind
        }
        #expect(try kind([front, behind], "a.nx.example") == .unsupported)
        #expect(try kind([front, behind], "o.nx.example") == .nxdomain)
        #expect(try kind([behind, front], "a.nx.example") == .nxdomain)
        #expect(try kind([front, behind], "alias.example", ["o.nx.example"]) == .unsupported)
        #expect(try kind([front, behind], "other.example", ["o.nx.example"]) == .nxdomain)
    }
}

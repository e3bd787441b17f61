import DNS
import FilterLists
import Policy
import TestSupport
import Testing

@testable import Resolver

/// `why.NAME TXT` says what the policy does with NAME.
@Suite(.timeLimit(.minutes(2))) struct WhyTests {
    private let upstream = FakeUpstream { query in
        guard query.name == "alias.example" else { return [.send(makeReply(to: query.octets, [.a(query.name)]))] }
        return [.send(makeReply(to: query.octets, [.cname(query.name, "bad.example"), .a("bad.example")]))]
    }

    private func policy() throws -> ServerPolicy {
        let list = ListInput(path: "lists/ads.txt", format: .domains, octets: Array("# names\nbad.example\n".utf8))
        let layer = try LayerLoader.load([list], engine: .pihole).layer
        return ServerPolicy(stack: CompiledStack(layers: [layer]), layerNames: ["home"])
    }

    /// The texts of a reply.
    private func texts(_ served: TestServer, _ host: UInt32, _ name: String) throws -> [String] {
        let client = TestClient(served.address, from: .v4(0x7F00_0000 + host))
        let octets = try #require(client.ask(makeQuery(name, .txt, edns: EDNS(payloadSize: 1_232))))
        let view = try MessageView(octets.span)
        var texts: [String] = []
        view.forEachRecord { record -> Bool in
            guard record.type == .txt else { return true }
            texts.append(String(decoding: octets[(record.dataOffset + 1)..<record.end], as: UTF8.self))
            return true
        }
        return texts
    }

    @Test func saysLayerListLineAndRule() throws {
        let served = try TestServer([upstream.address], policy: policy()) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        #expect(
            try texts(served, 1, "why.bad.example") == [
                "A: sinkhole by home, pihole, lists/ads.txt:2: bad.example; enforce: carried out",
                "AAAA: sinkhole by home, pihole, lists/ads.txt:2: bad.example; enforce: carried out",
                "HTTPS: nodata by home, pihole, lists/ads.txt:2: bad.example; enforce: carried out",
            ]
        )
        #expect(try texts(served, 1, "why.alias.example").allSatisfy { $0.contains("was not looked at") })
        #expect(upstream.queries.isEmpty)
        _ = TestClient(served.address).ask(makeQuery("alias.example"))
        let known = try texts(served, 1, "why.alias.example")
        #expect(
            known.first
                == "A: sinkhole by home, pihole, lists/ads.txt:2: bad.example; enforce: carried out, because of its "
                + "alias bad.example"
        )
        #expect(known.dropFirst().allSatisfy { $0.contains("was not looked at") })
    }

    @Test func saysWhatIsOnlyLookedAt() throws {
        let served = try TestServer([upstream.address], policy: policy()) { _ in }
        defer { served.server.stop(); upstream.stop() }
        #expect(
            try texts(served, 1, "why.bad.example").first
                == "A: sinkhole by home, pihole, lists/ads.txt:2: bad.example; shadow: the real answer is given"
        )
    }

    /// It is an ordinary name where nobody wants it, and for other types.
    @Test func isANameLikeOthersWhenTurnedOff() throws {
        let served = try TestServer([upstream.address], policy: policy()) { $0.answersWhy = false }
        defer { served.server.stop(); upstream.stop() }
        #expect(try texts(served, 1, "why.bad.example").isEmpty)
        _ = TestClient(served.address).ask(makeQuery("why.bad.example"))
        #expect(upstream.queries.map(\.name) == ["why.bad.example", "why.bad.example"])
    }

    /// A text that does not fit is asked for again over TCP.
    @Test func fitsTheClient() throws {
        let name = (0..<5).map { String(repeating: "x\($0)", count: 20) }.joined(separator: ".") + ".bad.example"
        let list = ListInput(
            path: "a/" + String(repeating: "b", count: 200),
            format: .adblock,
            octets: Array("||bad.example^\n".utf8)
        )
        let layer = try LayerLoader.load([list], engine: .adguardHome).layer
        let served = try TestServer([upstream.address], policy: ServerPolicy(stack: CompiledStack(layers: [layer])))
        defer { served.server.stop(); upstream.stop() }
        let octets = try #require(TestClient(served.address).ask(makeQuery("why." + name, .txt)))
        #expect(octets.count <= 512 && octets[2] & 2 != 0)
        #expect(
            try texts(served, 1, "why." + name).allSatisfy { $0.utf8.count <= 255 && $0.contains(":1: ||bad.example^") }
        )
    }
}

import DNS
import Testing
import Validation

@testable import Resolver

/// Validation between clients and upstreams; signed zones are compared with another validator by Scripts/compare-dnssec.
@Suite(.timeLimit(.minutes(2))) struct ValidationServingTests {
    private func serve(
        _ script: @escaping FakeUpstream.Script,
        exempt: [DomainName] = [],
        tryTimeout: Int = 800
    ) throws -> (
        FakeUpstream, TestServer
    ) {
        let upstream = FakeUpstream(script)
        let served = try TestServer([upstream.address]) {
            var anchors = TrustAnchors.root
            anchors.exempt = exempt
            $0.trustAnchors = anchors
            $0.tryTimeout = tryTimeout
            $0.workers = 2
        }
        return (upstream, served)
    }

    /// Answers without signatures, and with AD, which proves nothing.
    private static let unsigned: FakeUpstream.Script = { query in
        query.type == .a
            ? [.send(makeReply(to: query.octets, [.a(query.name)], bits: 0x81A0))]
            : [.send(makeReply(to: query.octets, [.soa("example")]))]
    }

    @Test func believesNothingWithoutSignatures() throws {
        let (upstream, served) = try serve(Self.unsigned)
        defer { served.server.stop(); upstream.stop() }
        let query = makeQuery("www.example", bits: 0x0120, edns: EDNS(payloadSize: 1_232))
        let first = ReplySummary(served.ask(query))
        #expect(first?.code == .servFail)
        #expect(first?.errors == [9])
        #expect(first?.errorText == ". has no DNSKEY records")
        #expect(first?.records == [])
        let asked = upstream.queries.count
        #expect(ReplySummary(served.ask(query))?.errors == [9], "kept for a while")
        #expect(upstream.queries.count <= asked + 1)
        for query in upstream.queries {
            #expect(query.octets[3] & 0x10 != 0, "the upstream is not to check")
            let view = try MessageView(query.octets.span)
            let edns = view.edns
            #expect(edns?.dnssecOK == true)
        }
        #expect(upstream.queries.contains { $0.type == RRType(rawValue: 48) && $0.name == "." })
        #expect(eventually { served.server.counters.bogusAnswers > 0 })
        #expect(served.server.counters.secureAnswers == 0)
    }

    @Test func leavesItToThoseWhoCheckThemselves() throws {
        let (upstream, served) = try serve(Self.unsigned)
        defer { served.server.stop(); upstream.stop() }
        let reply = ReplySummary(served.ask(makeQuery("www.example", bits: 0x0130)))
        #expect(reply?.code == .noError)
        #expect(reply?.records == ["www.example A 192.0.2.1"])
        #expect((reply?.bits ?? 0) & 0x20 == 0, "nobody has proven it")
        #expect(upstream.queries.count == 1)
    }

    @Test func leavesOutWhatIsExempt() throws {
        let (upstream, served) = try serve(Self.unsigned, exempt: [name("example")])
        defer { served.server.stop(); upstream.stop() }
        let reply = ReplySummary(served.ask(makeQuery("www.example", bits: 0x0120)))
        #expect(reply?.records == ["www.example A 192.0.2.1"])
        #expect((reply?.bits ?? 0) & 0x20 == 0)
        #expect(eventually { served.server.counters.insecureAnswers == 1 })
    }

    @Test func saysWhenKeysCannotBeHad() throws {
        let (upstream, served) = try serve(
            { query in query.type == .a ? [.send(makeReply(to: query.octets, [.a(query.name)]))] : [] },
            tryTimeout: 50
        )
        defer { served.server.stop(); upstream.stop() }
        let reply = ReplySummary(served.ask(makeQuery("www.example", edns: EDNS(payloadSize: 1_232))))
        #expect(reply?.code == .servFail)
        #expect(reply?.errors == [22])
    }

    @Test func many() throws {
        let (upstream, served) = try serve(Self.unsigned)
        defer { served.server.stop(); upstream.stop() }
        let client = TestClient(served.address)
        for number in 0..<200 { client.send(makeQuery("n\(number).example", id: UInt16(number))) }
        var answered = 0
        while let reply = client.receive(milliseconds: 2_000) {
            #expect(ReplySummary(reply)?.code == .servFail)
            answered += 1
            if answered == 200 { break }
        }
        #expect(answered == 200)
        #expect(upstream.queries.count { $0.type == RRType(rawValue: 48) } < 100, "one question for all who need a key")
    }
}

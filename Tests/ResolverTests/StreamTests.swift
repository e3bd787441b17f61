import DNS
import Testing

@testable import Resolver

/// Clients over TCP (RFC 7766).
@Suite(.timeLimit(.minutes(2))) struct StreamTests {
    private static let script: FakeUpstream.Script = { query in
        [.send(makeReply(to: query.octets, [.a(query.name)]))]
    }

    @Test func answersAllPipelinedQueries() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.address)
        stream.send((0..<300).flatMap { TestStream.frame(makeQuery("n\($0 % 20).example", id: UInt16($0))) })
        var ids: Set<UInt16> = []
        for _ in 0..<300 { ids.insert(try #require(ReplySummary(stream.receive())).id) }
        #expect(ids == Set(0..<300))
    }

    @Test func takesQueriesOctetByOctet() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.address)
        for octet in TestStream.frame(makeQuery("a.example")) { stream.send([octet]) }
        #expect(ReplySummary(stream.receive())?.records.count == 1)
    }

    @Test(arguments: [[0, 0], [0xFF, 0xFF]])
    func closesOnLengthsThatNoQueryHas(length: [UInt8]) throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.address)
        stream.send(length)
        #expect(stream.isClosed())
        #expect(ReplySummary(served.ask(makeQuery("a.example")))?.records.count == 1)
    }

    @Test func servesNewClientsWhileManyAreSilent() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address]) {
            $0.maximumConnections = 64
            $0.maximumConnectionsPerClient = 48
        }
        defer { served.server.stop(); upstream.stop() }
        let silent = (0..<200).map { _ in TestStream(served.address) }
        for stream in silent { stream.send([0]) }
        let stream = TestStream(served.address)
        stream.send(TestStream.frame(makeQuery("a.example")))
        #expect(ReplySummary(stream.receive(milliseconds: 2_000))?.records.count == 1)
        #expect(silent[0].isClosed())
        served.server.stop()
        #expect(served.server.counters.closedConnections >= 200 - 48)
    }

    @Test func closesIdleConnections() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address]) { $0.idleTimeout = 200 }
        defer { served.server.stop(); upstream.stop() }
        #expect(TestStream(served.address).isClosed())
    }

    @Test func answersWhatWasAskedBeforeTheClientsEnd() throws {
        let upstream = FakeUpstream { query in [.pause(100)] + Self.script(query) }
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.address)
        stream.send(TestStream.frame(makeQuery("a.example")))
        stream.finish()
        #expect(ReplySummary(stream.receive())?.records.count == 1)
        #expect(stream.isClosed())
    }

    @Test func stopsReadingWhenTooManyAnswersAreOwed() throws {
        let upstream = FakeUpstream { query in [.pause(10)] + Self.script(query) }
        let served = try TestServer([upstream.address]) { $0.maximumQueriesPerConnection = 4 }
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.address)
        stream.send((0..<40).flatMap { TestStream.frame(makeQuery("n\($0).example", id: UInt16($0))) })
        var ids: Set<UInt16> = []
        for _ in 0..<40 { ids.insert(try #require(ReplySummary(stream.receive())).id) }
        #expect(ids.count == 40)
    }

    /// A query with these options in its OPT record.
    private func query(_ text: String, options: [UInt8]) -> [UInt8] {
        var octets = makeQuery(text, edns: EDNS(payloadSize: 1_232))
        octets[octets.count - 1] = UInt8(options.count)
        return octets + options
    }

    @Test func padsRepliesToPaddedQueries() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address]) { $0.idleTimeout = 7_000 }
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.address)
        let padding: [UInt8] = [0, 12, 0, 3, 0, 0, 0]
        // Once from the upstream, once from the cache, once with an error.
        for text in ["a.example", "a.example", "a.test"] {
            stream.send(TestStream.frame(query(text, options: padding)))
            let reply = try #require(stream.receive())
            #expect(reply.count == 468, "\(text)")
            #expect(ReplySummary(reply)?.hasOPT == true)
        }
        // Over UDP whoever looks on sees the answer anyway.
        #expect(try #require(served.ask(query("a.example", options: padding))).count < 100)
        stream.send(TestStream.frame(query("a.example", options: [0, 11, 0, 0])))
        let told = try #require(stream.receive())
        #expect(told.suffix(8) == [0, 6, 0, 11, 0, 2, 0, 70])
        stream.send(TestStream.frame(query("a.example", options: padding + [0, 11, 0, 0])))
        #expect(stream.receive()?.count == 468)
        #expect(try #require(served.ask(query("a.example", options: [0, 11, 0, 0]))).suffix(2) == [0, 0])
    }

    @Test func answersWhatCameBeforeABadFrame() throws {
        let upstream = FakeUpstream { query in [.send(makeReply(to: query.octets, [.a(query.name)]))] }
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        _ = served.ask(makeQuery("cached.example"))
        let stream = TestStream(served.address)
        let query = TestStream.frame(makeQuery("cached.example"))
        stream.send(query + query + [0, 0])
        #expect(ReplySummary(stream.receive())?.records == ["cached.example A 192.0.2.1"])
        #expect(ReplySummary(stream.receive())?.records == ["cached.example A 192.0.2.1"])
        #expect(stream.isClosed())
    }
}

import DNS
import Policy
import Synchronization
import Testing

@testable import Resolver

/// A server between real sockets and a scripted upstream.
@Suite(.timeLimit(.minutes(2))) struct ServerTests {
    private static func answering(_ last: UInt8 = 1) -> FakeUpstream.Script {
        { query in [.send(makeReply(to: query.octets, [.a(query.name, last)]))] }
    }

    @Test func isResponsiveOnlyWhileItsWorkersTakeTurns() throws {
        let idle = try Server(
            ServerConfiguration(upstreams: [SocketAddress(.v4(0x7F00_0001), port: 9)]),
            policy: ServerPolicy(stack: CompiledStack(layers: []))
        )
        #expect(idle.isResponsive(patience: 0), "nobody was asked before")
        #expect(!idle.isResponsive(patience: 0))
        #expect(idle.isResponsive(), "it has not been silent for long")
        let served = try TestServer([SocketAddress(.v4(0x7F00_0001), port: 9)]) { $0.workers = 2 }
        defer { served.server.stop() }
        for _ in 0..<3 { #expect(eventually { served.server.isResponsive(patience: 0) }) }
    }

    // MARK: - Forwarding and the cache

    @Test func answersFromTheUpstreamAndThenFromTheCache() throws {
        let upstream = FakeUpstream(Self.answering())
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        let query = makeQuery("WwW.eXample.COM", id: 7)
        let first = try #require(served.ask(query))
        #expect(first[12..<29] == query[12..<29], "the client's letters")
        #expect(ReplySummary(first)?.records == ["www.example.com A 192.0.2.1"])
        #expect(ReplySummary(first)?.bits == 0x8180)
        let other = makeQuery("www.example.com", id: 8, edns: EDNS(payloadSize: 1_232))
        let second = ReplySummary(served.ask(other))
        #expect(second?.id == 8)
        #expect(second?.hasOPT == true)
        #expect(upstream.queries.count == 1)
        #expect(upstream.queries.first?.name == "www.example.com")
        #expect(upstream.queries.first?.id != 7, "never the client's id")
    }

    @Test func asksOnceForClientsThatAskTheSame() throws {
        let upstream = FakeUpstream { query in [.pause(150), .send(makeReply(to: query.octets, [.a(query.name)]))] }
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        // Ten sockets, because one has no room for a thousand replies.
        let clients = (0..<10).map { _ in TestClient(served.address) }
        for id in 0..<1_000 {
            clients[id % 10].send(makeQuery(id / 10 % 2 == 0 ? "a.example" : "A.EXAMPLE", id: UInt16(id)))
        }
        var ids: Set<UInt16> = []
        for number in 0..<1_000 {
            let reply = try #require(clients[number % 10].receive())
            let id = UInt16(reply[0]) << 8 | UInt16(reply[1])
            ids.insert(id)
            #expect(reply[13] == (id / 10 % 2 == 0 ? 0x61 : 0x41))
        }
        #expect(ids.count == 1_000)
        #expect(upstream.queries.count == 1)
    }

    @Test func keepsQuestionsApartByDOAndCD() throws {
        let upstream = FakeUpstream(Self.answering())
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        for (bits, dnssecOK): (UInt16, Bool) in [(0x0100, false), (0x0100, true), (0x0110, false), (0x0100, false)] {
            let edns = EDNS(payloadSize: 1_232, dnssecOK: dnssecOK)
            let reply = ReplySummary(served.ask(makeQuery("a.example", bits: bits, edns: edns)))
            #expect(reply?.bits == bits | 0x8080)
        }
        #expect(upstream.queries.count == 3)
        let asked = try upstream.queries.map { try MessageView($0.octets.span).edns?.dnssecOK }
        #expect(asked == [false, true, false])
        #expect(upstream.queries.map { $0.octets[3] & 0x10 } == [0, 0, 0x10])
    }

    @Test func passesNegativeAnswersAndKeepsThoseWithSOA() throws {
        let upstream = FakeUpstream { query in
            let soa = query.name.hasPrefix("soa") ? [Record.soa("example")] : []
            return [.send(makeReply(to: query.octets, soa, bits: 0x8183))]
        }
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        for _ in 0..<3 {
            #expect(ReplySummary(served.ask(makeQuery("soa.example")))?.code == .nxDomain)
            #expect(ReplySummary(served.ask(makeQuery("none.example")))?.code == .nxDomain)
        }
        #expect(upstream.queries.filter { $0.name == "soa.example" }.count == 1)
        #expect(upstream.queries.filter { $0.name == "none.example" }.count == 3)
    }

    // MARK: - A hostile upstream

    @Test func waitsForTheTrueAnswerThroughForgeries() throws {
        let upstream = FakeUpstream { query in
            guard !query.overTCP else { return [.hangUp] }
            let truth = makeReply(to: query.octets, [.a(query.name)])
            var forged = makeReply(to: query.octets, [.a(query.name, 66)])
            var actions: [FakeUpstream.Action] = []
            for number in 1...50 {
                forged[0] = truth[0] &+ UInt8(number)
                actions.append(.send(forged))
            }
            let wrongQuestion = makeReply(to: makeQuery("evil.example", id: query.id), [.a("evil.example", 66)])
            return actions + [.send(wrongQuestion), .send(query.octets), .pause(50), .send(truth)]
        }
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        #expect(ReplySummary(served.ask(makeQuery("a.example")))?.records == ["a.example A 192.0.2.1"])
        served.server.stop()
        #expect(served.server.counters.upstreamMismatches == 52)
    }

    @Test func neitherForwardsNorKeepsWhatWasNotAskedFor() throws {
        let upstream = FakeUpstream { query in
            let poison: [Record] = [
                .a("bank.example", 66), .ns("example", "ns.evil"), .a("ns.evil", 66, in: .additional),
            ]
            let truth = [Record.a(query.name, UInt8(query.number))]
            return [.send(makeReply(to: query.octets, query.number == 0 ? truth + poison : truth))]
        }
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        #expect(ReplySummary(served.ask(makeQuery("a.example")))?.records == ["a.example A 192.0.2.0"])
        #expect(ReplySummary(served.ask(makeQuery("bank.example")))?.records == ["bank.example A 192.0.2.1"])
        #expect(upstream.queries.count == 2)
    }

    @Test func asksOverTCPWhenTheAnswerIsTruncated() throws {
        let upstream = FakeUpstream { query in
            guard query.overTCP else { return [.send(makeReply(to: query.octets, [.a(query.name, 66)], bits: 0x8380))] }
            return [.send(makeReply(to: query.octets, (1...20).map { .a(query.name, $0) }))]
        }
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        let reply = ReplySummary(served.ask(makeQuery("a.example")))
        #expect(reply?.records.count == 20)
        #expect(upstream.queries.map(\.overTCP) == [false, true])
    }

    @Test func asksWithoutEDNSWhenTheUpstreamDoesNotKnowIt() throws {
        let upstream = FakeUpstream { query in
            guard query.octets[11] == 0 else { return [.send(makeReply(to: query.octets, bits: 0x8181))] }
            return [.send(makeReply(to: query.octets, [.a(query.name)]))]
        }
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        #expect(ReplySummary(served.ask(makeQuery("a.example")))?.records.count == 1)
        #expect(upstream.queries.count == 2)
    }

    @Test(arguments: SourcePorts.allCases) func drawsPortsAndIdentifiers(_ ports: SourcePorts) throws {
        let upstream = FakeUpstream(Self.answering())
        let served = try TestServer([upstream.address]) {
            $0.cacheSize = 8 << 20
            $0.sourcePorts = ports
        }
        defer { served.server.stop(); upstream.stop() }
        let client = TestClient(served.address)
        let total = 10_000
        for block in 0..<(total / 50) {
            for number in 0..<50 { client.send(makeQuery("n\(block * 50 + number).example", id: UInt16(number))) }
            for _ in 0..<50 { _ = try #require(client.receive()) }
        }
        let queries = upstream.queries
        #expect(queries.count == total)
        let uses = Dictionary(grouping: queries, by: \.port).mapValues(\.count)
        switch ports {
        case .fresh: #expect(uses.count >= 9_000)
        case .pool:
            #expect((256...320).contains(uses.count))
            #expect(uses.values.allSatisfy { $0 < 100 }, "39 a port are expected")
            #expect(zip(queries, queries.dropFirst()).filter { $0.port == $1.port }.count < 100)
        }
        #expect(chiSquare(queries.map(\.id)) < 400, "ids in 256 classes, 255 degrees of freedom")
        let pairs = zip(queries, queries.dropFirst())
        #expect(pairs.filter { $1.id == $0.id &+ 1 }.count < 10, "no counting")
        #expect(pairs.filter { $1.port == $0.port &+ 1 }.count < 10, "no counting")
    }

    @Test func givesUpPortsThatWereUsedForLong() throws {
        let upstream = FakeUpstream(Self.answering())
        let served = try TestServer([upstream.address]) { $0.maximumPortUses = 6 }
        defer { served.server.stop(); upstream.stop() }
        for number in 0..<3_000 { #expect(served.ask(makeQuery("n\(number).example")) != nil) }
        let uses = Dictionary(grouping: upstream.queries, by: \.port).mapValues(\.count)
        #expect(uses.count > 500)
        // The kernel may draw a port again.
        #expect(uses.values.filter { $0 > 6 }.count < uses.count / 5)
    }

    private func chiSquare(_ values: [UInt16]) -> Double {
        var classes = [Double](repeating: 0, count: 256)
        for value in values { classes[Int(value >> 8)] += 1 }
        let expected = Double(values.count) / 256
        return classes.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    }

    // MARK: - Outages

    @Test func failsOverToTheNextUpstreamAndRemembers() throws {
        let silent = FakeUpstream { _ in [] }
        let good = FakeUpstream(Self.answering())
        let served = try TestServer([silent.address, good.address]) { $0.tryTimeout = 100 }
        defer { served.server.stop(); silent.stop(); good.stop() }
        for number in 0..<6 {
            #expect(ReplySummary(served.ask(makeQuery("n\(number).example")))?.records.count == 1)
        }
        #expect(silent.queries.count == 2, "after two failures it is held down")
        #expect(good.queries.count == 6)
    }

    @Test func saysWhyWhenNoUpstreamAnswers() throws {
        let silent = FakeUpstream { _ in [] }
        let served = try TestServer([silent.address]) { $0.tryTimeout = 100 }
        defer { served.server.stop(); silent.stop() }
        let reply = ReplySummary(
            served.ask(makeQuery("a.example", edns: EDNS(payloadSize: 1_232)), milliseconds: 4_000)
        )
        #expect(reply?.code == .servFail)
        #expect(reply?.errors == [22])
        #expect(silent.queries.count == 4)
        #expect(Set(silent.queries.map(\.port)).count == 4)
        #expect(Set(silent.queries.map(\.id)).count > 1)
    }

    @Test func triesTheNextUpstreamOnRefusalAndPassesItOnAtLast() throws {
        let refusing = FakeUpstream { query in [.send(makeReply(to: query.octets, bits: 0x8185))] }
        let good = FakeUpstream { query in
            query.name == "a.example"
                ? [.send(makeReply(to: query.octets, [.a(query.name)]))]
                : [.send(makeReply(to: query.octets, bits: 0x8185))]
        }
        let served = try TestServer([refusing.address, good.address])
        defer { served.server.stop(); refusing.stop(); good.stop() }
        #expect(ReplySummary(served.ask(makeQuery("a.example")))?.records.count == 1)
        #expect(ReplySummary(served.ask(makeQuery("b.example")))?.code == .refused)
    }

    @Test func answersWhoWaitsWhenItDrains() throws {
        let slow = FakeUpstream { query in [.pause(300), .send(makeReply(to: query.octets, [.a(query.name)]))] }
        let served = try TestServer([slow.address])
        defer { slow.stop() }
        let client = TestClient(served.address)
        client.send(makeQuery("a.example"))
        while slow.queries.isEmpty {}
        served.server.drain()
        #expect(ReplySummary(client.receive())?.records.count == 1)
        #expect(served.server.counters.queries == 1)
    }

    // MARK: - Names answered here

    @Test func neverForwardsSpecialNamesNorANY() throws {
        let upstream = FakeUpstream(Self.answering())
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        #expect(ReplySummary(served.ask(makeQuery("localhost")))?.records == ["localhost A 127.0.0.1"])
        let nonexistent = ReplySummary(served.ask(makeQuery("nas.home.arpa")))
        #expect(nonexistent?.code == .nxDomain)
        #expect(nonexistent?.records == ["home.arpa SOA"])
        #expect(
            ReplySummary(served.ask(makeQuery("a.example", .any)))?.records.first?.hasPrefix("a.example HINFO") == true
        )
        #expect(upstream.queries.isEmpty)
    }

    @Test func refusesClientsOutsideItsRanges() throws {
        let upstream = FakeUpstream(Self.answering())
        let served = try TestServer([upstream.address]) { $0.allowedClients = [] }
        defer { served.server.stop(); upstream.stop() }
        let reply = ReplySummary(served.ask(makeQuery("a.example", edns: EDNS(payloadSize: 512))))
        #expect(reply?.code == .refused)
        #expect(reply?.errors == [18])
        #expect(TestStream(served.address).isClosed())
    }

    // MARK: - Workers

    @Test func servesWithSeveralWorkersOnOnePort() throws {
        let upstream = FakeUpstream(Self.answering())
        let served = try TestServer([upstream.address]) { $0.workers = 3 }
        defer {
            served.server.stop()
            upstream.stop()
        }
        for number in 0..<40 {
            #expect(ReplySummary(served.ask(makeQuery("n\(number).example")))?.records.count == 1)
        }
        served.server.stop()
        #expect(served.server.counters.queries == 40)
    }

    @Test(arguments: [1, 2])
    func noticesThatAnotherServerHasThePort(workers: Int) throws {
        let upstream = FakeUpstream(Self.answering())
        let served = try TestServer([upstream.address]) { $0.workers = workers }
        defer {
            served.server.stop()
            upstream.stop()
        }
        #expect(throws: ServerError.self) {
            try TestServer([upstream.address]) {
                $0.workers = workers
                $0.listen = [served.address]
            }
        }
    }

    // MARK: - Sizes

    @Test func cutsRepliesToWhatTheClientTakes() throws {
        let upstream = FakeUpstream { query in
            [.send(makeReply(to: query.octets, (1...60).map { .a(query.name, $0) }))]
        }
        let served = try TestServer([upstream.address])
        defer { served.server.stop(); upstream.stop() }
        // 60 records of 16 octets fit 1,232 but not 512.
        let plain = try #require(served.ask(makeQuery("a.example")))
        #expect(ReplySummary(plain)?.bits == 0x8380)
        #expect(ReplySummary(plain)?.records == [])
        #expect(plain.count <= 512)
        let small = try #require(served.ask(makeQuery("a.example", edns: EDNS(payloadSize: 512))))
        #expect(ReplySummary(small)?.bits == 0x8380)
        #expect(ReplySummary(small)?.hasOPT == true)
        let large = try #require(served.ask(makeQuery("a.example", edns: EDNS(payloadSize: 65_535))))
        #expect(ReplySummary(large)?.records.count == 60)
        let stream = TestStream(served.address)
        stream.send(TestStream.frame(makeQuery("a.example")))
        #expect(ReplySummary(stream.receive())?.records.count == 60)
    }

    @Test func answersWhatIsQueuedBeforeItEnds() throws {
        let upstream = FakeUpstream(Self.answering())
        let served = try TestServer([upstream.address])
        defer { upstream.stop() }
        _ = served.ask(makeQuery("cached.example"))
        // More than the batches of one turn, all in the kernel's queue when the end is asked for; no client's own queue
        // overflows.
        let clients = (0..<10).map { _ in TestClient(served.address) }
        for client in clients { for _ in 0..<100 { client.send(makeQuery("cached.example")) } }
        served.server.drain()
        var answers = 0
        for client in clients { while client.receive(milliseconds: 200) != nil { answers += 1 } }
        #expect(answers == 1_000)
    }

    @Test func refusesACacheLargerThanTheMachine() {
        var configuration = ServerConfiguration(upstreams: [SocketAddress(.v4(0x7F00_0001), port: 9)])
        configuration.cacheSize = 1 << 50
        #expect(throws: ServerError.self) { try configuration.validate() }
    }
}

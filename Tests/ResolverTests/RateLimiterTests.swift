import DNS
import TestSupport
import Testing

@testable import Resolver

@Suite(.timeLimit(.minutes(4))) struct RateLimiterTests {
    private static let second: UInt64 = 1_000_000_000
    private static let start = 1_000 * second

    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    /// Verdicts on `count` datagrams at one time.
    private func verdicts(
        _ limiter: inout RateLimiter,
        _ address: IPAddress,
        _ count: Int,
        at now: UInt64
    ) -> [RateLimiter.Verdict: Int] {
        var counts: [RateLimiter.Verdict: Int] = [:]
        for _ in 0..<count { counts[limiter.check(address, now: now), default: 0] += 1 }
        return counts
    }

    private func limiter(_ rate: Int) throws -> RateLimiter {
        guard let limiter = RateLimiter(rate: rate, seed: 5) else { throw ServerError.invalid("no rate") }
        return limiter
    }

    @Test func isNoneWithoutARate() {
        let none = RateLimiter(rate: 0, seed: 1) == nil
        #expect(none)
    }

    @Test func givesASecondsWorthAtOnceAndThenTheRate() throws {
        var limiter = try limiter(100)
        let client = try address("192.0.2.1")
        #expect(verdicts(&limiter, client, 300, at: Self.start) == [.answer: 100, .truncate: 100, .drop: 100])
        #expect(limiter.check(client, now: Self.start + Self.second / 200) != .answer)
        #expect(limiter.check(client, now: Self.start + Self.second / 100) == .answer)
        let later = Self.start + Self.second / 2
        #expect(verdicts(&limiter, client, 300, at: later)[.answer] == 49)
        #expect(verdicts(&limiter, client, 300, at: Self.start + 100 * Self.second)[.answer] == 100, "and no more")
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.254", true), ("192.0.2.1", "192.0.3.1", false), ("192.0.2.1", "::ffff:192.0.2.9", true),
        ("2001:db8::1", "2001:db8:0:ff::1", true), ("2001:db8::1", "2001:db8:0:100::1", false),
        ("192.0.2.1", "::192.0.2.1", false),
    ])
    func countsNetworks(one: String, other: String, areSame: Bool) throws {
        var limiter = try limiter(10)
        _ = verdicts(&limiter, try address(one), 20, at: Self.start)
        #expect((limiter.check(try address(other), now: Self.start) != .answer) == areSame)
    }

    /// A million made-up networks neither free the one that asks too much, nor cost one that asks a little its answers.
    @Test func aFloodFreesNobody() throws {
        var limiter = try limiter(50)
        let (loud, quiet) = (try address("198.51.100.1"), try address("203.0.113.1"))
        var random = SeededGenerator(seed: 3)
        var answered = verdicts(&limiter, loud, 50, at: Self.start)[.answer] ?? 0
        for round in 0..<100 {
            let now = Self.start + UInt64(round) * Self.second / 100
            for _ in 0..<10_000 { _ = limiter.check(.v4(UInt32.random(in: 0...UInt32.max, using: &random)), now: now) }
            answered += verdicts(&limiter, loud, 20, at: now)[.answer] ?? 0
            if round % 10 == 0 { #expect(limiter.check(quiet, now: now) == .answer) }
        }
        #expect((99...100).contains(answered), "a second's worth, and what a second brings")
    }

    @Test func datagramsOverTheLimitAreSentToTCPOrDropped() throws {
        let upstream = FakeUpstream { query in [.send(makeReply(to: query.octets, [.a(query.name)]))] }
        let served = try TestServer([upstream.address]) {
            $0.rateLimit = 20
            $0.limitsLoopback = true
            $0.allowedClients = [AddressRange("127.0.0.0/8")].compactMap(\.self)
        }
        defer { served.server.stop(); upstream.stop() }
        let client = TestClient(served.address)
        for id in 0..<60 { client.send(makeQuery("a.example", id: UInt16(id))) }
        var (whole, cut) = (0, 0)
        while let reply = client.receive(milliseconds: 300) {
            let isCut = reply[2] & 2 != 0
            #expect(reply.count <= (isCut ? makeQuery("a.example").count : 512), "no amplification")
            if isCut { cut += 1 } else { whole += 1 }
        }
        #expect((20...24).contains(whole), "\(whole) answered")
        #expect(cut + whole < 60 && cut >= 15, "\(cut) cut")
        let other = TestClient(served.address, from: .v4(0x7F00_0101))
        #expect(ReplySummary(other.ask(makeQuery("a.example")))?.records.count == 1, "another network")
        let stream = TestStream(served.address)
        stream.send(TestStream.frame(makeQuery("a.example", id: 9)))
        #expect(ReplySummary(stream.receive())?.records.count == 1, "TCP proves who asks")
        served.server.drain()
        let counters = served.server.counters
        #expect(counters.rateLimited == UInt64(cut))
        #expect(counters.droppedByRate == UInt64(60 - cut - whole))
    }

    @Test func thisHostHasNoLimitAndOthersHaveOne() {
        var configuration = ServerConfiguration(upstreams: [SocketAddress(.v4(0xC000_0201), port: 53)])
        #expect(configuration.workerRate == 0, "nobody else can reach it")
        configuration.listen = [SocketAddress(.v4(0), port: 53)]
        #expect(configuration.workerRate == 1_000)
        configuration.workers = 3
        #expect(configuration.workerRate == 334)
        configuration.rateLimit = 0
        #expect(configuration.workerRate == 0)
        configuration.rateLimit = -1
        configuration.allowRemote = true
        #expect(throws: ServerError.self) { try configuration.validate() }
    }
}

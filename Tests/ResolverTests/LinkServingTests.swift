import CSockets
import DNS
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Resolver

/// Upstreams over TCP and TLS (RFC 7766, RFC 7858, RFC 8310).
@Suite(.timeLimit(.minutes(2))) struct LinkServingTests {
    private static let script: FakeUpstream.Script = { [.send(makeReply(to: $0.octets, [.a($0.name)]))] }
    private let certificate: TestCertificate

    init() throws { certificate = try TestCertificate.shared.get() }

    /// What an upstream may speak.
    enum Speech: CaseIterable {
        case tcp, tls, https
    }

    private func upstream(_ speech: Speech, _ script: @escaping FakeUpstream.Script) throws -> FakeUpstream {
        FakeUpstream(tls: speech == .tcp ? nil : try context(), speaksHTTP: speech == .https, script)
    }

    private func upstream(_ upstream: FakeUpstream, _ speech: Speech, name: String? = "dns.example") -> Upstream {
        switch speech {
        case .tcp: Upstream(upstream.address, .tcp)
        case .tls: Upstream(upstream.address, .tls(name: name))
        case .https: Upstream(upstream.address, .https(name: name, path: "/dns-query"))
        }
    }

    private func context(_ certificate: TestCertificate? = nil) throws -> TLSContext {
        let certificate = certificate ?? self.certificate
        return try TLSContext.serving(certificate: certificate.certificate, key: certificate.key)
    }

    private func serve(
        _ upstreams: [Upstream],
        _ adjust: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> TestServer {
        try TestServer([]) {
            $0.upstreams = upstreams
            $0.authorities = certificate.certificate
            adjust(&$0)
        }
    }

    private func ask(_ served: TestServer, _ text: String = "a.example") -> ReplySummary? {
        ReplySummary(served.ask(makeQuery(text, edns: EDNS(payloadSize: 1_232))))
    }

    // MARK: - What works

    @Test(arguments: Speech.allCases) func carriesManyQuestionsOnFewConnections(speech: Speech) throws {
        let upstream = try upstream(speech, Self.script)
        let served = try serve([self.upstream(upstream, speech)])
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.address)
        stream.send((0..<400).flatMap { TestStream.frame(makeQuery("n\($0).example", id: UInt16($0))) })
        var ids: Set<UInt16> = []
        for _ in 0..<400 {
            let reply = try #require(ReplySummary(stream.receive()))
            #expect(reply.records == ["n\(reply.id).example A 192.0.2.1"])
            ids.insert(reply.id)
        }
        #expect(ids.count == 400)
        #expect(upstream.queries.allSatisfy { $0.overTCP })
        #expect(Set(upstream.queries.map(\.name)).count == 400)
        #expect(upstream.connectionCount <= LinkPool.maximumLinks)
        served.server.stop()
        #expect(served.server.counters.upstreamHandshakes == (speech == .tcp ? 0 : UInt64(upstream.connectionCount)))
    }

    @Test(arguments: ["dns.example", "DNS.Example", nil], [Speech.tls, .https])
    func believesTheRightCertificate(name: String?, speech: Speech) throws {
        let upstream = try upstream(speech, Self.script)
        let served = try serve([self.upstream(upstream, speech, name: name)])
        defer { served.server.stop(); upstream.stop() }
        #expect(ask(served)?.records == ["a.example A 192.0.2.1"])
    }

    @Test func lengthsOfEncryptedQuestionsTellNothing() throws {
        let upstream = FakeUpstream(tls: try context(), Self.script)
        let served = try serve([Upstream(upstream.address, .tls(name: "dns.example"))])
        defer { served.server.stop(); upstream.stop() }
        for text in ["a.example", String(repeating: "long.", count: 20) + "example"] {
            #expect(ask(served, text) != nil)
        }
        #expect(upstream.queries.count == 2)
        #expect(upstream.queries.allSatisfy { $0.octets.count % 128 == 0 })
    }

    @Test(arguments: Speech.allCases) func resumesAndRepeatsWhenTheServerClosesAfterEachAnswer(speech: Speech) throws {
        let upstream = try upstream(speech) { Self.script($0) + [.hangUp] }
        let served = try serve([self.upstream(upstream, speech)])
        defer { served.server.stop(); upstream.stop() }
        for index in 0..<5 { #expect(ask(served, "n\(index).example")?.records.count == 1) }
        // Some are asked while the connection ends.
        let stream = TestStream(served.address)
        stream.send((0..<3).flatMap { TestStream.frame(makeQuery("m\($0).example", id: UInt16($0))) })
        var codes: [ResponseCode] = []
        for _ in 0..<3 { codes.append(try #require(ReplySummary(stream.receive())).code) }
        #expect(codes == [.noError, .noError, .noError])
        served.server.stop()
        let counters = served.server.counters
        #expect(speech != .tcp ? counters.upstreamResumed >= 4 : counters.upstreamConnections >= 6)
    }

    @Test(arguments: Speech.allCases) func takesAnswersInAnyOrder(speech: Speech) throws {
        let held = Mutex<[[UInt8]]>([])
        let upstream = try upstream(speech) { query in
            let replies = held.withLock { held -> [[UInt8]] in
                held.append(makeReply(to: query.octets, [.a(query.name)]))
                guard held.count == 3 else { return [] }
                defer { held = [] }
                return held.reversed()
            }
            return replies.map(FakeUpstream.Action.send)
        }
        let served = try serve([self.upstream(upstream, speech)])
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.address)
        for index in 0..<3 { stream.send(TestStream.frame(makeQuery("n\(index).example", id: UInt16(index)))) }
        var ids: Set<UInt16> = []
        for _ in 0..<3 {
            let reply = try #require(ReplySummary(stream.receive()))
            #expect(reply.records == ["n\(reply.id).example A 192.0.2.1"])
            ids.insert(reply.id)
        }
        #expect(ids == [0, 1, 2])
    }

    // MARK: - What must not

    /// Upstreams of TLS that must not be believed, each with why.
    enum Impostor: CaseIterable {
        case otherName, otherAddress, otherAuthority, expired, plain, garbage, silent, hangsUp

        /// What the operator is told.
        var words: String {
            switch self {
            case .otherName: "hostname mismatch"
            case .otherAddress: "IP address mismatch"
            case .otherAuthority: "self-signed certificate"
            case .expired: "certificate has expired"
            case .garbage, .hangsUp: "TLS: "
            case .plain, .silent: "no connection in 3 s"
            }
        }
    }

    @Test(arguments: Impostor.allCases) func neverAsksAnImpostor(impostor: Impostor) throws {
        var name: String? = "dns.example"
        var shown: TLSContext? = try context()
        var script = Self.script
        var believed = certificate
        switch impostor {
        case .otherName: name = "other.example"
        case .otherAddress:
            name = nil
            believed = try TestCertificate(for: "DNS:dns.example,IP:192.0.2.1")
            shown = try context(believed)
        case .otherAuthority: shown = try context(TestCertificate(for: "DNS:dns.example"))
        case .expired:
            believed = try TestCertificate(for: "DNS:dns.example", isExpired: true)
            shown = try context(believed)
        case .plain: shown = nil
        case .garbage: (shown, script) = (nil, { _ in [.send([UInt8](repeating: 0, count: 300))] })
        case .silent: (shown, script) = (nil, { _ in [] })
        case .hangsUp: (shown, script) = (nil, { _ in [.hangUp] })
        }
        let isRaw = [.garbage, .silent, .hangsUp].contains(impostor)
        let upstream = FakeUpstream(tls: shown, isRaw: isRaw, script)
        let notices = Mutex<[String]>([])
        let served = try serve([Upstream(upstream.address, .tls(name: name))]) {
            $0.notice = { text in notices.withLock { $0.append(text) } }
            $0.authorities = believed.certificate
        }
        defer { served.server.stop(); upstream.stop() }
        let started = patchway_monotonic_ns()
        let reply = try #require(ask(served))
        #expect(patchway_monotonic_ns() - started < 4_500_000_000)
        #expect(reply.code == .servFail)
        #expect([[22], [23]].contains(reply.errors), "\(reply.errors)")
        // Neither over TLS nor in the open: a ClientHello is no query.
        #expect(!upstream.queries.contains { $0.name == "a.example" || !$0.overTCP })
        let told = notices.withLock { $0 }
        #expect(told.count == 1 && told[0].contains(impostor.words), "\(told)")
        served.server.stop()
        #expect(served.server.counters.upstreamTLSFailures + served.server.counters.upstreamTimeouts > 0)
        #expect(served.server.counters.upstreamHandshakes == 0)
    }

    @Test func sparesClientsAnImpostor() throws {
        let impostor = FakeUpstream(tls: try context(TestCertificate(for: "DNS:dns.example")), Self.script)
        let true1 = FakeUpstream(tls: try context(), Self.script)
        let served = try serve([
            Upstream(impostor.address, .tls(name: "dns.example")), Upstream(true1.address, .tls(name: "dns.example")),
        ])
        defer { served.server.stop(); impostor.stop(); true1.stop() }
        for index in 0..<4 { #expect(ask(served, "n\(index).example")?.records.count == 1) }
        #expect(impostor.queries.isEmpty)
    }

    @Test func ignoresAnswersNobodyAskedFor() throws {
        let upstream = FakeUpstream(tls: try context()) { query in
            var other = makeReply(to: query.octets, [.a(query.name, 66)])
            other[0] ^= 0x55
            return [.send(other), .send(other)] + Self.script(query)
        }
        let served = try serve([Upstream(upstream.address, .tls(name: nil))])
        defer { served.server.stop(); upstream.stop() }
        #expect(ask(served)?.records == ["a.example A 192.0.2.1"])
        served.server.stop()
        #expect(served.server.counters.upstreamMismatches == 2)
    }

    static let lies: [FakeUpstream.Script] = [
        { [.send(makeReply(to: makeQuery("other.example", id: $0.id), [.a("other.example")]))] },
        { [.send(makeReply(to: $0.octets, [.a($0.name)], bits: 0x8380))] },
        { [.send(Array(makeReply(to: $0.octets, [.a($0.name)]).dropLast(3)))] },
        { [.send(Array($0.octets[..<2]))] },
    ]

    @Test(arguments: lies.indices, Speech.allCases) func failsOnLies(index: Int, speech: Speech) throws {
        let upstream = try upstream(speech, Self.lies[index])
        let served = try serve([self.upstream(upstream, speech)])
        defer { served.server.stop(); upstream.stop() }
        let reply = try #require(ask(served))
        #expect(reply.code == .servFail)
        #expect(reply.records.isEmpty)
    }

    @Test(arguments: [500, 404, 302, 200]) func takesNothingButGoodResponses(status: Int) throws {
        let upstream = try upstream(.https) { _ in [.status(status)] }
        let served = try serve([self.upstream(upstream, .https)])
        defer { served.server.stop(); upstream.stop() }
        let reply = try #require(ask(served))
        #expect(reply.code == .servFail)
        #expect(reply.errors == [23])
    }

    @Test func takesNoAnswerWithAnotherIdOverHTTPS() throws {
        let upstream = try upstream(.https) { query in
            var other = makeReply(to: query.octets, [.a(query.name)])
            other[1] ^= 1
            return [.send(other)]
        }
        let served = try serve([self.upstream(upstream, .https)])
        defer { served.server.stop(); upstream.stop() }
        #expect(ask(served)?.code == .servFail)
    }

    @Test func asksNobodyWhoSpeaksNoHTTP() throws {
        let upstream = try upstream(.tls, Self.script)
        let served = try serve([self.upstream(upstream, .https)])
        defer { served.server.stop(); upstream.stop() }
        #expect(ask(served)?.errors == [23])
        #expect(upstream.queries.isEmpty)
        served.server.stop()
        #expect(served.server.counters.upstreamTLSFailures > 0)
    }

    /// Both sides ours: a forwarder before a forwarder.
    @Test func asksItsOwnKind() throws {
        let last = FakeUpstream(Self.script)
        let front = try TestServer([last.address]) {
            $0.listenHTTPS = [SocketAddress(.v4(0x7F00_0001), port: 0)]
            $0.certificate = (certificate.certificate, certificate.key)
        }
        let served = try serve([Upstream(front.server.httpsAddresses[0], .https(name: nil, path: "/dns-query"))])
        defer { served.server.stop(); front.server.stop(); last.stop() }
        for index in 0..<50 {
            #expect(ask(served, "n\(index).example")?.records == ["n\(index).example A 192.0.2.1"])
        }
    }

    @Test func livesOnWhenNobodyListens() throws {
        let upstream = FakeUpstream(Self.script)
        let address = upstream.address
        upstream.stop()
        let served = try serve([Upstream(address, .tcp)])
        defer { served.server.stop() }
        let reply = try #require(ask(served))
        #expect(reply.code == .servFail)
        #expect(reply.errors == [23])
    }
}

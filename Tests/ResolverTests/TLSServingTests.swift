import CSockets
import DNS
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Resolver

/// Clients over TLS (RFC 7858).
@Suite(.timeLimit(.minutes(2))) struct TLSServingTests {
    private let upstream: FakeUpstream
    private let certificate: TestCertificate

    init() throws {
        certificate = try TestCertificate.shared.get()
        upstream = FakeUpstream { query in
            guard query.name.hasPrefix("large") else { return [.send(makeReply(to: query.octets, [.a(query.name)]))] }
            guard query.overTCP else { return [.send(makeReply(to: query.octets, bits: 0x8380))] }
            let strings = (0..<150).map { [UInt8](repeating: UInt8($0), count: 200) }
            return [
                .send(
                    makeReply(
                        to: query.octets,
                        strings.prefix(100).map {
                            Record(owner: query.name, type: .txt, data: [UInt8(200)] + $0)
                        }
                    )
                )
            ]
        }
    }

    private func serve(_ adjust: (inout ServerConfiguration) -> Void = { _ in }) throws -> TestServer {
        try TestServer([upstream.address]) {
            $0.listenTLS = [SocketAddress(.v4(0x7F00_0001), port: 0)]
            $0.certificate = (certificate.certificate, certificate.key)
            adjust(&$0)
        }
    }

    private func connect(_ served: TestServer, memory: TLSMemory? = nil) throws -> TestTLSStream {
        try #require(try TestTLSStream(served.server.tlsAddresses[0], believing: certificate, memory: memory))
    }

    @Test(arguments: [1, 2]) func answersPipelinedQueries(workers: Int) throws {
        let served = try serve { $0.workers = workers }
        defer { served.server.stop(); upstream.stop() }
        let stream = try connect(served)
        stream.send((0..<300).flatMap { TestStream.frame(makeQuery("n\($0 % 20).example", id: UInt16($0))) })
        var ids: Set<UInt16> = []
        for _ in 0..<300 { ids.insert(try #require(ReplySummary(stream.receive())).id) }
        #expect(ids == Set(0..<300))
        served.server.stop()
        #expect(served.server.counters.tlsQueries == 300)
        #expect(served.server.counters.handshakes == 1)
    }

    @Test func takesQueriesOctetByOctetAndInPieces() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let stream = try connect(served)
        for octet in TestStream.frame(makeQuery("a.example")) { stream.send([octet]) }
        #expect(ReplySummary(stream.receive())?.records == ["a.example A 192.0.2.1"])
        #expect(stream.ask(makeQuery("b.example"))?.records == ["b.example A 192.0.2.1"])
    }

    @Test func sendsMoreThanTheClientTakesAtOnce() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let stream = try connect(served)
        stream.send((0..<40).flatMap { TestStream.frame(makeQuery("large.example", .txt, id: UInt16($0))) })
        usleep(300_000)
        for _ in 0..<40 { #expect(try #require(stream.receive()).count > 20_000) }
    }

    @Test func stopsReadingWhenTooManyAnswersAreOwed() throws {
        let served = try serve { $0.maximumQueriesPerConnection = 4 }
        defer { served.server.stop(); upstream.stop() }
        let stream = try connect(served)
        stream.send((0..<600).flatMap { TestStream.frame(makeQuery("n\($0).example", id: UInt16($0))) })
        var ids: Set<UInt16> = []
        for _ in 0..<600 { ids.insert(try #require(ReplySummary(stream.receive())).id) }
        #expect(ids.count == 600)
    }

    @Test func resumesSessions() throws {
        let served = try serve { $0.workers = 2 }
        defer { served.server.stop(); upstream.stop() }
        let memory = try #require(TLSMemory())
        do {
            let stream = try connect(served, memory: memory)
            #expect(stream.ask(makeQuery("a.example")) != nil)
            #expect(!stream.tls.isResumed)
        }
        let again = try connect(served, memory: memory)
        #expect(again.tls.isResumed)
        #expect(again.ask(makeQuery("a.example"))?.records.count == 1)
        served.server.stop()
        #expect(served.server.counters.resumedHandshakes == 1)
    }

    @Test func sessionsOutliveAReloadOfTheSameCertificateAndNoOther() throws {
        let own = try TestCertificate(for: "DNS:dns.example")
        let next = try TestCertificate(for: "DNS:dns.example")
        let served = try serve { $0.certificate = (own.certificate, own.key) }
        defer { served.server.stop(); upstream.stop() }
        let place = served.server.tlsAddresses[0]
        let memory = try #require(TLSMemory())
        let first = try #require(try TestTLSStream(place, believing: own, memory: memory))
        #expect(first.ask(makeQuery("a.example")) != nil)
        for _ in 0..<3 {
            try served.server.reloadCertificates()
            let again = try #require(try TestTLSStream(place, believing: own, memory: memory))
            #expect(again.tls.isResumed)
            #expect(again.ask(makeQuery("a.example")) != nil)
        }
        for (old, new) in [(own.certificate, next.certificate), (own.key, next.key)] {
            try Data(contentsOf: URL(fileURLWithPath: new)).write(to: URL(fileURLWithPath: old))
        }
        try served.server.reloadCertificates()
        #expect(eventually { (try? TestTLSStream(place, believing: next, memory: memory))?.tls.isResumed == false })
    }

    @Test func showsTheCertificateThatWasReadLast() throws {
        let copy = try TestCertificate(for: "DNS:dns.example")
        let next = try TestCertificate(for: "DNS:dns.example")
        let served = try serve { $0.certificate = (copy.certificate, copy.key) }
        defer { served.server.stop(); upstream.stop() }
        let place = served.server.tlsAddresses[0]
        let old = try #require(try TestTLSStream(place, believing: copy))
        try Data("none".utf8).write(to: URL(fileURLWithPath: copy.certificate))
        #expect(throws: ServerError.self) { try served.server.reloadCertificates() }
        try Data(contentsOf: URL(fileURLWithPath: next.certificate)).write(to: URL(fileURLWithPath: copy.certificate))
        try Data(contentsOf: URL(fileURLWithPath: next.key)).write(to: URL(fileURLWithPath: copy.key))
        try served.server.reloadCertificates()
        var isNew = false
        for _ in 0..<100 where !isNew {
            isNew = try TestTLSStream(place, believing: next) != nil
            usleep(10_000)
        }
        #expect(isNew)
        #expect(old.ask(makeQuery("a.example"))?.records.count == 1)
    }

    @Test func refusesWhoMayNotAsk() throws {
        let served = try serve { $0.allowedClients = [] }
        defer { served.server.stop(); upstream.stop() }
        #expect(try TestTLSStream(served.server.tlsAddresses[0], believing: certificate) == nil)
    }

    @Test func speaksNothingButDNS() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let place = served.server.tlsAddresses[0]
        #expect(try TestTLSStream(place, believing: certificate, .http2) == nil)
        #expect(try connect(served).ask(makeQuery("a.example")) != nil)
    }

    @Test(arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)])
    func speaksVersions(option: String, isSpoken: Bool) throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let arguments = [
            "s_client", "-connect", "\(served.server.tlsAddresses[0])", option, "-cipher", "DEFAULT@SECLEVEL=0",
            "-CAfile",
            certificate.certificate, "-verify_return_error", "-alpn", "dot",
        ]
        let output = try TestCertificate.openssl(arguments, input: "").output
        #expect(output.contains("ALPN protocol: dot") == isSpoken, "\(output)")
    }

    // MARK: - Hostile clients

    @Test func servesNewClientsWhileManyAreSilent() throws {
        let served = try serve {
            $0.maximumConnections = 64
            $0.maximumConnectionsPerClient = 48
        }
        defer { served.server.stop(); upstream.stop() }
        let silent = (0..<200).map { _ in TestStream(served.server.tlsAddresses[0]) }
        for stream in silent { stream.send([0x16, 3, 1]) }
        #expect(try connect(served).ask(makeQuery("a.example"))?.records.count == 1)
        #expect(silent[0].isClosed())
    }

    @Test(arguments: [[], [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3, 0, 0]])
    func closesHandshakesThatDoNotEnd(start: [UInt8]) throws {
        let served = try serve { $0.handshakeTimeout = 300 }
        defer { served.server.stop(); upstream.stop() }
        let slow = TestStream(served.server.tlsAddresses[0])
        let started = patchway_monotonic_ns()
        slow.send(start)
        var isClosed = false
        // One octet at a time keeps no handshake alive.
        while !isClosed, patchway_monotonic_ns() - started < 3_000_000_000 {
            if !start.isEmpty { slow.send([0]) }
            isClosed = slow.isClosed(milliseconds: 30)
        }
        #expect(isClosed)
        #expect(patchway_monotonic_ns() - started < 2_500_000_000)
        served.server.stop()
        #expect(served.server.counters.failedHandshakes == 1)
    }

    @Test func closesMessagesThatDoNotEnd() throws {
        let served = try serve { $0.idleTimeout = 300 }
        defer { served.server.stop(); upstream.stop() }
        let stream = try connect(served)
        let started = patchway_monotonic_ns()
        for octet in TestStream.frame(makeQuery("a.example")).prefix(20) {
            stream.send([octet])
            usleep(30_000)
        }
        #expect(stream.isClosed())
        #expect(patchway_monotonic_ns() - started < 2_500_000_000)
    }

    static let garbage: [[UInt8]] = [
        TestStream.frame(makeQuery("a.example")), Array("GET / HTTP/1.1\r\n\r\n".utf8),
        [UInt8](repeating: 0xFF, count: 5_000), [0x16, 3, 1, 0, 4, 1, 0, 0, 0], [0x15, 3, 3, 0, 2, 2, 40],
        [0x80, 0x2E, 1, 3, 1],
    ]

    @Test(arguments: garbage) func closesOnGarbage(octets: [UInt8]) throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.server.tlsAddresses[0])
        stream.send(octets)
        stream.finish()
        // The octets of an alert may come before the end.
        #expect((0..<16).contains { _ in stream.isClosed() })
        #expect(try connect(served).ask(makeQuery("a.example"))?.records.count == 1)
        served.server.stop()
        #expect(served.server.counters.failedHandshakes == 1)
    }

    @Test func answersWhatCameBeforeABadFrame() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        #expect(served.ask(makeQuery("cached.example")) != nil)
        let stream = try connect(served)
        stream.send(TestStream.frame(makeQuery("cached.example")) + [0, 0])
        #expect(ReplySummary(stream.receive())?.records == ["cached.example A 192.0.2.1"])
        #expect(stream.isClosed())
    }

    // MARK: - Files

    @Test func saysWhatIsWrongWithCertificateAndKey() throws {
        let other = try TestCertificate(for: "DNS:other.example")
        let sealed = try TestCertificate(for: "DNS:sealed.example", phrase: "secret")
        let absent = TestCertificate.folder.appendingPathComponent("absent.pem").path
        let cases: [(String, String, String)] = [
            (absent, certificate.key, "No such file or directory"), (certificate.certificate, absent, "No such file"),
            (certificate.certificate, other.key, "does not belong to the first certificate"),
            (certificate.key, certificate.key, "the server's certificate first"),
            (certificate.certificate, certificate.certificate, "a private key"),
            (sealed.certificate, sealed.key, "no pass phrase"),
        ]
        for (file, key, words) in cases {
            do {
                _ = try TLSContext.serving(certificate: file, key: key)
                Issue.record("\(file) \(key) is taken")
            } catch {
                #expect(error.description.contains(words), "\(error)")
            }
        }
    }

    @Test func needsACertificate() throws {
        #expect(throws: ServerError.self) { try serve { $0.certificate = nil } }
        upstream.stop()
    }
}

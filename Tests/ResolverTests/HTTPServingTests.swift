import CSockets
import DNS
import FilterLists
import Foundation
import Glibc
import Policy
import TestSupport
import Testing

@testable import Resolver

/// Clients over HTTP (RFC 8484).
@Suite(.timeLimit(.minutes(2))) struct HTTPServingTests {
    private let upstream: FakeUpstream
    private let certificate: TestCertificate

    init() throws {
        certificate = try TestCertificate.shared.get()
        upstream = FakeUpstream { query in
            if query.name.hasPrefix("slow") {
                return [.pause(50), .send(makeReply(to: query.octets, [.a(query.name)]))]
            }
            if query.name.hasPrefix("never") { return [] }
            guard query.name.hasPrefix("large") else {
                return [.send(makeReply(to: query.octets, [.a(query.name, ttl: 77)]))]
            }
            guard query.overTCP else { return [.send(makeReply(to: query.octets, bits: 0x8380))] }
            let records = (0..<100).map {
                Record(owner: query.name, type: .txt, data: [200] + [UInt8](repeating: UInt8($0), count: 200))
            }
            return [.send(makeReply(to: query.octets, records))]
        }
    }

    private func serve(
        policy: ServerPolicy = ServerPolicy(stack: CompiledStack(layers: [])),
        _ adjust: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> TestServer {
        try TestServer([upstream.address], policy: policy) {
            $0.listenHTTPS = [SocketAddress(.v4(0x7F00_0001), port: 0)]
            $0.listenHTTP = $0.listenHTTPS
            $0.certificate = (certificate.certificate, certificate.key)
            adjust(&$0)
        }
    }

    private func connect(_ served: TestServer) throws -> TestHTTP2 {
        try #require(try TestHTTP2(served.server.httpsAddresses[0], believing: certificate))
    }

    // MARK: - HTTP/2

    @Test func answersManyStreams() throws {
        let served = try serve { $0.workers = 2 }
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        var asked: [Int32: Int] = [:]
        for index in 0..<300 {
            let stream = client.send(makeQuery("n\(index % 20).example", id: UInt16(index)))
            asked[try #require(stream)] = index
        }
        for _ in 0..<300 {
            let response = try #require(client.receive())
            #expect(response.status == 200 && response.isDNS)
            let known = asked.removeValue(forKey: response.stream)
            let index = try #require(known)
            let reply = try #require(ReplySummary(response.octets))
            #expect(reply.id == UInt16(index) && reply.records == ["n\(index % 20).example A 192.0.2.1"])
        }
        served.server.stop()
        #expect(served.server.counters.httpQueries == 300)
    }

    @Test func recordsSayHowTheQueryCame() throws {
        let path = NSTemporaryDirectory() + "patchway-doh-\(UInt64.random(in: 0 ... .max)).ndjson"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let served = try serve {
            $0.capturePath = path
            $0.capturesAll = true
        }
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        client.send(makeQuery("a.example"))
        #expect(client.receive() != nil)
        #expect(served.ask(makeQuery("b.example")) != nil)
        served.server.drain()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first { $0.contains("a.example") }?.contains(#""transport":"doh""#) == true)
        #expect(lines.first { $0.contains("b.example") }?.contains(#""transport":"udp""#) == true)
    }

    @Test func takesGet() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        client.send([], .get, path: "/dns-query?dns=\(base64(makeQuery("a.example", id: 0)))")
        let response = try #require(client.receive())
        #expect(ReplySummary(response.octets)?.records == ["a.example A 192.0.2.1"])
    }

    @Test func sendsLargeAnswers() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        for index in 0..<20 { client.send(makeQuery("large.example", .txt, id: UInt16(index))) }
        for _ in 0..<20 { #expect(try #require(client.receive()).octets.count > 20_000) }
    }

    @Test func stopsReadingWhenTooManyAnswersAreOwed() throws {
        let served = try serve { $0.maximumQueriesPerConnection = 4 }
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        for index in 0..<200 { client.send(makeQuery("n\(index).example", id: UInt16(index))) }
        for _ in 0..<200 { #expect(client.receive()?.status == 200) }
    }

    @Test func refusesWithAStatus() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        let cases: [(QueryRequest.Method, String, String, [UInt8], Int)] = [
            (.post, "/", "application/dns-message", makeQuery("a.example"), 404),
            (.other, "/dns-query", "application/dns-message", makeQuery("a.example"), 405),
            (.post, "/dns-query", "application/json", makeQuery("a.example"), 415),
            (.post, "/dns-query", "application/dns-message", [1, 2, 3], 400),
            (.get, "/dns-query?dns=AA", "", [], 400),
            (.get, "/dns-query?dns=\(String(repeating: "AAAA", count: 1_000))", "", [], 414),
            (.post, "/dns-query", "application/dns-message", [UInt8](repeating: 0, count: 4_000), 413),
            (.post, "/dns-query", "application/dns-message", [UInt8](repeating: 0, count: 400_000), 413),
        ]
        for (method, path, type, content, status) in cases {
            client.send(content, method, path: path, type: type)
            #expect(client.receive()?.status == status, "\(path) \(content.count)")
        }
        client.send(makeQuery("a.example"))
        #expect(client.receive()?.status == 200)
        served.server.stop()
        #expect(served.server.counters.refusedRequests == 8)
    }

    @Test func answersMalformedQueriesWithAMessage() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        client.send([0, 1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0])
        let response = try #require(client.receive())
        #expect(response.status == 200)
        #expect(ReplySummary(response.octets)?.code == .formErr)
    }

    @Test func endsClientsThatTakeRequestsBackWithoutEnd() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        var octets: [UInt8] = []
        var sent = 0
        // Each is taken back before it can be answered.
        while sent < 400, let stream = client.client.ask(.post, "a", "/dns-query", makeQuery("a.example").span) {
            sent += 1
            while client.client.give(to: &octets) {}
            client.client.cancel(stream)
            while client.client.give(to: &octets) {}
        }
        #expect(sent == 400)
        client.stream.send(octets)
        #expect(client.stream.isClosed())
        #expect(upstream.queries.isEmpty)
        // Others do not notice.
        let other = try connect(served)
        other.send(makeQuery("a.example"))
        #expect(other.receive()?.status == 200)
    }

    static let brokenStarts: [[UInt8]] = [
        Array("GET / HTTP/1.1\r\n\r\n".utf8), Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense of some length".utf8),
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0] + [
            0xFF, 0xFF, 0xFF, 1, 5, 0, 0, 0, 1,
        ],
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0] + [
            0, 0, 1, 1, 5, 0, 0, 0, 2, 0x82,
        ],
        [UInt8](repeating: 0, count: 3_000),
    ]

    @Test(arguments: brokenStarts) func endsConnectionsThatBreakTheProtocol(octets: [UInt8]) throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let stream = try #require(
            try TestTLSStream(served.server.httpsAddresses[0], believing: certificate, .http2)
        )
        stream.send(octets)
        #expect(stream.isClosed())
        let other = try connect(served)
        other.send(makeQuery("a.example"))
        #expect(other.receive()?.status == 200)
    }

    @Test func pingsKeepNoConnection() throws {
        let served = try serve { $0.idleTimeout = 400 }
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        client.send(makeQuery("a.example"))
        #expect(client.receive()?.status == 200)
        let started = patchway_monotonic_ns()
        for _ in 0..<30 where patchway_monotonic_ns() - started < 1_000_000_000 {
            client.stream.send([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
            usleep(30_000)
        }
        #expect(client.stream.isClosed())
    }

    @Test func dropsByEndingTheRequest() throws {
        let served = try serve(
            policy: ServerPolicy(stack: CompiledStack(layers: [try droppingLayer("dropped.example")]))
        ) {
            $0.mode = .enforce
        }
        defer { served.server.stop(); upstream.stop() }
        let client = try connect(served)
        client.send(makeQuery("dropped.example"))
        #expect(client.receive()?.status == 0)
        client.send(makeQuery("a.example"))
        #expect(client.receive()?.status == 200)
    }

    private func droppingLayer(_ text: String) throws -> CompiledLayer {
        let zone = "$ORIGIN rpz.test.\n$TTL 77\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n\(text) CNAME rpz-drop.\n"
        let list = ListInput(path: "drop.zone", format: .rpz, octets: Array(zone.utf8))
        return try LayerLoader.load([list], engine: .bindRPZ).layer
    }

    // MARK: - HTTP/1.1

    private func request(_ query: [UInt8], _ fields: String = "") -> [UInt8] {
        Array(
            "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\n\(fields)Content-Length: \(query.count)\r\n\r\n"
                .utf8
        ) + query
    }

    private func responses(_ count: Int, _ next: () -> [UInt8]?) -> [TestResponse] {
        var octets: [UInt8] = []
        var found: [TestResponse] = []
        while found.count < count {
            if let response = TestResponse(from: &octets) {
                found.append(response)
            } else {
                guard let more = next() else { break }
                octets += more
            }
        }
        return found
    }

    @Test(arguments: [false, true]) func answersInTurn(overTLS: Bool) throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let names = ["slow.example", "a.example", "slow2.example", "a.example"]
        let octets =
            names.enumerated().flatMap { request(makeQuery($1, id: UInt16($0))) }
            + Array("GET /dns-query?dns=\(base64(makeQuery("b.example", id: 4))) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var found: [TestResponse]
        if overTLS {
            let stream = try #require(
                try TestTLSStream(served.server.httpsAddresses[0], believing: certificate, .http1)
            )
            #expect(!stream.tls.speaksHTTP2)
            stream.send(octets)
            found = responses(5) { stream.octets() }
        } else {
            let stream = TestStream(served.server.httpAddresses[0])
            stream.send(octets)
            found = responses(5) { stream.octets() }
        }
        #expect(found.map(\.status) == [200, 200, 200, 200, 200])
        #expect(found.compactMap { ReplySummary($0.body)?.id } == [0, 1, 2, 3, 4])
        #expect(found[1].fields["cache-control"] == "max-age=77")
        #expect(found[1].fields["content-type"] == "application/dns-message")
        let date = try #require(found[1].fields["date"])
        let style = Date.VerbatimFormatStyle(
            format:
                "\(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) GMT",
            locale: Locale(identifier: "en_US_POSIX"),
            timeZone: .gmt,
            calendar: Calendar(identifier: .gregorian)
        )
        #expect((0...60).contains { style.format(Date(timeIntervalSinceNow: -Double($0))) == date }, "\(date)")
    }

    @Test func endsAfterTheLastRequest() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.server.httpAddresses[0])
        let query = makeQuery("a.example")
        stream.send(request(query, "Connection: close\r\n") + request(query))
        let found = responses(2) { stream.octets() }
        #expect(found.map(\.status) == [200])
        #expect(found[0].fields["connection"] == "close")
    }

    @Test(arguments: [
        ("PUT /dns-query HTTP/1.1\r\nHost: a\r\n\r\n", 405), ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        ("GET /dns-query HTTP/1.1\r\n\r\n", 400), ("nonsense\r\n\r\n", 400), ("GET /dns-query HTTP/1.1\n\n", 400),
        ("POST /dns-query HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        ("POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 415),
    ])
    func refuses(text: String, status: Int) throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.server.httpAddresses[0])
        stream.send(Array(text.utf8))
        #expect(responses(1) { stream.octets() }.map(\.status) == [status])
    }

    @Test func upgradesToNothing() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.server.httpAddresses[0])
        let query = makeQuery("a.example")
        stream.send(
            request(
                query,
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
            )
        )
        #expect(responses(1) { stream.octets() }.map(\.status) == [200])
        let prior = TestStream(served.server.httpAddresses[0])
        prior.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
        #expect(responses(1) { prior.octets() }.map(\.status) == [400])
    }

    @Test func slowRequestsEnd() throws {
        let served = try serve { $0.idleTimeout = 300 }
        defer { served.server.stop(); upstream.stop() }
        let stream = TestStream(served.server.httpAddresses[0])
        let started = patchway_monotonic_ns()
        for octet in request(makeQuery("a.example")).prefix(30) {
            stream.send([octet])
            usleep(30_000)
        }
        #expect(stream.isClosed())
        #expect(patchway_monotonic_ns() - started < 2_500_000_000)
    }

    @Test func isForThisHostAloneWithoutTLS() throws {
        #expect(throws: ServerError.self) {
            try serve {
                $0.listenHTTP = [SocketAddress(.v4(0), port: 0)]
                $0.allowRemote = true
            }
        }
        upstream.stop()
    }

    @Test func servesCurl() throws {
        let curl = URL(fileURLWithPath: "/usr/bin/curl")
        guard FileManager.default.isExecutableFile(atPath: curl.path) else { return }
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        for version in ["--http2", "--http1.1"] {
            let process = Process()
            let output = Pipe()
            process.executableURL = curl
            process.arguments = [
                "-s", version, "--cacert", certificate.certificate, "-o", "/dev/null", "-w",
                "%{http_code} %{http_version}",
                "https://\(served.server.httpsAddresses[0])/dns-query?dns=\(base64(makeQuery("a.example")))",
            ]
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(text == (version == "--http2" ? "200 2" : "200 1.1"))
        }
    }
}

import DNS
import Policy
import Testing

@testable import Resolver

/// What a server tells its owner about itself.
@Suite(.timeLimit(.minutes(2))) struct AdminTests {
    /// The whole answer to a request, which ends the connection.
    private func ask(_ server: Server, _ request: String) throws -> String {
        let stream = TestStream(try #require(server.adminAddresses.first))
        stream.send(Array(request.utf8))
        var answer: [UInt8] = []
        while let octets = stream.octets() { answer += octets }
        return String(decoding: answer, as: UTF8.self)
    }

    private func get(_ server: Server, _ path: String, host: String = "localhost:9153") throws -> String {
        try ask(server, "GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    }

    private func serve(_ upstream: FakeUpstream) throws -> TestServer {
        let policy = ServerPolicy(stack: CompiledStack(layers: [try blockingLayer(["bad.example"])]))
        return try TestServer([upstream.address], policy: policy) {
            $0.admin = SocketAddress(.v4(0x7F00_0001), port: 0)
            $0.workers = 2
        }
    }

    @Test func tellsHealthAndMetrics() throws {
        let upstream = FakeUpstream { query in [.send(makeReply(to: query.octets, [.a(query.name)]))] }
        let served = try serve(upstream)
        defer { served.server.stop(); upstream.stop() }
        #expect(try get(served.server, "/health").hasSuffix("\r\n\r\nok\n"))
        let before = try get(served.server, "/metrics").split(separator: "\n").count
        for number in 0..<40 { #expect(served.ask(makeQuery("n\(number % 20).bad.example")) != nil) }
        #expect(eventually { (try? get(served.server, "/metrics").contains("patchway_flagged_total 40\n")) == true })
        let metrics = try get(served.server, "/metrics")
        #expect(metrics.hasPrefix("HTTP/1.1 200 "))
        #expect(metrics.contains("patchway_queries_total 40\n"))
        #expect(metrics.contains("# TYPE patchway_queries_total counter\n"))
        #expect(metrics.contains("patchway_rules 1\n"))
        #expect(metrics.contains("patchway_reloads 0\n"))
        #expect(metrics.split(separator: "\n").count == before, "no names, no clients")
        served.server.reload(ServerPolicy(stack: CompiledStack(layers: [])))
        #expect(try get(served.server, "/metrics").contains("patchway_reloads 1\n"))
    }

    @Test(arguments: [
        ("GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"),
        ("GET /health HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", "421"),
        ("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "200"),
        ("GET /health HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "200"),
        ("POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", "405"),
        ("GET /dns-query?dns=AAAA HTTP/1.1\r\nHost: localhost\r\n\r\n", "404"),
        ("GET /metrics HTTP/1.1\r\n\r\n", "400"), ("\u{0}\r\n\r\n", "400"),
    ])
    func servesNothingElse(_ request: String, _ status: String) throws {
        let upstream = FakeUpstream { _ in [] }
        let served = try serve(upstream)
        defer { served.server.stop(); upstream.stop() }
        #expect(try ask(served.server, request).hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test func isForThisHostOnly() {
        var configuration = ServerConfiguration(upstreams: [SocketAddress(.v4(0x7F00_0001), port: 9)])
        configuration.allowRemote = true
        configuration.admin = SocketAddress(.v4(0), port: 9_153)
        #expect(throws: ServerError.self) { try configuration.validate() }
    }
}

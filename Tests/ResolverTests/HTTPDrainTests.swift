import DNS
import Policy
import TestSupport
import Testing

@testable import Resolver

/// Clients over HTTP hear that a server ends, and get the answers they wait for.
@Suite(.timeLimit(.minutes(4))) struct HTTPDrainTests {
    private let certificate: TestCertificate
    private let upstream = FakeUpstream { query in
        [.pause(query.name.hasPrefix("slow") ? 400 : 0), .send(makeReply(to: query.octets, [.a(query.name)]))]
    }

    init() throws { certificate = try TestCertificate.shared.get() }

    private func serve() throws -> TestServer {
        try TestServer([upstream.address]) {
            $0.listenHTTPS = [SocketAddress(.v4(0x7F00_0001), port: 0)]
            $0.listenHTTP = $0.listenHTTPS
            $0.certificate = (certificate.certificate, certificate.key)
        }
    }

    /// Drains while `body` goes on.
    private func draining(_ served: TestServer, _ body: () throws -> Void) rethrows {
        let server = served.server
        let thread = SystemThread { server.drain() }
        defer { thread?.join() }
        try body()
    }

    @Test func tellsHTTP2AndAnswersWhatHasCome() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let client = try #require(try TestHTTP2(served.server.httpsAddresses[0], believing: certificate))
        let idle = try #require(try TestHTTP2(served.server.httpsAddresses[0], believing: certificate))
        idle.send(makeQuery("a.example", id: 1))
        #expect(idle.receive()?.status == 200)
        client.send(makeQuery("slow.example", id: 2))
        #expect(eventually { upstream.queries.contains { $0.name == "slow.example" } })
        try draining(served) {
            #expect(idle.receive() == nil, "it has nothing to wait for")
            #expect(idle.client.isOver, "and knows why")
            let answer = try #require(client.receive())
            #expect(answer.status == 200)
            #expect(ReplySummary(answer.octets)?.records == ["slow.example A 192.0.2.1"])
            #expect(client.client.isOver)
            #expect(client.send(makeQuery("b.example", id: 3)) == nil, "to be asked elsewhere")
        }
        #expect(served.server.counters.failed == 0)
        #expect(served.server.counters.closedConnections == 0, "no fault of theirs")
    }

    @Test func tellsHTTP1WithTheResponse() throws {
        let served = try serve()
        defer { served.server.stop(); upstream.stop() }
        let client = TestStream(served.server.httpAddresses[0])
        let query = makeQuery("slow.example", id: 2)
        let head = "POST /dns-query HTTP/1.1\r\nhost: a\r\ncontent-type: application/dns-message\r\ncontent-length: "
        client.send(Array("\(head)\(query.count)\r\n\r\n".utf8) + query)
        #expect(eventually { !upstream.queries.isEmpty })
        try draining(served) {
            var octets: [UInt8] = []
            var response: TestResponse?
            while response == nil, let more = client.octets() {
                octets += more
                response = TestResponse(from: &octets)
            }
            let whole = try #require(response)
            #expect(whole.status == 200 && whole.fields["connection"] == "close")
            #expect(ReplySummary(whole.body)?.records == ["slow.example A 192.0.2.1"])
        }
    }
}

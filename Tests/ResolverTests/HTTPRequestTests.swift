import DNS
import TestSupport
import Testing

@testable import Resolver

/// HTTP/1.1 requests as they are read, and the queries in them.
@Suite struct HTTPRequestTests {
    private static let host = "Host: dns.example\r\n"

    private func read(_ text: String) -> HTTPRequest.Result { HTTPRequest.read(Array(text.utf8).span) }

    @Test func findsTheParts() throws {
        let text =
            "POST /dns-query HTTP/1.1\r\n\(Self.host)content-TYPE:Application/DNS-Message; x=1 \r\n"
            + "Content-Length: 3\r\n\r\nabcGET"
        guard case .request(let request) = read(text) else {
            Issue.record("no request")
            return
        }
        let octets = Array(text.utf8)
        #expect(String(decoding: octets[request.target], as: UTF8.self) == "/dns-query")
        #expect(String(decoding: octets[request.body], as: UTF8.self) == "abc")
        #expect(request.method == .post && request.isDNS && request.keepsAlive)
        #expect(request.end == octets.count - 3)
    }

    @Test func waitsForWhatIsNotThere() {
        let whole = Array("POST /dns-query HTTP/1.1\r\n\(Self.host)Content-Length: 3\r\n\r\nabc".utf8)
        for count in 0..<whole.count {
            #expect(HTTPRequest.read(Array(whole[..<count]).span) == .incomplete, "\(count)")
        }
    }

    static let faults: [(String, Int)] = [
        ("GET /a HTTP/1.1\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET /a HTTP/1.1\nHost: a\n\n", 400),
        ("GET /a HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: a\0\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\n: a\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nno colon\r\n\r\n", 400),
        ("GET  /a HTTP/1.1\r\n", 400), ("GET /a b HTTP/1.1\r\n", 400), ("GET\r\n", 400), (" GET /a HTTP/1.1\r\n", 400),
        ("GET http://a/b HTTP/1.1\r\n", 400), ("GET * HTTP/1.1\r\n", 400), ("G(T /a HTTP/1.1\r\n", 400),
        ("GET /a HTTP/2.0\r\n", 505), ("GET /a HTTP/1.2\r\n", 505), ("GET /a FTP/1.1\r\n", 400),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400), ("\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}", 400),
        ("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        ("POST /a HTTP/1.1\r\nHost: a\r\n\r\n", 411),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 400),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\n", 400),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n", 400),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\n", 400),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\n", 400),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2049\r\n\r\n", 413),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999999\r\n\r\n", 413),
        ("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", 417),
        ("GET /\(String(repeating: "a", count: 5_000)) HTTP/1.1\r\n", 414),
        ("GET /a HTTP/1.1\r\nHost: \(String(repeating: "a", count: 7_000))", 431),
        ("GET /a HTTP/1.1\r\n\(String(repeating: "A: b\r\n", count: 2_000))", 431),
    ]

    @Test(arguments: faults) func refuses(text: String, status: Int) { #expect(read(text) == .fault(status)) }

    @Test(arguments: [
        ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", true), ("GET /a HTTP/1.0\r\nHost: a\r\n\r\n", false),
        ("GET /a HTTP/1.1\r\nHost: a\r\nconnection: CLOSE\r\n\r\n", false),
        ("GET /a HTTP/1.1\r\nHost: a\r\nConnection: upgrade, close ,x\r\n\r\n", false),
        ("GET /a HTTP/1.1\r\nHost: a\r\nConnection: closed, keep-alive,\r\n\r\n", true),
    ])
    func saysWhetherAnotherMayFollow(text: String, keepsAlive: Bool) {
        guard case .request(let request) = read(text) else {
            Issue.record("no request")
            return
        }
        #expect(request.keepsAlive == keepsAlive)
    }

    // MARK: - Noise

    @Test func livesOnWhateverComes() {
        var generator = SeededGenerator(seed: 8_484)
        let whole = Array(
            "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\nContent-Length: 3\r\n\r\nabc"
                .utf8
        )
        for _ in 0..<20_000 {
            var octets = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<octets.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: octets[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: octets.remove(at: place)
                default: octets.insert([13, 10, 32, 58, 48][place % 5], at: place)
                }
            }
            if case .request(let request) = HTTPRequest.read(octets.span) {
                #expect(request.end <= octets.count && request.target.upperBound <= request.body.lowerBound)
            }
        }
    }

    @Test func http2LivesOnWhateverComes() throws {
        var generator = SeededGenerator(seed: 9_113)
        var message = MessageBuffer(capacity: 8_192)
        var output = MessageBuffer(capacity: 140_000)
        var answered = 0
        for _ in 0..<3_000 {
            let client = try #require(HTTP2Client())
            let server = try #require(HTTP2Session(streams: 8))
            var octets: [UInt8] = []
            for index in 0..<Int.random(in: 1...12, using: &generator) {
                let stream = client.ask(.post, "a", "/dns-query", makeQuery("n\(index).example").span)
                while client.give(to: &octets) {}
                if let stream, index % 5 == 4 { client.cancel(stream) }
            }
            while client.give(to: &octets) {}
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                octets[Int.random(in: 24..<octets.count, using: &generator)] = UInt8.random(
                    in: 0...255,
                    using: &generator
                )
            }
            var start = 0
            while start < octets.count {
                let end = min(start + Int.random(in: 1...400, using: &generator), octets.count)
                let isSound = server.take(octets.span.extracting(start..<end))
                start = end
                while let (stream, status, _) = server.next(into: &message) {
                    if stream % 3 == 0 { server.abort(stream) }
                    if status != 200 { message.reset() }
                    _ = server.respond(stream, status: status, message.span)
                    answered += 1
                }
                output.reset()
                while output.count < 60_000, server.give(to: &output) {}
                guard isSound else { break }
            }
        }
        #expect(answered > 3_000)
    }

    // MARK: - Queries

    private func query(
        _ method: QueryRequest.Method,
        _ target: String,
        isDNS: Bool = true,
        _ body: [UInt8] = []
    ) -> (Int, [UInt8]) {
        var message = MessageBuffer(capacity: 8_192)
        let read = QueryRequest.read(method, Array(target.utf8).span, isDNS: isDNS, body.span, into: &message)
        return (read.status, (0..<message.count).map { message.octets[$0] })
    }

    @Test func decodesBase64() {
        // RFC 8484 §4.1.1.
        let asked = query(.get, "/dns-query?dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB")
        #expect(asked.0 == 200)
        #expect(asked.1 == [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name("www.example.com").wire + [0, 1, 0, 1])
        for length in 12..<64 {
            let octets = [0, 0, 1, 0, 0, 1] + (6..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
            let got = query(.get, "/dns-query?ct=x&dns=\(base64(octets))&y=1")
            #expect(got.0 == 200 && got.1 == octets)
        }
    }

    static let refused: [(QueryRequest.Method, String, Int)] = [
        (.get, "/", 404), (.get, "/dns-query/", 404), (.get, "/dns-querys?dns=AAABAAABAAAAAAAA", 404),
        (.other, "/a", 404),
        (.other, "/dns-query", 405), (.get, "/dns-query", 400), (.get, "/dns-query?", 400),
        (.get, "/dns-query?dns=", 400),
        (.get, "/dns-query?DNS=AAABAAABAAAAAAAA", 400), (.get, "/dns-query?dns=AAAB+AABAAAAAAAA", 400),
        (.get, "/dns-query?dns=AAABAAABAAAAAAAAAA==", 400), (.get, "/dns-query?dns=AAABAAABAAAAAAAAA", 400),
        (.get, "/dns-query?dns=AAABAAABAAAAAAAAAB", 400), (.get, "/dns-query?dns=AAABAAABAAAAAAA", 400),
        (.get, "/dns-query?dns=AAABAAABAAAAAAAA&dns=AAABAAABAAAAAAAA", 400),
        (.get, "/dns-query?dns=AACBAAABAAAAAAAA", 400),
        (.get, "/dns-query?dns=\(String(repeating: "AAAA", count: 800))", 414),
        (.post, "/dns-query", 400),
    ]

    @Test(arguments: refused) func refusesTargets(method: QueryRequest.Method, target: String, status: Int) {
        #expect(query(method, target).0 == status)
    }

    @Test func refusesOtherContent() {
        #expect(query(.post, "/dns-query", isDNS: false, makeQuery("a.example")).0 == 415)
        #expect(query(.post, "/dns-query", makeQuery("a.example")).0 == 200)
        #expect(query(.post, "/dns-query?x", makeQuery("a.example")).0 == 200)
        #expect(query(.post, "/dns-query", makeReply(to: makeQuery("a.example"))).0 == 400)
        #expect(query(.post, "/dns-query", [UInt8](repeating: 0, count: 2_049)).0 == 413)
    }

    @Test func keepsNoLongerThanAnyRecord() {
        let asked = makeQuery("a.example")
        let soa = Record.soa("example", ttl: 60)
        let cases: [([Record], UInt16, UInt32)] = [
            ([.a("a.example", ttl: 300), .a("a.example", 2, ttl: 20)], 0x8180, 20),
            ([.a("a.example", ttl: 300), soa], 0x8180, 300), ([soa], 0x8183, 60), ([soa], 0x8180, 60), ([], 0x8180, 0),
            ([.a("a.example")], 0x8182, 0),
        ]
        for (records, bits, age) in cases {
            #expect(QueryRequest.maxAge(of: makeReply(to: asked, records, bits: bits).span) == age)
        }
        #expect(QueryRequest.maxAge(of: [0, 1].span) == 0)
    }
}

/// Base64url without padding.
func base64(_ octets: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    var text = ""
    for start in stride(from: 0, to: octets.count, by: 3) {
        let group = octets[start..<min(start + 3, octets.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for place in 0...group.count { text.append(letters[bits >> (18 - 6 * place) & 63]) }
    }
    return text
}

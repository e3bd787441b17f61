import DNS
import TestSupport

@testable import Resolver

/// An HTTP/2 client on loopback.
final class TestHTTP2 {
    let stream: TestTLSStream
    let client: HTTP2Client

    init?(_ server: SocketAddress, believing certificate: TestCertificate) throws {
        guard let stream = try TestTLSStream(server, believing: certificate, .http2), stream.tls.speaksHTTP2,
            let client = HTTP2Client()
        else { return nil }
        self.stream = stream
        self.client = client
    }

    func flush() {
        var octets: [UInt8] = []
        while client.give(to: &octets) {}
        stream.send(octets)
    }

    /// Starts a request.
    @discardableResult
    func send(
        _ query: [UInt8],
        _ method: QueryRequest.Method = .post,
        path: String = "/dns-query",
        type: String = "application/dns-message"
    ) -> Int32? {
        defer { flush() }
        return client.ask(method, "dns.example", path, type: type, query.span)
    }

    /// The next response, or nil when the connection ends or none comes in time.
    func receive(_ milliseconds: Int = 6_000) -> (stream: Int32, status: Int, isDNS: Bool, octets: [UInt8])? {
        var message = MessageBuffer(capacity: 66_000)
        while true {
            if let (stream, status, isDNS) = client.next(into: &message) {
                return (stream, status, isDNS, (0..<message.count).map { message.octets[$0] })
            }
            guard let octets = stream.octets(milliseconds), client.take(octets.span) else { return nil }
            flush()
        }
    }
}

/// An HTTP/1.1 response.
struct TestResponse {
    var status = 0
    var fields: [String: String] = [:]
    var body: [UInt8] = []

    /// Takes the first response off `octets`; nil when it is not whole.
    init?(from octets: inout [UInt8]) {
        guard let end = (0..<octets.count).first(where: { octets[$0...].starts(with: [13, 10, 13, 10]) }) else {
            return nil
        }
        let lines = String(decoding: octets[..<end], as: UTF8.self).split(separator: "\r\n")
        status = Int(lines[0].split(separator: " ")[1]) ?? 0
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] = parts[1].trimmingPrefix(" ").description
        }
        let length = Int(fields["content-length"] ?? "") ?? 0
        guard octets.count >= end + 4 + length else { return nil }
        body = Array(octets[(end + 4)..<(end + 4 + length)])
        octets.removeFirst(end + 4 + length)
    }
}

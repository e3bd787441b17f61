import DNS
import Foundation

/// Asks an HTTP proxy for hosts, one after the other over a connection that is kept.
final class ProxyClient {
    private let port: UInt16
    /// The loopback address that asks.
    private let address: UInt32
    private var descriptor: Int32 = -1
    private var received: [UInt8] = []

    init(port: UInt16, address: UInt32) {
        self.port = port
        self.address = address
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What the proxy says to a request for a host: refused, or that its parent does not answer; nil without an answer.
    /// A tunnel to port 443 is asked for where a plain request is not.
    func ask(_ name: DomainName, isTunnel: Bool) -> Outcome? {
        for _ in 0..<3 {
            guard connect(), let status = status(of: name.description, isTunnel: isTunnel) else {
                disconnect()
                continue
            }
            let leadsOn = (300..<400).contains(status)
            return Outcome(
                code: status == 403 ? "REFUSED" : status >= 500 ? "NOERROR" : leadsOn ? "REDIRECT" : "HTTP \(status)"
            )
        }
        return nil
    }

    private func connect() -> Bool {
        if descriptor >= 0 { return true }
        descriptor = LoopbackSocket.connection(to: port, from: address)
        return descriptor >= 0
    }

    private func disconnect() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        received = []
    }

    private func status(of host: String, isTunnel: Bool) -> Int? {
        let target = isTunnel ? "CONNECT \(host):443" : "GET http://\(host)/"
        let request = Array("\(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8)
        guard unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            return nil
        }
        received = []
        var head: String?
        var length = 65_536
        while received.count < length {
            var buffer = [UInt8](repeating: 0, count: 16_384)
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            received += buffer[0..<count]
            guard head == nil, let end = endOfHead else { continue }
            let text = String(decoding: received[..<end], as: UTF8.self).lowercased()
            head = text
            length = end + (text.firstMatch(of: /content-length: *([0-9]+)/).flatMap { Int($0.1) } ?? 0)
        }
        if head?.contains("\r\nconnection: close") != false { disconnect() }
        return head?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    private var endOfHead: Int? {
        for index in received.indices.dropLast(3) where received[index] == 0x0D && received[index + 2] == 0x0D {
            return index + 4
        }
        return nil
    }
}

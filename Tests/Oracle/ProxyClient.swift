import DNS
import Foundation

/// Asks an HTTP proxy for hosts, one after the other over a connection that is kept.
final class ProxyClient {
    private let port: UInt16
    private var descriptor: Int32 = -1
    private var received: [UInt8] = []

    init(port: UInt16) { self.port = port }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What the proxy says to a request for a host: refused, or that its parent does not answer; nil without an answer.
    func ask(_ name: DomainName) -> Outcome? {
        for _ in 0..<3 {
            guard connect(), let status = status(of: name.description) else {
                disconnect()
                continue
            }
            return Outcome(code: status == 403 ? "REFUSED" : status >= 500 ? "NOERROR" : "HTTP \(status)")
        }
        return nil
    }

    private func connect() -> Bool {
        if descriptor >= 0 { return true }
        descriptor = LoopbackSocket.connection(to: port)
        return descriptor >= 0
    }

    private func disconnect() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        received = []
    }

    private func status(of host: String) -> Int? {
        let request = Array("HEAD http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8)
        guard unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            return nil
        }
        received = []
        let end = Array("\r\n\r\n".utf8)
        while received.count < 65_536 {
            var buffer = [UInt8](repeating: 0, count: 8192)
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            received += buffer[0..<count]
            if received.suffix(4) == end[...] { break }
        }
        let head = String(decoding: received, as: UTF8.self)
        if head.lowercased().contains("\r\nconnection: close") { disconnect() }
        return head.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
}

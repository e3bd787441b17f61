import CSockets
import DNS
import Glibc
import TestSupport

@testable import Resolver

/// A TLS client on loopback.
final class TestTLSStream {
    private let descriptor: Int32
    let tls: TLSConnection
    private var buffer: [UInt8] = []

    /// Connects and shakes hands; nil when the server does not.
    init?(
        _ server: SocketAddress,
        believing certificate: TestCertificate,
        to name: String = "dns.example",
        _ spoken: TLSProtocol = .dns,
        memory: TLSMemory? = nil
    ) throws {
        let context = try TLSContext.forwarding(authorities: certificate.certificate)
        var peer = server.peer
        descriptor = unsafe patchway_tcp_connect(&peer)
        guard let tls = TLSConnection(connecting: descriptor, context, to: name, spoken, memory) else { return nil }
        self.tls = tls
        guard wait(POLLOUT, 1_000) else { return nil }
        while true {
            switch tls.handshake() {
            case 1: return
            case -EAGAIN: guard wait(tls.wantsWrite ? POLLOUT : POLLIN, 3_000) else { return nil }
            default: return nil
            }
        }
    }

    deinit {
        tls.end()
        _ = patchway_close(descriptor)
    }

    private func wait(_ event: Int32, _ milliseconds: Int) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return unsafe poll(&polled, 1, Int32(milliseconds)) > 0
    }

    /// Sends all octets, or gives up after a second.
    func send(_ octets: [UInt8]) {
        var sent = 0
        while sent < octets.count {
            let result = tls.send(octets.span.extracting(sent..<octets.count))
            if result > 0 { sent += result } else if result != -Int(EAGAIN) || !wait(POLLOUT, 1_000) { return }
        }
    }

    func ask(_ query: [UInt8]) -> ReplySummary? {
        send(TestStream.frame(query))
        return ReplySummary(receive())
    }

    /// The next message, or nil when the connection ends or none comes in time.
    func receive(milliseconds: Int = 6_000) -> [UInt8]? {
        while true {
            if buffer.count >= 2 {
                let length = Int(buffer[0]) << 8 | Int(buffer[1])
                if buffer.count >= 2 + length {
                    defer { buffer.removeFirst(2 + length) }
                    return Array(buffer[2..<(2 + length)])
                }
            }
            guard let more = octets(milliseconds) else { return nil }
            buffer += more
        }
    }

    /// What has arrived, or nil when the connection ends or nothing comes in time.
    func octets(_ milliseconds: Int = 6_000) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { octets in
                guard let start = octets.baseAddress else { return 0 }
                return unsafe tls.receive(start, octets.count)
            }
            if count > 0 { return Array(chunk[..<count]) }
            guard count == -Int(EAGAIN), wait(POLLIN, milliseconds) else { return nil }
        }
    }

    /// Whether the server closes the connection.
    func isClosed(milliseconds: Int = 3_000) -> Bool {
        let started = patchway_monotonic_ns()
        while octets(milliseconds) != nil {}
        return patchway_monotonic_ns() - started < UInt64(milliseconds) * 1_000_000
    }
}

import CSockets
import DNS
import Glibc
import Policy

@testable import Resolver

/// A datagram client on loopback.
final class TestClient {
    private let descriptor: Int32

    /// A client, at another address than 127.0.0.1 if one is given.
    init(_ server: SocketAddress, from source: IPAddress? = nil) {
        var peer = server.peer
        if let source {
            var own = SocketAddress(source, port: 0).peer
            descriptor = unsafe patchway_udp_listen(&own, 65_536, 0)
        } else {
            descriptor = patchway_udp_socket(0)
        }
        _ = unsafe patchway_udp_associate(descriptor, &peer)
    }

    deinit { _ = patchway_close(descriptor) }

    func send(_ octets: [UInt8]) { _ = unsafe patchway_send(descriptor, octets, octets.count) }

    /// The next datagram, or nil when none comes in time.
    func receive(milliseconds: Int = 6_000) -> [UInt8]? {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&polled, 1, Int32(milliseconds)) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe patchway_receive(descriptor, &buffer, buffer.count)
        return count >= 0 ? Array(buffer[..<count]) : nil
    }

    func ask(_ octets: [UInt8], milliseconds: Int = 6_000) -> [UInt8]? {
        send(octets)
        return receive(milliseconds: milliseconds)
    }
}

/// A TCP client on loopback.
final class TestStream {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ server: SocketAddress) {
        var peer = server.peer
        descriptor = unsafe patchway_tcp_connect(&peer)
        _ = wait(POLLOUT, 1_000)
    }

    deinit { _ = patchway_close(descriptor) }

    private func wait(_ event: Int32, _ milliseconds: Int) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return unsafe poll(&polled, 1, Int32(milliseconds)) > 0
    }

    static func frame(_ message: [UInt8]) -> [UInt8] {
        [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
    }

    func send(_ octets: [UInt8]) { _ = unsafe patchway_send(descriptor, octets, octets.count) }

    /// Sends the end of the stream; the other direction stays open.
    func finish() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

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
            guard fill(milliseconds) else { return nil }
        }
    }

    /// What has arrived, or nil when the connection ends or nothing comes in time.
    func octets(_ milliseconds: Int = 6_000) -> [UInt8]? {
        guard fill(milliseconds) else { return nil }
        defer { buffer = [] }
        return buffer
    }

    private func fill(_ milliseconds: Int) -> Bool {
        guard wait(POLLIN, milliseconds) else { return false }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe patchway_receive(descriptor, &chunk, chunk.count)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    /// Whether the server has closed the connection.
    func isClosed(milliseconds: Int = 2_000) -> Bool {
        guard wait(POLLIN, milliseconds) else { return false }
        var octet: UInt8 = 0
        return unsafe patchway_receive(descriptor, &octet, 1) <= 0
    }
}

/// A server on loopback for one test.
struct TestServer {
    let server: Server
    let address: SocketAddress

    init(
        _ upstreams: [SocketAddress],
        policy: ServerPolicy = ServerPolicy(stack: CompiledStack(layers: [])),
        _ adjust: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = ServerConfiguration(upstreams: upstreams)
        configuration.listen = [SocketAddress(.v4(0x7F00_0001), port: 0)]
        configuration.cacheSize = 1 << 20
        adjust(&configuration)
        server = try Server(configuration, policy: policy)
        try server.start()
        address = server.addresses[0]
    }

    func ask(_ octets: [UInt8], milliseconds: Int = 6_000) -> [UInt8]? {
        TestClient(address).ask(octets, milliseconds: milliseconds)
    }
}

/// Whether a condition holds within a second or two.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<500 {
        if condition() { return true }
        usleep(2_000)
    }
    return false
}

/// A layer whose rules block names with everything below them.
func blockingLayer(_ names: [String], engine: Engine = .pihole) throws -> CompiledLayer {
    guard var builder = LayerBuilder(engine: engine) else { throw ServerError.invalid("no such mode") }
    let text = names.joined(separator: "\n")
    builder.beginList(ListSource(path: "lists/test.txt", format: "domains", octets: Array(text.utf8)))
    let action = builder.intern(.block)
    var offset = 0
    for (index, blocked) in names.enumerated() {
        builder.add(
            .subtree,
            name: name(blocked),
            class: .block,
            action: action,
            at: RulePosition(line: index + 1, offset: offset, length: blocked.utf8.count)
        )
        offset += blocked.utf8.count + 1
    }
    return builder.compile()
}

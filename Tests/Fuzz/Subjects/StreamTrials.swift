#if TESTABLE
import CSockets
import DNS
import Glibc
import LDNS
import Policy

@testable import Resolver

/// Octets as they come over connections, cut into pieces as the network likes.
enum StreamTrials {
    /// The pieces that the first octet says: nearly every length comes up.
    private static func forEachPiece(_ octets: Span<UInt8>, _ body: (Span<UInt8>) -> Bool) {
        guard octets.count > 1 else { return }
        let size = Int(octets[0]) * 4 + 1
        var start = 1
        while start < octets.count {
            let end = min(start + size, octets.count)
            guard body(octets.extracting(start..<end)) else { return }
            start = end
        }
    }

    // MARK: - HTTP

    /// Requests of HTTP/1.1, one behind the other: what is read lies within what came, and reading goes on.
    static func http1(_ octets: Span<UInt8>) {
        var message = MessageBuffer(capacity: 8_192)
        var start = 0
        while case .request(let request) = HTTPRequest.read(octets.extracting(start..<octets.count)) {
            precondition(request.end > 0 && start + request.end <= octets.count, "a request that has not come")
            let own = octets.extracting(start..<(start + request.end))
            let status = QueryRequest.read(
                request.method,
                own.extracting(request.target),
                isDNS: request.isDNS,
                own.extracting(request.body),
                into: &message
            ).status
            precondition(status != 200 || message.count >= MessageHeader.size, "a query without a header")
            start += request.end
        }
    }

    /// A connection of HTTP/2, whose requests are answered, refused or dropped.
    static func http2(_ octets: Span<UInt8>) {
        guard let session = HTTP2Session(streams: 8) else { return }
        var message = MessageBuffer(capacity: 8_192)
        var output = MessageBuffer(capacity: 140_000)
        forEachPiece(octets) { piece in
            let isSound = session.take(piece)
            while let (stream, status, _) = session.next(into: &message) {
                if stream % 5 == 0 { session.abort(stream) }
                if status != 200 { message.reset() }
                _ = session.respond(stream, status: status, message.span)
            }
            output.reset()
            while output.count < 60_000, session.give(to: &output) {}
            return isSound && !session.isOver
        }
    }

    // MARK: - TCP

    /// A server that answers everything itself, for the whole life of the program.
    private static let server: Server? = {
        let start = ResourceRecordText.zone
        var configuration = ServerConfiguration(upstreams: [SocketAddress]())
        configuration.listen = [SocketAddress(.v4(0x7F00_0001), port: 0)]
        configuration.cacheSize = 1 << 20
        configuration.localZone = LocalZone(start)
        guard let server = try? Server(configuration, policy: ServerPolicy(stack: CompiledStack(layers: []))) else {
            return nil
        }
        do { try server.start() } catch { return nil }
        return server
    }()

    /// A client of TCP: what comes back are whole messages, and the server lives on.
    static func frames(_ octets: Span<UInt8>) {
        guard let server else { fatalError("no server") }
        var peer = server.addresses[0].peer
        let descriptor = unsafe patchway_tcp_connect(&peer)
        guard descriptor >= 0 else { return }
        defer { _ = patchway_close(descriptor) }
        guard wait(descriptor, POLLOUT) else { return }
        forEachPiece(octets) { piece in
            unsafe piece.withUnsafeBufferPointer { unsafe patchway_send(descriptor, $0.baseAddress, $0.count) } > 0
        }
        shutdown(descriptor, Int32(SHUT_WR))
        var replies: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while wait(descriptor, POLLIN) {
            let count = unsafe patchway_receive(descriptor, &buffer, buffer.count)
            guard count > 0 else { return check(replies.span) }
            replies += buffer[..<count]
        }
        fatalError("the server neither answers nor ends")
    }

    /// Waits a minute for an event; the fuzzer's own alarm is none.
    private static func wait(_ descriptor: Int32, _ event: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while true {
            let found = unsafe poll(&polled, 1, 60_000)
            guard found < 0, errno == EINTR else { return found > 0 }
        }
    }

    private static func check(_ replies: Span<UInt8>) {
        var start = 0
        while start + 2 <= replies.count {
            let end = start + 2 + Int(replies[start]) << 8 + Int(replies[start + 1])
            guard end <= replies.count else { return }
            precondition((try? MessageView(replies.extracting((start + 2)..<end))) != nil, "a malformed reply")
            start = end
        }
    }
}

/// The zone that the server for these trials answers from.
private enum ResourceRecordText {
    static let zone: [LocalZone.Record] = {
        guard let mail = try? DomainName("a.example") else { return [] }
        let authority = DomainName.root.wire + DomainName.root.wire + [UInt8](repeating: 0, count: 20)
        return [
            LocalZone.Record(owner: .root, type: .soa, ttl: 60, data: authority),
            LocalZone.Record(owner: mail, type: .a, ttl: 60, data: [192, 0, 2, 1]),
        ]
    }()
}
#endif

import CSockets
import DNS
import Glibc
import Policy
import Synchronization

@testable import Resolver

/// A server for tests that answers every query as a script says, over UDP and TCP, or TLS, on one loopback port.
final class FakeUpstream: Sendable {
    /// A query as it arrived.
    struct Query: Sendable {
        var octets: [UInt8]
        var name: String
        var type: RRType
        var overTCP: Bool
        var port: UInt16
        /// How many came before it.
        var number: Int

        var id: UInt16 { UInt16(octets[0]) << 8 | UInt16(octets[1]) }
    }

    /// What is done about a query.
    enum Action: Sendable {
        /// Send these octets.
        case send([UInt8])
        /// Wait so many milliseconds before the next action; other queries wait too.
        case pause(Int)
        /// Close the connection.
        case hangUp
        /// Answer with an HTTP status instead.
        case status(Int)
    }

    typealias Script = @Sendable (Query) -> [Action]

    let address: SocketAddress
    private let datagrams: Int32
    private let listener: Int32
    private let thread: Mutex<SystemThread?> = Mutex(nil)
    private let log = Mutex<[Query]>([])
    private let accepted = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)

    /// With `tls`, TCP connections speak TLS, with `speaksHTTP` HTTP/2 in it; with `isRaw`, whatever has arrived on one is taken for a message.
    init(tls: TLSContext? = nil, isRaw: Bool = false, speaksHTTP: Bool = false, _ script: @escaping Script) {
        (address, datagrams, listener) = Self.open()
        let thread = SystemThread { [self] in run(script, tls, isRaw, speaksHTTP) }
        self.thread.withLock { $0 = thread }
    }

    /// A port that is free for UDP and TCP.
    private static func open() -> (SocketAddress, datagrams: Int32, listener: Int32) {
        while true {
            var peer = SocketAddress(.v4(0x7F00_0001), port: 0).peer
            let datagrams = unsafe patchway_udp_listen(&peer, 1 << 20, 0)
            let port = UInt16(truncatingIfNeeded: patchway_local_port(datagrams))
            let address = SocketAddress(.v4(0x7F00_0001), port: port)
            peer = address.peer
            let listener = unsafe patchway_tcp_listen(&peer, 64, 0)
            if listener >= 0 { return (address, datagrams, listener) }
            _ = patchway_close(datagrams)
        }
    }

    /// TCP connections so far.
    var connectionCount: Int { accepted.load(ordering: .relaxed) }

    /// All queries so far.
    var queries: [Query] { log.withLock { $0 } }

    /// Closes the sockets; from then on nothing answers.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let running else { return }
        running.join()
        _ = patchway_close(datagrams)
        _ = patchway_close(listener)
    }

    private func run(_ script: Script, _ tls: TLSContext?, _ isRaw: Bool, _ speaksHTTP: Bool) {
        var connections: [FakeConnection] = []
        var polled: [pollfd] = []
        guard var batch = DatagramBatch() else { return }
        while !isStopped.load(ordering: .relaxed) {
            polled = ([datagrams, listener] + connections.map(\.descriptor)).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            _ = unsafe poll(&polled, nfds_t(polled.count), 5)
            serveDatagrams(&batch, script)
            var peer = patchway_peer()
            while case let descriptor = unsafe patchway_accept(listener, &peer), descriptor >= 0 {
                accepted.add(1, ordering: .relaxed)
                connections.append(FakeConnection(descriptor, tls, isRaw, speaksHTTP))
            }
            connections = connections.filter { serve($0, script) }
        }
        for connection in connections { connection.close() }
    }

    private func serveDatagrams(_ batch: inout DatagramBatch, _ script: Script) {
        while case let count = batch.receive(datagrams), count > 0 {
            for index in 0..<count {
                let span = unsafe batch.octets(index)
                var octets: [UInt8] = []
                for offset in 0..<span.count { octets.append(span[offset]) }
                let sender = batch.sender(index)
                for action in script(note(octets, overTCP: false, port: sender.port)) {
                    switch action {
                    case .send(let reply): send(reply, to: sender, &batch)
                    case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1_000)
                    case .hangUp, .status: break
                    }
                }
            }
        }
    }

    private func send(_ reply: [UInt8], to peer: patchway_peer, _ batch: inout DatagramBatch) {
        var message = MessageBuffer(capacity: 65_535)
        message.append(reply.span)
        _ = batch.queue(message, socket: datagrams, to: peer)
        _ = batch.flush()
    }

    /// Serves what a connection has sent; false when it is over.
    private func serve(_ connection: FakeConnection, _ script: Script) -> Bool {
        guard connection.read() else {
            connection.close()
            return false
        }
        while let message = connection.nextMessage() {
            for action in script(note(message, overTCP: true, port: 0)) {
                switch action {
                case .send(let reply): connection.send(reply)
                case .status(let status): connection.send([], status: status)
                case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1_000)
                case .hangUp:
                    connection.close()
                    return false
                }
            }
        }
        return true
    }

    private func note(_ octets: [UInt8], overTCP: Bool, port: UInt16) -> Query {
        let view = try? MessageView(octets.span)
        return log.withLock { log in
            let query = Query(
                octets: octets,
                name: (try? view?.questionName())?.description ?? "",
                type: view?.questionType ?? .any,
                overTCP: overTCP,
                port: port,
                number: log.count
            )
            log.append(query)
            return query
        }
    }
}

/// A connection of a fake upstream.
private final class FakeConnection {
    let descriptor: Int32
    private let tls: TLSConnection?
    private var isShaken: Bool
    private var lastStream: Int32 = 0
    private let isRaw: Bool
    private let http: HTTP2Session?
    private var streams: [UInt16: Int32] = [:]
    private var message = MessageBuffer(capacity: 8_192)
    private var input: [UInt8] = []

    init(_ descriptor: Int32, _ context: TLSContext?, _ isRaw: Bool, _ speaksHTTP: Bool) {
        self.isRaw = isRaw
        http = speaksHTTP ? HTTP2Session(streams: 100) : nil
        self.descriptor = descriptor
        tls = context.flatMap { TLSConnection(accepting: descriptor, $0, speaksHTTP ? .http2 : .dns) }
        isShaken = context == nil
    }

    func close() {
        tls?.end()
        _ = patchway_close(descriptor)
    }

    /// Takes what has arrived; false at the end.
    func read() -> Bool {
        if let tls, !isShaken {
            let result = tls.handshake()
            guard result == 1 else { return result == -EAGAIN }
            isShaken = true
        }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { octets -> Int in
                guard let start = octets.baseAddress else { return 0 }
                if let tls { return unsafe tls.receive(start, octets.count) }
                return unsafe patchway_receive(descriptor, start, octets.count)
            }
            if count == -Int(EAGAIN) { return true }
            guard count > 0 else { return false }
            if let http {
                guard http.take(chunk.span.extracting(0..<count)) else { return false }
                flush(http)
            } else {
                input += chunk[..<count]
            }
        }
    }

    private func flush(_ http: HTTP2Session) {
        var output = MessageBuffer(capacity: 140_000)
        while http.give(to: &output) {}
        if output.count > 0 { _ = tls?.send(output.span) }
    }

    func nextMessage() -> [UInt8]? {
        if let http {
            guard let (stream, status, _) = http.next(into: &message) else { return nil }
            guard status == 200 else { return [] }
            streams[message.octets.uint16(at: 0)] = stream
            lastStream = stream
            return (0..<message.count).map { message.octets[$0] }
        }
        if isRaw, !input.isEmpty {
            defer { input = [] }
            return input
        }
        guard input.count >= 2, case let length = Int(input[0]) << 8 | Int(input[1]), input.count >= 2 + length else {
            return nil
        }
        defer { input.removeFirst(2 + length) }
        return Array(input[2..<(2 + length)])
    }

    func send(_ reply: [UInt8], status: Int = 200) {
        if let http {
            // An answer with another id goes to the request at hand.
            let id = reply.count > 1 ? UInt16(reply[0]) << 8 | UInt16(reply[1]) : 0
            _ = http.respond(streams.removeValue(forKey: id) ?? lastStream, status: status, reply.span)
            flush(http)
            return
        }
        let octets = [UInt8(reply.count >> 8), UInt8(reply.count & 255)] + reply
        if let tls { _ = tls.send(octets.span) } else { _ = unsafe patchway_send(descriptor, octets, octets.count) }
    }
}

import CSockets
import DNS
import Glibc
import Policy
import Synchronization

@testable import Resolver

/// A server for tests that answers every query as a script says, over UDP and TCP on one loopback port.
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
    }

    typealias Script = @Sendable (Query) -> [Action]

    let address: SocketAddress
    private let datagrams: Int32
    private let listener: Int32
    private let thread: Mutex<SystemThread?> = Mutex(nil)
    private let log = Mutex<[Query]>([])
    private let isStopped = Atomic<Bool>(false)

    init(_ script: @escaping Script) {
        var peer = SocketAddress(.v4(0x7F00_0001), port: 0).peer
        datagrams = unsafe patchway_udp_listen(&peer, 1 << 20, 0)
        let port = UInt16(truncatingIfNeeded: patchway_local_port(datagrams))
        address = SocketAddress(.v4(0x7F00_0001), port: port)
        peer = address.peer
        listener = unsafe patchway_tcp_listen(&peer, 64, 0)
        let thread = SystemThread { [self] in run(script) }
        self.thread.withLock { $0 = thread }
    }

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

    private func run(_ script: Script) {
        var connections: [(Int32, [UInt8])] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var polled: [pollfd] = []
        guard var batch = DatagramBatch() else { return }
        while !isStopped.load(ordering: .relaxed) {
            polled = ([datagrams, listener] + connections.map(\.0)).map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            _ = unsafe poll(&polled, nfds_t(polled.count), 5)
            serveDatagrams(&batch, script)
            var peer = patchway_peer()
            while case let descriptor = unsafe patchway_accept(listener, &peer), descriptor >= 0 {
                connections.append((descriptor, []))
            }
            connections = connections.filter { serve($0.0, &buffer, script) }
        }
        for (descriptor, _) in connections { _ = patchway_close(descriptor) }
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
                    case .hangUp: break
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

    /// Serves what one connection sends at a time; false when it is over.
    private func serve(_ descriptor: Int32, _ buffer: inout [UInt8], _ script: Script) -> Bool {
        let count = unsafe patchway_receive(descriptor, &buffer, buffer.count)
        if count == -Int(EAGAIN) { return true }
        guard count > 2 else {
            _ = patchway_close(descriptor)
            return false
        }
        for action in script(note(Array(buffer[2..<count]), overTCP: true, port: 0)) {
            switch action {
            case .send(let reply):
                let frame = [UInt8(reply.count >> 8), UInt8(reply.count & 255)] + reply
                _ = unsafe patchway_send(descriptor, frame, frame.count)
            case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1_000)
            case .hangUp:
                _ = patchway_close(descriptor)
                return false
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

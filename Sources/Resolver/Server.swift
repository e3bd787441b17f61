internal import CSockets
internal import Synchronization

/// A forwarding DNS server: worker threads that share nothing but the policy.
///
/// ```swift
/// var configuration = ServerConfiguration(upstreams: [upstream])
/// configuration.mode = .enforce
/// let server = try Server(configuration, policy: ServerPolicy(stack: stack))
/// try server.start()
/// server.reload(ServerPolicy(stack: newStack))
/// server.drain()
/// ```
public final class Server: Sendable {
    private struct State {
        var threads: [SystemThread] = []
        var writer: (CaptureWriter, SystemThread)?
        var policy: ActivePolicy
        var isStarted = false
        var addresses: [SocketAddress] = []
    }

    private let configuration: ServerConfiguration
    private let links: [WorkerLink]
    private let state: Mutex<State>

    /// Octets asked for as socket buffers; the default overflows at some 500 outstanding queries.
    private static let socketBuffer: Int32 = 4 << 20
    private static let backlog: Int32 = 1_024

    /// A server that does not listen yet.
    /// - Throws: when the configuration cannot work, or would serve others than this host without leave to do so.
    public init(_ configuration: ServerConfiguration, policy: ServerPolicy) throws(ServerError) {
        try configuration.validate()
        self.configuration = configuration
        var links: [WorkerLink] = []
        for _ in 0..<configuration.workers {
            links.append(try WorkerLink(ring: configuration.capturePath == nil ? nil : CaptureRing()))
        }
        self.links = links
        let active = ActivePolicy(policy, mode: configuration.mode, generation: 0)
        state = Mutex(State(policy: active))
    }

    deinit { stop() }

    /// Opens the sockets and starts the workers.
    /// - Throws: when a socket or the capture file cannot be opened; nothing is running then.
    public func start() throws(ServerError) {
        let result = state.withLock { state -> ServerError? in
            guard !state.isStarted else { return nil }
            do throws(ServerError) {
                try begin(&state)
                return nil
            } catch {
                return error
            }
        }
        if let result { throw result }
    }

    private func begin(_ state: inout State) throws(ServerError) {
        _ = patchway_raise_file_limit()
        var opened: [[ListeningSocket]] = []
        var isComplete = false
        defer {
            if !isComplete { for socket in opened.joined() { _ = patchway_close(socket.descriptor) } }
        }
        var addresses = configuration.listen
        for _ in links { opened.append(try open(&addresses)) }
        if let path = configuration.capturePath {
            let writer = try CaptureWriter(path: path, rings: links.compactMap(\.ring))
            writer.add(state.policy)
            guard let thread = SystemThread({ writer.run() }) else { throw .socket("thread", 11) }
            state.writer = (writer, thread)
        }
        isComplete = true
        state.addresses = addresses
        state.isStarted = true
        let seed = RandomSource.seed()
        for (link, sockets) in zip(links, opened) {
            let configuration = configuration
            let policy = state.policy
            let thread = SystemThread {
                guard var worker = Worker(configuration, link, policy, sockets: sockets, seed: seed) else { return }
                worker.run()
            }
            guard let thread else { throw .socket("thread", 11) }
            state.threads.append(thread)
        }
    }

    /// Opens one worker's sockets; port 0 becomes the port that the system chose for the first worker.
    private func open(_ addresses: inout [SocketAddress]) throws(ServerError) -> [ListeningSocket] {
        var sockets: [ListeningSocket] = []
        for index in addresses.indices {
            do throws(ServerError) {
                sockets += try open(&addresses[index])
            } catch {
                for socket in sockets { _ = patchway_close(socket.descriptor) }
                throw error
            }
        }
        return sockets
    }

    /// How often another port is tried when the system chooses one that only UDP has free.
    private static let portTries = 32

    /// Opens UDP and TCP on one address; of a port 0 both get the same that the system chooses.
    private func open(_ address: inout SocketAddress) throws(ServerError) -> [ListeningSocket] {
        let wanted = address
        var attempt = 1
        while true {
            var peer = wanted.peer
            let datagrams = unsafe patchway_udp_listen(&peer, Self.socketBuffer)
            guard datagrams >= 0 else { throw .socket("UDP \(wanted)", -datagrams) }
            if wanted.port == 0 { address.port = UInt16(truncatingIfNeeded: patchway_local_port(datagrams)) }
            peer = address.peer
            let streams = unsafe patchway_tcp_listen(&peer, Self.backlog)
            if streams >= 0 {
                return [
                    ListeningSocket(descriptor: datagrams, isStream: false),
                    ListeningSocket(descriptor: streams, isStream: true),
                ]
            }
            _ = patchway_close(datagrams)
            guard wanted.port == 0, attempt < Self.portTries else { throw .socket("TCP \(address)", -streams) }
            attempt += 1
        }
    }

    /// The addresses listened on, with the ports that the system chose; empty before ``start()``.
    public var addresses: [SocketAddress] { state.withLock { $0.addresses } }

    /// Applies another policy from now on; queries under way are answered by the one in force when the answer comes.
    public func reload(_ policy: ServerPolicy) {
        state.withLock { state in
            let next = ActivePolicy(policy, mode: configuration.mode, generation: state.policy.generation &+ 1)
            state.policy = next
            state.writer?.0.add(next)
            for link in links { link.mailbox.send(.policy(next)) }
        }
    }

    /// Asks the upstreams nothing new, answers the queries under way (at most 5 s), and ends.
    public func drain() { end(.drain) }

    /// Ends at once.
    public func stop() { end(.stop) }

    private func end(_ message: Mailbox.Message) {
        let (threads, writer) = state.withLock { state in
            defer {
                state.threads = []
                state.writer = nil
            }
            return (state.threads, state.writer)
        }
        for link in links { link.mailbox.send(message) }
        for thread in threads { thread.join() }
        if let writer {
            writer.0.stop()
            writer.1.join()
        }
    }

    /// What has been counted so far, all workers together; final after ``drain()`` or ``stop()``.
    public var counters: Counters {
        links.reduce(Counters()) { sum, link in sum + link.counters.withLock { $0 } }
    }
}

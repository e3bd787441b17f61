internal import CSockets
internal import Policy
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
        var validator: SystemThread?
        var policy: ActivePolicy
        var tls: TLSContexts
        /// What says where to forward to, and what is believed there.
        var forwarding: ServerConfiguration
        var bootstrap: Bootstrap?
        var isStarted = false
        var listeners: [Listener] = []
    }

    private let configuration: ServerConfiguration
    private let links: [WorkerLink]
    private let state: Mutex<State>
    private let supervisor: Supervisor
    private let comparisons: ComparisonQueue?
    private let validation: ValidationService?

    /// Octets asked for as socket buffers; the default overflows at some 500 outstanding queries.
    private static let socketBuffer: Int32 = 4 << 20
    private static let backlog: Int32 = 1_024

    /// A server that does not listen yet.
    /// - Throws: when the configuration cannot work, or would serve others than this host without leave to do so.
    public init(_ configuration: ServerConfiguration, policy: ServerPolicy) throws(ServerError) {
        try configuration.validate()
        self.configuration = configuration
        var links: [WorkerLink] = []
        comparisons = configuration.compares ? ComparisonQueue() : nil
        validation = try configuration.trustAnchors.map { anchors throws(ServerError) in try ValidationService(anchors)
        }
        for _ in 0..<configuration.workers {
            let ring = configuration.captures ? configuration.taps.isEmpty ? CaptureRing() : .withReplies : nil
            links.append(try WorkerLink(ring: ring, comparisons: comparisons, validation: validation))
        }
        self.links = links
        let active = ActivePolicy(policy, mode: configuration.mode, generation: 0)
        supervisor = Supervisor(links, active)
        state = Mutex(State(policy: active, tls: try TLSContexts(configuration), forwarding: configuration))
    }

    deinit { stop() }

    /// Reads certificate, key and authorities again, for connections from now on; sessions that clients began before can be
    /// resumed for a day where the certificate stays the same.
    /// - Throws: when they cannot be used; the old ones stay.
    public func reloadCertificates() throws(ServerError) {
        let (configuration, old) = state.withLock { ($0.forwarding, $0.tls) }
        let next = try TLSContexts(configuration, after: old)
        state.withLock { $0.tls = next }
        for link in links { link.mailbox.send(.certificates(next)) }
    }

    /// Forwards from now on as `next` says: its upstreams, routes, bootstrap resolvers and authorities; everything else in it is
    /// ignored. Reads certificates again too. Questions under way are asked of the new upstreams.
    /// - Returns: false when it says what is in force; nothing is read or asked then.
    /// - Throws: when it cannot work; everything stays.
    public func reloadUpstreams(_ next: ServerConfiguration) throws(ServerError) -> Bool {
        let current = state.withLock { $0.forwarding }
        var changed = current
        changed.upstreams = next.upstreams
        changed.asking = next.asking
        changed.routes = next.routes
        changed.bootstrap = next.bootstrap
        // Who began without references has nobody to judge what they say.
        if comparisons != nil { changed.references = next.references }
        changed.authorities = next.authorities
        let table = ForwardingTable(changed)
        guard
            table != ForwardingTable(current) || changed.bootstrap != current.bootstrap
                || changed.authorities != current.authorities
        else { return false }
        try changed.validate()
        let contexts = try TLSContexts(changed, after: state.withLock { $0.tls })
        let bootstrap = try Bootstrap(changed, links)
        let found = try bootstrap?.resolve() ?? table.upstreams.indices.map(table.addresses)
        let old = state.withLock { state in
            defer { state.bootstrap = bootstrap }
            (state.tls, state.forwarding) = (contexts, changed)
            return state.bootstrap
        }
        // It must not tell workers about upstreams that are no more.
        old?.stop()
        for link in links {
            link.mailbox.send(.certificates(contexts))
            link.mailbox.send(.forwarding(ForwardingChange(configuration: changed, found: found)))
        }
        bootstrap?.start()
        return true
    }

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
        try configuration.validatePrivileges()
        var configuration = configuration
        let files = patchway_raise_file_limit()
        if files > 0 { configuration.fit(files: files) }
        let bootstrap = try Bootstrap(configuration, links)
        let found = try bootstrap?.resolve()
        var opened: [[ListeningSocket]] = []
        var isComplete = false
        defer {
            if !isComplete { for socket in opened.joined() { _ = patchway_close(socket.descriptor) } }
        }
        var listeners = configuration.listeners
        for index in listeners.indices {
            let sockets = try Self.open(&listeners[index], isShared: false)
            if links.count == 1 {
                opened.append(sockets)
            } else {
                // Nobody else is there; the workers may share it now.
                for socket in sockets { _ = patchway_close(socket.descriptor) }
            }
        }
        if links.count == 1 {
            opened = [Array(opened.joined())]
        } else {
            for _ in links {
                opened.append([])
                for index in listeners.indices {
                    opened[opened.count - 1] += try Self.open(&listeners[index], isShared: true)
                }
            }
        }
        if configuration.captures || configuration.compares {
            let writer = CaptureWriter(
                try captureOutputs(),
                rings: links.compactMap(\.ring),
                comparisons: comparisons,
                writesAll: configuration.capturesAll,
                taps: try configuration.taps.map { target throws(ServerError) in
                    try TapSink(target, notice: configuration.notice)
                },
                supervisor
            )
            writer.add(state.policy)
            guard let thread = SystemThread({ writer.run() }) else { throw .socket("thread", 11) }
            state.writer = (writer, thread)
        }
        if let validation {
            let links = links
            guard let thread = SystemThread({ validation.run(links) }) else { throw .socket("thread", 11) }
            state.validator = thread
        }
        for index in opened.indices {
            for socket in configuration.inherited { opened[index].append(try socket.copy()) }
        }
        if let user = configuration.user { try Self.become(user) }
        isComplete = true
        state.listeners = listeners + configuration.inherited.map(\.listener)
        state.forwarding.heard = state.listeners
        state.isStarted = true
        let seed = RandomSource.seed()
        for (number, (link, sockets)) in zip(links, opened).enumerated() {
            let fitted = configuration
            let (policy, tls, supervisor) = (state.policy, state.tls, supervisor)
            let thread = SystemThread {
                let worker = Worker(
                    fitted,
                    link,
                    policy,
                    tls: tls,
                    sockets: sockets,
                    supervisor: supervisor,
                    found: found,
                    number: number,
                    seed: seed
                )
                guard var worker else { return }
                worker.run()
            }
            guard let thread else { throw .socket("thread", 11) }
            state.threads.append(thread)
        }
        bootstrap?.start()
        state.bootstrap = bootstrap
    }

    private static func become(_ user: String) throws(ServerError) {
        let result = unsafe user.withCString { unsafe patchway_drop_privileges($0) }
        guard result < 0 else { return }
        switch -result {
        case 1: throw .invalid("cannot become \(user): it is root, or this process may not change its user")
        case 2: throw .invalid("there is no user \(user)")
        default: throw .invalid("cannot become \(user): \(systemErrorText(-result))")
        }
    }

    private func captureOutputs() throws(ServerError) -> [CaptureOutput] {
        var outputs: [CaptureOutput] = []
        if let path = configuration.capturePath { outputs.append(try CaptureOutput(recordsTo: path)) }
        if configuration.showsFlags { outputs.append(CaptureOutput(2, .flags)) }
        return outputs
    }

    /// Opens the sockets of an address; port 0 becomes one that is free for UDP and TCP.
    private static func open(
        _ listener: inout Listener,
        isShared: Bool
    ) throws(ServerError) -> [ListeningSocket] {
        if let speaks = listener.speaks {
            var peer = listener.address.peer
            let streams = unsafe patchway_tcp_listen(&peer, backlog, isShared ? 1 : 0)
            guard streams >= 0 else { throw .socket("TCP \(listener.address)", -streams) }
            listener.address.port = UInt16(truncatingIfNeeded: patchway_local_port(streams))
            return [ListeningSocket(descriptor: streams, speaks: speaks)]
        }
        let address = listener.address
        var attempts = address.port == 0 ? 16 : 1
        while true {
            attempts -= 1
            var peer = address.peer
            let datagrams = unsafe patchway_udp_listen(&peer, socketBuffer, isShared ? 1 : 0)
            guard datagrams >= 0 else { throw .socket("UDP \(address)", -datagrams) }
            var bound = address
            bound.port = UInt16(truncatingIfNeeded: patchway_local_port(datagrams))
            peer = bound.peer
            let streams = unsafe patchway_tcp_listen(&peer, backlog, isShared ? 1 : 0)
            if streams >= 0 {
                listener.address = bound
                return [
                    ListeningSocket(descriptor: datagrams),
                    ListeningSocket(descriptor: streams, speaks: .dns),
                ]
            }
            _ = patchway_close(datagrams)
            guard attempts > 0 else { throw .socket("TCP \(address)", -streams) }
        }
    }

    /// The addresses listened on for UDP and TCP, with the ports that the system chose; empty before ``start()``.
    public var addresses: [SocketAddress] { addresses(nil) }
    /// The same for health and metrics.
    public var adminAddresses: [SocketAddress] { addresses(.admin) }
    /// The same for DNS over TLS.
    public var tlsAddresses: [SocketAddress] { addresses(.dnsOverTLS) }
    /// The same for DNS over HTTPS.
    public var httpsAddresses: [SocketAddress] { addresses(.dnsOverHTTPS) }
    /// The same without TLS.
    public var httpAddresses: [SocketAddress] { addresses(.dnsOverHTTP) }

    private func addresses(_ speaks: StreamProtocol?) -> [SocketAddress] {
        state.withLock { $0.listeners.filter { $0.speaks == speaks }.map(\.address) }
    }

    /// Whether no worker has been silent for longer than `patience` nanoseconds after it was asked last; asks them again.
    public func isResponsive(patience: UInt64 = 2_000_000_000) -> Bool {
        supervisor.isResponsive(patience: patience)
    }

    /// Applies another policy from now on; queries under way are answered by the one in force when the answer comes.
    /// With `mode`, what is done with its decisions changes, too.
    public func reload(_ policy: ServerPolicy, mode: ServingMode? = nil) {
        state.withLock { state in
            let next = ActivePolicy(
                policy,
                mode: mode ?? state.policy.mode,
                generation: state.policy.generation &+ 1,
                groupNames: state.policy.groupNames
            )
            state.policy = next
            state.writer?.0.add(next)
            supervisor.note(next)
            for link in links { link.mailbox.send(.policy(next)) }
        }
    }

    /// Lets upstreams be asked at other addresses.
    func move(_ changes: [UpstreamChange]) { for link in links { link.mailbox.send(.addresses(changes)) } }

    /// Asks the upstreams nothing new, answers the queries under way (at most 5 s), and ends.
    public func drain() { end(.drain) }

    /// Ends at once.
    public func stop() { end(.stop) }

    private func end(_ message: Mailbox.Message) {
        let (threads, writer, bootstrap, validator) = state.withLock { state in
            defer {
                state.threads = []
                state.validator = nil
                state.writer = nil
                state.bootstrap = nil
            }
            return (state.threads, state.writer, state.bootstrap, state.validator)
        }
        bootstrap?.stop()
        for link in links { link.mailbox.send(message) }
        for thread in threads { thread.join() }
        validation?.stop()
        validator?.join()
        if let writer {
            writer.0.stop()
            writer.1.join()
        }
    }

    /// What has been counted so far, all workers together; final after ``drain()`` or ``stop()``.
    public var counters: Counters { supervisor.counters }
}

internal import CSockets
internal import DNS
internal import Glibc
internal import Policy
internal import Synchronization

/// Keeps the addresses of upstreams that have a name only: asks the bootstrap resolvers at the start and again when a TTL ends,
/// on a thread of its own, and tells the workers what has changed. Never asks the server itself.
final class Bootstrap: Sendable {
    private let configuration: ServerConfiguration
    private let forwarding: ForwardingTable
    private let links: [WorkerLink]
    private let schedule: Mutex<BootstrapSchedule>
    private let thread: Mutex<SystemThread?> = Mutex(nil)
    private let isStopped = Atomic<Bool>(false)
    private let wakes: Int32

    /// For the upstreams of a configuration; nil when all have addresses.
    init?(_ configuration: ServerConfiguration, _ links: [WorkerLink]) throws(ServerError) {
        forwarding = ForwardingTable(configuration)
        guard !forwarding.hosts.isEmpty else { return nil }
        self.configuration = configuration
        self.links = links
        schedule = Mutex(BootstrapSchedule(forwarding.hosts))
        wakes = patchway_eventfd()
        guard wakes >= 0 else { throw .socket("eventfd", -wakes) }
    }

    deinit { if wakes >= 0 { _ = patchway_close(wakes) } }

    /// The addresses of every upstream, asked for now.
    /// - Throws: when a group of upstreams has not one address.
    func resolve() throws(ServerError) -> [[SocketAddress]] {
        let faults = refresh().faults
        let found = forwarding.upstreams.indices.map(addresses)
        let bare = forwarding.groups.first { group in
            !group.upstreams.isEmpty && group.upstreams.allSatisfy { found[$0].isEmpty }
        }
        if bare != nil { throw .invalid(faults.joined(separator: "; ")) }
        for fault in faults { configuration.notice?("\(fault); asked again until it is known") }
        return found
    }

    /// Begins to ask again as TTLs end.
    func start() {
        thread.withLock { $0 = SystemThread { [self] in run() } }
    }

    /// Ends that.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        _ = patchway_eventfd_signal(wakes)
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    private func run() {
        while !isStopped.load(ordering: .relaxed) {
            let now = patchway_monotonic_ns()
            let due = schedule.withLock { $0.nextDue } ?? .max
            if due > now {
                var polled = pollfd(fd: wakes, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&polled, 1, Int32(min((due - now) / 1_000_000 + 1, 60_000)))
                continue
            }
            let (changed, faults) = refresh()
            for fault in faults { configuration.notice?(fault) }
            let changes = forwarding.upstreams.indices.filter { changed.contains(forwarding.upstreams[$0].host ?? "") }
                .map { UpstreamChange(upstream: $0, addresses: addresses($0)) }
            guard !changes.isEmpty else { continue }
            for link in links { link.mailbox.send(.addresses(changes)) }
            for host in changed.sorted() {
                let list = schedule.withLock { $0.hosts.first { $0.name == host }?.addresses } ?? []
                configuration.notice?("\(host) is now at \(list.map(\.description).joined(separator: ", "))")
            }
        }
    }

    /// The addresses known of an upstream.
    private func addresses(_ upstream: Int) -> [SocketAddress] {
        let asked = forwarding.upstreams[upstream]
        guard let host = asked.host else { return forwarding.addresses(upstream) }
        let known = schedule.withLock { $0.hosts.first { $0.name == host }?.addresses } ?? []
        return known.map { SocketAddress($0, port: asked.place.port) }
    }

    /// Asks for the hosts that are due; gives those whose addresses have changed, and the first fault of each that failed.
    private func refresh() -> (changed: Set<String>, faults: [String]) {
        var client = BootstrapClient(configuration.bootstrap)
        var changed: Set<String> = []
        var faults: [String] = []
        for number in schedule.withLock({ $0.due(now: patchway_monotonic_ns()) }) {
            if isStopped.load(ordering: .relaxed) { break }
            let host = schedule.withLock { $0.hosts[number] }
            let ports = Set(forwarding.upstreams.filter { $0.host == host.name }.map(\.place.port))
            do throws(BootstrapClient.Failure) {
                let found = try client.addresses(of: host.name) { address in
                    !ports.contains { configuration.serves(.address(SocketAddress(address, port: $0))) }
                }
                let isNew = schedule.withLock {
                    $0.resolved(number, found.addresses, ttl: found.ttl, now: patchway_monotonic_ns())
                }
                if isNew { changed.insert(host.name) }
            } catch {
                schedule.withLock { $0.failed(number, now: patchway_monotonic_ns()) }
                if host.failures == 0 { faults.append(Self.words(host.name, error, configuration.bootstrap)) }
            }
        }
        return (changed, faults)
    }

    private static func words(_ host: String, _ failure: BootstrapClient.Failure, _ resolvers: [SocketAddress])
        -> String
    {
        let asked = resolvers.map(\.description).joined(separator: ", ")
        return switch failure {
        case .noAddress: "upstream \(host): no address that can be asked, say the bootstrap resolvers (\(asked))"
        case .noAnswer(let reason): "upstream \(host): its address is not known: \(reason)"
        }
    }
}

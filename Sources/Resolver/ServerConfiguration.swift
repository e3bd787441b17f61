internal import CSockets
public import DNS
internal import Glibc
public import Validation

/// What `serve` does with a name that the policy does not let pass.
public enum ServingMode: String, Sendable, CaseIterable {
    /// Answers truthfully and flags what the policy would have done.
    case shadow
    /// Answers as the policy says.
    case enforce
    /// Answers as the policy says, but never for a name that an update service needs.
    case protect
}

/// Everything a server needs to know before it starts. Times are milliseconds, sizes octets.
public struct ServerConfiguration: Sendable {
    /// Addresses to listen on, UDP and TCP alike.
    public var listen: [SocketAddress] = [SocketAddress(.v4(0x7F00_0001), port: 5353)]
    /// Addresses to listen on for DNS over TLS (RFC 7858).
    public var listenTLS: [SocketAddress] = []
    /// Addresses to listen on for DNS over HTTPS (RFC 8484).
    public var listenHTTPS: [SocketAddress] = []
    /// Loopback addresses to listen on for the same without TLS, for a proxy on this host.
    public var listenHTTP: [SocketAddress] = []
    /// The certificate that TLS clients see, with its chain, and its key: PEM files.
    public var certificate: (path: String, keyPath: String)?
    /// Servers to forward to, the preferred one first.
    public var upstreams: [Upstream]
    /// How they are asked.
    public var asking = AskingRules()
    /// Names that are forwarded to other servers; of those that cover a name the one with the most labels counts.
    public var routes: [UpstreamRoute] = []
    /// Unfiltered resolvers that are asked too about names that updates need, so that a filter in the upstreams shows.
    public var references: [Upstream] = []
    /// Comparisons begun in a second at most, all workers together.
    public var comparisonRate = 20
    /// Seconds after which upstreams that nobody asks are probed; 0: never.
    public var probeInterval = 30
    /// Resolvers that are asked, over UDP, for the addresses of upstreams that have a name only.
    public var bootstrap: [SocketAddress] = []
    /// The authorities that upstreams' certificates are believed by, a PEM file; nil: those of the system.
    public var authorities: String?
    /// Told what an operator should know at once, such as why an upstream's TLS fails; called by any thread.
    public var notice: (@Sendable (String) -> Void)?
    /// What policy does.
    public var mode: ServingMode = .shadow
    /// Threads, each with its own sockets and its own part of the cache.
    public var workers = 1
    /// Octets of the response cache, all workers together.
    public var cacheSize = 64 << 20
    /// The longest time a record is kept, seconds.
    public var maximumTTL: UInt32 = 86_400
    /// The longest time a negative answer is kept, seconds (RFC 2308 §5).
    public var maximumNegativeTTL: UInt32 = 3_600
    /// How long after its end an answer may still be given when upstreams do not answer (RFC 8767), seconds; 0: never.
    public var staleLimit = 86_400
    /// Time that upstreams have before clients get such an answer.
    public var staleAfter = 1_800
    /// Whether answers that are asked for in the last tenth of their life are renewed at once.
    public var prefetches = true
    /// Time given to one upstream query before the next one is sent.
    public var tryTimeout = 800
    /// Upstream queries sent for one client query; times `tryTimeout` must not exceed 4,000 ms.
    public var maximumTries = 4
    /// Whether addresses other than loopback may be listened on.
    public var allowRemote = false
    /// Clients that are served; others get REFUSED.
    public var allowedClients: [AddressRange] = AddressRange.loopback
    /// Answers a second over UDP for each /24 of IPv4 or /56 of IPv6 beyond this host; 0: any number; nil: 1,000 where others can
    /// reach the server.
    public var rateLimit: Int?
    /// Where clients are heard, with the ports that the system chose, once that is known.
    var heard: [Listener] = []
    /// Whether this host is under the same limit; for tests.
    var limitsLoopback = false
    /// Whether queries without RD are answered like others; else they are refused (cache snooping).
    public var answersWithoutRecursionDesired = false
    /// Whether this host learns by `why.NAME TXT` what the policy does with NAME.
    public var answersWhy = true
    /// Whether AD of upstream answers is passed on to clients that asked for it (RFC 6840 §5.7).
    public var trustsUpstreamAD = false
    /// What answers are validated by (DNSSEC); nil: they are passed on as they are.
    public var trustAnchors: TrustAnchors?
    /// Whether the policy rewrites signed answers also for those who asked for the signatures (DO), and cannot believe them then.
    public var breaksDNSSEC = false
    /// Whether answers with private addresses, also in hints, are withheld (DNS rebinding).
    public var rebindProtection = false
    /// Names that may have private addresses all the same, with everything below them.
    public var rebindExempt: [DomainName] = []
    /// Special-use names that are forwarded after all, with everything below them.
    public var forwardedSpecialNames: [DomainName] = []
    /// Where the server's owner finds `/health` and `/metrics` over HTTP; loopback only.
    public var admin: SocketAddress?
    /// TCP connections of one worker.
    public var maximumConnections = 1_024
    /// TCP connections of one client address to one worker.
    public var maximumConnectionsPerClient = 150
    /// Queries without an answer on one TCP connection.
    public var maximumQueriesPerConnection = 100
    /// Time after which a silent TCP connection is closed.
    public var idleTimeout = 10_000
    /// Time that a client has for a TLS handshake.
    public var handshakeTimeout = 5_000
    /// Names being asked for upstream at one time, a worker.
    public var maximumOutstanding = 4_096
    /// Clients waiting for the same answer.
    public var maximumWaiters = 1_024
    /// Where flagged queries are written as NDJSON: a path, or `-` for standard output; nil for nowhere.
    public var capturePath: String?
    /// Whether flagged queries for names that updates need are told on standard error, a line each.
    public var showsFlags = false
    /// Where flagged queries and their answers go as dnstap.
    public var taps: [TapTarget] = []
    /// Whether every query is written to ``capturePath`` and ``taps``, not only the flagged ones.
    public var capturesAll = false

    /// From which ports upstreams are asked over UDP.
    public var sourcePorts = SourcePorts.pool
    /// Queries that a port of a pool carries at most.
    var maximumPortUses: UInt16 = 10_000
    /// Files that may be open for sockets towards upstreams, a worker.
    var filesForUpstreams = Int.max
    /// Sockets that are open already, for which ``allowRemote`` need not be said.
    public var inherited: [InheritedSocket] = []
    /// The user to become once the sockets are open; nil to stay.
    public var user: String?
    /// Whether the server may go on as root where others can reach it.
    public var staysRoot = false

    /// Whether queries are noted for anybody.
    var captures: Bool { capturePath != nil || showsFlags || !taps.isEmpty }
    /// Whether answers are compared with those of references.
    var compares: Bool { !references.isEmpty }

    /// A zone answered from memory, before policy and upstreams.
    public var localZone: LocalZone?

    /// Listens on 127.0.0.1:5353 and forwards to `upstreams`.
    public init(upstreams: [Upstream]) { self.upstreams = upstreams }

    /// Listens on 127.0.0.1:5353 and forwards to `upstreams` over UDP, and TCP where that is needed.
    public init(upstreams: [SocketAddress]) { self.upstreams = upstreams.map { Upstream($0) } }

    /// Where clients are heard, and what is spoken there.
    var listeners: [Listener] {
        let streams: [([SocketAddress], StreamProtocol)] = [
            (listenTLS, .dnsOverTLS), (listenHTTPS, .dnsOverHTTPS), (listenHTTP, .dnsOverHTTP),
            (admin.map { [$0] } ?? [], .admin),
        ]
        return listen.map { Listener(address: $0, speaks: nil) }
            + streams.flatMap { addresses, speaks in addresses.map { Listener(address: $0, speaks: speaks) } }
    }

    /// Answers a second over UDP that one worker gives a network.
    var workerRate: Int {
        let isOpen = (listeners + inherited.map(\.listener)).contains { !$0.address.address.isLoopback }
        let rate = rateLimit ?? (isOpen ? 1_000 : 0)
        // Datagrams of a network come from many ports, which the kernel spreads over the workers.
        return (rate + workers - 1) / workers
    }

    /// Checks what the type cannot.
    public func validate() throws(ServerError) {
        guard !listeners.isEmpty || !inherited.isEmpty else { throw .invalid("no address to listen on") }
        let tls = (listeners + inherited.map(\.listener)).filter { $0.speaks?.inTLS != nil }.map(\.address)
        if let open = listenHTTP.first(where: { !$0.address.isLoopback }) {
            throw .invalid("\(open): HTTP without TLS is for a proxy on this host; give a loopback address")
        }
        if let admin, !admin.address.isLoopback {
            throw .invalid("\(admin): health and metrics are for this host; give a loopback address")
        }
        if let address = tls.first, certificate == nil {
            throw .invalid("\(address) is to speak TLS, which needs a certificate and its key")
        }
        // A local root zone answers everything.
        guard !upstreams.isEmpty || localZone?.apex.isRoot == true else { throw .invalid("no upstream server") }
        try validateUpstreams()
        guard (1...256).contains(workers) else { throw .invalid("workers must be between 1 and 256") }
        guard cacheSize >= workers * 64 << 10 else { throw .invalid("the cache needs at least 64 KiB a worker") }
        let memory = Int(patchway_memory_size())
        guard cacheSize <= memory / 2 else {
            throw .invalid("the cache would take more than half of this machine's memory of \(memory >> 20) MiB")
        }
        guard (0...86_400).contains(probeInterval) else {
            throw .invalid("upstreams are probed after 0 (never) to 86,400 seconds")
        }
        guard (0...7 * 86_400).contains(staleLimit), staleAfter > 0 else {
            throw .invalid("stale answers are kept for 0 seconds to 7 days")
        }
        guard (0...1_000_000_000).contains(rateLimit ?? 0) else {
            throw .invalid("a network gets 0 (any number) to 1,000,000,000 answers a second")
        }
        guard tryTimeout > 0, (1...4).contains(maximumTries), tryTimeout * maximumTries <= 4_000 else {
            throw .invalid("1 to 4 tries, together at most 4,000 ms")
        }
        guard (1...65_536).contains(maximumOutstanding), (1...65_536).contains(maximumWaiters),
            (1...65_536).contains(maximumConnections), maximumConnectionsPerClient > 0, maximumQueriesPerConnection > 0
        else { throw .invalid("a limit is 0 or above 65,536") }
        if !allowRemote, let open = listeners.first(where: { !$0.address.address.isLoopback }) {
            throw .notLoopback(open.address)
        }
    }

    /// Whether clients on other hosts, or on a port that only root opens, are served.
    private var isExposed: Bool {
        listeners.contains { !$0.address.address.isLoopback || (1..<1_024).contains($0.address.port) }
    }

    /// Checks that a process of root will not stay so, unless that is meant.
    func validatePrivileges() throws(ServerError) {
        guard patchway_is_root() != 0, user == nil, !staysRoot, isExposed else { return }
        let exposed = listeners.map(\.address).first { !$0.address.isLoopback || (1..<1_024).contains($0.port) }
        let place = exposed.map { " and serve on \($0)" } ?? ""
        throw .invalid(
            "this would go on as root\(place); --user NAME says whom to become once the sockets are open, "
                + "--user root that root is meant"
        )
    }

    private func validateUpstreams() throws(ServerError) {
        let groups = [(upstreams, asking)] + routes.map { ($0.upstreams, $0.asking) }
        let all = groups.flatMap(\.0) + references
        guard references.count <= 4 else { throw .invalid("more than 4 references to compare with") }
        if let same = references.first(where: { reference in
            groups.contains { $0.0.contains { $0.place == reference.place } }
        }) {
            throw .invalid("\(same) is both forwarded to and compared with; a comparison needs somebody else")
        }
        guard groups.allSatisfy({ $0.0.count <= 16 }) else {
            throw .invalid("more than 16 upstream servers for a name")
        }
        guard all.count <= UpstreamSet.capacity else {
            throw .invalid("more than \(UpstreamSet.capacity) upstream servers, those of routes included")
        }
        guard routes.count <= 250 else { throw .invalid("more than 250 routes") }
        guard all.allSatisfy({ $0.place.port != 0 }) else { throw .invalid("an upstream server has port 0") }
        guard groups.allSatisfy({ (1...8).contains($0.1.width) }) else {
            throw .invalid("1 to 8 upstream servers can be asked at once")
        }
        let names = routes.map(\.name.lowercased)
        if let index = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
            throw .invalid("two routes for \(names[index])")
        }
        if let named = all.first(where: { $0.host != nil }), bootstrap.isEmpty {
            throw .invalid("\(named) has a name and no address; give the bootstrap resolvers that know it")
        }
        if let own = all.first(where: { serves($0.place) }) {
            throw .invalid("\(own) is both listened on and forwarded to")
        }
        if let own = bootstrap.first(where: { serves(.address($0)) }) {
            throw .invalid("\(own) is both listened on and asked for the addresses of upstreams")
        }
    }

    /// Whether clients are heard at a place.
    func serves(_ place: Upstream.Place) -> Bool {
        (heard.isEmpty ? listeners + inherited.map(\.listener) : heard).contains { listener in
            guard case .address(let address) = place, address.port == listener.address.port else { return false }
            let isAnywhere = listener.address.address.isUnspecified && address.address.isLoopback
            return address == listener.address || isAnywhere
        }
    }
}

/// A place where clients are heard.
struct Listener {
    /// The address and port.
    var address: SocketAddress
    /// What is spoken there; nil: DNS over UDP and TCP.
    var speaks: StreamProtocol?
}

/// Why a server did not start.
public enum ServerError: Error, Equatable, CustomStringConvertible {
    /// A setting that cannot work.
    case invalid(String)
    /// A listening address that others can reach, without leave to do so.
    case notLoopback(SocketAddress)
    /// The system refused a socket: what for, and errno.
    case socket(String, Int32)
    /// A certificate, key or authority cannot be used: the file, and why.
    case tls(String, String)
    /// The capture file cannot be written: its path, and errno.
    case capture(String, Int32)

    /// The error in words.
    public var description: String {
        switch self {
        case .invalid(let reason): reason
        case .notLoopback(let address):
            "\(address) is reachable by others; say so explicitly if that is meant (an open resolver is abused)"
        case .socket(let purpose, let error): "\(purpose): \(systemErrorText(error))"
        case .tls(let path, let reason): "\(path): \(reason)"
        case .capture(let path, let error):
            "\(path): \(systemErrorText(error))" + (error == ENXIO ? " (ENXIO): a pipe that nobody reads" : "")
        }
    }
}

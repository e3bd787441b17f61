/// Where a server forwards to from now on.
struct ForwardingChange: Sendable {
    /// What it is told.
    var configuration: ServerConfiguration
    /// The addresses of each upstream.
    var found: [[SocketAddress]]
}

extension Worker {
    /// Forwards to other upstreams from now on. What is under way is asked of them anew, so that no client notices.
    ///
    /// Answers of upstreams that are asked no more must not be given for those of others: where names may go elsewhere now, the
    /// cache begins anew.
    mutating func adopt(_ change: ForwardingChange) {
        abandonComparisons()
        let old = forwarding
        let next = ForwardingTable(change.configuration)
        var underWay: [(flight: Int, generation: UInt32)] = []
        var live = table.flights.nextLive(from: 0)
        while let flight = live {
            live = table.flights.nextLive(from: flight + 1)
            if completions[flight] == nil { underWay.append((flight, table.flights.generation(flight))) }
        }
        closeUpstreamSockets()
        // Answers of old upstreams that are still being validated are asked for anew.
        tickets.removeAll()
        configuration = change.configuration
        forwarding = next
        addresses = change.found.map(UpstreamAddresses.init)
        isLinked = next.upstreams.map { $0.transport != .datagrams }
        tlsMemories = next.upstreams.map { $0.isEncrypted ? TLSMemory() : nil }
        noticesAfter = next.upstreams.map { _ in 0 }
        special = SpecialNames(change.configuration)
        rebinding = RebindingGuard(change.configuration)
        makeLinks()
        pool = SocketPool(upstreams: next.upstreams.count)
        table.replace(next.groups)
        comparing?.heardAt = next.groups.map { _ in 0 }
        if !next.sendsNamesLike(old) { cache = ResponseCache(budget: configuration.cacheSize / configuration.workers) }
        for (flight, generation) in underWay where table.flights.isLive(flight, generation: generation) {
            table.fillName(of: flight, &aliasName)
            perform(table.restart(flight, group: next.group(of: aliasName), now: now), for: flight)
        }
    }

    /// Makes room for the connections to the upstreams there are.
    private mutating func makeLinks() {
        links = LinkPool(upstreams: forwarding.upstreams.count)
        let capacity = links.slots.capacity
        linkInput = OctetBuffer(count: capacity * Self.linkAreaSize)
        linkFilled = Array(repeating: 0, count: capacity)
        linkOutput = Array(repeating: [], count: capacity)
        linkTLS = Array(repeating: nil, count: capacity)
        linkHTTP = Array(repeating: nil, count: capacity)
        dirtyLinks.removeAll()
        unreadLinks.removeAll()
    }
}

extension SpecialNames {
    /// Those that a configuration leaves here.
    init(_ configuration: ServerConfiguration) {
        self.init(forwarded: configuration.forwardedSpecialNames, routes: configuration.routes.map(\.name))
    }
}

extension RebindingGuard {
    /// As a configuration says; names with a route may have private addresses.
    init(_ configuration: ServerConfiguration) {
        self.init(
            isOn: configuration.rebindProtection,
            exempt: configuration.rebindExempt + configuration.routes.filter { !$0.upstreams.isEmpty }.map(\.name)
        )
    }
}

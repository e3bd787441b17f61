internal import CSockets
internal import DNS

/// From which ports upstreams are asked.
public enum SourcePorts: String, Sendable, CaseIterable {
    /// From those of a pool of sockets for each upstream, chosen at random, each given up after some thousand queries.
    case pool
    /// From one of its own for every query.
    case fresh
}

/// A datagram socket towards an upstream: at rest, or carrying one try of a flight.
///
/// At rest it has no port and no peer, or, in a pool, those of its upstream.
struct UpstreamSocket: BitwiseCopyable {
    /// Its descriptor.
    var descriptor: Int32
    /// Whether it is an IPv6 socket.
    var isV6: Bool
    /// The flight it carries a try of, or -1.
    var flight: Int32 = -1
    /// The upstream it is connected to.
    var upstream: Int8 = -1
    /// Which of the upstream's addresses that was, as ``UpstreamAddresses/epoch``.
    var epoch: UInt16 = 0
    /// The identifier sent.
    var id: UInt16 = 0
    /// Whether something has come that is no answer, so that none will.
    var isSpent = false
    /// The next one of the same flight, or -1.
    var next: Int32 = -1
    /// When the query was sent.
    var sentAt: UInt64 = 0
    /// Queries that it may still carry before its port is given up.
    var usesLeft: UInt16 = 0
}

/// Sockets at rest, and how many there are in all.
struct SocketPool {
    /// Those at rest: in a pool by upstream, else by family.
    var idle: [[Int32]]
    /// Sockets towards each upstream, at rest or not.
    var sizes: [Int]

    /// Sockets of a pool from which one is chosen: what an answer has to guess besides the identifier.
    static let minimum = 256
    /// Sockets kept for later queries: in a pool of each upstream, else of a family.
    static let maximumIdle = 512

    /// No pool.
    init(upstreams: Int) {
        idle = Array(repeating: [], count: max(upstreams, 2))
        sizes = Array(repeating: 0, count: upstreams)
    }
}

extension Worker {
    private var keepsPorts: Bool { configuration.sourcePorts == .pool }

    /// Sockets at rest of one kind; where there are few, each kind leaves some to the others.
    private var maximumIdle: Int { min(SocketPool.maximumIdle, upstreamSockets.capacity / (pool.idle.count + 1)) }

    /// A socket connected to an upstream: one of the pool at random, or one with a port not used lately.
    mutating func associate(_ upstream: Int) -> Int? {
        guard keepsPorts else { return connect(upstream) }
        if pool.sizes[upstream] >= SocketPool.minimum, let number = takeIdle(upstream) { return number }
        // Without room for another one those that are there must do.
        return connect(upstream) ?? takeIdle(upstream)
    }

    private mutating func takeIdle(_ upstream: Int) -> Int? {
        while case let count = pool.idle[upstream].count, count > 0 {
            let place = (Int(random.next16()) * count) >> 16
            pool.idle[upstream].swapAt(place, count - 1)
            guard let number = pool.idle[upstream].popLast().map(Int.init) else { return nil }
            if upstreamSockets[number].epoch == addresses[upstream].epoch { return number }
            closeUpstream(number)
        }
        return nil
    }

    private mutating func connect(_ upstream: Int) -> Int? {
        guard var peer = addresses[upstream].peer else { return nil }
        let isV6 = unsafe patchway_peer_is_v6(&peer) != 0
        guard let number = keepsPorts ? open(isV6) : pool.idle[isV6 ? 1 : 0].popLast().map(Int.init) ?? open(isV6)
        else { return nil }
        let descriptor = upstreamSockets[number].descriptor
        for attempt in 0..<4 {
            let port = unsafe patchway_udp_associate(descriptor, &peer)
            guard port >= 0 else { break }
            // With a narrow local range every port may have been used lately; then any will do.
            if ports.insert(UInt16(truncatingIfNeeded: port)) || attempt == 3 {
                upstreamSockets[number].upstream = Int8(upstream)
                upstreamSockets[number].epoch = addresses[upstream].epoch
                // Not all at once.
                let most = configuration.maximumPortUses
                upstreamSockets[number].usesLeft = most - random.next16() % max(most / 2, 1)
                pool.sizes[upstream] += 1
                return number
            }
            _ = patchway_udp_dissociate(descriptor)
        }
        closeUpstream(number)
        return nil
    }

    /// A socket without port or peer.
    private mutating func open(_ isV6: Bool) -> Int? {
        let descriptor = patchway_udp_socket(isV6 ? 1 : 0)
        guard descriptor >= 0 else { return nil }
        // Who waits for nothing but to be measured makes room for a question.
        if upstreamSockets.count == upstreamSockets.capacity, let oldest = trailing.first { closeUpstream(oldest) }
        guard let slot = upstreamSockets.insert(UpstreamSocket(descriptor: descriptor, isV6: isV6)) else {
            _ = patchway_close(descriptor)
            return nil
        }
        let token = PollToken(.upstream, number: slot, generation: upstreamSockets.generation(slot))
        guard poller.add(descriptor, .readable, token) else {
            closeUpstream(slot)
            return nil
        }
        return slot
    }

    private mutating func closeUpstream(_ number: Int) {
        trailing.clear(number)
        forgetUpstream(of: number)
        _ = patchway_close(upstreamSockets[number].descriptor)
        upstreamSockets.remove(number)
    }

    private mutating func forgetUpstream(of number: Int) {
        let upstream = Int(upstreamSockets[number].upstream)
        guard upstream >= 0 else { return }
        pool.sizes[upstream] -= 1
        upstreamSockets[number].upstream = -1
    }

    /// Puts a socket that has given the answer back, or closes one on which more may arrive.
    private mutating func release(_ number: Int, isClean: Bool) {
        let socket = upstreamSockets[number]
        let place = keepsPorts ? Int(socket.upstream) : socket.isV6 ? 1 : 0
        guard isClean, pool.idle[place].count < maximumIdle else { return closeUpstream(number) }
        if keepsPorts {
            guard socket.usesLeft > 1, socket.epoch == addresses[place].epoch else { return closeUpstream(number) }
            upstreamSockets[number].usesLeft -= 1
        } else {
            guard patchway_udp_dissociate(socket.descriptor) == 0 else { return closeUpstream(number) }
            forgetUpstream(of: number)
        }
        upstreamSockets[number].flight = -1
        pool.idle[place].append(Int32(number))
    }

    /// Frees what a flight holds, and the flight.
    mutating func end(_ flight: Int, answeredOn clean: Int? = nil) {
        releaseSockets(of: flight, answeredOn: clean)
        table.end(flight)
    }

    /// Frees the sockets of a flight; those that may still be answered wait for it, to learn how their upstreams do.
    mutating func releaseSockets(of flight: Int, answeredOn clean: Int?) {
        let open = table.flights[flight].asking.union(table.flights[flight].riders)
        let time = UInt64(configuration.tryTimeout) * 1_000_000
        var next = Int(table.flights[flight].firstSocket)
        while next >= 0 {
            let socket = upstreamSockets[next]
            if next != clean, !socket.isSpent, open.contains(Int(socket.upstream)), now < socket.sentAt + time {
                upstreamSockets[next].flight = -1
                trailing.set(next, now: now)
            } else {
                release(next, isClean: next == clean)
            }
            next = Int(socket.next)
        }
        table.flights[flight].firstSocket = -1
        table.flights[flight].tcpUpstream = -1
    }

    /// Takes what has come on a socket whose flight has ended.
    mutating func takeLate(_ number: Int, count: Int) {
        let socket = upstreamSockets[number]
        guard count >= MessageHeader.size, received.uint16(at: 0) == socket.id, received.uint16(at: 2) & 0x8000 != 0
        else { return }
        concludeLate(number)
    }

    /// An upstream has answered on a socket whose flight has ended.
    mutating func concludeLate(_ number: Int) {
        trailing.clear(number)
        table.groups.heard(Int(upstreamSockets[number].upstream), sentAt: upstreamSockets[number].sentAt, now: now)
        release(number, isClean: true)
    }

    /// Gives up sockets on which nothing has come in time.
    mutating func expireTrailing() {
        while let number = trailing.takeDue(now: now) {
            counters.upstreamTimeouts += 1
            table.groups.failed(Int(upstreamSockets[number].upstream), sentAt: upstreamSockets[number].sentAt, now: now)
            release(number, isClean: false)
        }
    }

    /// Closes every socket towards the upstreams.
    mutating func closeUpstreamSockets() {
        while let number = upstreamSockets.nextLive(from: 0) { closeUpstream(number) }
        while let number = links.slots.nextLive(from: 0) { _ = closeLink(number) }
    }
}

internal import DNS

/// How many datagrams are answered that come from one network: a /24 of IPv4, a /56 of IPv6. Pure; the clock is the caller's.
///
/// Senders of datagrams can lie about who they are, and make a server send its answers to somebody else (amplification). So a
/// network gets ``rate`` answers a second, and as many at once after a pause (GCRA, ITU-T I.371). What goes beyond is dropped
/// or, every other time, answered with TC alone, which is no longer than the query: who is there comes back over TCP.
///
/// The table has a fixed size. A network that is not in it takes the place of the one that is furthest from its limit among
/// four, so that a flood of made-up networks does not free one that is over its limit.
struct RateLimiter: ~Copyable {
    /// What becomes of a datagram.
    enum Verdict: Equatable {
        /// It is answered.
        case answer
        /// It is answered with TC alone.
        case truncate
        /// It is not answered.
        case drop
    }

    private struct Network: BitwiseCopyable {
        /// Family and prefix; 0 for none.
        var key: UInt64
        /// When the next datagram would be due if they came evenly, nanoseconds; the lowest bit says what the last one over
        /// the limit got.
        var dueAt: UInt64
    }

    /// Answers a second.
    let rate: Int
    private let pause: UInt64
    private let seed: UInt64
    private var table: OctetBuffer

    private static let ways = 4
    private static let sets = 4_096
    private static let size = 16
    private static let second: UInt64 = 1_000_000_000

    /// A limiter that has seen nobody; nil without a rate.
    init?(rate: Int, seed: UInt64) {
        guard rate > 0 else { return nil }
        self.rate = rate
        self.seed = seed
        pause = max(Self.second / UInt64(rate), 1)
        table = OctetBuffer(count: Self.ways * Self.sets * Self.size)
        table.fill(0, at: 0, count: Self.ways * Self.sets * Self.size)
    }

    /// Decides about a datagram from an address.
    /// - Complexity: O(1)
    mutating func check(_ address: IPAddress, now: UInt64) -> Verdict {
        let key = Self.network(address)
        let product = (key ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        let first = Int(truncatingIfNeeded: (product.high ^ product.low) % UInt64(Self.sets)) * Self.ways
        var place = first
        var network = Network(key: key, dueAt: .max)
        for way in first..<(first + Self.ways) {
            let other = table.load(Network.self, at: way * Self.size)
            if other.key == key {
                (place, network) = (way, other)
                break
            }
            if other.dueAt < network.dueAt { (place, network.dueAt) = (way, other.dueAt) }
        }
        // One that was not there has asked for nothing yet.
        if table.load(Network.self, at: place * Self.size).key != key { network.dueAt = 0 }
        let dueAt = max(network.dueAt & ~1, now)
        guard dueAt + pause <= now + Self.second else {
            network.dueAt ^= 1
            table.store(network, at: place * Self.size)
            return network.dueAt & 1 == 0 ? .truncate : .drop
        }
        network.dueAt = (dueAt + pause) & ~1
        table.store(network, at: place * Self.size)
        return .answer
    }

    private static func network(_ address: IPAddress) -> UInt64 {
        switch address {
        case .v4(let value): 4 << 56 | UInt64(value >> 8)
        case .v6(0, let low) where low >> 32 == 0xFFFF: 4 << 56 | (low & 0xFFFF_FFFF) >> 8
        case .v6(let high, _): 6 << 56 | high >> 8
        }
    }
}

extension Worker {
    /// Whether a datagram is over the limit of its sender's network, and so dealt with.
    ///
    /// This host is under no limit: nobody beyond it can send with its addresses.
    @inline(never)
    mutating func isOverLimit(_ message: Span<UInt8>, from origin: Origin) -> Bool {
        guard let address = origin.peer.address, !address.isLoopback || configuration.limitsLoopback else {
            return false
        }
        switch limiter?.check(address, now: now) ?? .answer {
        case .answer: return false
        case .drop: counters.droppedByRate += 1
        case .truncate:
            let screening = screen(message, name: &name, overTCP: false, answersWithoutRD: true)
            guard case .accept(let query) = screening, isAllowed(origin.peer) else {
                counters.droppedByRate += 1
                return true
            }
            counters.queries += 1
            counters.rateLimited += 1
            reply.writeError(query, .noError, message: message)
            reply.octets.put16(reply.octets.uint16(at: 2) | MessageHeader.truncatedFlag, at: 2)
            send(to: origin)
        }
        return true
    }
}

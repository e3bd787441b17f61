internal import CSockets
internal import Glibc

/// What clients speak on a connection.
enum StreamProtocol: UInt8 {
    /// DNS over TCP (RFC 7766).
    case dns
    /// DNS over TLS (RFC 7858).
    case dnsOverTLS
    /// DNS over HTTPS (RFC 8484).
    case dnsOverHTTPS
    /// The same without TLS, for a proxy on this host.
    case dnsOverHTTP
    /// HTTP for the server's owner.
    case admin

    /// What TLS goes around, if it does.
    var inTLS: TLSProtocol? {
        switch self {
        case .dns, .dnsOverHTTP, .admin: nil
        case .dnsOverTLS: .dns
        case .dnsOverHTTPS: .http
        }
    }

    /// The word for it in records of queries.
    var transport: String {
        switch self {
        case .dns, .admin: "tcp"
        case .dnsOverTLS: "dot"
        case .dnsOverHTTPS, .dnsOverHTTP: "doh"
        }
    }

    /// Whether queries are HTTP requests.
    var isHTTP: Bool { self == .dnsOverHTTPS || self == .dnsOverHTTP }
}

/// A client's TCP connection.
struct Stream: BitwiseCopyable {
    /// Its descriptor.
    var descriptor: Int32
    /// The client.
    var peer: patchway_peer
    /// Octets received and not yet understood.
    var filled: Int32 = 0
    /// Queries without an answer.
    var pending: Int32 = 0
    /// Whether nothing is read because too many queries are pending.
    var isPaused = false
    /// Whether the client has sent its end.
    var isEnding = false
    /// What the client speaks.
    var speaks = StreamProtocol.dns
    /// Whether the TLS handshake is under way.
    var isShaking = false
    /// HTTP/1.1: whether a request has no response yet, and whether none follows it.
    var isOwed = false
    var isLast = false
}

/// The TCP connections of one worker: slots, idle time, octets in both directions.
struct StreamTable: ~Copyable {
    /// The connections.
    var slots: Slab<Stream>
    /// Octets received, one area a connection.
    var input: OctetBuffer
    /// Octets that the client has not taken yet.
    var output: [[UInt8]]
    /// The TLS side of the connections that have one.
    var tls: [TLSConnection?]
    /// Those that speak HTTP/2.
    var http: [HTTP2Session?]
    private var deadlines: DeadlineList
    private var handshakes: DeadlineList
    private let maximumPerClient: Int

    /// The longest query taken; padding included, none needs more.
    static let maximumQuery = 8_192
    /// Octets of one input area.
    static let areaSize = maximumQuery + 2
    /// Unsent octets after which a client that does not read is given up.
    static let maximumOutput = 1 << 20

    /// An empty table.
    init(_ configuration: ServerConfiguration) {
        let capacity = configuration.maximumConnections
        slots = Slab(capacity: capacity)
        input = OctetBuffer(count: capacity * Self.areaSize)
        output = Array(repeating: [], count: capacity)
        tls = Array(repeating: nil, count: capacity)
        http = Array(repeating: nil, count: capacity)
        deadlines = DeadlineList(capacity: capacity, interval: UInt64(configuration.idleTimeout) * 1_000_000)
        handshakes = DeadlineList(capacity: capacity, interval: UInt64(configuration.handshakeTimeout) * 1_000_000)
        maximumPerClient = configuration.maximumConnectionsPerClient
    }

    /// The connection that has to make room for a new one from `peer`, if any: the client's own longest idle one when
    /// it has too many, or the longest idle one of all when the table is full.
    /// - Complexity: O(connections)
    func victim(for peer: patchway_peer) -> Int? {
        let address = peer.address
        var ownCount = 0
        var ownOldest: Int?
        var next = deadlines.first
        while let number = next {
            if slots[number].peer.address == address {
                ownCount += 1
                if ownOldest == nil { ownOldest = number }
            }
            next = deadlines.after(number)
        }
        if ownCount >= maximumPerClient { return ownOldest }
        return slots.count == slots.capacity ? deadlines.first : nil
    }

    /// Adds a connection; nil when the table is full.
    mutating func insert(_ stream: Stream, now: UInt64) -> Int? {
        guard let number = slots.insert(stream) else { return nil }
        output[number] = []
        deadlines.set(number, now: now)
        if stream.isShaking { handshakes.set(number, now: now) }
        return number
    }

    /// Forgets a connection.
    mutating func remove(_ number: Int) {
        deadlines.clear(number)
        handshakes.clear(number)
        tls[number]?.end()
        tls[number] = nil
        http[number] = nil
        output[number] = []
        slots.remove(number)
    }

    /// What became of octets for a client.
    enum WriteResult {
        /// The system took them all.
        case sent
        /// Some wait until the client reads.
        case waiting
        /// The connection is broken, or the client does not read.
        case failed
    }

    /// Sends octets to a client, keeping what it does not take at once.
    mutating func write(_ octets: borrowing MessageBuffer, to number: Int) -> WriteResult {
        guard octets.count > 0 else { return .sent }
        var sent = 0
        if output[number].isEmpty {
            let result = transmit(octets.span, to: number)
            guard result >= 0 || result == -Int(EAGAIN) else { return .failed }
            sent = max(result, 0)
        }
        guard sent < octets.count else { return .sent }
        for offset in sent..<octets.count { output[number].append(octets.octets[offset]) }
        return output[number].count <= Self.maximumOutput ? .waiting : .failed
    }

    /// Gives octets to the system: how many it took, or a negated errno.
    func transmit(_ octets: Span<UInt8>, to number: Int) -> Int {
        if let tls = tls[number] { return tls.send(octets) }
        let descriptor = slots[number].descriptor
        return unsafe octets.withUnsafeBytes { unsafe patchway_send(descriptor, $0.baseAddress, $0.count) }
    }

    /// Appends what has arrived to the input area: octets, 0 at the client's end, or a negated errno.
    mutating func receive(_ number: Int) -> Int {
        let filled = Int(slots[number].filled)
        let room = Self.areaSize - filled
        let descriptor = slots[number].descriptor
        let tls = tls[number]
        let count = unsafe input.withMemory(number * Self.areaSize + filled, room) {
            if let tls { return unsafe tls.receive($0, room) }
            return unsafe patchway_receive(descriptor, $0, room)
        }
        if count > 0 { slots[number].filled += Int32(count) }
        return count
    }

    /// Whether octets wait that the poller does not know of.
    func hasPending(_ number: Int) -> Bool { tls[number]?.hasPending ?? false }

    /// The handshake is over.
    mutating func endHandshake(_ number: Int) {
        handshakes.clear(number)
        slots[number].isShaking = false
    }

    /// A whole message came or went: the connection is not idle.
    mutating func touch(_ number: Int, now: UInt64) { deadlines.set(number, now: now) }

    /// Counts a query that waits for its answer.
    mutating func addPending(_ number: Int) { slots[number].pending += 1 }

    /// Queries that a connection waits for; 0 when it is gone.
    func owed(_ origin: Origin) -> Int32 {
        let number = Int(origin.socket)
        return slots.isLive(number, generation: origin.generation) ? slots[number].pending : 0
    }

    /// The next connection whose idle time, or time for its handshake, is over.
    mutating func takeIdle(now: UInt64) -> Int? { handshakes.takeDue(now: now) ?? deadlines.takeDue(now: now) }

    /// When the next connection has been idle for too long.
    var nextDeadline: UInt64? {
        guard let handshake = handshakes.nextDue else { return deadlines.nextDue }
        return min(handshake, deadlines.nextDue ?? handshake)
    }

    /// Whether no client waits for anything.
    var isIdle: Bool {
        var next = slots.nextLive(from: 0)
        while let number = next {
            if slots[number].pending > 0 || !output[number].isEmpty { return false }
            next = slots.nextLive(from: number + 1)
        }
        return true
    }

    /// The connection that has been idle for longest.
    var oldest: Int? { deadlines.first }

    /// Some connection.
    var firstLive: Int? { slots.nextLive(from: 0) }
}

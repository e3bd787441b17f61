internal import CSockets
internal import DNS
internal import Synchronization

/// What a worker shares with the server that owns it.
final class WorkerLink: Sendable {
    /// Messages to the worker.
    let mailbox: Mailbox
    /// Queries noted by the worker, or nil when nothing is captured.
    let ring: CaptureRing?
    /// Where comparisons go to be judged, or nil when there are none.
    let comparisons: ComparisonQueue?
    /// Those who validate answers, or nil when nobody does.
    let validation: ValidationService?
    /// What the worker has counted, as of its last turn.
    let counters = Mutex(Counters())
    /// How often it has said that it lives.
    let answered = Atomic<UInt64>(0)

    /// A link.
    init(
        ring: CaptureRing?,
        comparisons: ComparisonQueue? = nil,
        validation: ValidationService? = nil
    ) throws(ServerError) {
        mailbox = try Mailbox()
        self.ring = ring
        self.comparisons = comparisons
        self.validation = validation
    }
}

/// One thread's share of the server: its sockets, its part of the cache, the questions it has under way.
///
/// Nothing here is shared with other workers. `Worker+Datagrams` and `Worker+Streams` turn octets from clients into
/// queries and replies into octets, `Worker+Queries` decides what a query gets, `Worker+Upstream` and
/// `Worker+Links` carry out the steps of ``FlightTable``.
struct Worker: ~Copyable {
    var configuration: ServerConfiguration
    let link: WorkerLink
    let supervisor: Supervisor
    let ring: CaptureRing?
    /// Upstreams, and which names go to which.
    var forwarding: ForwardingTable
    /// Where each upstream is.
    var addresses: [UpstreamAddresses]
    /// Which upstreams are asked over connections alone.
    var isLinked: [Bool]
    var special: SpecialNames
    var rebinding: RebindingGuard
    let seed: UInt64
    var policy: ActivePolicy
    var poller: Poller
    var batch: DatagramBatch
    var cache: ResponseCache
    var table: FlightTable
    var scrubber: AnswerScrubber
    var random = RandomSource()
    /// Who has asked how much of late, where that is limited.
    var limiter: RateLimiter?
    let limitsRate: Bool
    var ports = PortHistory()
    var counters = Counters()
    /// The reply under construction.
    var reply = MessageBuffer(capacity: 66_000)
    /// An upstream query, or an answer that is looked at again.
    var draft = MessageBuffer(capacity: 66_000)
    /// A policy answer under construction.
    var made = PolicyDraft()
    /// Answers that are compared with those of references, where there are any.
    var comparing: Comparisons?
    /// Those who validate answers, if they are to be.
    let validation: ValidationService?
    /// What tells the answers that are being validated, by flight.
    var tickets: [Int: UInt64] = [:]
    var lastTicket: UInt64 = 0
    /// Whether somebody looks at answers before or beside clients.
    let inspects: Bool
    /// The number of this worker.
    let number: Int
    /// Flights that wait for what an alias of the policy leads to.
    var completions: [Int: Completion] = [:]
    /// What an upstream socket has received.
    var received = OctetBuffer(count: 4_096)
    /// The name of the query at hand, and of a flight; scratch for aliases.
    var name = NameBuffer()
    var flightName = NameBuffer()
    var aliasName = NameBuffer()
    var judgedName = NameBuffer()
    /// Listening sockets.
    var sockets: [ListeningSocket]
    /// Towards the upstreams.
    var upstreamSockets: Slab<UpstreamSocket>
    /// Those whose flight has ended, and that may still be answered.
    var trailing: DeadlineList
    var pool: SocketPool
    /// Connections to upstreams: what is under way, what has arrived, what is to go out, TLS.
    var links: LinkPool
    var linkInput: OctetBuffer
    var linkFilled: [Int]
    var linkOutput: [[UInt8]]
    var linkTLS: [TLSConnection?]
    var linkHTTP: [HTTP2Client?]
    /// An answer in an HTTP response.
    var httpAnswer = MessageBuffer(capacity: 65_535)
    /// Connections with questions of this turn, and such that have more to be read, with their generations.
    var dirtyLinks: [(Int32, UInt32)] = []
    var unreadLinks: [(Int32, UInt32)] = []
    /// The latest session with each upstream.
    var tlsMemories: [TLSMemory?]
    /// When the next notice about an upstream may be given.
    var noticesAfter: [UInt64]
    /// What TLS clients see, and what upstreams are believed by.
    var tls: TLSContexts
    /// Handshakes that may still go on in this turn, so that a flood of them does not hold up everything else.
    var handshakesLeft = 0
    /// TCP clients.
    var streams: StreamTable
    /// Replies to the queries of one connection, each with its length in front.
    var streamReplies = MessageBuffer(capacity: 140_000)
    /// A query in an HTTP request.
    var httpQuery = MessageBuffer(capacity: 8_192)
    /// One message with its length, or a response's head, in front.
    var streamFrame = MessageBuffer(capacity: 66_000)
    /// Connections that may be read from again, with their generations.
    var resumed: [(Int32, UInt32)] = []
    /// The time of this turn, nanoseconds, monotonic.
    var now: UInt64
    /// The time of the week.
    var week = WeekClock()
    /// When upstreams may have to be probed.
    var probeAt: UInt64
    /// When to end at the latest, once draining.
    var drainsUntil: UInt64?
    /// Whether datagrams were taken in this round.
    var receivedDatagrams = false
    /// Milliseconds waited for a last datagram while draining.
    private static let drainPause: Int32 = 5
    var isStopped = false

    /// The longest time that draining takes, nanoseconds.
    private static let drainTime: UInt64 = 5_000_000_000

    /// Handshakes carried on in one turn; with an RSA key each costs near a millisecond.
    private static let handshakesATurn = 8

    /// A worker on sockets that are already open, with the addresses found of each upstream; nil when the system has no memory or descriptors for it.
    init?(
        _ configuration: ServerConfiguration,
        _ link: WorkerLink,
        _ policy: ActivePolicy,
        tls: TLSContexts,
        sockets: [ListeningSocket],
        supervisor: Supervisor,
        found: [[SocketAddress]]? = nil,
        number: Int = 0,
        seed: UInt64
    ) {
        guard let poller = Poller(), let batch = DatagramBatch() else { return nil }
        self.configuration = configuration
        self.link = link
        self.supervisor = supervisor
        self.policy = policy
        self.tls = tls
        self.poller = poller
        self.batch = batch
        self.sockets = sockets
        self.seed = seed
        ring = link.ring
        let forwarding = ForwardingTable(configuration)
        self.forwarding = forwarding
        addresses = forwarding.upstreams.indices.map { UpstreamAddresses(found?[$0] ?? forwarding.addresses($0)) }
        isLinked = forwarding.upstreams.map { $0.transport != .datagrams }
        tlsMemories = forwarding.upstreams.map { $0.isEncrypted ? TLSMemory() : nil }
        noticesAfter = addresses.map { _ in 0 }
        links = LinkPool(upstreams: addresses.count)
        let capacity = links.slots.capacity
        linkInput = OctetBuffer(count: capacity * Self.linkAreaSize)
        linkFilled = Array(repeating: 0, count: capacity)
        linkOutput = Array(repeating: [], count: capacity)
        linkTLS = Array(repeating: nil, count: capacity)
        linkHTTP = Array(repeating: nil, count: capacity)
        special = SpecialNames(configuration)
        rebinding = RebindingGuard(configuration)
        cache = ResponseCache(budget: configuration.cacheSize / configuration.workers)
        table = FlightTable(
            capacity: configuration.maximumOutstanding,
            maximumWaiters: configuration.maximumWaiters,
            maximumTries: configuration.maximumTries,
            tryTimeout: UInt64(configuration.tryTimeout) * 1_000_000,
            patience: configuration.staleLimit > 0 ? UInt64(configuration.staleAfter) * 1_000_000 : .max,
            groups: forwarding.groups,
            start: Int(seed >> 32)
        )
        comparing = link.comparisons.map { queue in
            let rate = (configuration.comparisonRate + configuration.workers - 1) / configuration.workers
            return Comparisons(rate: rate, groups: forwarding.groups.count, queue)
        }
        self.number = number
        validation = link.validation
        inspects = link.comparisons != nil || link.validation != nil
        scrubber = AnswerScrubber(
            maximumTTL: configuration.maximumTTL,
            maximumNegativeTTL: configuration.maximumNegativeTTL,
            keepsRaw: inspects
        )
        upstreamSockets = Slab(capacity: configuration.maximumUpstreamSockets)
        trailing = DeadlineList(
            capacity: upstreamSockets.capacity,
            interval: UInt64(configuration.tryTimeout) * 1_000_000
        )
        pool = SocketPool(upstreams: forwarding.upstreams.count)
        streams = StreamTable(configuration)
        limiter = RateLimiter(rate: configuration.workerRate, seed: seed)
        limitsRate = configuration.workerRate > 0
        let start = patchway_monotonic_ns()
        now = start
        let interval = UInt64(configuration.probeInterval) * 1_000_000_000
        probeAt = interval > 0 ? start + interval : .max
    }

    /// Serves until told to end.
    mutating func run() {
        poller.add(link.mailbox.descriptor, .readable, PollToken(.mailbox, number: 0))
        for socket in sockets {
            let kind: PollToken.Kind = socket.isStream ? .listener : .datagrams
            poller.add(socket.descriptor, .readable, PollToken(kind, number: Int(socket.descriptor)))
        }
        var wasQuiet = false
        while !isStopped {
            receivedDatagrams = false
            handshakesLeft = Self.handshakesATurn
            let count = poller.wait(milliseconds: patience())
            now = patchway_monotonic_ns()
            if policy.tellsQueriesApart { week.set(patchway_realtime_ns()) }
            for index in 0..<count {
                if let (token, state) = poller.event(index) { handle(token, state) }
            }
            expire()
            resumeStreams()
            flushLinks()
            flush()
            link.counters.withLockIfAvailable { $0 = counters }
            // What the kernel had queued before the signal is answered too: the end is a round without datagrams.
            if let drainsUntil, now >= drainsUntil || wasQuiet && !receivedDatagrams && isIdle { isStopped = true }
            wasQuiet = drainsUntil != nil && !receivedDatagrams
        }
        close()
    }

    /// Whether no client waits for anything.
    private var isIdle: Bool { table.waiters.count == 0 && streams.isIdle }

    private mutating func handle(_ token: PollToken, _ state: Poller.Interest) {
        switch token.kind {
        case .mailbox: readMail()
        case .datagrams: receiveDatagrams(Int32(token.number))
        case .listener: acceptStreams(Int32(token.number))
        case .connection: streamIsReady(token, state)
        case .upstream: upstreamIsReady(token)
        case .link: linkIsReady(token)
        }
    }

    /// Milliseconds until something falls due.
    private func patience() -> Int32 {
        if !resumed.isEmpty || !unreadLinks.isEmpty { return 0 }
        if drainsUntil != nil, isIdle { return Self.drainPause }
        var due = min(drainsUntil ?? .max, probeAt)
        if let next = table.nextDeadline { due = min(due, next) }
        if let next = trailing.nextDue { due = min(due, next) }
        if let next = streams.nextDeadline { due = min(due, next) }
        if let next = links.nextDeadline { due = min(due, next) }
        guard due != .max else { return -1 }
        return due <= now ? 0 : Int32(min((due - now) / 1_000_000 + 1, 60_000))
    }

    /// Does what has fallen due.
    mutating func expire() {
        while let flight = table.takeImpatient(now: now) { answerImpatient(flight) }
        while let (flight, step) = table.takeTimedOut(now: now) {
            counters.upstreamTimeouts += 1
            perform(step, for: flight)
            // Who has failed is probed before the next client asks.
            if probeAt != .max { probeAt = min(probeAt, now + UpstreamGroup.firstHold) }
        }
        if now >= probeAt { probe() }
        expireTrailing()
        expireLinks()
        while let number = streams.takeIdle(now: now) {
            counters.closedConnections += 1
            if streams.slots[number].isShaking { counters.failedHandshakes += 1 }
            closeStream(number)
        }
    }

    /// Sends queued datagrams.
    mutating func flush() { counters.droppedReplies += UInt64(batch.flush()) }

    private mutating func readMail() {
        for message in link.mailbox.takeAll() {
            switch message {
            case .policy(let policy):
                self.policy = policy
                if policy.tellsQueriesApart { week.set(patchway_realtime_ns()) }
            case .certificates(let contexts): tls = contexts
            case .addresses(let changes): take(changes)
            case .forwarding(let change): adopt(change)
            case .validated(let result): settle(result)
            case .fetch(let name, let type): fetch(name, type)
            case .ping: link.answered.add(1, ordering: .relaxed)
            case .stop: isStopped = true
            case .drain:
                guard drainsUntil == nil else { break }
                drainsUntil = now + Self.drainTime
                // Waiting clients get their answers from the datagram sockets, so these stay until the end.
                for socket in sockets where socket.isStream { _ = patchway_close(socket.descriptor) }
                sockets.removeAll(where: \.isStream)
                announceEnd()
            }
        }
    }

    private mutating func close() {
        flush()
        for socket in sockets { _ = patchway_close(socket.descriptor) }
        closeUpstreamSockets()
        while let number = streams.firstLive { closeStream(number) }
        link.counters.withLock { $0 = counters }
    }
}

/// A socket that clients reach.
struct ListeningSocket: Sendable {
    /// Its descriptor; the worker that has it closes it.
    var descriptor: Int32
    /// What clients speak on its TCP connections; nil: it is a datagram socket.
    var speaks: StreamProtocol?
    /// Whether it takes TCP connections.
    var isStream: Bool { speaks != nil }
}

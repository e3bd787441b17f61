internal import DNS

/// Questions under way upstream: who waits for them, and which try comes next. Pure: it asks its owner to send.
struct FlightTable: ~Copyable {
    /// What became of a client's question.
    enum Join: Equatable {
        /// A new flight; take its first ``Step``.
        case started(Int)
        /// It waits for a flight that is under way.
        case joined
        /// Too many flights, or too many clients wait for this one.
        case full
    }

    /// What the owner does next for a flight.
    enum Step: Equatable {
        /// Send it to an upstream over UDP.
        case ask(Int)
        /// Send it to an upstream over TCP.
        case askTCP(Int)
        /// Nothing.
        case wait
        /// Answer the waiters with the flight's failure.
        case giveUp
    }

    /// How a try ended without an answer.
    enum TryEnd: Equatable {
        /// The upstream sent something that is not the answer.
        case fault(ReplyFault)
        /// A socket could not be made, connected or used.
        case network
    }

    /// Flights.
    var flights: Slab<Flight>
    /// Waiting clients.
    var waiters: Slab<Waiter>
    /// The state of the upstreams.
    private(set) var group: UpstreamGroup
    private var names: OctetBuffer
    private var questions: OctetBuffer
    private var deadlines: DeadlineList
    /// When those who wait get what is stale.
    private var patience: DeadlineList
    private var index: [Int32]
    private let mask: Int
    private let maximumTries: Int
    private let maximumWaiters: Int

    private static let slotSize = 256
    /// Mismatches after which the question is put over TCP (promise A3).
    static let toleratedMismatches = 3

    /// An empty table.
    ///
    /// `patience` is the time after which those who wait may get an answer whose time is over. Times are nanoseconds.
    init(
        capacity: Int,
        maximumWaiters: Int,
        maximumTries: Int,
        tryTimeout: UInt64,
        patience: UInt64 = .max,
        upstreams: Int
    ) {
        flights = Slab(capacity: capacity)
        waiters = Slab(capacity: max(2 * capacity, 2 * maximumWaiters))
        names = OctetBuffer(count: capacity * Self.slotSize)
        questions = OctetBuffer(count: max(2 * capacity, 2 * maximumWaiters) * Self.slotSize)
        deadlines = DeadlineList(capacity: capacity, interval: tryTimeout)
        self.patience = DeadlineList(capacity: patience == .max ? 0 : capacity, interval: patience)
        group = UpstreamGroup(count: upstreams)
        var slots = 16
        while slots < 2 * capacity { slots *= 2 }
        index = Array(repeating: -1, count: slots)
        mask = slots - 1
        self.maximumTries = maximumTries
        self.maximumWaiters = maximumWaiters
    }

    // MARK: - Clients

    /// Adds a client to the flight for its question, starting one if there is none.
    /// - Complexity: O(1) expected
    mutating func join(
        _ name: borrowing NameBuffer,
        _ key: AnswerKey,
        hash: UInt64,
        waiter: Waiter,
        question: Span<UInt8>
    ) -> Join {
        let slot = slot(of: name, key, hash)
        let known = index[slot]
        if known >= 0, Int(flights[Int(known)].waiterCount) >= maximumWaiters { return .full }
        guard let waiterIndex = waiters.insert(waiter) else { return .full }
        questions.copy(question, to: waiterIndex * Self.slotSize)
        if known >= 0 {
            append(waiterIndex, to: Int(known))
            return .joined
        }
        guard let number = insert(name, key, hash, slot) else {
            waiters.remove(waiterIndex)
            return .full
        }
        append(waiterIndex, to: number)
        return .started(number)
    }

    /// A new flight for which nobody waits; nil when there is one, or no room.
    /// - Complexity: O(1) expected
    mutating func open(_ name: borrowing NameBuffer, _ key: AnswerKey, hash: UInt64) -> Int? {
        let slot = slot(of: name, key, hash)
        return index[slot] < 0 ? insert(name, key, hash, slot) : nil
    }

    private mutating func insert(_ name: borrowing NameBuffer, _ key: AnswerKey, _ hash: UInt64, _ slot: Int) -> Int? {
        guard let number = flights.insert(Flight(hash: hash, key: key, nameLength: UInt8(name.count))) else {
            return nil
        }
        names.copy(name.span, to: number * Self.slotSize)
        index[slot] = Int32(number)
        return number
    }

    private mutating func append(_ waiter: Int, to flight: Int) {
        let last = flights[flight].lastWaiter
        if last >= 0 {
            waiters[Int(last)].next = Int32(waiter)
        } else {
            flights[flight].firstWaiter = Int32(waiter)
        }
        flights[flight].lastWaiter = Int32(waiter)
        flights[flight].waiterCount += 1
    }

    /// Takes the first waiter off a flight, or gives nil when none is left. Its question stays readable until the next
    /// ``join(_:_:hash:waiter:question:)``.
    mutating func takeWaiter(_ flight: Int) -> (Waiter, question: Int)? {
        let first = flights[flight].firstWaiter
        guard first >= 0 else { return nil }
        let waiter = waiters[Int(first)]
        flights[flight].firstWaiter = waiter.next
        if waiter.next < 0 { flights[flight].lastWaiter = -1 }
        flights[flight].waiterCount -= 1
        waiters.remove(Int(first))
        return (waiter, Int(first) * Self.slotSize)
    }

    /// The question name as a waiter's client wrote it.
    @_lifetime(borrow self)
    func question(_ place: Int, _ length: Int) -> Span<UInt8> { questions.span(place, length) }

    /// Fills `buffer` with the name of a flight.
    func fillName(of flight: Int, _ buffer: inout NameBuffer) {
        _ = try? buffer.fill(names.span(flight * Self.slotSize, Int(flights[flight].nameLength)), at: 0)
    }

    /// Forgets a flight without waiters.
    mutating func end(_ flight: Int) {
        rest(flight)
        unlink(flight)
        flights.remove(flight)
    }

    /// Lets a flight wait for another one: it has no try that could time out.
    mutating func rest(_ flight: Int) {
        deadlines.clear(flight)
        if patience.interval != .max { patience.clear(flight) }
    }

    // MARK: - Tries

    /// The first try.
    mutating func start(_ flight: Int, now: UInt64) -> Step {
        if patience.interval != .max { patience.set(flight, now: now) }
        return nextTry(flight, now: now)
    }

    /// The next flight whose clients have waited long enough for an answer that is not stale.
    mutating func takeImpatient(now: UInt64) -> Int? { patience.takeDue(now: now) }

    /// The next flight whose try has timed out.
    mutating func takeTimedOut(now: UInt64) -> (flight: Int, step: Step)? {
        guard let flight = deadlines.takeDue(now: now) else { return nil }
        let last = flights[flight]
        if last.upstream >= 0 { group.failed(Int(last.upstream), sentAt: last.sentAt, now: now) }
        return (flight, nextTry(flight, now: now))
    }

    /// When the next try times out, or patience ends.
    var nextDeadline: UInt64? {
        guard let first = deadlines.nextDue, let second = patience.nextDue else {
            return deadlines.nextDue ?? patience.nextDue
        }
        return min(first, second)
    }

    /// An upstream gave the answer.
    mutating func answered(_ flight: Int, by upstream: Int) { group.succeeded(upstream) }

    /// A try ended without an answer.
    mutating func ended(_ flight: Int, _ end: TryEnd, upstream: Int, now: UInt64) -> Step {
        switch end {
        case .fault(.mismatch):
            guard flights[flight].mismatches < .max else { return .wait }
            flights[flight].mismatches += 1
            guard Int(flights[flight].mismatches) == Self.toleratedMismatches else { return .wait }
            return askTCP(flight, upstream)
        case .fault(.truncated): return askTCP(flight, upstream)
        case .fault(.malformed):
            flights[flight].failure = .malformed
            return nextTry(flight, now: now)
        case .fault(.refusal(let code)):
            group.succeeded(upstream)
            if code == .formErr || code == .notImp || code == .badVers, !flights[flight].withoutEDNS {
                flights[flight].withoutEDNS = true
                return nextTry(flight, now: now, upstream: upstream)
            }
            flights[flight].failure = FlightFailure(refusal: code)
            // Each upstream is asked once; another answer of the same one is not to be had by asking again.
            guard Int(flights[flight].tries) < group.health.count else { return .giveUp }
            return nextTry(flight, now: now)
        case .network:
            flights[flight].failure = .network
            group.failed(upstream, sentAt: flights[flight].sentAt, now: now)
            return nextTry(flight, now: now)
        }
    }

    /// A TCP exchange of a flight ended without the answer: with a message that is none, or, without one, by failing.
    mutating func endedTCP(_ flight: Int, _ fault: ReplyFault?, upstream: Int, now: UInt64) -> Step {
        flights[flight].isAskingTCP = false
        switch fault {
        case nil: return ended(flight, .network, upstream: upstream, now: now)
        // Nobody else can have sent it, so there is no true answer to wait for.
        case .mismatch, .truncated: return ended(flight, .fault(.malformed), upstream: upstream, now: now)
        case .some(let fault): return ended(flight, .fault(fault), upstream: upstream, now: now)
        }
    }

    private mutating func askTCP(_ flight: Int, _ upstream: Int) -> Step {
        guard !flights[flight].isAskingTCP else { return .wait }
        flights[flight].isAskingTCP = true
        return .askTCP(upstream)
    }

    private mutating func nextTry(_ flight: Int, now: UInt64, upstream: Int? = nil) -> Step {
        guard Int(flights[flight].tries) < maximumTries else { return .giveUp }
        let previous = flights[flight].upstream
        let chosen = upstream ?? group.choose(now: now, previous: previous >= 0 ? Int(previous) : nil)
        flights[flight].tries += 1
        flights[flight].upstream = Int8(chosen)
        flights[flight].sentAt = now
        deadlines.set(flight, now: now)
        return .ask(chosen)
    }

    // MARK: - Index: open addressing with linear probing

    private func slot(of name: borrowing NameBuffer, _ key: AnswerKey, _ hash: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while index[slot] >= 0 {
            let number = Int(index[slot])
            let flight = flights[number]
            if flight.hash == hash, flight.key == key, Int(flight.nameLength) == name.count,
                octetsEqual(names.span(number * Self.slotSize, name.count), name.span)
            {
                return slot
            }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func unlink(_ flight: Int) {
        var hole = Int(truncatingIfNeeded: flights[flight].hash) & mask
        while index[hole] != Int32(flight) { hole = (hole + 1) & mask }
        var next = hole
        while true {
            next = (next + 1) & mask
            let other = index[next]
            if other < 0 { break }
            let home = Int(truncatingIfNeeded: flights[Int(other)].hash) & mask
            if (next &- home) & mask >= (next &- hole) & mask {
                index[hole] = other
                hole = next
            }
        }
        index[hole] = -1
    }
}

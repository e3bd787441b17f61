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
        /// Send it to these upstreams.
        case ask(UpstreamSet)
        /// Send it to an upstream over TCP, because it does not fit or cannot be trusted otherwise.
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
    /// How the upstreams do.
    var groups: UpstreamGroups
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
        groups: [ForwardingTable.Group],
        start: Int = 0
    ) {
        flights = Slab(capacity: capacity)
        waiters = Slab(capacity: max(2 * capacity, 2 * maximumWaiters))
        names = OctetBuffer(count: capacity * Self.slotSize)
        questions = OctetBuffer(count: max(2 * capacity, 2 * maximumWaiters) * Self.slotSize)
        deadlines = DeadlineList(capacity: capacity, interval: tryTimeout)
        self.patience = DeadlineList(capacity: patience == .max ? 0 : capacity, interval: patience)
        self.groups = UpstreamGroups(groups, patience: tryTimeout, start: start)
        var slots = 16
        while slots < 2 * capacity { slots *= 2 }
        index = Array(repeating: -1, count: slots)
        mask = slots - 1
        self.maximumTries = maximumTries
        self.maximumWaiters = maximumWaiters
    }

    /// Asks other upstreams from now on; nothing is known about them yet.
    mutating func replace(_ groups: [ForwardingTable.Group]) {
        self.groups = UpstreamGroups(groups, patience: self.groups.patience, start: self.groups.start)
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

    /// The first try, of a question that is asked of the upstreams of a group.
    mutating func start(_ flight: Int, group: Int = 0, now: UInt64) -> Step {
        if patience.interval != .max { patience.set(flight, now: now) }
        flights[flight].group = UInt8(group)
        return nextTry(flight, now: now)
    }

    /// The first try of a question that has been asked of upstreams that are no more.
    mutating func restart(_ flight: Int, group: Int, now: UInt64) -> Step {
        let old = flights[flight]
        var new = Flight(hash: old.hash, key: old.key, nameLength: old.nameLength)
        new.generation = old.generation
        (new.firstWaiter, new.lastWaiter, new.waiterCount) = (old.firstWaiter, old.lastWaiter, old.waiterCount)
        new.group = UInt8(group)
        flights[flight] = new
        return nextTry(flight, now: now)
    }

    /// The next flight whose clients have waited long enough for an answer that is not stale.
    mutating func takeImpatient(now: UInt64) -> Int? { patience.takeDue(now: now) }

    /// The next flight whose try has timed out.
    mutating func takeTimedOut(now: UInt64) -> (flight: Int, step: Step)? {
        guard let flight = deadlines.takeDue(now: now) else { return nil }
        let last = flights[flight]
        for upstream in last.asking.union(last.riders) { groups.failed(upstream, sentAt: last.sentAt, now: now) }
        flights[flight].asking.removeAll()
        flights[flight].riders.removeAll()
        return (flight, nextTry(flight, now: now))
    }

    /// When the next try times out, or patience ends.
    var nextDeadline: UInt64? {
        guard let first = deadlines.nextDue, let second = patience.nextDue else {
            return deadlines.nextDue ?? patience.nextDue
        }
        return min(first, second)
    }

    /// An upstream gave the answer to what was sent to it at `sentAt`.
    mutating func answered(_ flight: Int, by upstream: Int, sentAt: UInt64?, now: UInt64) {
        flights[flight].upstream = Int8(upstream)
        flights[flight].asking.remove(upstream)
        flights[flight].riders.remove(upstream)
        groups.heard(upstream, sentAt: sentAt, now: now)
    }

    /// A try ended without an answer.
    mutating func ended(_ flight: Int, _ end: TryEnd, upstream: Int, now: UInt64) -> Step {
        switch end {
        case .fault(.mismatch):
            guard flights[flight].mismatches < .max else { return .wait }
            flights[flight].mismatches += 1
            guard Int(flights[flight].mismatches) == Self.toleratedMismatches else { return .wait }
            return flights[flight].tcpUpstream < 0 ? askTCP(flight, upstream) : .wait
        case .fault(.truncated):
            guard flights[flight].tcpUpstream < 0 else {
                return Int(flights[flight].tcpUpstream) == upstream ? .wait : goOn(flight, without: upstream, now: now)
            }
            return askTCP(flight, upstream)
        case .fault(.malformed):
            flights[flight].failure = .malformed
            return goOn(flight, without: upstream, now: now)
        case .fault(.refusal(let code)): return refused(flight, code, by: upstream, now: now)
        // As one that could not resolve it: another upstream may.
        case .fault(.referral): return refused(flight, .servFail, by: upstream, now: now)
        case .network:
            flights[flight].failure = .network
            groups.failed(upstream, sentAt: flights[flight].sentAt, now: now)
            return goOn(flight, without: upstream, now: now)
        }
    }

    private mutating func refused(_ flight: Int, _ code: ResponseCode, by upstream: Int, now: UInt64) -> Step {
        let group = groups.group(of: upstream)
        let wasAsked = flights[flight].asking.contains(upstream)
        flights[flight].asking.remove(upstream)
        flights[flight].riders.remove(upstream)
        if code == .formErr || code == .notImp || code == .badVers, wasAsked, !flights[flight].withoutEDNS {
            groups[group].succeeded(upstream)
            flights[flight].withoutEDNS = true
            return nextTry(flight, now: now, upstream: upstream)
        }
        let failsOver = groups[group].rules.failsOver(on: code)
        groups[group].refused(upstream, failsOver: failsOver, sentAt: flights[flight].sentAt, now: now)
        flights[flight].failure = FlightFailure(refusal: code)
        guard wasAsked, flights[flight].asking.isEmpty else { return .wait }
        guard failsOver else { return .giveUp }
        // Each upstream is asked once; another answer of the same one is not to be had by asking again.
        guard flights[flight].tried.count < groups[Int(flights[flight].group)].count else {
            return fallBack(flight, now: now)
        }
        return nextTry(flight, now: now)
    }

    /// A TCP exchange of a flight ended without the answer: with a message that is none, or, without one, by failing.
    mutating func endedTCP(_ flight: Int, _ fault: ReplyFault?, upstream: Int, now: UInt64) -> Step {
        flights[flight].tcpUpstream = -1
        switch fault {
        case nil: return ended(flight, .network, upstream: upstream, now: now)
        // Nobody else can have sent it, so there is no true answer to wait for.
        case .mismatch, .truncated: return ended(flight, .fault(.malformed), upstream: upstream, now: now)
        case .some(let fault): return ended(flight, .fault(fault), upstream: upstream, now: now)
        }
    }

    private mutating func askTCP(_ flight: Int, _ upstream: Int) -> Step {
        flights[flight].tcpUpstream = Int8(upstream)
        return .askTCP(upstream)
    }

    /// The next try, unless others are still waited for, or nobody waited for this one.
    private mutating func goOn(_ flight: Int, without upstream: Int, now: UInt64) -> Step {
        let wasAsked = flights[flight].asking.contains(upstream)
        flights[flight].asking.remove(upstream)
        flights[flight].riders.remove(upstream)
        return wasAsked && flights[flight].asking.isEmpty ? nextTry(flight, now: now) : .wait
    }

    private mutating func nextTry(_ flight: Int, now: UInt64, upstream: Int? = nil) -> Step {
        let group = Int(flights[flight].group)
        let most = groups.fallsBack(group) ? max(maximumTries / 2, 1) : maximumTries
        guard Int(flights[flight].tries) < most else {
            return flights[flight].asking.isEmpty ? fallBack(flight, now: now) : .wait
        }
        let previous = flights[flight].upstream
        var choice = UpstreamGroup.Choice()
        if let upstream {
            choice.asked.insert(upstream)
            choice.lead = upstream
        } else {
            choice = groups[group].choose(
                now: now,
                tried: flights[flight].tried,
                previous: previous >= 0 ? Int(previous) : nil
            )
        }
        guard !choice.asked.isEmpty else { return .giveUp }
        flights[flight].tries += 1
        flights[flight].upstream = Int8(choice.lead)
        flights[flight].asking.formUnion(choice.asked)
        flights[flight].riders.formUnion(choice.riders)
        flights[flight].tried.formUnion(choice.asked)
        flights[flight].sentAt = now
        deadlines.set(flight, now: now)
        return .ask(choice.asked.union(choice.riders))
    }

    /// What is left when the upstreams of a route have not answered: those for everything else, if that is meant.
    private mutating func fallBack(_ flight: Int, now: UInt64) -> Step {
        guard groups.fallsBack(Int(flights[flight].group)) else { return .giveUp }
        flights[flight].group = 0
        flights[flight].upstream = -1
        flights[flight].asking.removeAll()
        flights[flight].riders.removeAll()
        flights[flight].tried.removeAll()
        return nextTry(flight, now: now)
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

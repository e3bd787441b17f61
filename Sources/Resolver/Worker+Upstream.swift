internal import CSockets
internal import DNS
internal import Glibc
internal import Policy

extension Worker {
    /// Datagrams taken from one socket before others get their turn.
    private static let maximumReads = 16
    /// The payload size offered to upstreams (DNS flag day 2020).
    private static let payloadSize: UInt16 = 1_232
    /// Octets that padded queries are a multiple of.
    private static let paddingBlock = 128

    /// Carries out what the flight table wants, until nothing is left to do at once.
    mutating func perform(_ first: FlightTable.Step, for flight: Int) {
        var step = first
        while true {
            switch step {
            case .wait: return
            case .giveUp:
                fail(flight)
                return
            case .ask(let upstreams):
                turnAddresses()
                step = ask(upstreams, for: flight)
            case .askTCP(let upstream):
                if askOverLink(upstream, for: flight) { return }
                counters.upstreamFailures += 1
                step = table.endedTCP(flight, nil, upstream: upstream, now: now)
            }
        }
    }

    /// Sends a flight's question to some upstreams; gives what is next when the system refuses that for all.
    private mutating func ask(_ upstreams: UpstreamSet, for flight: Int) -> FlightTable.Step {
        var step = FlightTable.Step.wait
        for upstream in upstreams {
            if isLinked[upstream] ? askOverLink(upstream, for: flight) : ask(upstream, for: flight) { continue }
            counters.upstreamFailures += 1
            let next = table.ended(flight, .network, upstream: upstream, now: now)
            if next != .wait { step = next }
        }
        return step
    }

    /// Sends a flight's question with a fresh id; false when the system refuses.
    private mutating func ask(_ upstream: Int, for flight: Int) -> Bool {
        guard let number = associate(upstream) else { return false }
        let id = random.next16()
        upstreamSockets[number].flight = Int32(flight)
        upstreamSockets[number].upstream = Int8(upstream)
        upstreamSockets[number].id = id
        upstreamSockets[number].isSpent = false
        upstreamSockets[number].sentAt = now
        upstreamSockets[number].next = table.flights[flight].firstSocket
        table.flights[flight].firstSocket = Int32(number)
        writeQuestion(of: flight, id: id)
        counters.upstreamQueries += 1
        let descriptor = upstreamSockets[number].descriptor
        // An error left over from an earlier datagram is reported once; the second call sends.
        return draft.send(descriptor) >= 0 || draft.send(descriptor) >= 0
    }

    /// Writes the upstream query of a flight into `draft`: never the client's octets, id or letters.
    ///
    /// A padded one has a length that tells nothing (RFC 8467 §4.1).
    mutating func writeQuestion(of flight: Int, id: UInt16, isPadded: Bool = false) {
        let question = table.flights[flight]
        table.fillName(of: flight, &flightName)
        draft.reset()
        draft.append16(id)
        var bits = MessageHeader.recursionDesiredFlag
        let validates = validation != nil && !question.key.isReference
        if question.key.checkingDisabled || validates { bits |= MessageHeader.checkingDisabledFlag }
        if configuration.trustsUpstreamAD { bits |= MessageHeader.authenticDataFlag }
        draft.append16(bits)
        draft.append16(1)
        draft.append32(0)
        draft.append16(question.withoutEDNS ? 0 : 1)
        draft.append(flightName.span)
        draft.append16(question.key.type)
        draft.append16(RRClass.in.rawValue)
        guard !question.withoutEDNS else { return }
        draft.append(0)
        draft.append16(RRType.opt.rawValue)
        draft.append16(Self.payloadSize)
        draft.append16(0)
        draft.append16(question.key.dnssecOK || validates ? 0x8000 : 0)
        guard isPadded else {
            draft.append16(0)
            return
        }
        let padding = (Self.paddingBlock - (draft.count + 6) % Self.paddingBlock) % Self.paddingBlock
        draft.append16(UInt16(padding + 4))
        draft.append16(EDNS.paddingOption)
        draft.append16(UInt16(padding))
        for _ in 0..<padding { draft.append(0) }
    }

    // MARK: - Replies

    /// Takes the datagrams that have arrived at an upstream socket until one is the answer.
    mutating func upstreamIsReady(_ token: PollToken) {
        let number = token.number
        guard upstreamSockets.isLive(number), upstreamSockets.generation(number) & 0xFF_FFFF == token.generation
        else { return }
        for _ in 0..<Self.maximumReads {
            let socket = upstreamSockets[number]
            let size = received.count
            let count = unsafe received.withMemory(0, size) { unsafe patchway_receive(socket.descriptor, $0, size) }
            if count == -Int(EAGAIN) { return }
            // ICMP errors prove nothing: the query goes on until its time is over.
            guard count >= 0 else { continue }
            guard socket.flight >= 0 else {
                if trailing.contains(number) { takeLate(number, count: count) }
                if upstreamSockets.isLive(number) { continue } else { return }
            }
            let flight = Int(socket.flight)
            table.fillName(of: flight, &flightName)
            let fault = scrubber.scrub(
                received,
                count: count,
                id: socket.id,
                name: flightName,
                key: table.flights[flight].key
            )
            guard let fault else {
                table.answered(flight, by: Int(socket.upstream), sentAt: socket.sentAt, now: now)
                deliver(flight, answeredOn: number)
                return
            }
            note(fault, for: flight)
            if fault != .mismatch { upstreamSockets[number].isSpent = true }
            let step = table.ended(flight, .fault(fault), upstream: Int(socket.upstream), now: now)
            perform(step, for: flight)
            guard upstreamSockets.isLive(number), upstreamSockets[number].flight == socket.flight else { return }
        }
    }

    /// Counts a fault of a reply to the question of a flight, whose name is `flightName`.
    mutating func note(_ fault: ReplyFault, for flight: Int) {
        switch fault {
        case .mismatch: counters.upstreamMismatches += 1
        case .malformed: counters.upstreamMalformed += 1
        case .refusal, .referral:
            counters.upstreamFailures += 1
            if comparing != nil { keepRefusal(of: flight) }
        case .truncated: break
        }
    }

    /// Keeps the scrubbed answer and gives it to all who wait; `flightName` is the flight's name.
    mutating func deliver(_ flight: Int, answeredOn socket: Int?) {
        guard !inspects else { return inspect(flight, answeredOn: socket) }
        deliver(table.flights[flight], flight, answeredOn: socket)
    }

    /// The same for an answer that nobody else has to look at.
    @inline(__always)
    mutating func deliver(_ question: Flight, _ flight: Int, answeredOn socket: Int?) {
        if rebinding.withholds(scrubber.message, to: flightName) {
            counters.withheld += 1
            scrubber.withhold(flightName, question.key)
        }
        // A policy that came while the question was under way tells clients apart anew.
        guard question.key.isReal || question.generation == policy.generation || !policy.tellsQueriesApart else {
            return requeue(flight, answeredOn: socket)
        }
        if let place = keep(question, flight, socket) { hand(place, to: flight, answeredOn: socket) }
    }

    /// Gives the answer at a place to all who wait for it, and ends the flight; `flightName` is its name.
    mutating func hand(_ place: Int, to flight: Int, answeredOn socket: Int? = nil) {
        let question = table.flights[flight]
        let entry = cache.entry(place)
        var late = 0
        var dependents: [Int32] = []
        while let (waiter, asked) = table.takeWaiter(flight) {
            if waiter.dependent >= 0 {
                dependents.append(waiter.dependent)
                continue
            }
            guard isOnTime(waiter, &late) else { continue }
            if entry.isDrop {
                reply.reset()
                counters.droppedByPolicy += 1
                finish(waiter, entry, place, sends: false)
                continue
            }
            if !cache.write(place, entry, to: waiter.query, now: now, into: &reply) { counters.truncated += 1 }
            reply.restoreQuestion(waiter.query, at: asked, of: table)
            if truncates(entry, waiter.query, flightName) { cut(entry, waiter.query) }
            finish(waiter, entry, place, sends: true)
        }
        guard !dependents.isEmpty else {
            retire(place, entry, question)
            return end(flight, answeredOn: socket)
        }
        let answer = TargetAnswer(cache, place, now: now)
        retire(place, entry, question)
        end(flight, answeredOn: socket)
        complete(dependents, with: answer)
    }

    /// A TTL of 0 is for those who waited, and nobody after them (RFC 1035 §3.2.1).
    private mutating func retire(_ place: Int, _ entry: CacheEntry, _ question: Flight) {
        if entry.expiresAt <= now + 1 { cache.remove(flightName, question.key, hash: question.hash) }
    }

    /// Keeps the scrubbed answer, or what the policy makes of it, and gives its place; nil where that leads on.
    private mutating func keep(_ question: Flight, _ flight: Int, _ socket: Int?) -> Int? {
        // What is not what its owner signed is nothing that a policy could make something of (CVE-2026-50243).
        guard !question.key.isReal, scrubber.code != .servFail else { return keepAnswer(.pass, question) }
        let verdict = policy.decide(
            flightName,
            RRType(rawValue: question.key.type),
            policy.context(question.key),
            answer: scrubber.message,
            scratch: &aliasName
        )
        let decision = StoredDecision(verdict.decision, aliasOffset: verdict.aliasOffset)
        guard enforces(verdict, for: flightName, question.key, against: scrubber.message) else {
            let isTurned = turnsDenial(verdict.decision, of: flightName, question.key, scrubber.message)
            if isTurned { scrubber.turnDenial() }
            return keepAnswer(decision, question, isTurned: isTurned)
        }
        return keepPolicyAnswer(verdict.decision, decision, question, flight, socket)
    }

    private mutating func keepPolicyAnswer(
        _ decision: Decision,
        _ stored: StoredDecision,
        _ question: Flight,
        _ flight: Int,
        _ socket: Int?
    ) -> Int? {
        let hasAlias = stored.aliasOffset > 0
        if hasAlias { _ = aliasName.fill(from: scrubber.message, at: Int(stored.aliasOffset)) }
        made.begin(flightName, RRType(rawValue: question.key.type))
        let target = made.append(
            decision,
            policy,
            on: hasAlias ? aliasName.name : flightName.name,
            of: flightName,
            question.key,
            real: scrubber.message,
            aliasOffset: Int(stored.aliasOffset),
            age: 0
        )
        made.expiresAt = now + max(UInt64(scrubber.lifetime) * 1_000_000_000, 1)
        let alias = hasAlias ? aliasName.name.wire : []
        guard let target, !made.isBroken else { return keepDraft(stored, question, alias: alias) }
        releaseSockets(of: flight, answeredOn: socket)
        self.await(Completion(made, target, stored, alias: alias, generation: policy.generation), for: flight)
        return nil
    }

    private mutating func keepAnswer(
        _ decision: StoredDecision,
        _ question: Flight,
        isTurned: Bool = false
    ) -> Int {
        let lifetime = UInt64(scrubber.lifetime) * 1_000_000_000
        let isAuthentic = scrubber.isAuthentic && (configuration.trustsUpstreamAD || validation != nil)
        let entry = CacheEntry(
            key: question.key,
            storedAt: now,
            expiresAt: now + max(lifetime, 1),
            decision: decision,
            generation: policy.generation,
            flags: (isAuthentic ? CacheEntry.authentic : 0) | (isTurned ? CacheEntry.turned : 0)
        )
        return cache.insert(
            entry,
            flightName,
            hash: question.hash,
            message: scrubber.message,
            ttls: scrubber.ttls,
            options: scrubber.options
        )
    }

    /// Tells the waiters of a flight that there is no answer.
    mutating func fail(_ flight: Int) {
        guard !inspects else { return inspectFailure(flight) }
        failAll(flight)
    }

    /// The same for a failure that nobody else has to know of.
    mutating func failAll(_ flight: Int) {
        if failStale(flight) { return end(flight) }
        if failByPolicy(flight) { return }
        let failure = table.flights[flight].failure
        table.fillName(of: flight, &flightName)
        var late = 0
        var dependents: [Int32] = []
        while let (waiter, asked) = table.takeWaiter(flight) {
            if waiter.dependent >= 0 {
                dependents.append(waiter.dependent)
                continue
            }
            counters.failed += 1
            guard isOnTime(waiter, &late) else { continue }
            reply.writeFailure(waiter.query, failure, question: asked, of: table)
            finish(waiter, nil, nil, sends: true)
        }
        end(flight)
        failTargets(dependents, failure)
    }

    /// Whether a waiter still gets its answer: those who waited long get one only if they are few, so that nobody can
    /// save up answers for one burst (DNSBomb, CVE-2024-33655).
    mutating func isOnTime(_ waiter: Waiter, _ late: inout Int) -> Bool {
        guard !waiter.query.overTCP, now &- waiter.arrivedAt > 1_900_000_000 else { return true }
        late += 1
        guard late > 16 else { return true }
        counters.droppedLate += 1
        return false
    }

    /// Sends `reply` to a waiter, and notes its query.
    mutating func finish(_ waiter: Waiter, _ entry: CacheEntry?, _ place: Int?, sends: Bool) {
        let decision = entry?.decision ?? .pass
        if decision.isFlagged || configuration.capturesAll {
            let isEnforced = (entry?.flags ?? 0) & CacheEntry.policyMade != 0
            if isEnforced { counters.blocked += 1 }
            let hasAlias = place.map { cache.fillAlias($0, &aliasName) } ?? false
            let outcome = QueryOutcome(
                decision: decision,
                arrivedAt: waiter.arrivedAt,
                isCached: false,
                isEnforced: isEnforced,
                hasAlias: hasAlias
            )
            count(outcome, isKept: keep(outcome, waiter.query, waiter.origin, name: flightName))
        }
        if waiter.query.overTCP {
            finishStreamQuery(waiter.origin, sends: sends)
        } else if sends {
            send(to: waiter.origin)
        }
    }
}

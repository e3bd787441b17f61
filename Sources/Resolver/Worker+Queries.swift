internal import CSockets
internal import DNS
internal import Policy

extension Worker {
    /// Decides what a message from a client gets.
    /// - Returns: whether `reply` holds the reply; else the message is dropped or waits for an upstream.
    @inline(__always)
    mutating func answer(_ message: Span<UInt8>, from origin: Origin, overTCP: Bool) -> Bool {
        let screening = screen(
            message,
            name: &name,
            overTCP: overTCP,
            answersWithoutRD: configuration.answersWithoutRecursionDesired,
            idleTime: UInt16(clamping: configuration.idleTimeout / 100)
        )
        switch screening {
        case .junk:
            counters.droppedJunk += 1
            return false
        case .reject(let query, let code):
            counters.queries += 1
            counters.rejected += 1
            reply.writeError(query, code, message: message)
            return true
        case .accept(let query):
            counters.queries += 1
            if overTCP { counters.tcpQueries += 1 }
            guard isAllowed(origin.peer) else {
                counters.rejected += 1
                reply.writeError(query, .refused, message: message, error: ErrorOption(.prohibited))
                return true
            }
            let key = policy.key(query, from: origin, at: week.minute)
            let hash = keyedHash(name, key, seed: seed)
            if let place = cache.find(name, key, hash: hash, now: now) {
                let entry = cache.entry(place)
                // A name that policy sends to TCP is decided anew over UDP.
                if entry.generation == policy.generation, !entry.isDrop, overTCP || entry.decision.verdict != .truncate
                {
                    writeHit(place, entry, query, message, origin)
                    if configuration.prefetches, entry.isEnding(now: now) { prefetch(key, hash) }
                    return true
                }
            }
            return answerMiss(query, key, hash, message, origin)
        }
    }

    /// Whether a client may ask at all.
    @inline(__always)
    func isAllowed(_ peer: patchway_peer) -> Bool {
        guard let address = peer.address else { return false }
        for range in configuration.allowedClients where range.contains(address) { return true }
        return false
    }

    /// The question name as the client wrote it.
    @_lifetime(copy message)
    private func question(_ message: Span<UInt8>, _ query: ClientQuery) -> Span<UInt8> {
        message.extracting(MessageHeader.size..<(MessageHeader.size + Int(query.nameLength)))
    }

    @inline(__always)
    private mutating func writeHit(
        _ place: Int,
        _ entry: CacheEntry,
        _ query: ClientQuery,
        _ message: Span<UInt8>,
        _ origin: Origin,
        isCached: Bool = true
    ) {
        if !cache.write(place, entry, to: query, now: now, into: &reply) { counters.truncated += 1 }
        reply.octets.copy(question(message, query), to: MessageHeader.size)
        let isEnforced = entry.flags & CacheEntry.policyMade != 0
        if isEnforced {
            counters.blocked += 1
        } else if isCached {
            counters.hits += 1
        }
        if entry.decision.isFlagged || configuration.capturesAll {
            let hasAlias = cache.fillAlias(place, &aliasName)
            let outcome = QueryOutcome(
                decision: entry.decision,
                arrivedAt: now,
                isCached: isCached,
                isEnforced: isEnforced,
                hasAlias: hasAlias
            )
            count(outcome, isKept: keep(outcome, query, origin, name: name))
        }
    }

    // MARK: - Misses

    private mutating func answerMiss(
        _ query: ClientQuery,
        _ key: AnswerKey,
        _ hash: UInt64,
        _ message: Span<UInt8>,
        _ origin: Origin
    ) -> Bool {
        if configuration.answersWhy, asksWhy(query, origin) {
            answerWhy(query, key, message)
            return true
        }
        let type = RRType(rawValue: query.type)
        if let zone = configuration.localZone, let answer = zone.answer(name.name, type: type) {
            counters.local += 1
            reply.writeLocal(answer, query, message: message)
            noteIfWanted(.pass, query, origin)
            return true
        }
        let early = policy.decide(name, type, policy.context(key))
        // Where the addresses of the real answer can still change it, nothing is decided before it is there.
        let decision = policy.policy.stack.awaitsAddresses(early, type: type) ? .pass : early
        if !query.overTCP, policy.truncates(decision, for: name) {
            counters.blocked += 1
            reply.writeError(
                query,
                .noError,
                message: message,
                error: ErrorOption(decision, policy.policy.stack)
            )
            reply.octets.put16(reply.octets.uint16(at: 2) | MessageHeader.truncatedFlag, at: 2)
            noteIfWanted(StoredDecision(decision, aliasOffset: 0), query, origin, isEnforced: true)
            return true
        }
        let specialAnswer = special.answer(name)
        // Nobody has signed what is said here of special names.
        if policy.enforces(decision, for: name), specialAnswer != nil || !sparesSigned(key) {
            return answerByPolicy(decision, query, key, hash, message, origin)
        }
        if let specialAnswer {
            counters.local += 1
            reply.writeSpecial(specialAnswer, query, message: message, zoneStart: special.zoneStart(name))
            noteIfWanted(StoredDecision(decision, aliasOffset: 0), query, origin)
            return true
        }
        if type == .any {
            counters.local += 1
            reply.writeMinimalAny(query, message: message)
            noteIfWanted(StoredDecision(decision, aliasOffset: 0), query, origin)
            return true
        }
        if let place = cache.find(name, key, hash: hash, now: now), redecide(place, type, key, hash) {
            let entry = cache.entry(place)
            writeHit(place, entry, query, message, origin)
            if truncates(entry, query, name) { cut(entry, query) }
            return true
        }
        if let place = findStale(key, hash), cache.entry(place).hasFailedLately(now: now) {
            let entry = cache.entry(place)
            writeStale(place, entry, query)
            reply.octets.copy(question(message, query), to: MessageHeader.size)
            noteIfWanted(entry.decision, query, origin)
            return true
        }
        return forward(query, key, hash, message, origin)
    }

    /// Whether a rule about what an answer holds sends a client to TCP.
    func truncates(_ entry: CacheEntry, _ query: ClientQuery, _ name: borrowing NameBuffer) -> Bool {
        !query.overTCP && entry.decision.verdict == .truncate && policy.truncates(entry.decision.decision, for: name)
    }

    /// Leaves of a reply what such a client gets.
    mutating func cut(_ entry: CacheEntry, _ query: ClientQuery) {
        reply.replaceByTruncated(query, error: ErrorOption(entry.decision.decision, policy.policy.stack))
    }

    /// Judges a cached answer by the policy now in force; false when it cannot be used any more.
    mutating func redecide(_ place: Int, _ type: RRType, _ key: AnswerKey, _ hash: UInt64) -> Bool {
        let entry = cache.entry(place)
        // What another policy has made something else of cannot be told any more.
        guard entry.flags & (CacheEntry.policyMade | CacheEntry.turned) == 0 else { return false }
        draft.reset()
        cache.copyMessage(place, entry, to: &draft)
        let verdict = policy.decide(name, type, policy.context(key), answer: draft, scratch: &aliasName)
        guard !enforces(verdict, for: name, key, against: draft),
            !turnsDenial(verdict.decision, of: name, key, draft)
        else {
            cache.remove(name, key, hash: hash)
            return false
        }
        let stored = StoredDecision(verdict.decision, aliasOffset: verdict.aliasOffset)
        cache.setDecision(stored, generation: policy.generation, at: place)
        return true
    }

    /// Carries out a decision against the real answer of the name in `name`.
    private mutating func answerByPolicy(
        _ decision: Decision,
        _ query: ClientQuery,
        _ key: AnswerKey,
        _ hash: UInt64,
        _ message: Span<UInt8>,
        _ origin: Origin
    ) -> Bool {
        let stored = StoredDecision(decision, aliasOffset: 0)
        if decision.kind == .drop {
            counters.blocked += 1
            counters.droppedByPolicy += 1
            reply.reset()
            noteIfWanted(stored, query, origin, isEnforced: true)
            return false
        }
        made.begin(name, RRType(rawValue: query.type))
        if let target = made.append(decision, policy, on: name, key) {
            let completion = Completion(made, target, stored, generation: policy.generation)
            return forward(query, key, hash, message, origin, completion)
        }
        _ = flightName.fill(from: made.message, at: MessageHeader.size)
        let place = keepDraft(stored, Flight(hash: hash, key: key, nameLength: UInt8(name.count)), alias: [])
        writeHit(place, cache.entry(place), query, message, origin, isCached: false)
        return true
    }

    // MARK: - Forwarding

    private mutating func forward(
        _ query: ClientQuery,
        _ key: AnswerKey,
        _ hash: UInt64,
        _ message: Span<UInt8>,
        _ origin: Origin,
        _ completion: Completion? = nil
    ) -> Bool {
        guard drainsUntil == nil else {
            counters.failed += 1
            reply.writeError(query, .servFail, message: message, error: ErrorOption(.notReady))
            return true
        }
        let waiter = Waiter(query: query, origin: origin, arrivedAt: now)
        switch table.join(name, key, hash: hash, waiter: waiter, question: question(message, query)) {
        case .started(let flight):
            table.flights[flight].generation = policy.generation
            counters.misses += 1
            if query.overTCP { streams.addPending(Int(origin.socket)) }
            if let completion {
                self.await(completion, for: flight)
            } else {
                perform(table.start(flight, group: forwarding.group(of: name), now: now), for: flight)
            }
            return false
        case .joined:
            counters.misses += 1
            counters.coalesced += 1
            if query.overTCP { streams.addPending(Int(origin.socket)) }
            return false
        case .full:
            counters.overloaded += 1
            reply.writeError(query, .servFail, message: message, error: ErrorOption(.noReachableAuthority))
            return true
        }
    }

    // MARK: - Capture

    private mutating func noteIfWanted(
        _ decision: StoredDecision,
        _ query: ClientQuery,
        _ origin: Origin,
        isEnforced: Bool = false
    ) {
        guard decision.isFlagged || configuration.capturesAll else { return }
        let outcome = QueryOutcome(
            decision: decision,
            arrivedAt: now,
            isCached: false,
            isEnforced: isEnforced,
            hasAlias: false
        )
        count(outcome, isKept: keep(outcome, query, origin, name: name))
    }

    /// Hands a query whose reply stands in `reply` to the writer thread; the alias that matched is in `aliasName`.
    /// - Returns: false when the writer is behind.
    func keep(_ outcome: QueryOutcome, _ query: ClientQuery, _ origin: Origin, name: borrowing NameBuffer) -> Bool {
        guard let ring else { return true }
        let record = CaptureRecord(
            time: patchway_realtime_ns(),
            elapsed: patchway_monotonic_ns() &- outcome.arrivedAt,
            client: origin.peer,
            generation: policy.generation,
            decision: outcome.decision,
            type: query.type,
            code: reply.count > 3 ? reply.octets.uint16(at: 2) & 15 : CaptureRecord.noReply,
            isCached: outcome.isCached,
            speaks: query.overTCP ? speaks(origin) : nil,
            isEnforced: outcome.isEnforced,
            query: ring.replyRoom > 0 ? query : nil
        )
        return ring.push(record, name: name, alias: aliasName, hasAlias: outcome.hasAlias, reply: reply.span)
    }

    /// What the client of a connection speaks; of one that has gone only that it was one is known.
    private func speaks(_ origin: Origin) -> StreamProtocol {
        let number = Int(origin.socket)
        return streams.slots.isLive(number, generation: origin.generation) ? streams.slots[number].speaks : .dns
    }

    /// Counts an outcome, and whether its record was kept.
    mutating func count(_ outcome: QueryOutcome, isKept: Bool) {
        if outcome.decision.isFlagged { counters.flagged += 1 }
        if !isKept { counters.droppedRecords += 1 }
    }
}

/// How a query ended, as far as the capture wants to know.
struct QueryOutcome {
    /// What the policy said.
    var decision: StoredDecision
    /// When the query came.
    var arrivedAt: UInt64
    /// Whether the reply came from the cache.
    var isCached: Bool
    /// Whether the client got what the policy says.
    var isEnforced: Bool
    /// Whether an alias decided.
    var hasAlias: Bool
}

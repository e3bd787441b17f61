internal import DNS
internal import Policy

/// Answers whose time is over (RFC 8767), and such that are renewed before it is.
extension Worker {
    /// Seconds for which clients may keep a stale answer (RFC 8767 §4).
    static let staleTTL: UInt32 = 30

    /// The place of an answer to the name in `name` whose time is over, but not by too much, and that the policy in force
    /// lets pass.
    mutating func findStale(_ key: AnswerKey, _ hash: UInt64) -> Int? {
        guard configuration.staleLimit > 0 else { return nil }
        let limit = UInt64(configuration.staleLimit) * 1_000_000_000
        guard let place = cache.findStale(name, key, hash: hash, now: now, limit: limit) else { return nil }
        let isCurrent = key.isReal || cache.entry(place).generation == policy.generation
        return isCurrent || redecide(place, RRType(rawValue: key.type), key, hash) ? place : nil
    }

    /// The same for a flight.
    private mutating func findStale(for flight: Int) -> Int? {
        let question = table.flights[flight]
        // A policy that came while the question was under way tells clients apart anew.
        guard question.key.isReal || question.generation == policy.generation || !policy.tellsQueriesApart else {
            return nil
        }
        table.fillName(of: flight, &flightName)
        table.fillName(of: flight, &name)
        return findStale(question.key, question.hash)
    }

    /// Gives those who wait for a flight what there is, when its upstreams take their time.
    mutating func answerImpatient(_ flight: Int) {
        guard table.flights[flight].waiterCount > 0, let place = findStale(for: flight) else { return }
        handStale(place, to: flight)
    }

    /// Gives those who wait for a flight that has failed what there is; false when there is nothing.
    mutating func failStale(_ flight: Int) -> Bool {
        guard let place = findStale(for: flight) else { return false }
        handStale(place, to: flight)
        return true
    }

    /// For a while it is given at once to all who ask (RFC 8767 §5, failure recheck timer).
    private mutating func handStale(_ place: Int, to flight: Int) {
        cache.setFailed(place, now: now)
        let entry = cache.entry(place)
        var late = 0
        var dependents: [Int32] = []
        while let (waiter, asked) = table.takeWaiter(flight) {
            if waiter.dependent >= 0 {
                dependents.append(waiter.dependent)
                continue
            }
            guard isOnTime(waiter, &late) else { continue }
            writeStale(place, entry, waiter.query)
            reply.restoreQuestion(waiter.query, at: asked, of: table)
            finish(waiter, entry, place, sends: true)
        }
        if !dependents.isEmpty { complete(dependents, with: TargetAnswer(stale: cache, place, now: now)) }
    }

    /// Writes the reply from an answer whose time is over, and says so.
    mutating func writeStale(_ place: Int, _ entry: CacheEntry, _ query: ClientQuery) {
        counters.stale += 1
        if !cache.writeStale(place, entry, to: query, ttl: Self.staleTTL, into: &reply) { counters.truncated += 1 }
        if truncates(entry, query, name) { cut(entry, query) }
    }

    /// Renews the answer to the name in `name` before its time is over; nobody waits for it.
    @inline(never)
    mutating func prefetch(_ key: AnswerKey, _ hash: UInt64) {
        // Clients who wait come first.
        guard drainsUntil == nil, table.flights.count < table.flights.capacity / 2,
            let flight = table.open(name, key, hash: hash)
        else { return }
        counters.prefetched += 1
        table.flights[flight].generation = policy.generation
        perform(table.start(flight, group: forwarding.group(of: name), now: now), for: flight)
    }
}

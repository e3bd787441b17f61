internal import CSockets
internal import DNS
internal import Policy

/// Policy answers that are not whole before the target of their alias has been looked up.
///
/// The flight of the name asked for rests meanwhile, as one of those that wait for the flight of the target's real answer.
/// That one waits for nobody, so that flights never wait for each other in a circle.
extension Worker {
    /// Keeps the draft of a policy answer and gives its place.
    mutating func keepDraft(
        _ decision: StoredDecision,
        _ question: Flight,
        alias: [UInt8],
        options: [UInt8]? = nil
    ) -> Int {
        let entry = CacheEntry(
            key: question.key,
            storedAt: now,
            expiresAt: made.expiresAt,
            decision: decision,
            generation: policy.generation,
            flags: CacheEntry.policyMade
        )
        return cache.insert(
            entry,
            flightName,
            hash: question.hash,
            message: made.message,
            ttls: made.ttls,
            options: options ?? ErrorOption(decision.decision, policy.policy.stack).octets,
            alias: alias
        )
    }

    /// Looks up what a flight's policy answer leads to.
    mutating func await(_ completion: Completion, for flight: Int) {
        table.rest(flight)
        guard completion.hops < Completion.maximumHops else { return failTarget(flight, completion, .malformed) }
        aliasName.fill(completion.target.name.lowercased)
        let key = table.flights[flight].key.real
        let hash = keyedHash(aliasName, key, seed: seed)
        if let place = cache.find(aliasName, key, hash: hash, now: now) {
            let answer = TargetAnswer(cache, place, now: now)
            return complete(flight, completion, with: answer)
        }
        switch joinAsDependent(flight, key, hash) {
        case .full: failTarget(flight, completion, .none)
        case .joined: completions[flight] = completion
        case .started(let other):
            completions[flight] = completion
            table.flights[other].generation = policy.generation
            perform(table.start(other, group: forwarding.group(of: aliasName), now: now), for: other)
        }
    }

    /// Lets a flight wait for the real answer to the name in `aliasName`.
    private mutating func joinAsDependent(_ flight: Int, _ key: AnswerKey, _ hash: UInt64) -> FlightTable.Join {
        let query = ClientQuery(
            id: 0,
            bits: 0,
            type: key.type,
            nameLength: UInt16(aliasName.count),
            limit: .max,
            hasEDNS: false,
            dnssecOK: key.dnssecOK,
            overTCP: false
        )
        let waiter = Waiter(
            query: query,
            origin: Origin(socket: -1, peer: patchway_peer()),
            arrivedAt: now,
            dependent: Int32(flight)
        )
        return table.join(aliasName, key, hash: hash, waiter: waiter, question: aliasName.span)
    }

    /// Goes on with the flights that waited for an answer.
    mutating func complete(_ dependents: [Int32], with answer: borrowing TargetAnswer) {
        for flight in dependents {
            guard let completion = completions.removeValue(forKey: Int(flight)) else { continue }
            complete(Int(flight), completion, with: answer)
        }
    }

    private mutating func complete(_ flight: Int, _ completion: Completion, with answer: borrowing TargetAnswer) {
        table.fillName(of: flight, &flightName)
        guard completion.generation == policy.generation else { return requeue(flight) }
        let question = table.flights[flight]
        made.resume(completion)
        if completion.target.policy == .none {
            made.complete(completion.target, RRType(rawValue: question.key.type), with: answer)
        } else if let next = judge(completion, question, answer) {
            return self.await(next, for: flight)
        }
        guard !made.isBroken else { return failTarget(flight, completion, .malformed) }
        hand(keepDraft(completion.decision, question, alias: completion.alias), to: flight)
    }

    /// Makes the draft whole, with what the policy says about the answer to the target; gives what that leads on to.
    private mutating func judge(
        _ completion: Completion,
        _ question: Flight,
        _ answer: borrowing TargetAnswer
    ) -> Completion? {
        let type = RRType(rawValue: question.key.type)
        aliasName.fill(completion.target.name.lowercased)
        let verdict = policy.decide(
            answer: answer.message,
            behind: flightName,
            of: aliasName,
            type,
            policy.context(question.key),
            scratch: &judgedName
        )
        guard policy.enforces(verdict.decision, for: flightName) else {
            made.complete(completion.target, type, with: answer)
            return nil
        }
        let offset = Int(verdict.aliasOffset)
        if offset > 0 { _ = judgedName.fill(from: answer.message, at: offset) }
        let target = made.append(
            verdict.decision,
            policy,
            on: offset > 0 ? judgedName.name : completion.target.name,
            of: flightName,
            question.key,
            real: answer.message,
            aliasOffset: offset,
            age: answer.age
        )
        made.expiresAt = min(made.expiresAt, answer.expiresAt)
        guard let target, !made.isBroken else { return nil }
        var next = Completion(
            made,
            target,
            completion.decision,
            alias: completion.alias,
            generation: completion.generation
        )
        next.hops = completion.hops + 1
        return next
    }

    /// Tells the flights that waited for an answer that there is none.
    mutating func failTargets(_ dependents: [Int32], _ failure: FlightFailure) {
        for flight in dependents {
            guard let completion = completions.removeValue(forKey: Int(flight)) else { continue }
            failTarget(Int(flight), completion, failure)
        }
    }

    private mutating func failTarget(_ flight: Int, _ completion: Completion, _ failure: FlightFailure) {
        let error = ExtendedErrorCode(rawValue: failure.error)
        guard completion.target.keepsAliasInFailure, completion.generation == policy.generation else {
            table.flights[flight].failure = FlightFailure(error)
            return fail(flight)
        }
        table.fillName(of: flight, &flightName)
        made.resume(completion)
        made.message.setCode(.servFail)
        made.expiresAt = now + 1
        let options = ErrorOption(completion.decision.decision, policy.policy.stack).octets + ErrorOption(error).octets
        let question = table.flights[flight]
        hand(keepDraft(completion.decision, question, alias: completion.alias, options: options), to: flight)
    }

    /// Decides anew about the clients of a flight, because another policy has come meanwhile.
    mutating func requeue(_ flight: Int, answeredOn socket: Int? = nil) {
        table.fillName(of: flight, &flightName)
        var waiting: [(waiter: Waiter, message: [UInt8])] = []
        while let (waiter, asked) = table.takeWaiter(flight) {
            draft.reset()
            draft.writeQuery(waiter.query, question: asked, of: table)
            waiting.append((waiter, (0..<draft.count).map { draft.octets[$0] }))
        }
        end(flight, answeredOn: socket)
        for (waiter, message) in waiting {
            counters.queries -= 1
            if waiter.query.overTCP { counters.tcpQueries -= 1 }
            let owed = streams.owed(waiter.origin)
            let sends = answer(message.span, from: waiter.origin, overTCP: waiter.query.overTCP)
            if waiter.query.overTCP {
                let isAskedAgain = streams.owed(waiter.origin) > owed
                finishStreamQuery(waiter.origin, sends: sends, isAskedAgain: isAskedAgain)
            } else if sends {
                send(to: waiter.origin)
            }
        }
    }
}

extension MessageBuffer {
    /// Writes a query as its client did, as far as it matters for the answer.
    fileprivate mutating func writeQuery(
        _ query: ClientQuery,
        question place: Int,
        of table: borrowing FlightTable
    ) {
        append16(query.id)
        append16(query.bits)
        append16(1)
        append32(0)
        append16(query.hasEDNS ? 1 : 0)
        append(table.question(place, Int(query.nameLength)))
        append16(query.type)
        append16(RRClass.in.rawValue)
        guard query.hasEDNS else { return }
        append(0)
        append16(RRType.opt.rawValue)
        append16(query.limit)
        append16(0)
        append16(query.dnssecOK ? 0x8000 : 0)
        append16(0)
    }
}

internal import DNS
internal import Policy

/// A policy answer under construction: the message, its TTLs that count down, and its end.
struct PolicyDraft: ~Copyable {
    /// The message, ready for the cache.
    var message = MessageBuffer(capacity: 65_535)
    /// The places of the TTLs of real records.
    var ttls = MessageBuffer(capacity: 2 * AnswerScrubber.maximumRecords)
    /// Where the target of the alias that was appended last stands.
    private(set) var targetAt = 0
    /// Until when the real records in it are good, nanoseconds.
    var expiresAt = UInt64.max
    /// Whether something did not fit.
    private(set) var isBroken = false

    /// Starts an answer to a question.
    mutating func begin(_ name: borrowing NameBuffer, _ type: RRType) {
        message.beginAnswer(name, type)
        ttls.reset()
        targetAt = 0
        expiresAt = .max
        isBroken = false
    }

    /// Goes on where a completion stopped.
    mutating func resume(_ completion: Completion) {
        message.reset()
        message.append(completion.head.span)
        ttls.reset()
        ttls.append(completion.ttls.span)
        targetAt = completion.targetAt
        expiresAt = completion.expiresAt
        isBroken = false
    }

    /// Appends what a decision on a name stands for.
    /// - Returns: what has to be looked up before the answer is whole.
    mutating func append(
        _ decision: Decision,
        _ policy: ActivePolicy,
        on asked: borrowing NameBuffer,
        _ key: AnswerKey
    ) -> AnswerTarget? {
        let type = RRType(rawValue: key.type)
        let layer = policy.policy.stack.layers[Int(decision.layer)]
        let answer = layer.answer(decision, name: asked.name, type: type, context: policy.context(key))
        targetAt = message.append(answer, ownerAt: MessageHeader.size)
        return layer.target(of: answer, decision, type: type)
    }

    /// Appends what a decision on an alias or address of a real answer stands for, with the aliases that lead to it.
    ///
    /// The question name of `real` stands at ``targetAt``, or is that of the draft.
    /// - Parameter aliasOffset: where the alias stands in `real`; 0 for its question name.
    mutating func append(
        _ decision: Decision,
        _ policy: ActivePolicy,
        on element: DomainName,
        of asked: borrowing NameBuffer,
        _ key: AnswerKey,
        real: borrowing MessageBuffer,
        aliasOffset: Int,
        age: UInt32
    ) -> AnswerTarget? {
        let type = RRType(rawValue: key.type)
        let layer = policy.policy.stack.layers[Int(decision.layer)]
        let name = asked.name
        let answer = layer.answer(
            decision,
            name: element,
            type: type,
            isAlias: element != name,
            asked: name,
            context: policy.context(key)
        )
        let start = targetAt == 0 ? MessageHeader.size : targetAt
        var ownerAt: Int? = start
        if answer?.owner == name {
            ownerAt = MessageHeader.size
        } else if aliasOffset > 0 {
            if answer?.keepsAliases == true {
                ownerAt = message.join(real.span, ownerAt: start, through: aliasOffset, age: age, ttls: &ttls)
                if ownerAt == nil { isBroken = true }
            } else {
                ownerAt = nil
            }
        }
        targetAt = message.append(answer, ownerAt: ownerAt)
        return layer.target(of: answer, decision, type: type)
    }

    /// Appends the answer to the name at ``targetAt``.
    mutating func complete(_ target: AnswerTarget, _ type: RRType, with answer: borrowing TargetAnswer) {
        if target.isHidden {
            message.setCode(.noError)
            message.adopt(answer.message.span, type, ttl: target.ttl ?? MessageBuffer.policyTTL)
            if message.octets.uint16(at: 6) == 0 { message.appendOwnSOA(ttl: MessageBuffer.policyTTL) }
        } else {
            let end = message.join(answer.message.span, ownerAt: targetAt, age: answer.age, ttls: &ttls)
            if end == nil || target.failsInLoops && message.leadsBack { isBroken = true }
            message.setCode(answer.code)
        }
        expiresAt = min(expiresAt, answer.expiresAt)
        if message.overflowed { isBroken = true }
    }
}

/// The real answer to the target of an alias, out of the cache.
struct TargetAnswer: ~Copyable {
    /// The message.
    var message: MessageBuffer
    /// Seconds that its TTLs have run.
    let age: UInt32
    /// Until when it is good, nanoseconds.
    let expiresAt: UInt64

    /// Copies an entry.
    init(_ cache: borrowing ResponseCache, _ place: Int, now: UInt64) {
        let entry = cache.entry(place)
        message = MessageBuffer(capacity: Int(entry.length))
        cache.copyMessage(place, entry, to: &message)
        age = UInt32(truncatingIfNeeded: (now &- entry.storedAt) / 1_000_000_000)
        expiresAt = entry.expiresAt
    }

    /// Copies an entry whose time is over.
    init(stale cache: borrowing ResponseCache, _ place: Int, now: UInt64) {
        let entry = cache.entry(place)
        var copy = MessageBuffer(capacity: Int(entry.length))
        cache.copyMessage(place, entry, to: &copy)
        var places: [Int] = []
        if let view = try? MessageView(copy.span) {
            view.forEachRecord { record -> Bool in
                places.append(record.ttlOffset)
                return true
            }
        }
        for offset in places { copy.octets.put32(Worker.staleTTL, at: offset) }
        message = copy
        age = 0
        expiresAt = now + UInt64(Worker.staleTTL) * 1_000_000_000
    }

    /// The response code.
    var code: ResponseCode { ResponseCode(rawValue: message.octets.uint16(at: 2) & 15) }
}

/// A policy answer that waits for what its alias leads to.
struct Completion {
    /// The decision that led to it, for the record of the query.
    var decision: StoredDecision
    /// The wire form of the alias that was decided on; empty for the name asked for.
    var alias: [UInt8]
    /// The policy that decided.
    var generation: UInt32
    /// What is looked up.
    var target: AnswerTarget
    /// The answer so far, and the places of its TTLs.
    var head: [UInt8]
    var ttls: [UInt8]
    /// Where the target's name stands in it.
    var targetAt: Int
    /// Until when the real records in it are good.
    var expiresAt: UInt64
    /// Targets looked up before.
    var hops = 0

    /// Targets looked up for one question (Unbound's `max-query-restarts`).
    static let maximumHops = 11

    /// Keeps a draft.
    init(
        _ draft: borrowing PolicyDraft,
        _ target: AnswerTarget,
        _ decision: StoredDecision,
        alias: [UInt8] = [],
        generation: UInt32
    ) {
        self.decision = decision
        self.alias = alias
        self.generation = generation
        self.target = target
        head = Self.octets(draft.message)
        ttls = Self.octets(draft.ttls)
        targetAt = draft.targetAt
        expiresAt = draft.expiresAt
    }

    private static func octets(_ buffer: borrowing MessageBuffer) -> [UInt8] {
        (0..<buffer.count).map { buffer.octets[$0] }
    }
}

extension MessageBuffer {
    /// Whether an alias in the answer section leads to the owner of one in front of it, or to its own.
    /// - Complexity: O(records)
    fileprivate var leadsBack: Bool {
        guard let view = try? MessageView(span) else { return true }
        var owners: Set<DomainName> = []
        var isLoop = false
        view.forEachRecord { record -> Bool in
            guard record.section == .answer, record.type == .cname else { return record.section == .answer }
            guard let owner = try? view.name(at: record.nameOffset), let next = try? view.name(at: record.dataOffset)
            else { return true }
            owners.insert(owner)
            isLoop = owners.contains(next)
            return !isLoop
        }
        return isLoop
    }
}

internal import DNS
internal import Policy

/// Signed answers, which are not rewritten for those who asked for the signatures: they could not believe what they get (promise
/// D6; BIND's `break-dnssec no`). What the policy has against them is noted all the same.
extension Worker {
    /// Whether the policy has to wait for the real answer, because a signed one is left as it is.
    func sparesSigned(_ key: AnswerKey) -> Bool { key.dnssecOK && !configuration.breaksDNSSEC && !key.isReal }

    /// Whether a decision is carried out against a real answer.
    func enforces(
        _ decision: Decision,
        for name: borrowing NameBuffer,
        _ key: AnswerKey,
        against answer: borrowing MessageBuffer
    ) -> Bool {
        policy.enforces(decision, for: name) && !(sparesSigned(key) && answer.isSigned)
    }

    /// Gives those who wait for a flight that has failed what the policy says about its name; false when that is nothing.
    ///
    /// Policy goes on without upstreams (promise D11), but not for longer than they are away.
    mutating func failByPolicy(_ flight: Int) -> Bool {
        let question = table.flights[flight]
        guard sparesSigned(question.key) else { return false }
        table.fillName(of: flight, &flightName)
        let type = RRType(rawValue: question.key.type)
        let decision = policy.decide(flightName, type, policy.context(question.key))
        guard policy.enforces(decision, for: flightName), decision.kind != .drop,
            !policy.policy.stack.awaitsAddresses(decision, type: type)
        else { return false }
        made.begin(flightName, type)
        // What a redirect leads to cannot be had either.
        guard made.append(decision, policy, on: flightName, question.key) == nil, !made.isBroken else { return false }
        made.expiresAt = now + 1
        hand(keepDraft(StoredDecision(decision, aliasOffset: 0), question, alias: []), to: flight)
        return true
    }
}

extension MessageBuffer {
    /// Whether there is any sign of a signature in it.
    fileprivate var isSigned: Bool {
        guard let view = try? MessageView(span) else { return false }
        var isSigned = false
        view.forEachRecord { record -> Bool in
            isSigned = record.type == .rrsig
            return !isSigned
        }
        return isSigned
    }
}

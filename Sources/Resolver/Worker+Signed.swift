internal import DNS
internal import Policy

/// Signed answers, which are not rewritten for those who asked for the signatures: they could not believe what they get (promise
/// D6; BIND's `break-dnssec no`). What the policy has against them is noted all the same.
extension Worker {
    /// Whether the policy has to wait for the real answer, because a signed one is left as it is.
    func sparesSigned(_ key: AnswerKey) -> Bool { key.dnssecOK && !configuration.breaksDNSSEC && !key.isReal }

    /// Whether a decision is carried out against a real answer: signatures count where they are those of what it is about, the
    /// alias at `aliasOffset` or the name asked for.
    func enforces(
        _ verdict: (decision: Decision, aliasOffset: UInt16),
        for name: borrowing NameBuffer,
        _ key: AnswerKey,
        against answer: borrowing MessageBuffer
    ) -> Bool {
        policy.enforces(verdict.decision, for: name)
            && !(sparesSigned(key) && answer.isSigned(at: Int(verdict.aliasOffset)))
    }

    /// Whether the policy makes NODATA of a real answer that is NXDOMAIN.
    func turnsDenial(
        _ decision: Decision,
        of name: borrowing NameBuffer,
        _ key: AnswerKey,
        _ answer: borrowing MessageBuffer
    ) -> Bool {
        answer.octets.uint16(at: 2) & 15 == ResponseCode.nxDomain.rawValue
            && !(sparesSigned(key) && answer.isSigned(at: 0))
            && policy.turnsDenial(of: name, decision, policy.context(key))
    }

    /// Gives those who wait for a flight that has failed what the policy says about its name; false when that is nothing.
    ///
    /// Policy goes on without upstreams (promise D11), but not for longer than they are away.
    mutating func failByPolicy(_ flight: Int) -> Bool {
        let question = table.flights[flight]
        guard sparesSigned(question.key) else { return false }
        table.fillName(of: flight, &flightName)
        let type = RRType(rawValue: question.key.type)
        // The classes of clients and hours are those of the policy that told them apart.
        guard question.generation == policy.generation || !policy.tellsQueriesApart else { return false }
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
    /// Whether what an answer says about a name in it is signed: its records, or, where it has none, their denial.
    ///
    /// The name is an alias that stands at `aliasOffset`, or, with 0, the question's (BIND 9.18 `rpz_ck_dnssec`).
    fileprivate func isSigned(at aliasOffset: Int) -> Bool {
        guard let view = try? MessageView(span),
            let name = try? view.name(at: aliasOffset == 0 ? MessageHeader.size : aliasOffset)
        else { return false }
        let element = NameBuffer(name.lowercased)
        var (hasRecords, isSigned, isDenialSigned) = (false, false, false)
        view.forEachRecord { record -> Bool in
            if record.section == .answer, nameMatches(span, at: record.nameOffset, element) {
                hasRecords = true
                isSigned = isSigned || record.type == .rrsig
            } else if record.section == .authority {
                isDenialSigned = isDenialSigned || [.rrsig, .nsec, .nsec3].contains(record.type)
            }
            return !isSigned
        }
        return isSigned || !hasRecords && isDenialSigned
    }
}

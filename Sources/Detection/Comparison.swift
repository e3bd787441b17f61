public import DNS
internal import Policy

/// An answer beside those that unfiltered references gave to the same question at about the same time.
public struct Comparison: Sendable {
    /// What comes of it.
    public enum Outcome: Sendable, Equatable {
        /// No difference that matters; the rule that says so, if it took one.
        case agreed(DetectionRule?)
        /// A difference that shows no filter (D20).
        case different
        /// A filter or a failure.
        case flagged(Detected)
        /// The references do not agree (D21), so that nothing follows.
        case unstable
        /// No reference gave an answer to compare with (D01).
        case unanswered
    }

    /// The type asked for.
    public var type: RRType
    /// The answer.
    public var answer: AnswerFacts
    /// What the references answered.
    public var references: [AnswerFacts]
    /// Whether who gave the answer answers other questions.
    public var isHealthy: Bool

    /// A comparison.
    public init(type: RRType, answer: AnswerFacts, references: [AnswerFacts], isHealthy: Bool) {
        self.type = type
        self.answer = answer
        self.references = references
        self.isHealthy = isHealthy
    }

    /// What comes of it, by the first rule that applies.
    ///
    /// `isKnown` says of an alias whether the name is known to lead there.
    public func judged(isKnown: (DomainName) -> Bool) -> Outcome {
        if let found = answer.stated ?? answer.marked { return .flagged(found) }
        let usable = references.filter { $0.code == .noError || $0.code == .nxDomain }
        if let found = addressed(usable) { return .flagged(found) }
        guard !usable.isEmpty else { return .unanswered }
        let holders = usable.count { $0.has(type) }
        guard holders == 0 || holders == usable.count else { return .unstable }
        let isThere = holders > 0
        guard let code = answer.code else {
            guard answer.isSilent, isHealthy else { return .unanswered }
            return .flagged(Detected(.silence, .broken, .drop, .weak, "no answer, \(theirs(usable))"))
        }
        switch code {
        case .noError: return answered(usable, isThere: isThere, isKnown)
        case .nxDomain: return denied(usable, isThere: isThere)
        case .refused:
            // Who refuses everything minds the client, not the name.
            guard isHealthy else { return .unanswered }
            return .flagged(Detected(.refusal, .filtered, .refused, .strong, "REFUSED, \(theirs(usable))"))
        default: return .flagged(Detected(.failure, .broken, .servfail, .strong, "\(code), \(theirs(usable))"))
        }
    }

    /// D06, D07: an address that leads nowhere.
    private func addressed(_ usable: [AnswerFacts]) -> Detected? {
        guard var found = answer.addressed else { return nil }
        let isEverywhere = usable.contains { reference in
            answer.addresses.contains {
                ($0.leadsNowhere || $0.isPrivate) && reference.addresses.contains($0)
            }
        }
        if isEverywhere {
            return Detected(.nowhereEverywhere, .broken, found.kind, .strong, "\(found.text), and references do too")
        }
        if !usable.isEmpty { found.text += ", \(theirs(usable))" }
        return found
    }

    private func denied(_ usable: [AnswerFacts], isThere: Bool) -> Outcome {
        if usable.allSatisfy({ $0.code == .nxDomain }) { return .agreed(.nonexistent) }
        if var found = answer.unavailable {
            found.text += ", \(theirs(usable))"
            return .flagged(found)
        }
        return isThere ? .flagged(missing(.nxdomain, "NXDOMAIN", usable)) : .different
    }

    private func answered(_ usable: [AnswerFacts], isThere: Bool, _ isKnown: (DomainName) -> Bool) -> Outcome {
        guard answer.has(type) else {
            guard isThere, answer.flags?.truncated != true else { return .agreed(nil) }
            let what = answer.aliases.last.map { "the chain ends without data at its alias \($0)" } ?? "no data"
            return .flagged(missing(.nodata, what, usable))
        }
        guard isThere else { return .different }
        guard type == .a || type == .aaaa else { return .agreed(nil) }
        let theirAddresses = Set(usable.flatMap(\.addresses))
        if answer.addresses.contains(where: theirAddresses.contains) { return .agreed(.sharedAddress) }
        if let end = answer.aliases.last, usable.contains(where: { $0.aliases.contains(end) }) || isKnown(end) {
            return .agreed(.sharedAlias)
        }
        return .different
    }

    /// D09: two references that agree say more than one.
    private func missing(_ kind: VerdictKind, _ what: String, _ usable: [AnswerFacts]) -> Detected {
        let soa = answer.hasSOA == false && answer.code == .nxDomain ? " without an SOA" : ""
        return Detected(.missing, .filtered, kind, .weak, "\(what)\(soa), \(theirs(usable))")
    }

    private func theirs(_ usable: [AnswerFacts]) -> String {
        guard let first = usable.first else { return "no reference answers" }
        let who = usable.count == 1 ? "the reference has" : "\(usable.count) references have"
        return "\(who) \(first.words)"
    }
}

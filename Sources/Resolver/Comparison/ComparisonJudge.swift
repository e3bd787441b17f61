internal import DNS
internal import Detection

/// A comparison with what comes of it.
struct JudgedComparison {
    /// The comparison.
    var comparison: FinishedComparison
    /// The answer.
    var answer: AnswerFacts
    /// What references answered.
    var references: [AnswerFacts]
    /// What comes of it.
    var outcome: Comparison.Outcome
    /// How many of the latest comparisons of the same question came out like this, this one included.
    var seen: Int
    /// Of how many.
    var of: Int
    /// What an update service needs the name for.
    var need: UpdateNeed?
}

/// Says what comes of comparisons, and how often it was the same of late. Bounded: of questions beyond it remembers nothing.
struct ComparisonJudge {
    private struct Question: Hashable {
        var name: DomainName
        var type: RRType
    }

    private struct History {
        /// The rule that fired last.
        var rule: DetectionRule?
        /// One bit for each of the latest comparisons, the last one lowest: whether that rule fired.
        var bits: UInt8 = 0
        var count = 0
    }

    private var histories: [Question: History] = [:]
    private static let capacity = 4_096
    /// Times that the same has to be seen, and nothing else, to be more than weak (rule D22).
    private static let repetitions = 3

    /// Judges a comparison.
    mutating func judge(_ comparison: FinishedComparison) -> JudgedComparison {
        let answer = Self.facts(comparison.answer)
        let references = comparison.references.map { Self.facts($0.heard) }
        let judged = Comparison(
            type: comparison.type,
            answer: answer,
            references: references,
            isHealthy: comparison.isHealthy
        )
        let policy = comparison.policy.policy
        var outcome = judged.judged { policy.leads(comparison.name, to: $0) }
        let question = Question(name: comparison.name, type: comparison.type)
        let (seen, of) = note(question, outcome)
        if case .flagged(var found) = outcome, found.rule == .missing, seen >= Self.repetitions, seen == of,
            references.count(where: { $0.has(comparison.type) }) > 1
        {
            found.confidence = .strong
            outcome = .flagged(found)
        }
        return JudgedComparison(
            comparison: comparison,
            answer: answer,
            references: references,
            outcome: outcome,
            seen: seen,
            of: of,
            need: policy.need(NameBuffer(comparison.name))
        )
    }

    private mutating func note(_ question: Question, _ outcome: Comparison.Outcome) -> (Int, Int) {
        var rule: DetectionRule?
        if case .flagged(let found) = outcome { rule = found.rule }
        var history = histories[question] ?? History()
        if outcome == .unanswered || outcome == .unstable { return (0, history.count) }
        if let rule, rule != history.rule { (history.rule, history.bits) = (rule, 0) }
        history.bits = history.bits << 1 | (rule == nil ? 0 : 1)
        history.count = min(history.count + 1, UInt8.bitWidth)
        if histories[question] != nil || rule != nil && histories.count < Self.capacity {
            histories[question] = history
        }
        return (history.bits.nonzeroBitCount, history.count)
    }

    private static func facts(_ heard: Heard) -> AnswerFacts {
        switch heard {
        case .message(let octets): AnswerFacts(message: octets.span) ?? AnswerFacts()
        case .nothing: .silence
        case .failure: AnswerFacts()
        }
    }
}

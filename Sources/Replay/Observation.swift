internal import DNS
internal import Detection
public import Findings
public import Policy
public import QueryLogs

/// What one event of a capture shows to be wrong with an update name, by the rules that need no network.
public struct Observation: Hashable, Sendable {
    /// Why it is a finding.
    public var rule: FindingRule
    /// The detection rule that fired; stable ids, `D03`.
    public var detection: String
    /// What the client got.
    public var kind: VerdictKind
    /// How sure it is from one event alone.
    public var evidence: Evidence
    /// What was seen, in words.
    public var text: String

    /// Judges an event; nil when the client got a usable answer, or the log does not tell.
    ///
    /// `exists` says whether the name is documented or was seen elsewhere, so that NXDOMAIN is remarkable.
    public init?(_ event: QueryEvent, exists: Bool) {
        let facts = AnswerFacts(event)
        if let found = Self.stated(event, facts) ?? facts.judged(type: event.type, exists: exists).map(Self.init) {
            self = found
        } else {
            return nil
        }
    }

    /// The same without the words of the capture.
    var generic: Observation { saying("more of the same kind, in other words") }

    /// The same in other words.
    func saying(_ text: String) -> Observation { Observation(rule, detection, kind, evidence, text) }

    init(
        _ rule: FindingRule,
        _ detection: String,
        _ kind: VerdictKind,
        _ evidence: Evidence,
        _ text: String
    ) {
        self.rule = rule
        self.detection = detection
        self.kind = kind
        self.evidence = evidence
        self.text = text
    }

    /// The log says itself that it was blocked.
    static func stated(_ event: QueryEvent, _ facts: AnswerFacts) -> Observation? {
        guard let block = event.block else { return nil }
        // Some logs say that they blocked, and not what the client got.
        let isTold = event.rcode != nil || event.reply == .none || !facts.addresses.isEmpty
        let element = block.isAlias ? " because of an alias" : ""
        let rule = block.rule.map { " (\(AnswerFacts.words($0.utf8)))" } ?? ""
        return Observation(
            .observedFiltered,
            DetectionRule.ownPolicy.rawValue,
            isTold ? facts.answerKind : .unsupported,
            .proven,
            "the log says blocked: \(AnswerFacts.words(block.source.utf8))\(rule)\(element)"
                + (isTold ? "" : "; what the client got is not told")
        )
    }

    init(_ found: Detected) {
        let rule: FindingRule =
            switch found.meaning {
            case .filtered: .observedFiltered
            case .broken: .observedBroken
            case .missing: .observedMissing
            }
        let evidence: Evidence =
            switch found.confidence {
            case .proven: .proven
            case .strong: .strong
            case .weak: .weak
            }
        self.init(rule, found.rule.rawValue, found.kind, evidence, found.text)
    }
}

extension Observation {
    /// Words are told apart by their octets: those of a capture may be the same to Unicode alone, and which of them came
    /// first must not matter.
    public static func == (left: Observation, right: Observation) -> Bool {
        left.rule == right.rule && left.detection == right.detection && left.kind == right.kind
            && left.evidence == right.evidence && left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Feeds what ``==(_:_:)`` compares to the hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(rule)
        hasher.combine(detection)
        hasher.combine(kind)
        for octet in text.utf8 { hasher.combine(octet) }
    }

    /// The order in which reports have them; none are alike in it that are not the same.
    static func < (left: Observation, right: Observation) -> Bool {
        if left.detection != right.detection { return left.detection < right.detection }
        if !left.text.utf8.elementsEqual(right.text.utf8) { return left.text.precedes(right.text) }
        return (left.kind.rawValue, left.rule.rawValue, left.evidence.rawValue)
            < (right.kind.rawValue, right.rule.rawValue, right.evidence.rawValue)
    }
}

extension String {
    /// The order of the octets.
    func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

extension AnswerFacts {
    /// What a log shows of an answer.
    init(_ event: QueryEvent) {
        self.init()
        code = event.rcode
        isSilent = event.rcode == nil && event.reply == .none
        flags = event.flags.map {
            Flags(
                recursionAvailable: $0.contains(.recursionAvailable),
                authoritative: $0.contains(.authoritative),
                truncated: $0.contains(.truncated)
            )
        }
        for answer in event.answers {
            types.append(answer.type)
            switch answer.data {
            case .address(let address): addresses.append(address)
            case .name(let target) where answer.type == .cname: aliases.append(target)
            default: break
            }
        }
        errors = event.extendedErrors
        hasSOA = event.hasSOA
        // A text log may leave lines of an answer out; without any it says itself that there is no data.
        tellsAbsence = event.reply == .seen && (event.flags != nil || event.answers.isEmpty)
    }
}

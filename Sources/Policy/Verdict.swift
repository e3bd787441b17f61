public import DNS

/// How the element that a rule matched relates to the name asked for.
public enum Relation: String, Sendable, CaseIterable {
    /// The name itself.
    case qname
    /// An alias of it in the answer.
    case cname
    /// An address in the answer.
    case address
    /// The address of the client.
    case client
    /// An address hint of an HTTPS or SVCB record.
    case hint
}

/// The rule that decided, and where on the chain.
public struct MatchedRule: Sendable, Equatable {
    /// The name that the rule matched.
    public var element: DomainName
    /// How it relates to the name asked for.
    public var relation: Relation
    /// The position of the layer in the stack.
    public var layer: Int
    /// The rule.
    public var rule: RuleReference
    /// Its number in the layer; nil when it is known by its text alone.
    public var number: Int?
    /// The values of its lists that make it hold (squid), as far as they are known.
    public var entries: [ListEntry] = []

    /// A rule that decided.
    public init(
        element: DomainName,
        relation: Relation,
        layer: Int,
        rule: RuleReference,
        number: Int? = nil,
        entries: [ListEntry] = []
    ) {
        self.element = element
        self.relation = relation
        self.layer = layer
        self.rule = rule
        self.number = number
        self.entries = entries
    }

    /// Whether both are the same line about the same element.
    public static func == (left: MatchedRule, right: MatchedRule) -> Bool {
        left.element == right.element && left.relation == right.relation && left.layer == right.layer
            && left.rule == right.rule
    }
}

/// What a stack does with one name and type, in words.
public struct Verdict: Sendable {
    /// What the client gets.
    public var kind: VerdictKind
    /// The made-up answer, when there is one.
    public var answer: PolicyAnswer?
    /// The rule that decided; also for a pass by an allow rule.
    public var matched: MatchedRule?
    /// Rules of the deciding layer that matched the same element and lost, strongest first.
    public var lost: [RuleReference]
    /// What the verdict depends on beyond the rules, for example the cache.
    public var note: String?

    /// A verdict of its parts.
    public init(
        kind: VerdictKind,
        answer: PolicyAnswer? = nil,
        matched: MatchedRule? = nil,
        lost: [RuleReference] = [],
        note: String? = nil
    ) {
        self.kind = kind
        self.answer = answer
        self.matched = matched
        self.lost = lost
        self.note = note
    }
}

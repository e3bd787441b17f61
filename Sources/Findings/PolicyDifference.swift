public import Catalog
public import DNS
public import Policy

/// Why two builds of a list do not do the same with a name; the ids of reports.
public enum DifferenceReason: String, Sendable, CaseIterable {
    /// Nothing in the build that lets it pass is about the name.
    case missing
    /// The same, and so for all names of the first build from a line on.
    case truncated
    /// The build that lets it pass has a line about the name, of which its engine makes no rule.
    case dropped
    /// A `$badfilter` rule takes the rule back; the other build has lost it, or its engine does not know such.
    case badfilter
    /// One build is about the name alone, and the other about what lies below it as well.
    case subtree = "exact-subtree"
    /// One build is about what lies below the name alone, and the other about the name as well.
    case below = "below-only"
    /// An exception of one build has none beside it in the other.
    case exception = "lost-exception"
    /// The exception of the build that blocks does not reach as far.
    case narrowException = "narrower-exception"
    /// The build that blocks has an exception, and a stronger rule wins.
    case weakException = "overruled-exception"
    /// Both are about the name, one of them not for this record type.
    case type = "record-type"
    /// One engine looks at the name's aliases, and blocks one of them.
    case alias
    /// One build has a pattern that the other has nothing like.
    case pattern
    /// What an engine has of its own, or makes of rules about other names.
    case engine
    /// Both give answers of their own, and other ones.
    case answer
}

/// A name with which two builds of a list do something else.
public struct PolicyDifference: Sendable {
    /// What one build does.
    public struct Side: Sendable {
        /// The verdict on the first type that differs.
        public var verdict: Verdict
        /// What each type asked for gets.
        public var outcomes: [TypeOutcome]

        /// A side.
        public init(verdict: Verdict, outcomes: [TypeOutcome]) {
            self.verdict = verdict
            self.outcomes = outcomes
        }
    }

    /// Why.
    public var reason: DifferenceReason
    /// The name.
    public var name: DomainName
    /// The types that differ.
    public var types: [RRType]
    /// What the first build does, and what the other does.
    public var sides: [Side]
    /// Which of them blocks, or answers by itself where both do: 0 or 1.
    public var blocking: Int
    /// The aliases through which one of them blocks it.
    public var chain: [ChainEdge]
    /// The line of the build that lets it pass which is about the name and makes no rule.
    public var mention: ListEntry?
    /// The endpoint that needs the name.
    public var endpoint: Endpoint?
    /// Whether the name is made up, to tell names from what lies below them.
    public var isMadeUp: Bool

    /// A difference of its parts.
    public init(
        reason: DifferenceReason,
        name: DomainName,
        types: [RRType],
        sides: [Side],
        blocking: Int,
        chain: [ChainEdge] = [],
        mention: ListEntry? = nil,
        endpoint: Endpoint? = nil,
        isMadeUp: Bool = false
    ) {
        self.reason = reason
        self.name = name
        self.types = types
        self.sides = sides
        self.blocking = blocking
        self.chain = chain
        self.mention = mention
        self.endpoint = endpoint
        self.isMadeUp = isMadeUp
    }
}

/// How often something is so, by which build blocks and why.
public struct DifferenceKind: Hashable, Sendable {
    /// Which build blocks, or answers by itself where both do: 0 for the first, 1 for the other.
    public var blocking: Int
    /// Why.
    public var reason: DifferenceReason

    /// A kind.
    public init(blocking: Int, reason: DifferenceReason) {
        self.blocking = blocking
        self.reason = reason
    }
}

/// What came of one build beside the first.
public struct BuildComparison: Sendable {
    /// Names with which both do the same.
    public var equal = 0
    /// Names that both block, and answer in another way.
    public var otherMode = 0
    /// Names of which one of both leaves a type open, and none differs.
    public var undecided = 0
    /// Names made up below one that differs, which differ as it does.
    public var following = 0
    /// Names that differ, by which build blocks and why.
    public var counts: [DifferenceKind: Int] = [:]
    /// The same by severity of the endpoint.
    public var bySeverity: [Severity: Int] = [:]
    /// The first names of each kind, in the order of the lists.
    public var shown: [PolicyDifference] = []
    /// Rules about the text of names that only one of both has, or that two engines read: they were tried on names alone.
    public var openPatterns = 0
    /// The line of the first build from which on the other has none of its names; nil where it has some.
    public var truncatedFrom: Int?
    /// Nothing compared yet.
    public init() {}

    /// Names that differ.
    public var differing: Int { counts.values.reduce(0, +) }

    /// Whether all that was asked is known.
    public var isDecided: Bool { undecided == 0 && openPatterns == 0 }

    /// Names that differ at or above a severity.
    public func worst(atLeast threshold: Severity) -> Int {
        bySeverity.filter { $0.key >= threshold }.values.reduce(0, +)
    }
}

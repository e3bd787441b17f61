public import Catalog
public import DNS
public import Policy

/// What becomes of the names of a documented pattern under the rules of a layer.
public struct Coverage: Sendable {
    /// What is known of them.
    public enum Outcome: Sendable {
        /// Each of them is let through by a rule: that is proven.
        case covered
        /// This one is not; the shortest such name, unless it is not known of all shorter ones.
        case missed(Example, isShortest: Bool)
        /// None is known not to be let through, and it is not proven that all are.
        case open(Doubt)
    }

    /// A name with the verdict of the product's own matcher.
    public struct Example: Sendable {
        /// The name.
        public var name: DomainName
        /// The type asked for.
        public var type: RRType
        /// What becomes of it.
        public var verdict: Verdict

        /// An example of its parts.
        public init(name: DomainName, type: RRType, verdict: Verdict) {
            self.name = name
            self.type = type
            self.verdict = verdict
        }
    }

    /// Why nothing is proven.
    public enum Doubt: Sendable {
        /// It is not known whether this name is let through.
        case example(Example)
        /// This rule may stop names, and it is not known which.
        case rule(RuleReference)
        /// Rules that may stop names are not evaluated.
        case notEvaluated
        /// The rules tell more names apart than are looked at.
        case tooLarge
    }

    /// What is known of the names.
    public var outcome: Outcome
    /// Names that were asked about, each the shortest of all that meet the same rules.
    public var examples: Int
    /// The rules that let names through, in the order of their places.
    public var rules: [RuleReference]

    /// What is known.
    public init(outcome: Outcome, examples: Int, rules: [RuleReference]) {
        self.outcome = outcome
        self.examples = examples
        self.rules = rules
    }

    /// Whether all names are let through.
    public var isCovered: Bool { if case .covered = outcome { true } else { false } }
    /// Whether a name is known that is not let through.
    public var isMissed: Bool { if case .missed = outcome { true } else { false } }
}

/// What a layer does with one endpoint of the catalog.
public struct EndpointCoverage: Sendable {
    /// The endpoint.
    public var endpoint: Endpoint
    /// What becomes of its names.
    public var coverage: Coverage
    /// Names of it that exist or are documented.
    public var knownNames: [DomainName]
    /// Those of them that are not let through.
    public var stoppedNames: [DomainName]

    /// What a layer does.
    public init(endpoint: Endpoint, coverage: Coverage, knownNames: [DomainName], stoppedNames: [DomainName]) {
        self.endpoint = endpoint
        self.coverage = coverage
        self.knownNames = knownNames
        self.stoppedNames = stoppedNames
    }
}

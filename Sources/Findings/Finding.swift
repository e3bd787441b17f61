public import Catalog
public import DNS
public import Policy

/// How sure a finding is.
public enum Evidence: String, Sendable, CaseIterable {
    /// The rule decides about this very name, or the log shows it.
    case proven
    /// It follows from something that was seen elsewhere, such as an alias in a public capture.
    case strong
    /// It follows from something that is only likely.
    case weak
}

/// What happens to one record type of a name.
public struct TypeOutcome: Sendable, Hashable {
    /// The type asked for.
    public var type: RRType
    /// What the client gets.
    public var kind: VerdictKind

    /// An outcome.
    public init(type: RRType, kind: VerdictKind) {
        self.type = type
        self.kind = kind
    }
}

/// Why a finding exists; the rule ids of reports.
public enum FindingRule: String, Sendable, CaseIterable {
    /// A rule decides about the name itself.
    case blockedName = "blocked-name"
    /// A rule decides about an alias of the name.
    case blockedAlias = "blocked-alias"
    /// A rule decides about a name that only it spells out, below a pattern that the catalog documents.
    case blockedWildcard = "blocked-wildcard"
    /// A rule matches, but what the engine then does is not known.
    case undecided
    /// The capture shows an answer made by a filter.
    case observedFiltered = "observed-filtered"
    /// The capture shows failures: SERVFAIL, REFUSED or no answer.
    case observedBroken = "observed-broken"
    /// The capture shows NXDOMAIN or no data for a name that is known to exist.
    case observedMissing = "observed-missing"
    /// Another build of the list does something else with the name.
    case differs = "build-differs"
}

/// One thing that breaks an update name, with its proof.
public struct Finding: Sendable {
    /// Why it is a finding.
    public var rule: FindingRule
    /// The update name.
    public var name: DomainName
    /// What each type gets; the broken ones first.
    public var outcomes: [TypeOutcome]
    /// The verdict on the broken types.
    public var verdict: Verdict
    /// How sure it is.
    public var evidence: Evidence
    /// Whether a capture shows it, rather than a list implying it.
    public var isObserved: Bool
    /// The endpoint that needs the name; nil for names that the user gave.
    public var endpoint: Endpoint?
    /// Whether the name is documented, was seen, or is made up.
    public var origin: EndpointCatalog.Probe.Origin?
    /// The aliases from the name to the element that a rule matched, in order; empty when the name itself matched.
    public var chain: [ChainEdge]
    /// In words what was seen, for observed findings.
    public var detail: String?
    /// How often, by how many clients and when, for observed findings.
    public var sightings: Sightings?
    /// The groups of clients that it is about; empty where all clients fare alike, or one was given.
    public var groups: [String] = []
    /// Who runs what an observed finding shows, where the capture tells.
    public var observedOwner: String?
    /// What was tried and lets the name pass; nil where nothing was tried.
    public var triedFixes: [Fix]?

    /// Counts and times of an observed finding.
    public struct Sightings: Sendable, Equatable {
        /// Times it happened, retries folded.
        public var count: Int
        /// Clients that saw it.
        public var clients: Int
        /// First time, microseconds since 1970; nil when the log has none.
        public var first: Int64?
        /// Last time, microseconds since 1970.
        public var last: Int64?

        /// Sightings.
        public init(count: Int, clients: Int, first: Int64? = nil, last: Int64? = nil) {
            self.count = count
            self.clients = clients
            self.first = first
            self.last = last
        }
    }

    /// A finding of its parts.
    public init(
        rule: FindingRule,
        name: DomainName,
        outcomes: [TypeOutcome],
        verdict: Verdict,
        evidence: Evidence,
        isObserved: Bool = false,
        endpoint: Endpoint? = nil,
        origin: EndpointCatalog.Probe.Origin? = nil,
        chain: [ChainEdge] = [],
        detail: String? = nil,
        sightings: Sightings? = nil
    ) {
        self.rule = rule
        self.name = name
        self.outcomes = outcomes
        self.verdict = verdict
        self.evidence = evidence
        self.isObserved = isObserved
        self.endpoint = endpoint
        self.origin = origin
        self.chain = chain
        self.detail = detail
        self.sightings = sightings
    }

    /// How bad it is: the endpoint's severity, or unknown for names outside the catalog.
    public var severity: Severity { endpoint?.severity ?? .unknown }

    /// The types that do not get the real answer.
    public var brokenTypes: [RRType] { outcomes.filter { !$0.kind.isPass }.map(\.type) }
    /// Those of them that are known: some logs do not say what was asked for.
    public var knownBrokenTypes: [RRType] { brokenTypes.filter { $0.rawValue != 0 } }

    /// Who can mend it.
    public var owner: String {
        guard let matched = verdict.matched else {
            return observedOwner ?? (isObserved ? "whoever runs the resolver in the capture" : "unknown")
        }
        return "maintainer of \(matched.rule.list)"
    }
}

public import DNS

/// Which upstreams of a group are asked first.
public enum UpstreamStrategy: String, Sendable, CaseIterable {
    /// The first one that answers, in the order given.
    case failover
    /// The one that has answered fastest of late.
    case fastest
    /// Several at once, the fastest ones; the first usable answer counts.
    case parallel
    /// One after the other, in turn.
    case roundRobin = "round-robin"
}

/// How the upstreams of a group are asked.
public struct AskingRules: Sendable, Equatable {
    /// Which are asked first.
    public var strategy = UpstreamStrategy.failover
    /// Upstreams asked at once with ``UpstreamStrategy/parallel``.
    public var width = 2
    /// Response codes after which the next upstream is asked; others go to the client. NOERROR, NXDOMAIN and YXDOMAIN are
    /// answers and never among them.
    public var failOverCodes: [ResponseCode] = Self.refusals

    /// The codes of servers that could or would not answer.
    public static let refusals: [ResponseCode] = [.servFail, .refused, .notImp, .formErr, .badVers]

    /// In the order given, with fail-over after every refusal.
    public init() {}

    /// Whether the next upstream is asked after a code. Codes that nobody can name count as SERVFAIL.
    func failsOver(on code: ResponseCode) -> Bool {
        failOverCodes.contains(Self.refusals.contains(code) ? code : .servFail)
    }
}

/// Where names at and below one are forwarded to (split DNS).
public struct UpstreamRoute: Sendable {
    /// The topmost of the names.
    public var name: DomainName
    /// The servers; empty: those for everything else.
    public var upstreams: [Upstream]
    /// How they are asked.
    public var asking: AskingRules
    /// Whether those for everything else are asked when these do not answer. What is asked then is told to them, so that
    /// it is never done without being asked for.
    public var fallsBack: Bool

    /// A route.
    public init(
        _ name: DomainName,
        to upstreams: [Upstream],
        asking: AskingRules = AskingRules(),
        fallsBack: Bool = false
    ) {
        self.name = name
        self.upstreams = upstreams
        self.asking = asking
        self.fallsBack = fallsBack
    }
}

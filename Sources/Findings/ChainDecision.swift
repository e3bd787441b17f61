public import Catalog
public import DNS
public import Policy

/// What a stack does with a name and type over everything that is known about its aliases.
///
/// `audit`, `replay` and `explain` all decide here, so that they say the same.
public struct ChainDecision: Sendable {
    /// The verdict.
    public var verdict: Verdict
    /// The aliases from the name to the element that a rule matched; empty when the name itself matched, or nothing did.
    public var chain: [ChainEdge]
    /// The whole chain that was looked at, whether a rule matched on it or not.
    public var considered: [ChainEdge]

    /// A decision of its parts.
    public init(verdict: Verdict, chain: [ChainEdge], considered: [ChainEdge]) {
        self.verdict = verdict
        self.chain = chain
        self.considered = considered
    }

    /// Why it is a finding, if it does not pass.
    public var rule: FindingRule {
        if verdict.kind == .unsupported { return .undecided }
        return chain.isEmpty ? .blockedName : .blockedAlias
    }

    /// How sure it is: a rule about the name itself needs no alias to be true.
    public var evidence: Evidence {
        if verdict.kind == .unsupported { return .weak }
        if chain.isEmpty { return .proven }
        return chain.allSatisfy { $0.basis == .observed } ? .strong : .weak
    }

    /// Whether this says more for certain than `other`.
    private func isSurer(than other: ChainDecision) -> Bool {
        if (rule == .undecided) != (other.rule == .undecided) { return other.rule == .undecided }
        return evidence == .strong && other.evidence == .weak
    }

    fileprivate static func surest(
        of chains: [[ChainEdge]],
        decide: (_ aliases: [DomainName]) -> Verdict
    ) -> ChainDecision? {
        var best: ChainDecision?
        for edges in chains {
            let aliases = edges.map(\.target)
            let verdict = decide(aliases)
            guard !verdict.kind.isPass, let element = verdict.matched?.element else { continue }
            let last = aliases.firstIndex(of: element) ?? aliases.count - 1
            let found = ChainDecision(verdict: verdict, chain: Array(edges[...last]), considered: edges)
            guard let known = best else {
                best = found
                continue
            }
            if found.isSurer(than: known) { best = found }
        }
        return best
    }
}

extension CompiledStack {
    /// The verdict on a name that may have any of `chains` behind it: a chain that breaks counts before one that passes,
    /// a decided one before an undecided one, a seen one before an inferred one.
    /// - Complexity: O(chains × aliases × layers) lookups
    public func decision(
        _ name: DomainName,
        type: RRType,
        over chains: [[ChainEdge]],
        context: QueryContext = .unknown
    ) -> ChainDecision {
        let direct = verdict(name, type: type, context: context)
        if direct.kind == .pass || direct.kind == .unsupported,
            let found = ChainDecision.surest(
                of: chains,
                decide: { verdict(name, type: type, chain: $0, context: context) }
            ), direct.kind == .pass || found.verdict.kind != .unsupported
        {
            return found
        }
        return ChainDecision(verdict: direct, chain: [], considered: direct.kind == .pass ? chains.first ?? [] : [])
    }
}

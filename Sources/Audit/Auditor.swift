public import Catalog
public import DNS
public import Findings
public import Policy

/// Asks a stack about names and their known aliases and says what breaks.
public struct Auditor: Sendable {
    /// The names.
    public let names: [AuditName]
    /// The types asked for each name, in the order of the report.
    public let types: [RRType]
    private let chains: [DomainName: [ChainGraph.Chain]]

    /// An auditor for names with the aliases that a graph knows for them.
    /// - Complexity: O(names × chains)
    public init(names: [AuditName], types: [RRType] = [.a, .aaaa, .https], chains graph: ChainGraph) {
        self.names = names
        self.types = types
        var chains: [DomainName: [ChainGraph.Chain]] = [:]
        for name in names {
            let known = graph.chains(from: name.name)
            if !known.isEmpty { chains[name.name] = known }
        }
        self.chains = chains
    }

    /// What a stack breaks, in name order; one finding per name and deciding rule.
    /// - Complexity: O(names × types × aliases) lookups
    public func findings(_ stack: CompiledStack) -> [Finding] {
        names.flatMap { examine($0, stack) }
    }

    private struct Hit {
        var verdict: Verdict
        var types: [RRType]
        var chain: [ChainEdge]
    }

    private func examine(_ subject: AuditName, _ stack: CompiledStack) -> [Finding] {
        var hits: [Hit] = []
        var kinds: [TypeOutcome] = []
        for type in types {
            let (verdict, chain) = decide(subject.name, type, stack)
            kinds.append(TypeOutcome(type: type, kind: verdict.kind))
            guard !verdict.kind.isPass else { continue }
            if let known = hits.firstIndex(where: { $0.verdict.matched == verdict.matched && $0.chain == chain }) {
                hits[known].types.append(type)
            } else {
                hits.append(Hit(verdict: verdict, types: [type], chain: chain))
            }
        }
        return hits.map { hit in
            let broken = kinds.filter { hit.types.contains($0.type) }
            let passing = kinds.filter(\.kind.isPass)
            return Finding(
                rule: Self.rule(hit.verdict),
                name: subject.name,
                outcomes: broken + passing,
                verdict: hit.verdict,
                evidence: Self.evidence(hit.verdict, hit.chain),
                endpoint: subject.endpoint,
                origin: subject.origin,
                chain: hit.chain
            )
        }
    }

    /// The verdict on a name over all its known chains: the first that does not pass counts.
    private func decide(_ name: DomainName, _ type: RRType, _ stack: CompiledStack) -> (Verdict, [ChainEdge]) {
        let direct = stack.verdict(name, type: type)
        guard direct.kind == .pass, let known = chains[name] else { return (direct, []) }
        for chain in known {
            let verdict = stack.verdict(name, type: type, chain: chain.aliases)
            guard !verdict.kind.isPass, let element = verdict.matched?.element else { continue }
            let last = chain.aliases.firstIndex(of: element) ?? chain.aliases.count - 1
            return (verdict, Array(chain.edges[...last]))
        }
        return (direct, [])
    }

    private static func rule(_ verdict: Verdict) -> FindingRule {
        if verdict.kind == .unsupported { return .undecided }
        return verdict.matched?.relation == .qname ? .blockedName : .blockedAlias
    }

    private static func evidence(_ verdict: Verdict, _ chain: [ChainEdge]) -> Evidence {
        if verdict.kind == .unsupported { return .weak }
        if chain.isEmpty { return .proven }
        return chain.allSatisfy { $0.basis == .observed } ? .strong : .weak
    }
}

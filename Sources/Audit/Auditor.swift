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
    private let chains: [DomainName: [[ChainEdge]]]

    /// An auditor for names with the aliases that a graph knows for them.
    /// - Complexity: O(names × chains)
    public init(names: [AuditName], types: [RRType] = [.a, .aaaa, .https], chains graph: ChainGraph) {
        self.names = names
        self.types = types
        var chains: [DomainName: [[ChainEdge]]] = [:]
        for name in names {
            let known = graph.chains(from: name.name).map(\.edges)
            if !known.isEmpty { chains[name.name] = known }
        }
        self.chains = chains
    }

    /// What a stack breaks, in the order of the names; one finding per name and deciding rule.
    /// - Complexity: O(names × types × aliases) lookups
    public func findings(_ stack: CompiledStack) -> [Finding] {
        names.flatMap { examine($0, stack) }
    }

    private struct Hit {
        var decision: ChainDecision
        var types: [RRType]
    }

    private func examine(_ subject: AuditName, _ stack: CompiledStack) -> [Finding] {
        var hits: [Hit] = []
        var kinds: [TypeOutcome] = []
        for type in types {
            let decision = stack.decision(subject.name, type: type, over: chains[subject.name] ?? [])
            kinds.append(TypeOutcome(type: type, kind: decision.verdict.kind))
            guard !decision.verdict.kind.isPass else { continue }
            let known = hits.firstIndex {
                $0.decision.verdict.matched == decision.verdict.matched && $0.decision.chain == decision.chain
                    && $0.decision.rule == decision.rule
            }
            if let known {
                hits[known].types.append(type)
            } else {
                hits.append(Hit(decision: decision, types: [type]))
            }
        }
        return hits.map { hit in
            let broken = kinds.filter { hit.types.contains($0.type) }
            let passing = kinds.filter(\.kind.isPass)
            return Finding(
                rule: hit.decision.rule,
                name: subject.name,
                outcomes: broken + passing,
                verdict: hit.decision.verdict,
                evidence: hit.decision.evidence,
                endpoint: subject.endpoint,
                origin: subject.origin,
                chain: hit.decision.chain
            )
        }
    }
}

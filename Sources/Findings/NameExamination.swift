public import Catalog
public import DNS
public import Policy

extension CompiledStack {
    /// What this stack breaks of one name: one finding per deciding rule, its types merged; nothing when all types pass.
    ///
    /// `audit` and `replay` both ask here, so that they group alike.
    /// - Parameters:
    ///   - types: the types asked, in the order of the report.
    ///   - chains: the aliases that may stand behind the name.
    /// - Complexity: O(types × chains × aliases × layers) lookups
    public func findings(
        _ name: DomainName,
        types: [RRType],
        over chains: [[ChainEdge]],
        endpoint: Endpoint?,
        origin: EndpointCatalog.Probe.Origin?,
        context: QueryContext = .unknown
    ) -> [Finding] {
        var hits: [(decision: ChainDecision, types: [RRType])] = []
        var kinds: [TypeOutcome] = []
        for type in types {
            let decision = decision(name, type: type, over: chains, context: context)
            kinds.append(TypeOutcome(type: type, kind: decision.verdict.kind))
            guard !decision.verdict.kind.isPass, !decision.verdict.leadsToCache else { continue }
            let known = hits.firstIndex {
                $0.decision.verdict.matched == decision.verdict.matched && $0.decision.chain == decision.chain
                    && $0.decision.rule == decision.rule
            }
            if let known {
                hits[known].types.append(type)
            } else {
                hits.append((decision, [type]))
            }
        }
        return hits.map { hit in
            Finding(
                rule: hit.decision.rule,
                name: name,
                outcomes: kinds.filter { hit.types.contains($0.type) } + kinds.filter(\.kind.isPass),
                verdict: hit.decision.verdict,
                evidence: hit.decision.evidence,
                endpoint: endpoint,
                origin: origin,
                chain: hit.decision.chain
            )
        }
    }
}

extension Verdict {
    /// Whether a name leads to a cache of what it serves, which is neither blocked nor let pass by that.
    var leadsToCache: Bool { kind == .redirect && matched?.rule.engine == .lanCache }
}

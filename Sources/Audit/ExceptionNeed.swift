public import Catalog
public import DNS
public import Findings
public import Policy

/// A name that has to be resolved, with the types that are asked for and everything that may stand behind it.
public struct ExceptionNeed: Sendable {
    /// The name and what needs it.
    public let name: AuditName
    /// The types: those of the question, and SRV for owners of such records.
    public let types: [RRType]
    /// The known chains of aliases.
    let edges: [[ChainEdge]]
    let chains: [[DomainName]]

    /// A need.
    public init(_ name: AuditName, types: [RRType], chains graph: ChainGraph) {
        self.name = name
        let isService = name.name.labels.first?.first == 0x5F
        self.types = isService && !types.contains(.srv) ? types + [.srv] : types
        edges = graph.chains(from: name.name).map(\.edges)
        chains = edges.map { $0.map(\.target) }
    }

    /// What a stack does with a type of it, whichever chain is behind it.
    public func verdict(_ stack: CompiledStack, type: RRType, context: QueryContext) -> Verdict {
        stack.decision(name.name, type: type, over: edges, context: context).verdict
    }

    /// The same of every type, as far as it does not get the real answer for certain.
    public func blocked(_ stack: CompiledStack, context: QueryContext) -> [BlockedNeed] {
        types.map { blocked($0, verdict(stack, type: $0, context: context)) }
            .filter { $0.verdict.isBlocked || $0.verdict.kind == .unsupported }
    }

    func blocked(_ type: RRType, _ verdict: Verdict) -> BlockedNeed {
        BlockedNeed(name: name.name, endpoint: name.endpoint, type: type, verdict: verdict)
    }
}

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
    /// Who asks.
    public let context: QueryContext
    private let chains: [DomainName: [[ChainEdge]]]

    /// An auditor for names with the aliases that a graph knows for them.
    /// - Complexity: O(names × chains)
    public init(
        names: [AuditName],
        types: [RRType] = [.a, .aaaa, .https],
        chains graph: ChainGraph,
        context: QueryContext = .unknown
    ) {
        self.names = names
        self.types = types
        self.context = context
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
        names.flatMap {
            stack.findings(
                $0.name,
                types: types,
                over: chains[$0.name] ?? [],
                endpoint: $0.endpoint,
                origin: $0.origin,
                context: context
            )
        }
    }
}

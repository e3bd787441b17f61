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
    public func findings(_ stack: CompiledStack) -> [Finding] { findings(stack, for: context) }

    /// What a stack breaks for a client; of all names, or of some.
    /// - Complexity: O(names × types × aliases) lookups
    public func findings(
        _ stack: CompiledStack,
        for context: QueryContext,
        among some: Set<DomainName>? = nil
    ) -> [Finding] {
        names.filter { some?.contains($0.name) ?? true }.flatMap {
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

extension Auditor {
    /// What a stack breaks for groups of clients, each asked for by itself: what breaks for several of them in the same way is
    /// one finding, which names them.
    /// - Complexity: O(groups × names × types × aliases) lookups
    public func findings(
        _ stack: CompiledStack,
        for groups: [(name: String, context: QueryContext)]
    ) -> [Finding] {
        var all: [Finding] = []
        var places: [DomainName: [Int]] = [:]
        for group in groups {
            for var finding in findings(stack, for: group.context) {
                if let known = places[finding.name]?.first(where: { all[$0].isTheSame(as: finding) }) {
                    all[known].groups.append(group.name)
                    continue
                }
                finding.groups = [group.name]
                places[finding.name, default: []].append(all.count)
                all.append(finding)
            }
        }
        return all
    }
}

extension Finding {
    /// Whether the same rule does the same to the same name.
    fileprivate func isTheSame(as other: Finding) -> Bool {
        rule == other.rule && outcomes == other.outcomes && verdict.matched == other.verdict.matched
            && chain == other.chain
    }
}

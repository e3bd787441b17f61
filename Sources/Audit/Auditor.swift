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
    /// Whose patterns are looked at beside the names; nil for none.
    private let wildcards: EndpointCatalog?

    /// An auditor for names with the aliases that a graph knows for them.
    /// - Parameter wildcards: a catalog below whose patterns rules are looked for that are about none of the names.
    /// - Complexity: O(names × chains)
    public init(
        names: [AuditName],
        types: [RRType] = [.a, .aaaa, .https],
        chains graph: ChainGraph,
        context: QueryContext = .unknown,
        wildcards: EndpointCatalog? = nil
    ) {
        self.names = names
        self.types = types
        self.context = context
        self.wildcards = wildcards
        var chains: [DomainName: [[ChainEdge]]] = [:]
        for name in names {
            let known = graph.chains(from: name.name).map(\.edges)
            if !known.isEmpty { chains[name.name] = known }
        }
        self.chains = chains
    }

    /// What a stack breaks, in the order of the names; one finding per name and deciding rule. Of groups of clients each is
    /// asked for by itself: what breaks for several of them in the same way is one finding, which names them.
    /// - Parameter goesOn: whether to go on, asked before each name.
    /// - Complexity: O(groups × names × types × aliases) lookups, names that rules of the lists spell out among them
    public func audit(
        _ stack: CompiledStack,
        for groups: [(name: String, context: QueryContext)] = [],
        while goesOn: () -> Bool = { true }
    ) -> AuditOutcome {
        var outcome = AuditOutcome()
        if groups.isEmpty {
            outcome = audit(stack, for: context, while: goesOn)
        } else {
            var places: [DomainName: [Int]] = [:]
            for group in groups where !outcome.isCutShort {
                outcome.merge(audit(stack, for: group.context, while: goesOn), of: group.name, &places)
            }
        }
        outcome.countFurther(in: stack)
        if wildcards != nil { outcome.unspelledRules = stack.layers.reduce(0) { $0 + $1.unspelledRuleCount } }
        return outcome
    }

    private func audit(_ stack: CompiledStack, for context: QueryContext, while goesOn: () -> Bool) -> AuditOutcome {
        var outcome = AuditOutcome()
        for name in names {
            guard goesOn() else {
                outcome.isCutShort = true
                return outcome
            }
            outcome.findings += findings(stack, name, context)
        }
        if let wildcards { addListed(to: &outcome, below: wildcards, stack, context, while: goesOn) }
        return outcome
    }

    /// What a stack does for a client with the name of a finding, which another stack breaks.
    public func findings(_ stack: CompiledStack, about finding: Finding, for context: QueryContext) -> [Finding] {
        let name = AuditName(name: finding.name, endpoint: finding.endpoint, origin: finding.origin)
        return findings(stack, name, context)
    }

    func findings(_ stack: CompiledStack, _ name: AuditName, _ context: QueryContext) -> [Finding] {
        stack.findings(
            name.name,
            types: types,
            over: chains[name.name] ?? [],
            endpoint: name.endpoint,
            origin: name.origin,
            context: context
        )
    }
}

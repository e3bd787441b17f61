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

    /// What a stack breaks, in the order of the names; one finding per name and deciding rule.
    /// - Complexity: O(names × types × aliases) lookups
    public func findings(_ stack: CompiledStack) -> [Finding] {
        findings(stack, for: context, beside: listedNames(stack))
    }

    /// What a stack does for a client with the name of a finding, which another stack breaks.
    public func findings(_ stack: CompiledStack, about finding: Finding, for context: QueryContext) -> [Finding] {
        let name = AuditName(name: finding.name, endpoint: finding.endpoint, origin: finding.origin)
        return findings(stack, name, context)
    }

    private func findings(_ stack: CompiledStack, _ name: AuditName, _ context: QueryContext) -> [Finding] {
        stack.findings(
            name.name,
            types: types,
            over: chains[name.name] ?? [],
            endpoint: name.endpoint,
            origin: name.origin,
            context: context
        )
    }

    private func findings(
        _ stack: CompiledStack,
        for context: QueryContext,
        beside listed: [AuditName]
    ) -> [Finding] {
        let known = names.flatMap { findings(stack, $0, context) }
        return listed.isEmpty ? known : known + unknown(listed, stack, context, beside: known)
    }
}

// MARK: - Names below wildcards

extension Auditor {
    /// Names below documented patterns that nothing but rules of the stack's lists spells out, in their order.
    private func listedNames(_ stack: CompiledStack) -> [AuditName] {
        guard let wildcards, case let bases = wildcards.wildcardBases, !bases.isEmpty else { return [] }
        var seen = Set(names.map(\.name))
        return stack.layers.flatMap { $0.names(under: bases, label: EndpointCatalog.probeLabel) }.compactMap { name in
            guard let endpoint = wildcards.endpoint(matching: name), seen.insert(name).inserted else { return nil }
            return AuditName(name: name, endpoint: endpoint, origin: .listed)
        }
    }

    /// What rules break of such names that break no known one.
    private func unknown(
        _ listed: [AuditName],
        _ stack: CompiledStack,
        _ context: QueryContext,
        beside known: [Finding]
    ) -> [Finding] {
        let blamed = Set(known.compactMap(\.verdict.matched?.rule.place))
        return listed.flatMap { findings(stack, $0, context) }.compactMap { finding in
            guard let rule = finding.verdict.matched?.rule, !blamed.contains(rule.place) else { return nil }
            var finding = finding
            if finding.rule != .undecided { finding.rule = .blockedWildcard }
            // Nobody has seen the name.
            finding.evidence = .weak
            let pattern = finding.endpoint?.pattern.text ?? ""
            finding.detail = "below \(pattern); nothing but the list spells the name out, and it may not exist"
            return finding
        }
    }
}

// MARK: - Groups

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
        let listed = listedNames(stack)
        for group in groups {
            for var finding in findings(stack, for: group.context, beside: listed) {
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

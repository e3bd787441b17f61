import Catalog
import DNS
import Findings
import Policy

extension Auditor {
    /// For how many names below documented patterns that nothing but rules of lists spells out there are findings: as many that
    /// break, and as many that rules leave open. Lists may spell out millions.
    public static let mostListedNames = 1_000

    /// Adds what rules break of such names that break no known one, in the order of the rules; beyond the first names the
    /// rules are counted.
    func addListed(
        to outcome: inout AuditOutcome,
        below wildcards: EndpointCatalog,
        _ stack: CompiledStack,
        _ context: QueryContext,
        while goesOn: () -> Bool
    ) {
        let bases = wildcards.wildcardBases
        guard !bases.isEmpty else { return }
        let blamed = Set(outcome.findings.compactMap { RuleLine($0.verdict.matched, stack) })
        var seen = Set(names.map(\.name))
        var (broken, open) = (0, 0)
        func examine(_ name: DomainName) -> Bool {
            guard goesOn() else { return false }
            // What an engine takes for a name with a star in it nobody asks for.
            guard !name.labels.contains(where: { $0.contains(0x2A) }) else { return true }
            guard let endpoint = wildcards.endpoint(matching: name), !seen.contains(name) else { return true }
            let rules = decidingRules(name, stack, context)
            let isOpen = rules.allSatisfy { $0.isOpen || blamed.contains($0.line) }
            guard (isOpen ? open : broken) < Self.mostListedNames else {
                // Rules that are not evaluated are counted where they are read.
                outcome.further.formUnion(rules.filter { !$0.isOpen && !blamed.contains($0.line) }.map(\.line))
                return true
            }
            guard !rules.isEmpty else { return true }
            let listed = AuditName(name: name, endpoint: endpoint, origin: .listed)
            let found = findings(stack, listed, context).compactMap { finding -> Finding? in
                guard let line = RuleLine(finding.verdict.matched, stack), !blamed.contains(line) else { return nil }
                outcome.shown.insert(line)
                return Self.listed(finding)
            }
            guard !found.isEmpty else { return true }
            if isOpen { open += 1 } else { broken += 1 }
            seen.insert(name)
            outcome.findings += found
            return true
        }
        for layer in stack.layers where !outcome.isCutShort {
            let isWhole = layer.forEachName(under: bases, label: EndpointCatalog.probeLabel, examine)
            outcome.isCutShort = !isWhole
        }
        guard stack.layers.contains(where: \.hasPatterns) else { return }
        for base in bases where !outcome.isCutShort {
            let first = outcome.findings.count
            for name in EndpointCatalog.probeLabels.compactMap(base.child) where !outcome.isCutShort {
                outcome.isCutShort = !examine(name)
            }
            outcome.keepOnePerRule(from: first, stack)
        }
    }

    /// The rules that decide about a name without aliases and do not let it pass, without making anything of them.
    private func decidingRules(
        _ name: DomainName,
        _ stack: CompiledStack,
        _ context: QueryContext
    ) -> [(line: RuleLine, isOpen: Bool)] {
        let asked = NameBuffer(name)
        return types.compactMap { type in
            let own = stack.decide(asked, type: type, context: context)
            let decision = stack.decideAnyAddress(of: asked, type: type, context: context, after: own)
            guard !decision.kind.isPass, decision.hasRule else { return nil }
            return (RuleLine(Int(decision.layer), Int(decision.rule), stack), decision.kind == .unsupported)
        }
    }

    private static func listed(_ finding: Finding) -> Finding {
        var finding = finding
        if finding.rule != .undecided { finding.rule = .blockedWildcard }
        // Nobody has seen the name.
        finding.evidence = .weak
        let pattern = finding.endpoint?.pattern.text ?? ""
        finding.detail =
            finding.isMadeUp
            ? "below \(pattern); the name is made up, and none that exists may be like it"
            : "below \(pattern); nothing but the list spells the name out, and it may not exist"
        return finding
    }
}

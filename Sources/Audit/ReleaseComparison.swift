import DNS
public import Findings
public import Policy

/// What a release of a list changes for the names of an audit: each name and record type under the old and the new version.
///
/// A type whose verdict is open in one of both never counts as freed or as unchanged for the better: what is not known is said.
public struct ReleaseComparison: Sendable {
    /// What the new version breaks and the old one let pass or left open; `outcomes` hold the types that changed, and those that
    /// pass.
    public private(set) var broken: [Finding] = []
    /// What the old version broke or left open and the new one lets pass, with the old verdict.
    public private(set) var freed: [Finding] = []
    /// What the new version leaves open and the old one did not.
    public private(set) var open: [Finding] = []
    /// What both break or leave open, with the new verdict.
    public private(set) var unchanged: [Finding] = []

    /// How many rules of the new version break names below documented wildcards that nothing was said about, because there are
    /// too many, and how many of the old one.
    public private(set) var further = (new: 0, old: 0)
    /// Whether it ended before everything was asked.
    public private(set) var isCutShort = false

    /// Compares two versions; nil where there is none, which breaks nothing.
    /// - Parameter goesOn: asked before each name whether to go on.
    /// - Complexity: two audits
    public init(
        _ auditor: Auditor,
        old: CompiledStack?,
        new: CompiledStack?,
        while goesOn: () -> Bool = { true }
    ) {
        let audits = [old, new].map { stack in stack.map { auditor.audit($0, while: goesOn) } }
        further = (
            audits[1]?.furtherRules.values.reduce(0, +) ?? 0, audits[0]?.furtherRules.values.reduce(0, +) ?? 0
        )
        isCutShort = audits.contains { $0?.isCutShort == true }
        var sides = audits.map { Side($0?.findings ?? []) }
        // Names that only one version's rules spell out are asked of the other, too.
        for (index, stack) in [old, new].enumerated() {
            guard let stack else { continue }
            for finding in sides[1 - index].findings where sides[index].states[finding.name] == nil {
                sides[index].note(auditor.findings(stack, about: finding, for: auditor.context), of: finding.name)
            }
        }
        for finding in sides[1].findings {
            add(
                finding,
                to: \.broken,
                where: { sides[1].state(finding, $0) == .broken && sides[0].state(finding, $0) != .broken }
            )
            add(
                finding,
                to: \.open,
                where: { sides[1].state(finding, $0) == .open && sides[0].state(finding, $0) != .open }
            )
            add(finding, to: \.unchanged, where: { sides[1].state(finding, $0) == sides[0].state(finding, $0) })
        }
        for finding in sides[0].findings {
            add(finding, to: \.freed, where: { sides[1].state(finding, $0) == .passes })
        }
    }

    private mutating func add(
        _ finding: Finding,
        to list: WritableKeyPath<Self, [Finding]>,
        where isMeant: (RRType) -> Bool
    ) {
        let types = Set(finding.brokenTypes.filter(isMeant))
        guard !types.isEmpty else { return }
        var finding = finding
        finding.outcomes.removeAll { !$0.kind.isPass && !types.contains($0.type) }
        self[keyPath: list].append(finding)
    }

    private enum State { case passes, broken, open }

    /// What one version does.
    private struct Side {
        let findings: [Finding]
        private(set) var states: [DomainName: [RRType: State]] = [:]

        init(_ findings: [Finding]) {
            self.findings = findings
            for finding in findings { note([finding], of: finding.name) }
        }

        mutating func note(_ findings: [Finding], of name: DomainName) {
            states[name] = states[name] ?? [:]
            for outcome in findings.flatMap(\.outcomes) where !outcome.kind.isPass {
                // A type that one rule breaks for certain is broken, whatever is open besides.
                let state = outcome.kind == .unsupported ? State.open : .broken
                if states[name]?[outcome.type] != .broken { states[name]?[outcome.type] = state }
            }
        }

        func state(_ finding: Finding, _ type: RRType) -> State { states[finding.name]?[type] ?? .passes }
    }
}

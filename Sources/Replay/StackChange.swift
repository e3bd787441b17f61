internal import DNS
public import Findings
public import Policy

/// What another stack does to one name of a capture that the stack does not.
public struct StackChange: Sendable {
    /// Which way it goes.
    public enum Kind: String, Sendable, CaseIterable {
        /// Passes now, and would break.
        case broken
        /// Breaks now, and would pass.
        case freed
        /// One of the stacks does not decide it.
        case undecided
    }

    /// Which way it goes.
    public var kind: Kind
    /// The finding that comes or goes, about the types that change alone.
    public var finding: Finding
    /// Hours of the capture in which the name was asked for; 0 when the log has no times.
    public var hours: Int
}

extension Replayer {
    /// What `other` would change for the names that were asked for, newly broken ones first; without a stack everything
    /// passes now.
    /// - Complexity: O(names × types × chains × layers) lookups
    public func changes(to other: CompiledStack, context otherContext: QueryContext) -> [StackChange] {
        let changes = Dictionary(grouping: kept.values, by: \.name).flatMap { name, tallies in
            let before = stack.map { underStack(name, tallies, $0, context) } ?? []
            let after = underStack(name, tallies, other, otherContext)
            return Self.changes(before, after).map { kind, finding in
                let asked = tallies.filter { $0.type.rawValue == 0 || finding.brokenTypes.contains($0.type) }
                var counted = finding
                counted.sightings = NameTally.span(of: asked).sightings
                let hours = asked.reduce(into: LowestSet<Int64>(limit: NameTally.maximumHours)) {
                    $0.formUnion($1.hours)
                }
                .count
                return StackChange(kind: kind, finding: counted, hours: hours)
            }
        }
        let order = StackChange.Kind.allCases
        return changes.sorted { left, right in
            if left.kind != right.kind {
                return order.firstIndex(of: left.kind) ?? 0 < order.firstIndex(of: right.kind) ?? 0
            }
            return Self.worseFirst(left.finding, right.finding)
        }
    }

    private static func changes(_ before: [Finding], _ after: [Finding]) -> [(StackChange.Kind, Finding)] {
        let (brokenBefore, openBefore) = types(before)
        let (brokenAfter, openAfter) = types(after)
        func part(_ findings: [Finding], _ kind: StackChange.Kind, _ types: Set<RRType>) -> [(
            StackChange.Kind, Finding
        )] {
            findings.compactMap { $0.about(types).map { (kind, $0) } }
        }
        // A type that is open in both for the same reason is no change.
        let open = openBefore.symmetricDifference(openAfter)
        let decided = { (findings: [Finding]) in findings.filter { $0.rule != .undecided } }
        let undecided = { (findings: [Finding]) in findings.filter { $0.rule == .undecided } }
        return part(decided(after), .broken, brokenAfter.subtracting(brokenBefore).subtracting(openBefore))
            + part(decided(before), .freed, brokenBefore.subtracting(brokenAfter).subtracting(openAfter))
            + part(undecided(before), .undecided, open) + part(undecided(after), .undecided, open)
    }

    private static func types(_ findings: [Finding]) -> (broken: Set<RRType>, open: Set<RRType>) {
        findings.reduce(into: ([], [])) { sets, finding in
            if finding.rule == .undecided {
                sets.1.formUnion(finding.brokenTypes)
            } else {
                sets.0.formUnion(finding.brokenTypes)
            }
        }
    }
}

extension Finding {
    /// The same about some of its broken types alone; nil when it has none of them.
    fileprivate func about(_ types: Set<RRType>) -> Finding? {
        var part = self
        part.outcomes = outcomes.filter { $0.kind.isPass || types.contains($0.type) }
        return part.brokenTypes.isEmpty ? nil : part
    }
}

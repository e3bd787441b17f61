import Catalog
import DNS
import FilterLists
import Findings
import Policy
import Reports

/// Finds out which rules have to go for a verdict to become another one, by compiling the layers without them: what is said
/// is what the engine would do.
struct Removals {
    /// What was found.
    struct Outcome {
        /// The rules, in the order in which they decided; each of them has to go.
        var rules: [RuleReference]
        /// The verdict without them; nil when it is the same. Rules are tried until a pass is none, or the other way round.
        var verdict: VerdictKind?
    }

    /// How many rules are tried.
    static let limit = 5

    private let loaded: LoadedStack
    /// Layers without rules, by what was taken out of them.
    private var known: [[Place]: CompiledStack] = [:]

    /// Where a rule stands, whatever else is taken out.
    private struct Place: Hashable {
        var layer: Int
        var list: Int
        var text: Range<Int>
        var entry: ListEntry?
    }

    init(_ loaded: LoadedStack) { self.loaded = loaded }

    /// The rules behind a decision; nil when none is at hand that a list holds.
    mutating func outcome(
        _ first: Verdict,
        decide: (CompiledStack) -> Verdict
    ) throws -> Outcome? {
        var removed: [Place] = []
        var isTried = false
        var outcome = Outcome(rules: [], verdict: nil)
        var verdict = first
        var stack = loaded.stack
        while removed.count < Self.limit, let matched = verdict.matched, let number = matched.number,
            !stack.layers[matched.layer].isOfEngine(number)
        {
            let place = stack.layers[matched.layer].place(number)
            guard place.list < loaded.layers[matched.layer].listCount, !place.text.isEmpty else { break }
            // A word of a statement is no place that `without` names.
            let entry = matched.entries.first.flatMap { $0.isWord ? nil : $0 }
            let removal = Place(layer: matched.layer, list: place.list, text: place.text, entry: entry)
            guard !removed.contains(removal) else {
                // It is stated elsewhere than in a list, and cannot be taken out of one.
                outcome.rules.removeLast()
                removed.removeLast()
                break
            }
            removed.append(removal)
            isTried = true
            var rule = matched.rule
            if let entry { (rule.list, rule.line, rule.text) = (entry.path, entry.line, entry.text) }
            outcome.rules.append(rule)
            stack = try self.stack(without: removed)
            verdict = decide(stack)
            if verdict.kind.isPass != first.kind.isPass { break }
        }
        guard verdict.kind != first.kind else { return isTried ? outcome : nil }
        outcome.verdict = verdict.kind
        try leaveOut(&removed, &outcome, decide)
        return outcome
    }

    /// Leaves out rules that need not go.
    private mutating func leaveOut(
        _ removed: inout [Place],
        _ outcome: inout Outcome,
        _ decide: (CompiledStack) -> Verdict
    ) throws {
        for index in removed.indices.reversed() where removed.count > 1 {
            var fewer = removed
            fewer.remove(at: index)
            guard decide(try stack(without: fewer)).kind == outcome.verdict else { continue }
            removed = fewer
            outcome.rules.remove(at: index)
        }
    }

    private mutating func stack(without removed: [Place]) throws -> CompiledStack {
        if let stack = known[removed] { return stack }
        var layers: [CompiledLayer] = []
        for (index, layer) in loaded.layers.enumerated() {
            let places = removed.filter { $0.layer == index }.map {
                RulePlace(list: $0.list, text: $0.text, entry: $0.entry)
            }
            layers.append(places.isEmpty ? layer.layer : try layer.without(places).layer)
        }
        let stack = CompiledStack(layers: layers)
        known[removed] = stack
        return stack
    }
}

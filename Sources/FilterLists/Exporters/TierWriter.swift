import DNS
import Policy

/// Writes nodes of an engine whose closest rule wins for one whose strongest class wins: an exception below a blocked name
/// needs a class that beats it, a block below that exception another one.
struct TierWriter: NodeWriter {
    /// What the rules written so far make of the names below.
    struct State {
        /// The types blocked, one bit each.
        var blocked: UInt64 = 0
        /// The types that a rule allows.
        var allowed: UInt64 = 0
        /// The strongest tier in force; -1 for none.
        var tier = -1
    }

    private let layer: CompiledLayer
    private let output: TierOutput

    init(_ layer: CompiledLayer, _ syntax: RuleSyntax, _ format: ExportFormat, allowing: Bool) {
        self.layer = layer
        output = TierOutput(syntax: syntax, format: format, allowing: allowing)
    }

    /// What has to change for a name, by type.
    private struct Change: Equatable {
        var block: UInt64 = 0
        var allow: UInt64 = 0
        /// Where blocked types change their answer.
        var changes: UInt64 = 0
    }

    mutating func write(_ node: PolicyNode, from state: State, isAlone: Bool, to sink: inout ExportSink) -> State {
        if sink.isAnsweredByTarget(node.name) { omitPassed(node, &sink) }
        let own = change(node.own, node.ownRules, state, &sink)
        let below = change(node.below, node.belowRules, state, &sink)
        if own == below, node.ownRules == node.belowRules || takesSubtree(node, own, state) {
            return write(.subtree, node, [node.ownRules, node.belowRules], below, state, &sink)
        }
        _ = write(.exact, node, [node.ownRules], own, state, &sink)
        return write(.below, node, [node.belowRules], below, state, &sink)
    }

    /// What a rule lets pass is answered by the target itself.
    private func omitPassed(_ node: PolicyNode, _ sink: inout ExportSink) {
        for (effects, rules) in [(node.own, node.ownRules), (node.below, node.belowRules)] {
            for (effect, rule) in zip(effects.effects, rules) where effect.isPass { sink.omit(rule, .ofEngine) }
        }
    }

    /// Whether one rule can stand for those of the name and those of what lies below it.
    private func takesSubtree(_ node: PolicyNode, _ change: Change, _ state: State) -> Bool {
        [(change.block, state.tier <= 0 ? 0 : 2), (change.allow, state.tier <= 1 ? 1 : 3)].allSatisfy { mask, tier in
            guard mask != 0 else { return true }
            guard tier < max(2, output.syntax.tiers), output.syntax.tiers > 1 || tier % 2 == 0 else { return false }
            if case .success = output.syntax.line(line(.subtree, node, mask, tier)) { return true }
            return false
        }
    }

    private func line(_ scope: Scope, _ node: PolicyNode, _ mask: UInt64, _ tier: Int) -> TierRule {
        TierRule(
            subject: .name(scope, node.name),
            tier: tier,
            action: tier % 2 == 0 ? .block : .allow,
            coverage: coverage(mask, node.types),
            excluded: []
        )
    }

    private func change(
        _ effects: TypedEffects,
        _ rules: [Int?],
        _ state: State,
        _ sink: inout ExportSink
    ) -> Change {
        var change = Change()
        guard effects.effects.count <= UInt64.bitWidth else {
            for rule in rules { sink.omit(rule, .types) }
            return change
        }
        for (index, effect) in effects.effects.enumerated() {
            let bit: UInt64 = 1 << UInt64(index)
            switch effect {
            case .none: change.allow |= state.blocked & bit
            case .allow: change.allow |= state.allowed & bit == 0 ? bit : state.blocked & bit
            case .block: change.block |= ~state.blocked & bit
            case .answer(.truncate): sink.omit(rules[index], .answer)
            case .answer:
                change.block |= ~state.blocked & bit
                change.changes |= bit
            case .data(let records):
                if records.allSatisfy({ $0.address?.leadsNowhere ?? false }) {
                    change.block |= ~state.blocked & bit
                } else {
                    sink.omit(rules[index], .data)
                }
            case .filled: sink.omit(rules[index], .filled)
            case .route: sink.omit(rules[index], .route)
            case .unknown:
                let dependsOnNeighbours = layer.findsStarsByNeighbours
                sink.omit(rules[index], dependsOnNeighbours ? .neighbours : .unknown)
            }
        }
        return change
    }

    private func write(
        _ scope: Scope,
        _ node: PolicyNode,
        _ rules: [[Int?]],
        _ change: Change,
        _ state: State,
        _ sink: inout ExportSink
    ) -> State {
        var next = state
        if change.block != 0 {
            let tier = state.tier <= 0 ? 0 : 2
            if write(scope, node, rules, change.block, tier, state, &sink) {
                next.blocked |= change.block
                next.allowed &= ~change.block
                next.tier = max(next.tier, tier)
                if change.changes & change.block != 0 { sink.noteChangedAnswer(numbers(rules, change.block).last) }
            }
        }
        if change.allow != 0 {
            let tier = state.tier <= 1 ? 1 : 3
            if write(scope, node, rules, change.allow, tier, state, &sink) {
                next.blocked &= ~change.allow
                next.allowed |= change.allow
                next.tier = max(next.tier, tier)
            }
        }
        return next
    }

    private func write(
        _ scope: Scope,
        _ node: PolicyNode,
        _ rules: [[Int?]],
        _ mask: UInt64,
        _ tier: Int,
        _ state: State,
        _ sink: inout ExportSink
    ) -> Bool {
        guard output.syntax.tiers > 1 || tier % 2 == 0 else {
            omit(rules, mask, .allow, &sink)
            return false
        }
        guard tier < max(2, output.syntax.tiers), state.tier < 3 || tier == 3 else {
            omit(rules, mask, .precedence, &sink)
            return false
        }
        guard let reason = output.write(line(scope, node, mask, tier), numbers(rules, mask).last, to: &sink) else {
            return true
        }
        omit(rules, mask, reason, &sink)
        return false
    }

    private func omit(_ rules: [[Int?]], _ mask: UInt64, _ reason: Omission, _ sink: inout ExportSink) {
        for rule in numbers(rules, mask) { sink.omit(rule, reason) }
    }

    /// The rules that decide about the chosen types.
    private func numbers(_ rules: [[Int?]], _ mask: UInt64) -> [Int] {
        rules.flatMap { rules in
            rules.enumerated().compactMap { mask >> UInt64($0.offset) & 1 == 1 ? $0.element : nil }
        }
    }

    /// The last type stands for all that no rule names.
    private func coverage(_ mask: UInt64, _ types: [RRType]) -> TypeCoverage {
        let chosen = types.enumerated().filter { mask >> UInt64($0.offset) & 1 == 1 }.map(\.element)
        guard let other = types.last, chosen.contains(other) else { return TypeCoverage(only: chosen) }
        return TypeCoverage(except: types.filter { !chosen.contains($0) })
    }
}

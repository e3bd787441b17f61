import DNS
import Policy
import TextScan

extension RuleSink {
    /// Adds a rule by a regular expression; one that the library refuses is counted with the library's reason, and names that
    /// it may match are left open where the engine takes it.
    mutating func add(
        _ expression: Span<UInt8>,
        _ dialect: NameRegex.Dialect,
        inverted: Bool = false,
        required: [UInt8] = [],
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        guard: GuardID = .none,
        _ text: Span<UInt8>,
        rule: Range<Int>,
        line: Int
    ) {
        func added(_ expression: Span<UInt8>, _ sink: inout RuleSink) {
            sink.compile(
                expression,
                dialect,
                inverted: inverted,
                required: required,
                class: ruleClass,
                action: action,
                coverage: coverage,
                guard: `guard`,
                text,
                rule: rule,
                line: line
            )
        }
        guard case .re2 = dialect else { return added(expression, &self) }
        switch GoExpression.read(expression) {
        case .same: added(expression, &self)
        case .written(let written): added(written.span, &self)
        case .refused: drop(.regex("invalid escape sequence: \\C"), text, rule, line)
        }
    }

    private mutating func compile(
        _ expression: Span<UInt8>,
        _ dialect: NameRegex.Dialect,
        inverted: Bool,
        required: [UInt8],
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID,
        guard: GuardID,
        _ text: Span<UInt8>,
        rule: Range<Int>,
        line: Int
    ) {
        func undecided(_ sink: inout RuleSink) {
            sink.undecided(
                NameCondition.widened(expression, dialect, inverted: inverted),
                class: ruleClass,
                action: action,
                coverage: coverage,
                guard: `guard`,
                at: RulePosition(rule, line: line)
            )
        }
        guard builder.mayTakeRegex else {
            skip(.regexTooLarge("the ones before it have used it up"), text, rule, line)
            // Once for a class every name is open, whatever the ones behind do.
            guard builder.noteOpenClass(ruleClass) else { return }
            let (open, position) = (builder.intern(.unsupported), RulePosition(rule, line: line))
            return self.undecided(.constant(true), class: ruleClass, action: open, at: position)
        }
        let regex: NameRegex
        do throws(RegexError) {
            regex = try NameRegex(expression, dialect, inverted: inverted, required: required)
        } catch {
            // The engine takes what only its size or its kind keeps from being evaluated here, and may know more scripts.
            guard case .syntax = error else {
                refuse(error, text, rule, line)
                return undecided(&self)
            }
            guard GoExpression.namesScript(expression), dialect != .tre else { return refuse(error, text, rule, line) }
            skip(.regexDialect, text, rule, line)
            return undecided(&self)
        }
        let isAdded = builder.add(
            regex: regex,
            class: ruleClass,
            action: action,
            coverage: coverage,
            guard: `guard`,
            at: RulePosition(rule, line: line)
        )
        guard !isAdded else { return }
        skip(.regexTooLarge("the ones before it have used it up"), text, rule, line)
        undecided(&self)
    }

    /// Leaves open what a rule does that is counted as not evaluated and may count for names of a condition.
    mutating func undecided(
        _ condition: NameCondition,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        guard: GuardID = .none,
        at position: RulePosition
    ) {
        undecided { sink in
            for condition in [condition, .constant(true)] {
                let isAdded = sink.builder.add(
                    condition: condition,
                    class: ruleClass,
                    action: action,
                    coverage: coverage,
                    guard: `guard`,
                    at: position
                )
                // A condition without an expression takes no memory.
                if isAdded { return }
            }
        }
    }

    /// Leaves open what rules do that are counted as not evaluated: they may count or not.
    mutating func undecided(_ add: (inout RuleSink) -> Void) {
        guard let mark = builder.beginUndecided() else { return add(&self) }
        add(&self)
        noteOpenRules(builder.endUndecided(mark))
    }

    mutating func refuse(_ error: RegexError, _ text: Span<UInt8>, _ rule: Range<Int>, _ line: Int) {
        switch error {
        case .syntax(let reason): drop(.regex(TerminalText.escaped(reason, limit: 120)), text, rule, line)
        case .tooLarge(let reason): skip(.regexTooLarge(TerminalText.escaped(reason, limit: 120)), text, rule, line)
        case .notLinear(let reason): skip(.regexNotLinear(reason), text, rule, line)
        }
    }
}

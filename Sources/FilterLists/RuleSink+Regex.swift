import DNS
import Policy
import TextScan

extension RuleSink {
    /// Adds a rule by a regular expression; one that the library refuses is counted with the library's reason.
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
        let regex: NameRegex
        do throws(RegexError) {
            regex = try NameRegex(expression, dialect, inverted: inverted, required: required)
        } catch {
            return refuse(error, text, rule, line)
        }
        let isAdded = builder.add(
            regex: regex,
            class: ruleClass,
            action: action,
            coverage: coverage,
            guard: `guard`,
            at: RulePosition(rule, line: line)
        )
        guard isAdded else { return skip(.regexTooLarge("the ones before it have used it up"), text, rule, line) }
    }

    mutating func refuse(_ error: RegexError, _ text: Span<UInt8>, _ rule: Range<Int>, _ line: Int) {
        switch error {
        case .syntax(let reason): drop(.regex(TerminalText.escaped(reason, limit: 120)), text, rule, line)
        case .tooLarge(let reason): skip(.regexTooLarge(TerminalText.escaped(reason, limit: 120)), text, rule, line)
        case .notLinear(let reason): skip(.regexNotLinear(reason), text, rule, line)
        }
    }
}

import DNS
import Policy
import TextScan

extension DropReason {
    /// Whether an engine does not start with such a line (dnsmasq 2.90 takes names that are none for ones that nobody asks
    /// for; compared by `dnsmasq --test`).
    func keepsFromStarting(_ engine: Engine) -> Bool {
        let reasons =
            engine == .dnsmasq
            ? ["unknown-statement"]
            : ["bad-record", "not-a-name", "line-too-long", "unknown-statement", "not-at-redirect-apex"]
        return id == "bad-statement" || reasons.contains(id)
    }
}

extension RuleSink {
    /// Leaves every name open where a line keeps the engine from starting; whether one does.
    @discardableResult
    mutating func leaveOpenIfRefused(_ text: Span<UInt8>, class ruleClass: RuleClass = .special) -> Bool {
        guard let fault else { return false }
        skip(.refusedFile, text, fault.range, fault.line)
        leaveOpen(.subtree, .root, class: ruleClass, rule: fault.range, line: fault.line)
        return true
    }
}

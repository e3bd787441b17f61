import Catalog
import DNS
import Findings
import Policy
import TextScan

extension AuditText {
    /// Findings about names that only rules of lists spell out, folded: what they have in common is the documented pattern.
    func wildcards(_ findings: [Finding]) -> String {
        struct Key: Hashable {
            var pattern: String
            var rule: String
            var groups: [String]
        }
        let folded = Dictionary(grouping: findings) {
            Key(pattern: $0.endpoint?.pattern.text ?? "", rule: $0.rule.rawValue, groups: $0.groups)
        }
        return folded.sorted { left, right in
            let severities = (left.value[0].severity, right.value[0].severity)
            if severities.0 != severities.1 { return severities.0 > severities.1 }
            return (left.key.pattern, left.key.rule, left.key.groups.joined(separator: "\n"))
                < (right.key.pattern, right.key.rule, right.key.groups.joined(separator: "\n"))
        }.map { "\n" + wildcard($0.value) }.joined()
    }

    private func wildcard(_ findings: [Finding]) -> String {
        guard let first = findings.first, let endpoint = first.endpoint else { return "" }
        let indent = String(repeating: " ", count: 12)
        let names = Set(findings.map(\.name)).count
        let pattern = TerminalText.escaped(endpoint.pattern.text)
        let what =
            "may break \(endpoint.phase.rawValue): \(counted(names, "name")) below \(pattern) that only the list spells out (weak)"
            + (first.rule == .undecided ? ", by rules that are not evaluated" : "")
        let head = style.wrap(what, indent: indent).dropFirst(indent.count)
        var text = "  \(style.severity(first.severity)) \(head)\n"
        var places: Set<String> = []
        let rules = findings.compactMap(\.verdict.matched?.rule)
            .filter { places.insert($0.place).inserted }
            .sorted { ($0.list, $0.line) < ($1.list, $1.line) }
        let shown = style.isVerbose ? rules : Array(rules.prefix(Self.shownRules))
        for rule in shown {
            let place = "\(TerminalText.escaped(rule.list)):\(rule.line): "
            let words = TerminalText.escaped(rule.text, limit: 2_000)
            text += style.isFitted ? style.wrap(place + words, indent: indent + "  ") : indent + "  " + place + words
            text += "\n"
        }
        if shown.count < rules.count { text += "\(indent)  and \(counted(rules.count - shown.count, "rule")) more\n" }
        if !first.groups.isEmpty {
            let names = first.groups.map { TerminalText.escaped($0) }.joined(separator: ", ")
            text += style.wrap("for clients of: \(names)", indent: indent) + "\n"
        }
        return text + fixes(findings, indent)
    }

    private static let shownRules = 6
}

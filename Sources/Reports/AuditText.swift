public import Catalog
import DNS
public import Findings
import Policy
import TextScan

/// The audit of one list for people: findings grouped by the rule that is to blame.
public struct AuditText: Sendable {
    private let style: TextStyle
    private let errors: [ErrorCode: String]

    /// A renderer; `errors` gives the symbol of an error code.
    public init(style: TextStyle, errors: [ErrorCode: String]) {
        self.style = style
        self.errors = errors
    }

    /// One list with its findings.
    public func list(_ source: SourceReport, _ findings: [Finding]) -> String {
        var text = style.bold(TerminalText.escaped(source.path)) + "\n  " + source.reading + "\n  "
        text += counted(source.events, "rule")
        if !source.skipped.isEmpty { text += "; lines skipped: " + reasons(source.skipped) }
        if !source.unsupported.isEmpty { text += "; NOT evaluated: " + reasons(source.unsupported) }
        text += "\n"
        guard !findings.isEmpty else { return text + "  no update name breaks\n" }
        for group in Self.byRule(findings) { text += "\n" + rule(group) }
        return text
    }

    private static func byRule(_ findings: [Finding]) -> [[Finding]] {
        struct Key: Hashable {
            var list: String
            var line: Int
            var alias: Bool
        }
        let groups = Dictionary(grouping: findings) {
            Key(
                list: $0.verdict.matched?.rule.list ?? "",
                line: $0.verdict.matched?.rule.line ?? 0,
                alias: !$0.chain.isEmpty
            )
        }
        return groups.sorted { left, right in
            let worst = (left.value.map(\.severity).max() ?? .none, right.value.map(\.severity).max() ?? .none)
            return worst.0 != worst.1
                ? worst.0 > worst.1 : (left.key.list, left.key.line) < (right.key.list, right.key.line)
        }.map(\.value)
    }

    private func rule(_ group: [Finding]) -> String {
        guard let first = group.max(by: { $0.severity < $1.severity }), let matched = first.verdict.matched else {
            return ""
        }
        let place = "\(TerminalText.escaped(matched.rule.list)):\(matched.rule.line)"
        var text = "  \(style.severity(first.severity)) \(place): "
        text += style.cut(TerminalText.escaped(matched.rule.text, limit: 300), indent: 14 + place.count) + "\n"
        let indent = String(repeating: " ", count: 12)
        let names = Array(Set(group.map { $0.name.description })).sorted()
        let phases = Set(group.compactMap { $0.endpoint?.phase.rawValue }).sorted().joined(separator: ", ")
        let through = first.chain.isEmpty ? "" : " through an alias"
        let verb = first.rule == .undecided ? "may break" : "breaks"
        text += "\(indent)\(verb) \(phases.isEmpty ? "" : phases + ": ")\(counted(names.count, "name"))\(through)\n"
        text += style.list(names, indent: indent + "  ") + "\n"
        text += indent + "  " + outcomes(first) + "\n"
        if !first.chain.isEmpty { text += chain(first, indent) }
        if let note = first.verdict.note { text += indent + "note: " + note + "\n" }
        let codes = first.clientErrors.map { code in code.description + (errors[code].map { " " + $0 } ?? "") }
        if !codes.isEmpty { text += "\(indent)client: " + codes.joined(separator: ", ") + "\n" }
        for fix in first.fixes { text += "\(indent)fix: \(TerminalText.escaped(fix.text))\n" }
        return text
    }

    private func outcomes(_ finding: Finding) -> String {
        finding.outcomes.map { outcome in
            outcome.type.description + " " + (outcome.kind.isPass ? "still resolves" : outcome.kind.description)
        }.joined(separator: ", ")
    }

    private func chain(_ finding: Finding, _ indent: String) -> String {
        let hops = ([finding.name] + finding.chain.map(\.target)).map(\.description)
        let years = finding.chain.flatMap(\.sightings).compactMap(\.when).sorted()
        let seen = years.last.map { "last seen \($0)" } ?? "undated"
        let basis = finding.evidence == .strong ? "seen" : "inferred from the name's shape"
        return "\(indent)via \(hops.joined(separator: " → "))\n\(indent)    (\(basis), \(seen))\n"
    }

    /// The last lines: what breaks over all lists.
    public func summary(_ summary: AuditSummary) -> String {
        var text = ""
        if summary.brokenNames == 0 {
            text +=
                "No update name breaks: \(counted(summary.names, "name")) checked against \(counted(summary.lists, "list")).\n"
        } else {
            text += "\(style.bold("\(grouped(summary.brokenNames)) of \(counted(summary.names, "name")) broken")) by "
            text +=
                "\(counted(summary.rules, "rule")) in \(grouped(summary.brokenLists)) of \(counted(summary.lists, "list"))"
            text += " (\(summary.severityWords)).\n"
        }
        if summary.undecided > 0 {
            text += "\(counted(summary.undecided, "name")) could not be decided.\n"
        }
        if summary.unsupportedRules > 0 {
            text += "\(counted(summary.unsupportedRules, "rule")) could not be evaluated and may break more.\n"
        }
        if summary.unreadable > 0 { text += "\(counted(summary.unreadable, "list")) could not be read.\n" }
        return text
    }
}

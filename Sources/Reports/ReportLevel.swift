import Catalog
import DNS
import Findings
import Policy
import TextScan

/// What annotations of all kinds say of a finding: how loud, what and where.
struct ReportLevel {
    enum Level: String { case error, warning, note }

    let level: Level
    /// `NAME TYPES VERDICT`, through which alias, and what that breaks.
    let message: String
    /// The list or capture; nil where none is to blame.
    let path: String?
    /// The line, from 1; nil where there is none.
    let line: Int?
    /// What tells the finding from others, whatever line its rule stands in.
    let fingerprint: String

    init(_ row: Report.Row) {
        let finding = row.finding
        let words = ReportRow(row)
        level = row.change == .absent ? .note : Self.level(finding)
        let rule = finding.verdict.matched?.rule
        path = rule?.list
        line = rule.flatMap { $0.line > 0 ? $0.line : nil }
        var text = "\(words.name) \(words.types): \(finding.rule == .undecided ? "undecided" : words.verdict)"
        if !words.chain.isEmpty { text += ", through \(words.chain)" }
        text += "; \(words.reason)"
        if !words.phase.isEmpty { text += "; phase \(words.phase), severity \(words.severity.rawValue)" }
        if !words.breaks.isEmpty { text += "; breaks: \(words.breaks)" }
        for remark in words.remarks { text += "; \(remark)" }
        if let accepted = row.accepted { text += "; accepted: \(accepted)" }
        message = TerminalText.escaped(text, limit: 4_000)
        fingerprint = [
            finding.rule.rawValue, words.name, words.types, words.verdict, rule?.list ?? "", rule?.text ?? "",
        ]
        .joined(separator: "|")
    }

    private static func level(_ finding: Finding) -> Level {
        switch finding.severity {
        case .critical, .high: finding.rule == .undecided ? .warning : .error
        case .medium: .warning
        case .low, .unknown, .none: .note
        }
    }
}

import DNS
import Findings
import Policy
import TextScan

/// A report as workflow commands of GitHub Actions, which annotate the lines of rules in a change.
public enum ReportAnnotations {
    /// The report: a line a finding or alarm, the facts as notices.
    public static func text(_ report: Report) -> String {
        var text = ""
        for alarm in report.alarms {
            text += line(alarm.accepted == nil ? "error" : "notice", alarm.path, nil, alarm.id, alarm.text)
        }
        for row in report.sections.flatMap(\.rows) {
            let words = ReportLevel(row)
            let isQuiet = row.accepted != nil || row.change == .unchanged || words.level == .note
            let command = isQuiet ? "notice" : words.level.rawValue
            let state = row.change.map { ", \($0.rawValue)" } ?? ""
            text += line(command, words.path, words.line, "\(row.finding.rule.rawValue)\(state)", words.message)
        }
        if let incompleteness = report.incompleteness { text += "::error::\(incompleteness)\n" }
        for fact in report.facts { text += "::notice::\(escaped(fact))\n" }
        return text
    }

    private static func line(_ command: String, _ path: String?, _ line: Int?, _ title: String, _ message: String)
        -> String
    {
        var fields: [String] = []
        if let path { fields.append("file=\(property(path))") }
        if let line { fields.append("line=\(line)") }
        fields.append("title=\(property("patchway: \(title)"))")
        return "::\(command) \(fields.joined(separator: ","))::\(escaped(message))\n"
    }

    /// A message in which nothing ends the command.
    private static func escaped(_ text: String) -> String {
        TerminalText.escaped(text, limit: 4_000).replacing("%", with: "%25")
    }

    private static func property(_ text: String) -> String {
        escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}

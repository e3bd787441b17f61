import Catalog
import DNS
import Findings
import Policy
import TextScan

/// What a release of lists changes, for people.
public struct GateText: Sendable {
    private let text: AuditText
    private var style: TextStyle { text.style }

    /// A renderer over that of audits.
    public init(_ text: AuditText) { self.text = text }

    /// The report of a gate: its sections are `broken`, `open`, `freed` and `unchanged`.
    public func report(_ report: Report) -> String {
        var result = ""
        for source in report.sources {
            result += style.fit(style.bold(TerminalText.escaped(source.path))) + "\n"
            result += style.wrap(source.reading, indent: "  ") + "\n"
        }
        for alarm in report.alarms {
            result += style.wrap(TerminalText.escaped(alarm.words, limit: 2_000), indent: "  ") + "\n"
        }
        for section in report.sections where !section.rows.isEmpty { result += self.section(section) }
        for fact in report.facts { result += style.wrap(fact, indent: "", hanging: "") + "\n" }
        return result
    }

    private func section(_ section: Report.Section) -> String {
        let open = section.rows.filter { $0.accepted == nil }
        let names = Set(section.rows.map(\.finding.name)).count
        var result = "\n" + style.bold("\(section.title): \(counted(names, "name"))") + "\n"
        switch section.id {
        case "broken", "open": result += text.rules(open.map(\.finding))
        default:
            let shown = Set(open.map { Self.shown($0.finding) }).sorted()
            if !shown.isEmpty { result += style.list(shown, indent: "  ") + "\n" }
        }
        let accepted = Dictionary(grouping: section.rows.filter { $0.accepted != nil }, by: { $0.accepted ?? "" })
        for (reason, rows) in accepted.sorted(by: { $0.key < $1.key }) {
            result += style.wrap("accepted: \(TerminalText.escaped(reason, limit: 400))", indent: "  ") + "\n"
            result += style.list(Set(rows.map { Self.shown($0.finding) }).sorted(), indent: "    ") + "\n"
        }
        return result
    }

    private static func shown(_ finding: Finding) -> String {
        finding.madeUpPattern.map { TerminalText.escaped($0.text) } ?? finding.name.description
    }
}

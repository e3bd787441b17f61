import Catalog
import DNS
import Findings
import TextScan

/// A report in Markdown with tables (GitHub's), for tickets and wikis.
///
/// Everything that strangers wrote stands in code spans, in which nothing is markup, a link or HTML.
public struct ReportMarkdown: Sendable {
    private let isVerbose: Bool
    /// Findings shown of a section.
    private static let shownRows = 500
    /// Clients shown of a report.
    private static let shownClients = 50

    /// A renderer; verbose ones name every finding and client.
    public init(isVerbose: Bool = false) { self.isVerbose = isVerbose }

    /// The report.
    public func text(_ report: Report) -> String {
        var text = "# \(report.title)\n\n"
        for alarm in report.alarms { text += "- \(Self.code(alarm.words))\n" }
        for fact in report.facts { text += "- \(Self.plain(fact))\n" }
        for source in report.sources { text += "- \(Self.source(source))\n" }
        text += timeline(report.timeline)
        for (index, section) in report.sections.enumerated() {
            text += self.section(section)
            if index == 0 { text += clients(report.clients) }
        }
        text += "\nPatchway \(Self.code(report.header.version)), catalog \(Self.code(report.header.catalog))"
        if let stack = report.header.stack { text += ", stack \(Self.code(stack))" }
        return text + "\n"
    }

    private static func source(_ source: SourceReport) -> String {
        var text = !source.isNamed ? "" : code(source.path) + ": "
        text += "\(code(source.format)), \(counted(source.records, "record"))"
        text +=
            source.engine == nil
            ? ", \(counted(source.events, "query", "queries"))" : ", \(counted(source.events, "rule"))"
        if !source.skipped.isEmpty { text += " (left out: \(plain(reasons(source.skipped))))" }
        if !source.unsupported.isEmpty { text += " (NOT evaluated: \(plain(reasons(source.unsupported))))" }
        return text
    }

    private func section(_ section: Report.Section) -> String {
        var text = "\n## \(Self.heading(section.title))\n\n"
        for note in section.notes { text += "\(Self.plain(note))\n\n" }
        guard !section.rows.isEmpty else { return text + "\(Self.plain(section.none))\n" }
        let columns = ["severity", "name", "types", "got", "evidence", "phase", "why", "queries", "clients", "when"]
        var rows: [[String]] = [columns, Array(repeating: "---", count: columns.count)]
        let shown = isVerbose ? section.rows[...] : section.rows.prefix(Self.shownRows)
        for row in shown.map(ReportRow.init) {
            var why = [Self.code(row.reason)]
            if !row.chain.isEmpty { why.append("via " + Self.code(row.chain)) }
            if !row.breaks.isEmpty { why.append("breaks: " + Self.code(row.breaks)) }
            why += row.remarks.map(Self.code)
            rows.append([
                row.severity.rawValue, Self.code(row.name), row.types, row.verdict, row.evidence, row.phase,
                why.filter { !$0.isEmpty }.joined(separator: "; "), row.queries, row.clients, row.times,
            ])
        }
        // Lists are asked by nobody: columns without anything in them are left out.
        let used = columns.indices.filter { column in rows.dropFirst(2).contains { !$0[column].isEmpty } }
        for row in rows { text += Self.row(used.map { row[$0] }) }
        let rest = section.rows.count - shown.count
        if rest > 0 { text += "\n\(counted(rest, "finding")) more; -v names them\n" }
        return text
    }

    private func clients(_ clients: [ClientPhases]) -> String {
        guard !clients.isEmpty else { return "" }
        let phases = Phase.allCases.filter { phase in clients.contains { $0.state(phase) != nil } }
        var text = "\n## By client and phase\n\n"
        text += Self.row(["client", "outcome"] + phases.map(\.rawValue))
        text += Self.row(Array(repeating: "---", count: phases.count + 2))
        let shown = isVerbose ? clients[...] : clients.prefix(Self.shownClients)
        for client in shown {
            let cells = phases.map { phase in client.phases.first { $0.phase == phase }?.words ?? "" }
            text += Self.row([Self.code(client.client.description), client.outcome.words] + cells)
        }
        if shown.count < clients.count {
            text += "\n\(counted(clients.count - shown.count, "client")) more; -v names them\n"
        }
        return text
    }

    private func timeline(_ buckets: [TimelineBucket]) -> String {
        let timeline = ReportTimeline(buckets)
        guard timeline.slots.count > 1 else { return "" }
        var text = "\n## Over time\n\nQuestions that failed, of those asked, in \(timeline.lengthWords) from:\n\n"
        text += Self.row(["from"] + timeline.phases.map(\.rawValue))
        text += Self.row(Array(repeating: "---", count: timeline.phases.count + 1))
        for slot in timeline.slots where !slot.phases.isEmpty {
            let cells = timeline.phases.map { phase in
                slot.phases[phase].map { $0.failed > 0 ? "\($0.failed) of \($0.asked)" : "\($0.asked)" } ?? ""
            }
            text += Self.row([TimeText.rfc3339(microseconds: slot.start)] + cells)
        }
        return text
    }

    private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }

    /// A text of strangers, in which nothing is markup: a code span whose fence is longer than any in it.
    static func code(_ text: String) -> String {
        let text = TerminalText.escaped(text, limit: 2_000)
        guard !text.isEmpty else { return "" }
        var (longest, run) = (0, 0)
        for character in text {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        // A bar would end the cell of a table, also in a code span; a quote of the fence needs blanks beside it.
        let isPadded = longest > 0 || text.hasPrefix(" ") || text.hasSuffix(" ") || text.hasSuffix("\\")
        let padding = isPadded ? " " : ""
        return fence + padding + text.replacing("|", with: "\\|") + padding + fence
    }

    /// A sentence of ours, in which markup characters stand for themselves.
    private static func plain(_ text: String) -> String {
        var result = ""
        for character in TerminalText.escaped(text, limit: 2_000) {
            if "\\`*_{}[]<>#|&~@!".contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }

    /// Headings may be paths.
    private static func heading(_ text: String) -> String {
        text.allSatisfy { $0.isASCII && ($0.isLetter || $0 == " ") } ? text : code(text)
    }
}

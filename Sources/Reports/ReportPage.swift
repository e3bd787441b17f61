import Catalog
import DNS
import Findings
import TextScan

/// A report as one page of HTML that needs nothing else: no script, no request, no font. Everything that strangers wrote is
/// text in it (``HTMLText``).
public struct ReportPage: Sendable {
    private let report: Report
    /// Findings shown of a section: what is more no browser shows well.
    private static let shownRows = 2_000
    /// Clients shown.
    private static let shownClients = 500

    /// The page of a report.
    public init(_ report: Report) { self.report = report }

    /// The page.
    public var text: String {
        var body = "<h1>\(HTMLText.escaped(report.title))</h1>\n"
        body += list(report.alarms.map(\.words) + report.facts)
        body += counts
        body += sources
        body += timeline
        for (index, section) in report.sections.enumerated() {
            body += self.section(section, index)
            if index == 0 { body += clients }
        }
        let stack = report.header.stack.map { ", stack \(HTMLText.escaped($0))" } ?? ""
        let tool =
            "Patchway \(HTMLText.escaped(report.header.version)), catalog \(HTMLText.escaped(report.header.catalog))"
        body += "<footer><p>\(tool)\(stack)</p></footer>\n"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>Patchway: \(HTMLText.escaped(report.title))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            \(body)</body>
            </html>

            """
    }

    private func list(_ items: [String]) -> String {
        guard !items.isEmpty else { return "" }
        return "<ul class=\"facts\">" + items.map { "<li>\(HTMLText.escaped($0))</li>" }.joined() + "</ul>\n"
    }

    /// Findings by section and severity, with links to the sections.
    private var counts: String {
        guard !report.sections.isEmpty else { return "" }
        var text = "<nav><ul class=\"tiles\">\n"
        for (index, section) in report.sections.enumerated() {
            let bySeverity = Dictionary(grouping: section.rows, by: \.finding.severity).mapValues(\.count)
            let words = Severity.allCases.sorted(by: >).compactMap { severity in
                bySeverity[severity].map { "<span class=\"\(severity.rawValue)\">\(severity.rawValue) \($0)</span>" }
            }
            text += "<li><a href=\"#s\(index)\">\(HTMLText.escaped(section.title))</a> "
            text += words.isEmpty ? HTMLText.escaped(section.none) : words.joined(separator: " ")
            text += "</li>\n"
        }
        return text + "</ul></nav>\n"
    }

    private var sources: String {
        guard !report.sources.isEmpty else { return "" }
        var text = "<details><summary>What was read: \(counted(report.sources.count, "input"))</summary>\n<ul>\n"
        for source in report.sources {
            let path = !source.isNamed ? "" : "<code>\(HTMLText.escaped(source.path))</code>: "
            let events =
                source.engine == nil ? counted(source.events, "query", "queries") : counted(source.events, "rule")
            var words = "\(HTMLText.escaped(source.format)), \(counted(source.records, "record")), \(events)"
            if !source.skipped.isEmpty { words += " (left out: \(HTMLText.escaped(reasons(source.skipped))))" }
            if !source.unsupported.isEmpty {
                words += " (NOT evaluated: \(HTMLText.escaped(reasons(source.unsupported))))"
            }
            text += "<li>\(path)\(words)</li>\n"
        }
        return text + "</ul></details>\n"
    }

    private var timeline: String {
        let timeline = ReportTimeline(report.timeline)
        guard !timeline.slots.isEmpty else { return "" }
        var text =
            "<h2>Over time</h2>\n<p>Questions for update names in \(timeline.lengthWords) each: those that failed, or a "
        text +=
            "dot where none did.</p>\n<div class=\"wide\"><table class=\"heat\">\n<thead><tr><th scope=\"col\">phase</th>"
        let times = timeline.slots.map { HTMLText.escaped(Self.shortTime($0.start)) }
        text += times.map { "<th scope=\"col\"><span>\($0)</span></th>" }.joined() + "</tr></thead>\n<tbody>\n"
        for phase in timeline.phases {
            text += "<tr><th scope=\"row\">\(phase.rawValue)</th>"
            for slot in timeline.slots { text += Self.cell(slot.phases[phase]) }
            text += "</tr>\n"
        }
        return text + "</tbody></table></div>\n"
    }

    private static func cell(_ count: TimelineBucket.Count?) -> String {
        guard let count, count.asked > 0 else { return "<td></td>" }
        let share = count.failed * 4 / count.asked
        let grade = count.failed == 0 ? "ok" : "f\(share)"
        let title = "\(grouped(count.failed)) of \(grouped(count.asked)) failed"
        return "<td class=\"\(grade)\" title=\"\(title)\">\(count.failed == 0 ? "·" : grouped(count.failed))</td>"
    }

    /// `03-09 09:14`.
    private static func shortTime(_ microseconds: Int64) -> String {
        let text = TimeText.rfc3339(microseconds: microseconds)
        return String(text.prefix(16)).replacing("T", with: " ")
    }

    private var clients: String {
        guard !report.clients.isEmpty else { return "" }
        let phases = Phase.allCases.filter { phase in report.clients.contains { $0.state(phase) != nil } }
        var text = "<h2>By client and phase</h2>\n<div class=\"wide\"><table class=\"matrix\">\n<thead><tr>"
        text += (["client", "outcome"] + phases.map(\.rawValue)).map { "<th scope=\"col\">\($0)</th>" }.joined()
        text += "</tr></thead>\n<tbody>\n"
        for client in report.clients.prefix(Self.shownClients) {
            text += "<tr><th scope=\"row\">\(HTMLText.escaped(client.client.description))</th>"
            text += "<td>\(HTMLText.escaped(client.outcome.words))</td>"
            for phase in phases {
                guard let entry = client.phases.first(where: { $0.phase == phase }) else {
                    text += "<td></td>"
                    continue
                }
                let names = (entry.failed + entry.stalled).prefix(20).map(\.description).joined(separator: ", ")
                let title = names.isEmpty ? "" : " title=\"\(HTMLText.escaped(names))\""
                text += "<td class=\"\(entry.state.word)\"\(title)>\(HTMLText.escaped(entry.words))</td>"
            }
            text += "</tr>\n"
        }
        text += "</tbody></table></div>\n"
        let rest = report.clients.count - Self.shownClients
        return rest > 0 ? text + "<p>\(counted(rest, "client")) more; -o ndjson has them all.</p>\n" : text
    }

    private func section(_ section: Report.Section, _ index: Int) -> String {
        var text = "<h2 id=\"s\(index)\">\(HTMLText.escaped(section.title))</h2>\n" + list(section.notes)
        guard !section.rows.isEmpty else { return text + "<p>\(HTMLText.escaped(section.none))</p>\n" }
        let rows = section.rows.prefix(Self.shownRows).map(ReportRow.init)
        var columns = ["severity", "name", "types", "got", "evidence", "why"]
        // Lists are asked by nobody.
        if rows.contains(where: { !$0.queries.isEmpty }) { columns += ["queries", "clients", "when"] }
        text += "<table class=\"findings\">\n<thead><tr>"
        text += columns.map { "<th scope=\"col\">\($0)</th>" }.joined() + "</tr></thead>\n<tbody>\n"
        for row in rows { text += Self.row(row, columns) }
        text += "</tbody></table>\n"
        let rest = section.rows.count - rows.count
        return rest > 0 ? text + "<p>\(counted(rest, "finding")) more; -o csv has them all.</p>\n" : text
    }

    private static func row(_ row: ReportRow, _ columns: [String]) -> String {
        var why = row.reason.isEmpty ? "" : "<code>\(HTMLText.escaped(row.reason))</code>"
        let lines =
            (row.chain.isEmpty ? [] : ["via \(row.chain)"])
            + [[row.phase, row.breaks].filter { !$0.isEmpty }.joined(separator: ": ")] + row.remarks
        for line in lines where !line.isEmpty { why += "<div>\(HTMLText.escaped(line))</div>" }
        let cells = [
            "<span class=\"\(row.severity.rawValue)\">\(row.severity.rawValue)</span>", HTMLText.escaped(row.name),
            HTMLText.escaped(row.types), HTMLText.escaped(row.verdict), HTMLText.escaped(row.evidence), why,
            row.queries, row.clients, HTMLText.escaped(row.times),
        ]
        let fields = zip(columns, cells).map { column, cell in
            column == "name"
                ? "<th scope=\"row\">\(cell)</th>"
                : cell.isEmpty ? "<td class=\"none\"></td>" : "<td data-label=\"\(column)\">\(cell)</td>"
        }
        return "<tr>" + fields.joined() + "</tr>\n"
    }
}

/// Text in HTML.
enum HTMLText {
    /// A text with nothing in it that is markup, ends an attribute, or moves what is around it.
    static func escaped(_ text: String) -> String {
        var result: [UInt8] = []
        for octet in TerminalText.escaped(text, limit: 4_000).utf8 {
            switch octet {
            case UInt8(ascii: "&"): result += "&amp;".utf8
            case UInt8(ascii: "<"): result += "&lt;".utf8
            case UInt8(ascii: ">"): result += "&gt;".utf8
            case UInt8(ascii: "\""): result += "&quot;".utf8
            case UInt8(ascii: "'"): result += "&#39;".utf8
            default: result.append(octet)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

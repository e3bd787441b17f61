import Catalog
import DNS
import Findings
import Policy
import TextScan

/// The findings of a report as rows of comma-separated values (RFC 4180), for spreadsheets. What else a run has to say is in
/// the records of NDJSON.
public enum ReportTable {
    /// The first row.
    public static let heading: String = columns.joined(separator: ",") + "\n"

    private static let columns = [
        "section", "severity", "name", "qtypes", "verdict", "evidence", "id", "service", "phase", "breaks", "detail",
        "engine", "list", "line", "rule", "chain", "groups", "count", "clients", "first", "last", "hours",
        "broken_already", "fix", "accepted",
    ]

    /// Writes heading and rows.
    public static func write(_ report: Report, to write: (String) -> Void) {
        write(heading)
        for section in report.sections {
            for entry in section.rows { write(row(entry, of: section.id)) }
        }
    }

    /// One finding.
    public static func row(_ row: Report.Row, of section: String) -> String {
        let finding = row.finding
        let matched = finding.verdict.matched
        let sightings = finding.sightings
        let hops = finding.chain.isEmpty ? [] : [finding.name] + finding.chain.map(\.target)
        let endpoint = finding.endpoint
        var fields: [String] = [section, finding.severity.rawValue, finding.name.lowercased.description]
        fields.append(finding.knownBrokenTypes.map(\.description).joined(separator: " "))
        fields += [finding.verdict.kind.description, finding.evidence.rawValue, finding.rule.rawValue]
        fields += [endpoint?.service.rawValue, endpoint?.phase.rawValue, endpoint?.breaks, finding.detail].map {
            $0 ?? ""
        }
        fields += [matched?.rule.engine.rawValue, matched?.rule.list].map { $0 ?? "" }
        fields += [matched.map { "\($0.rule.line)" } ?? "", matched?.rule.text ?? ""]
        fields += [hops.map(\.description).joined(separator: " > "), finding.groups.joined(separator: " ")]
        fields += [sightings.map { "\($0.count)" } ?? "", sightings.map { "\($0.clients)" } ?? ""]
        fields += [time(sightings?.first), time(sightings?.last)]
        fields += [row.hours > 0 ? "\(row.hours)" : "", row.wasBroken ? "true" : ""]
        fields.append((finding.triedFixes ?? []).map(\.text).joined(separator: "; "))
        fields.append(row.accepted ?? "")
        return fields.map(DelimitedText.field).joined(separator: ",") + "\n"
    }

    private static func time(_ microseconds: Int64?) -> String {
        microseconds.map { TimeText.rfc3339(microseconds: $0) } ?? ""
    }
}

/// Fields of comma-separated values.
enum DelimitedText {
    /// A value with what a terminal would obey escaped, in quotes where it has to be. What spreadsheets take for a formula
    /// gets an apostrophe in front: rules, names and words of logs are written by strangers.
    static func field(_ text: String) -> String {
        var text = TerminalText.escaped(text)
        // Spreadsheets look behind blanks, and know the wide forms of these characters.
        let first = text.first { $0 != " " }
        let isFormula = first.map { "=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".contains($0) } ?? false
        // Two of them begin exceptions of AdBlock, and no formula.
        if isFormula, !text.hasPrefix("@@") { text = "'" + text }
        guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

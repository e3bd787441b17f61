import Catalog
import DNS
import Findings
import Policy
import TextScan

/// A report as SARIF 2.1.0 (OASIS), which code scanning reads: a result for each finding and alarm, at the line of the rule.
///
/// What an earlier version had, too, is `unchanged`, what went is `absent`, what is accepted is suppressed.
public enum ReportSARIF {
    /// The report.
    public static func text(_ report: Report) -> String {
        let rows = report.sections.flatMap(\.rows)
        var ids: [String] = []
        for id in rows.map(\.finding.rule.rawValue) + report.alarms.map(\.id) where !ids.contains(id) { ids.append(id) }
        var json = JSONWriter()
        json.object { json in
            json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
            json.member("version", "2.1.0")
            json.array("runs") { runs in
                runs.object { run in
                    driver(report, ids, &run)
                    run.array("invocations") {
                        $0.object { $0.member("executionSuccessful", report.incompleteness == nil) }
                    }
                    run.array("results") { results in
                        for alarm in report.alarms { write(alarm, ids, &results) }
                        for row in rows { write(row, ids, &results) }
                    }
                    run.object("properties") { properties in
                        properties.member("catalog", report.header.catalog)
                        properties.member("facts", report.facts)
                    }
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }

    private static func driver(_ report: Report, _ ids: [String], _ run: inout JSONWriter) {
        run.object("tool") { tool in
            tool.object("driver") { driver in
                driver.member("name", "patchway")
                driver.member("version", report.header.version)
                driver.array("rules") { rules in
                    for id in ids {
                        rules.object { rule in
                            rule.member("id", id)
                            rule.object("shortDescription") { $0.member("text", description(of: id)) }
                        }
                    }
                }
            }
        }
    }

    private static func write(_ row: Report.Row, _ ids: [String], _ results: inout JSONWriter) {
        let words = ReportLevel(row)
        let finding = row.finding
        results.object { result in
            begin(finding.rule.rawValue, ids, &result)
            let isOpen = finding.rule == .undecided
            result.member("kind", isOpen ? "open" : "fail")
            result.member("level", isOpen ? "none" : words.level.rawValue)
            result.object("message") { $0.member("text", words.message) }
            if let path = words.path {
                location(path, words.line, finding.verdict.matched?.rule.text, &result)
            }
            result.object("partialFingerprints") { $0.member("patchwayFinding/v1", words.fingerprint) }
            if let change = row.change { result.member("baselineState", change.rawValue) }
            suppression(row.accepted, &result)
            result.object("properties") { properties in
                properties.member("severity", finding.severity.rawValue)
                properties.member("evidence", finding.evidence.rawValue)
                properties.member("name", finding.name.lowercased.description)
            }
        }
    }

    private static func write(_ alarm: Report.Alarm, _ ids: [String], _ results: inout JSONWriter) {
        results.object { result in
            begin(alarm.id, ids, &result)
            result.member("level", "error")
            result.object("message") { $0.member("text", TerminalText.escaped(alarm.text, limit: 4_000)) }
            location(alarm.path, nil, nil, &result)
            suppression(alarm.accepted, &result)
        }
    }

    private static func begin(_ id: String, _ ids: [String], _ result: inout JSONWriter) {
        result.member("ruleId", id)
        if let index = ids.firstIndex(of: id) { result.member("ruleIndex", index) }
    }

    private static func suppression(_ accepted: String?, _ result: inout JSONWriter) {
        guard let accepted else { return }
        result.array("suppressions") { suppressions in
            suppressions.object { suppression in
                suppression.member("kind", "external")
                suppression.member("justification", accepted)
            }
        }
    }

    private static func location(_ path: String, _ line: Int?, _ text: String?, _ result: inout JSONWriter) {
        result.array("locations") { locations in
            locations.object { location in
                location.object("physicalLocation") { physical in
                    physical.object("artifactLocation") { $0.member("uri", uri(path)) }
                    guard let line else { return }
                    physical.object("region") { region in
                        region.member("startLine", line)
                        guard let text else { return }
                        region.object("snippet") { $0.member("text", TerminalText.escaped(text, limit: 2_000)) }
                    }
                }
            }
        }
    }

    /// A path as a URI reference (RFC 3986).
    static func uri(_ path: String) -> String {
        var text = path.hasPrefix("/") ? "file://" : ""
        for octet in path.utf8 {
            switch octet {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E:
                text.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }

    private static func description(of id: String) -> String {
        switch FindingRule(rawValue: id) {
        case .blockedName: "A rule decides about a name that updates need."
        case .blockedAlias: "A rule decides about an alias of a name that updates need."
        case .blockedWildcard: "A rule decides about a name below a documented wildcard that only the list spells out."
        case .undecided: "A rule matches, and what the engine then does is not known."
        case .observedFiltered: "The capture shows an answer made by a filter."
        case .observedBroken: "The capture shows failures."
        case .observedMissing: "The capture shows no data for a name that exists."
        case .differs: "Another build of the list does something else with the name."
        case nil where id == Report.Alarm.notCompared: "A list could not be read, so nothing is known of it."
        case nil: "The new version of the list looks wrong as a whole."
        }
    }
}

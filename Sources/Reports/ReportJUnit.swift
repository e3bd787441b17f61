public import Catalog
import DNS
import Findings
import Policy
import TextScan

/// A report as JUnit's XML: a suite for each section, a case for each finding. What is accepted or was there before is skipped,
/// what is open is an error, and a section without findings has one case that passes.
public struct ReportJUnit: Sendable {
    private let failOn: Severity

    /// A renderer; findings below the severity are cases that pass.
    public init(failOn: Severity) { self.failOn = failOn }

    /// The report.
    public func text(_ report: Report) -> String {
        var suites = ""
        var totals = Counts()
        if !report.alarms.isEmpty {
            suites += suite("release", report.alarms.map(alarm), &totals)
        }
        if !report.isWhole, let incompleteness = report.incompleteness {
            let run = Case(classname: report.title, name: "whole", outcome: .open, text: incompleteness)
            suites += suite("run", [run], &totals)
        }
        for section in report.sections {
            let cases =
                section.rows.isEmpty
                ? [Case(classname: section.title, name: section.none, outcome: .passes, text: "")]
                : section.rows.map(finding)
            suites += suite(section.title, cases, &totals)
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="patchway \(Self.escaped(report.title.lowercased()))"\(totals.attributes)>
            \(suites)</testsuites>

            """
    }

    private enum Outcome { case passes, fails, open, skipped }

    private struct Case {
        var classname: String
        var name: String
        var outcome: Outcome
        var text: String
    }

    private struct Counts {
        var tests = 0
        var failures = 0
        var errors = 0
        var skipped = 0

        mutating func add(_ outcome: Outcome) {
            tests += 1
            switch outcome {
            case .passes: break
            case .fails: failures += 1
            case .open: errors += 1
            case .skipped: skipped += 1
            }
        }

        var attributes: String {
            " tests=\"\(tests)\" failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\""
        }
    }

    private func finding(_ row: Report.Row) -> Case {
        let words = ReportLevel(row)
        let finding = row.finding
        let outcome: Outcome =
            if row.accepted != nil || row.change == .unchanged || row.change == .absent {
                .skipped
            } else if finding.rule == .undecided {
                .open
            } else {
                finding.severity >= failOn ? .fails : .passes
            }
        let types = finding.knownBrokenTypes.map(\.description).joined(separator: ",")
        return Case(
            classname: words.path ?? "capture",
            name: "\(finding.name.lowercased.description) \(types)",
            outcome: outcome,
            text: words.message
        )
    }

    private func alarm(_ alarm: Report.Alarm) -> Case {
        Case(
            classname: alarm.path,
            name: alarm.id,
            outcome: alarm.accepted != nil ? .skipped : alarm.id == Report.Alarm.notCompared ? .open : .fails,
            text: alarm.text
        )
    }

    private func suite(_ name: String, _ cases: [Case], _ totals: inout Counts) -> String {
        var counts = Counts()
        var text = ""
        for one in cases {
            counts.add(one.outcome)
            totals.add(one.outcome)
            text += "    <testcase classname=\"\(Self.escaped(one.classname))\" name=\"\(Self.escaped(one.name))\""
            let message = Self.escaped(one.text)
            switch one.outcome {
            case .passes where one.text.isEmpty: text += "/>\n"
            case .passes: text += "><system-out>\(message)</system-out></testcase>\n"
            case .fails: text += "><failure message=\"\(message)\"/></testcase>\n"
            case .open: text += "><error message=\"\(message)\"/></testcase>\n"
            case .skipped: text += "><skipped message=\"\(message)\"/></testcase>\n"
            }
        }
        return "  <testsuite name=\"\(Self.escaped(name))\"\(counts.attributes)>\n\(text)  </testsuite>\n"
    }

    /// A text of strangers as characters that XML 1.0 has.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in TerminalText.escaped(text, limit: 4_000).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

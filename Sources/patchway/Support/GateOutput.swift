import Catalog
import Findings
import Reports
import TextScan

/// Writes what a gate came to, in any form.
struct GateOutput {
    let output: ReportOutputOptions
    let failOn: Severity

    func write(_ outcome: GateOutcome) {
        if output.format.isRecords { return writeRecords(outcome) }
        for diagnostic in outcome.diagnostics { StandardError.line(diagnostic.description) }
        guard output.format == .text else {
            let text = outcome.report.rendered(output.format, isVerbose: output.isVerbose, failOn: failOn)
            return StandardOutput.write(text ?? "")
        }
        let text = GateText(AuditText(style: output.style, errors: ErrorSymbols.load()))
        StandardOutput.write(text.report(outcome.report))
    }

    private func writeRecords(_ outcome: GateOutcome) {
        var records = RecordStream(output.format, write: StandardOutput.write)
        let report = outcome.report
        records.record("header") { report.header.write(to: &$0) }
        for source in report.sources { records.record("file") { source.write(to: &$0) } }
        for alarm in report.alarms {
            records.record("alarm") { alarm.write(to: &$0) }
        }
        for section in report.sections {
            for row in section.rows {
                records.record("change") {
                    $0.member("change", section.id)
                    $0.member("accepted", ifKnown: row.accepted)
                    row.finding.write(to: &$0)
                }
            }
        }
        for diagnostic in outcome.diagnostics { records.whole { diagnostic.write(to: &$0) } }
        records.end {
            for section in report.sections {
                $0.member(section.id, Set(outcome.rows(section.id).map(\.finding.name)).count)
            }
            $0.member("alarms", outcome.openAlarms.count)
            $0.member("undecided_lists", outcome.undecided)
            $0.member("facts", report.facts)
        }
    }
}

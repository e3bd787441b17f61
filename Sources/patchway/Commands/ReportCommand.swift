import ArgumentParser
import Catalog
import Reports
import TextScan

/// `patchway report`: a saved report in another form.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a report that was saved as JSON or NDJSON in another form.",
        discussion: """
            FILE is what `audit -o json` or `-o ndjson` wrote, packed or not; `-` is standard input. What is written is what \
            audit itself would have written in that form. A record that says what this version does not know is refused, not \
            left out.

            Exit codes: 0 it is written; 2 FILE is no such report.
            """
    )

    @Argument(help: "A saved report.")
    var file: String

    @Option(
        name: .customLong("fail-on"),
        help: "For junit: which findings are failures, from this severity on: \(Severity.failOnValues)."
    )
    var failOn = "low"

    @OptionGroup var output: ReportOutputOptions

    func run() throws {
        Interruption.watch()
        let threshold = try Severity(option: failOn)
        guard !output.format.isRecords else {
            throw Failure.usage("-o json and ndjson are what FILE is; choose another form")
        }
        let audit: SavedAudit
        let octets = try Inputs.octets(file)
        do throws(SavedReportFault) {
            let saved = try SavedReport(octets, path: file)
            try Self.checkKind(saved)
            audit = try SavedAudit(saved)
        } catch {
            throw Failure.usage(error.diagnostic.description)
        }
        var written = AuditOutput(
            output.format,
            style: output.style,
            errors: output.format == .text ? ErrorSymbols.load() : [:],
            header: audit.header,
            write: StandardOutput.write
        )
        for alarm in audit.alarms { written.note(alarm) }
        for list in audit.lists { written.add(list.source, list.findings, open: list.open) }
        written.finish(audit.summary, missing: audit.missing, failOn: threshold)
    }

    /// Only reports are written anew of which every form can be made of the records alone.
    private static func checkKind(_ saved: SavedReport) throws(SavedReportFault) {
        guard let first = saved.records.first else { return }
        let kind = try? first.fields.optionalText("report")
        guard kind != "audit" else { return }
        throw saved.fault(
            first.fields.fault("report", "is not `audit`; other reports cannot be written anew"),
            in: first
        )
    }
}

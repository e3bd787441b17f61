import FilterLists
import Reports
import TextScan

extension LoadedStack {
    /// Writes how the lists were read, for people; what is wrong with them goes to standard error.
    func writeFiles(_ style: TextStyle, isVerbose: Bool) {
        let text = CoverageText(style: style)
        for report in reports {
            for diagnostic in isVerbose ? report.diagnostics : report.notices {
                StandardError.line(diagnostic.description)
            }
            StandardOutput.write(text.list(SourceReport(report)))
        }
        for diagnostic in diagnostics { StandardError.line(diagnostic.description) }
    }

    /// Writes the `file` records of the lists, each with what is wrong with it.
    func writeFiles(to records: inout RecordStream) {
        for report in reports {
            records.record("file") { SourceReport(report).write(to: &$0) }
            for diagnostic in report.diagnostics { records.whole { diagnostic.write(to: &$0) } }
        }
        for diagnostic in diagnostics { records.whole { diagnostic.write(to: &$0) } }
    }
}

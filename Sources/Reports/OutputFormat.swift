public import Catalog

/// How a report is written.
public enum OutputFormat: String, Sendable, CaseIterable {
    /// For people.
    case text
    /// One JSON array of records.
    case json
    /// One JSON record a line.
    case ndjson
    /// One row a verdict (``VerdictTable``) or finding (``ReportTable``).
    case csv
    /// Markdown with tables.
    case markdown = "md"
    /// One page that needs nothing else.
    case html
    /// SARIF 2.1.0, for code scanning (``ReportSARIF``).
    case sarif
    /// JUnit's XML, for build servers (``ReportJUnit``).
    case junit
    /// Workflow commands of GitHub Actions (``ReportAnnotations``).
    case github

    /// Whether it is the records of the machine contract.
    public var isRecords: Bool { self == .json || self == .ndjson }
}

extension Report {
    /// The report in a form that is made of the whole; nil for text and records, which are written as a run goes.
    /// - Parameters:
    ///   - isVerbose: whether tables name everything.
    ///   - failOn: from which severity on a finding fails a test.
    public func rendered(_ format: OutputFormat, isVerbose: Bool, failOn: Severity) -> String? {
        switch format {
        case .text, .json, .ndjson: return nil
        case .csv:
            var text = ""
            ReportTable.write(self) { text += $0 }
            return text
        case .markdown: return ReportMarkdown(isVerbose: isVerbose).text(self)
        case .html: return ReportPage(self).text
        case .sarif: return ReportSARIF.text(self)
        case .junit: return ReportJUnit(failOn: failOn).text(self)
        case .github: return ReportAnnotations.text(self)
        }
    }
}

public import Catalog
public import Findings
public import TextScan

/// Writes an audit for people, as a table or for build servers: what was just found, or what a saved report says was found.
public struct AuditOutput {
    private let format: OutputFormat
    private let isVerbose: Bool
    private let text: AuditText
    private let write: (String) -> Void
    /// What is written at the end; nil where lists are reported one by one.
    private var report: Report?

    /// An output in a form that is not records; `write` takes the text.
    public init(
        _ format: OutputFormat,
        style: TextStyle,
        errors: [ErrorCode: String],
        header: RunHeader,
        write: @escaping (String) -> Void
    ) {
        self.format = format
        self.write = write
        isVerbose = style.isVerbose
        text = AuditText(style: style, errors: errors)
        switch format {
        case .text, .json, .ndjson: break
        case .csv: write(ReportTable.heading)
        default: report = Report(title: "Audit", header: header)
        }
    }

    /// Notes an input that was not audited: build servers look at the report alone.
    public mutating func note(_ alarm: Report.Alarm) { report?.alarms.append(alarm) }

    /// One list.
    /// - Parameter open: why rules of it are not evaluated, as far as it is kept.
    public mutating func add(_ source: SourceReport, _ findings: [Finding], open: [Diagnostic]) {
        guard format != .text else { return write(text.list(source, findings, open: open) + "\n") }
        let worstFirst = findings.sorted { ($0.severity, $1.name) > ($1.severity, $0.name) }
        let rows = worstFirst.map { Report.Row($0) }
        guard format != .csv else {
            for row in rows { write(ReportTable.row(row, of: "audit")) }
            return
        }
        let isCertain = source.unsupported.isEmpty
        var section = Report.Section(
            id: "audit",
            title: source.path,
            rows: rows,
            none: isCertain ? "no update name breaks" : "no update name is known to break"
        )
        section.notes = [source.reading]
        report?.sections.append(section)
        report?.sources.append(source)
    }

    /// What is said at the end.
    /// - Parameter missing: lists that were not audited, as the run was interrupted.
    public mutating func finish(_ summary: AuditSummary, missing: Int, failOn: Severity) {
        guard format != .text else { return write(text.summary(summary)) }
        guard var report else { return }
        let wide = AuditText(style: TextStyle(width: 10_000), errors: [:])
        report.facts = wide.summary(summary).split(separator: "\n").map(String.init)
        report.isWhole = missing == 0
        if missing > 0 { report.facts.append("Interrupted: lists that were not audited: \(missing).") }
        write(report.rendered(format, isVerbose: isVerbose, failOn: failOn) ?? "")
    }
}

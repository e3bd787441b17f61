import Catalog
import Findings
import Replay
import Reports
import TextScan

/// Where the report of a replay or merge goes: text and records as they come, tables and pages at the end.
struct ReplayOutput: ~Copyable {
    private let format: OutputFormat
    private let style: TextStyle
    private let text: ReplayText
    private var records: RecordStream
    private var sources: [SourceReport] = []
    /// Whether only a partial is written, so that there is no report.
    let isPartial: Bool

    init(_ output: ReportOutputOptions, header: RunHeader, isPartial: Bool) {
        format = isPartial ? .text : output.format
        style = output.style
        self.isPartial = isPartial
        text = ReplayText(style: style)
        records = RecordStream(format, write: StandardOutput.write)
        if format.isRecords { records.record("header") { header.write(to: &$0) } }
    }

    /// One input, or what was read of one format.
    mutating func source(_ source: SourceReport) {
        if isPartial { return }
        if format == .text {
            StandardOutput.write(text.file(source))
        } else if format.isRecords {
            records.record("file") { source.write(to: &$0) }
        } else {
            sources.append(source)
        }
    }

    mutating func diagnostic(_ diagnostic: Diagnostic) {
        if format.isRecords {
            records.whole { diagnostic.write(to: &$0) }
        } else {
            StandardError.line(diagnostic.description)
        }
    }

    /// Says that there is nothing to report; in records the summary says so.
    func nothing(_ sentence: String) { if format == .text { StandardOutput.write(sentence) } }

    var isText: Bool { format == .text }

    /// Writes the report.
    /// - Parameter summary: further members of the `summary` record.
    mutating func finish(
        _ found: ReplayReport,
        hasCost: Bool = true,
        failOn: Severity,
        summary: (inout JSONWriter) -> Void
    ) {
        var report = found.report
        report.sources = sources
        switch format {
        case .text: StandardOutput.write(text.report(report))
        case .json, .ndjson: finishRecords(found, hasCost: hasCost, summary)
        default:
            let text = report.rendered(format, isVerbose: style.isVerbose, failOn: failOn)
            StandardOutput.write(text ?? "")
        }
    }

    private mutating func finishRecords(
        _ found: ReplayReport,
        hasCost: Bool,
        _ summary: (inout JSONWriter) -> Void
    ) {
        let report = found.report
        let plain = report.sections.filter { StackChange.Kind(rawValue: $0.id) == nil }
        let findings = plain.flatMap(\.rows).map(\.finding)
        for finding in findings { records.record("finding") { finding.write(to: &$0) } }
        for section in report.sections where StackChange.Kind(rawValue: section.id) != nil {
            for row in section.rows {
                records.record("change") {
                    $0.member("change", section.id)
                    row.finding.write(to: &$0)
                    $0.member("hours", row.hours)
                    if section.id == StackChange.Kind.broken.rawValue { $0.member("broken_already", row.wasBroken) }
                }
            }
        }
        for client in report.clients { records.record("client") { client.write(to: &$0) } }
        for bucket in report.timeline { records.record("time") { bucket.write(to: &$0) } }
        let totals = found.totals
        let bySeverity = Dictionary(grouping: findings, by: \.severity.rawValue).mapValues(\.count)
        records.record("summary") {
            $0.member("findings", findings.count)
            $0.member("by_severity", counts: bySeverity)
            $0.member("events", totals.events)
            $0.member("update_events", totals.updateEvents)
            $0.member("update_names", totals.updateNames)
            $0.member("clients", totals.clients)
            $0.member("search_suffix_events", totals.searchSuffixed)
            $0.member("overflow_events", totals.overflow)
            $0.member("uncharged_events", totals.clientOverflow)
            $0.member("untold_events", totals.untold)
            if totals.redactedChains > 0 { $0.member("names_with_redacted_aliases", totals.redactedChains) }
            summary(&$0)
            if let changed = found.changed { $0.member("changes", counts: changed) }
            if hasCost {
                $0.member("elapsed_ms", RunCost.elapsedMilliseconds)
                $0.member("peak_rss_bytes", RunCost.peakMemoryBytes)
            }
        }
        records.finish()
    }
}

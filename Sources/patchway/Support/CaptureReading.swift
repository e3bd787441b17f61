import QueryLogs
import Reports
import TextScan

extension InputError {
    /// Whether the command line names something that is no file to read, as opposed to one that is damaged.
    var isMisuse: Bool {
        switch reason {
        case .notFound, .isDirectory, .permissionDenied: true
        default: false
        }
    }
}

extension FileReport {
    /// Diagnostics that cost nothing.
    private static let remarks: Set<String> = ["ambiguous-correlation", "utf-16", "byte-order-mark", "shadowed"]

    /// Whether a part could not be read.
    var isDamaged: Bool { diagnostics.counts.keys.contains { !Self.remarks.contains($0) } }
}

extension SourceReport {
    /// The report on a capture.
    init(_ report: FileReport) {
        self.init(
            path: report.path,
            format: report.format.rawValue,
            reading: report.format.rawValue,
            records: report.records,
            events: report.events,
            skipped: report.skipped,
            bytes: report.bytes
        )
    }
}

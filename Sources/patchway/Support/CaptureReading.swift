import FilterLists
import QueryLogs
import Replay
import Reports
import TextScan

extension ListError {
    /// Whether the program was interrupted while the list was read.
    var isInterruption: Bool {
        if case .input(let error) = reason { error.reason == .interrupted } else { false }
    }
}

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
    private static let remarks: Set<String> = [
        "ambiguous-correlation", "utf-16", "byte-order-mark", "shadowed", UndatedEvents.reason,
    ]

    /// Whether a part could not be read.
    var isDamaged: Bool { diagnostics.counts.keys.contains { !Self.remarks.contains($0) } }

    /// Whether a remark tells of a part that could not be read.
    static func isDamage(_ reason: String) -> Bool { !remarks.contains(reason) }
}

extension SourceTotals {
    /// Whether a part could not be read.
    var isDamaged: Bool { formats.values.contains { $0.remarks.keys.contains(where: FileReport.isDamage) } }

    /// Whether what was read in a format holds no query.
    var isSilent: Bool { formats.values.contains { $0.events == 0 } }
}

extension SourceReport {
    /// What was read, by format.
    static func all(_ sources: SourceTotals) -> [SourceReport] {
        sources.formats.sorted { $0.key < $1.key }.map { format, counts in
            var source = SourceReport(
                path: "",
                format: format,
                reading: format,
                records: counts.records,
                events: counts.events,
                skipped: counts.skipped,
                bytes: counts.bytes
            )
            source.isNamed = false
            return source
        }
    }

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

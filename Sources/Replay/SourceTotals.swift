public import Findings
public import QueryLogs
internal import TextScan

/// What became of the records that were read, by format: what remains of files and their order.
public struct SourceTotals: Sendable, Equatable {
    /// Reasons kept of one format; the rest is counted together.
    static let maximumReasons = 200

    /// Counts of one format.
    public struct Counts: Sendable, Equatable {
        /// Records.
        public internal(set) var records = 0
        /// Events that they made.
        public internal(set) var events = 0
        /// Octets, unpacked.
        public internal(set) var bytes = 0
        /// Records that made no event, by reason.
        public internal(set) var skipped: [String: Int] = [:]
        /// Everything that was remarkable, by reason.
        public internal(set) var remarks: [String: Int] = [:]

        mutating func merge(_ other: Counts) {
            records += other.records
            events += other.events
            bytes += other.bytes
            skipped = SourceTotals.lowest(skipped.merging(other.skipped, uniquingKeysWith: +))
            remarks = SourceTotals.lowest(remarks.merging(other.remarks, uniquingKeysWith: +))
        }
    }

    /// By format.
    public internal(set) var formats: [String: Counts] = [:]

    /// Adds what became of one input.
    mutating func add(_ report: FileReport) {
        guard report.format != .unknown else { return }
        // What of dnsmasq's log is Pi-hole's shows in some of its lines alone.
        let format: LogFormat = report.format == .pihole ? .dnsmasq : report.format
        var counts = Counts()
        counts.records = report.records
        counts.events = report.events
        counts.bytes = report.bytes
        counts.skipped = report.skipped
        counts.remarks = report.diagnostics.counts
        formats[format.rawValue, default: Counts()].merge(counts)
    }

    mutating func merge(_ other: SourceTotals) {
        for (format, counts) in other.formats { formats[format, default: Counts()].merge(counts) }
    }

    /// The lowest reasons; the counts of the others are added up.
    private static func lowest(_ counts: [String: Int]) -> [String: Int] {
        let rest = "other-reasons"
        let reasons = counts.keys.filter { $0 != rest }
        guard reasons.count > maximumReasons else { return counts }
        var kept = counts
        for reason in reasons.sorted(by: { $0.precedes($1) }).dropFirst(maximumReasons) {
            kept[rest, default: 0] += kept.removeValue(forKey: reason) ?? 0
        }
        return kept
    }
}

extension Replayer {
    /// Notes what became of one input.
    public mutating func note(_ report: FileReport) { sources.add(report) }

    /// Notes a capture that could not be read.
    public mutating func noteUnreadable() { sums.unreadable += 1 }

    /// Notes that a capture was not read to its end.
    public mutating func noteCutShort() { sums.cutShort += 1 }

    /// When update names were asked for, and when that failed.
    public var timelineBuckets: [TimelineBucket] { timeline.sorted }

    /// Events of which the captures tell no time that can be read.
    public var undated: Int { sources.formats.values.reduce(0) { $0 + ($1.remarks[UndatedEvents.reason] ?? 0) } }

    /// Captures that could not be read.
    public var unreadable: Int { sums.unreadable }

    /// Captures that were not read to their end.
    public var cutShort: Int { sums.cutShort }
}

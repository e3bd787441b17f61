import TextScan

/// Counts events of which a log tells no time that can be read: they count, but nobody can say when.
public struct UndatedEvents {
    /// The reason under which they are counted; nothing is lost but the time.
    public static let reason = "undated"

    private var count = 0
    private var first: SourcePosition?

    /// Looks at an event.
    @inline(__always)
    mutating func note(_ event: QueryEvent) {
        guard event.time == nil else { return }
        count += 1
        if first == nil { first = event.position }
    }

    /// Says it in the report on their log; lists of names have no times.
    func report(in report: inout FileReport) {
        guard count > 0, let first, report.format != .names else { return }
        let share = count == report.events ? "no event has one" : "\(count) of \(report.events) events have none"
        report.warn(
            Self.reason,
            count: count,
            at: first,
            "no time that can be read; \(share), and nothing is said of when that was"
        )
    }
}

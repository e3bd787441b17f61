internal import Yams

/// A time of a day.
public enum DayTime {
    /// `21:30` in minutes since midnight; hours up to 23 and minutes up to 59.
    public static func minute(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(\.isNumber) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }
}

/// A day of the week, in the order of a week that begins on Monday.
public enum WeekDay: Int, CaseIterable, Sendable {
    /// The days.
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday

    /// `mon` and so on, as dnscrypt-proxy writes them.
    public var abbreviation: String { String(String(describing: self).prefix(3)) }

    /// Reads `mon` or `monday` in letters of any case, and nothing else.
    public init?(_ text: some StringProtocol) {
        let word = text.lowercased()
        guard let day = Self.allCases.first(where: { word == $0.abbreviation || word == String(describing: $0) }) else {
            return nil
        }
        self = day
    }
}

/// Schedules in the shape of `[schedules]` in dnscrypt-proxy.toml: names of schedules, days, windows of a day.
///
/// ```yaml
/// schedules:
///   evening: {mon: [{after: "20:00", before: "7:00"}], sun: [{after: "0:00", before: "0:00"}]}
/// ```
enum ScheduleYAML {
    /// The minutes of the week of every schedule.
    static func schedules(_ node: Node, _ reader: inout NodeReader) -> [String: [Range<Int>]] {
        var schedules: [String: [Range<Int>]] = [:]
        for (name, _, value) in reader.mapping(node, "schedules") ?? [] { schedules[name] = minutes(value, &reader) }
        return schedules
    }

    /// The minutes of the week of one schedule.
    static func minutes(_ node: Node, _ reader: inout NodeReader) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        let fields = reader.mapping(node, "a schedule", keys: WeekDay.allCases.map(\.abbreviation)) ?? [:]
        for day in WeekDay.allCases {
            guard let windows = fields[day.abbreviation] else { continue }
            let midnight = day.rawValue * 1440
            for window in reader.list(windows, day.abbreviation) ?? [] {
                ranges += Self.window(window, &reader).map {
                    $0.lowerBound + midnight..<$0.upperBound + midnight
                }
            }
        }
        return ranges
    }

    private static func window(_ node: Node, _ reader: inout NodeReader) -> [Range<Int>] {
        guard let fields = reader.mapping(node, "a window", keys: ["after", "before"]) else { return [] }
        guard let after = time(fields["after"], "after", node, &reader),
            let before = time(fields["before"], "before", node, &reader)
        else { return [] }
        return minutes(after: after, before: before)
    }

    /// The minutes of a day from `after` to the end of the minute `before`; over midnight it is the same day's beginning
    /// and end, and with both alike the whole day (dnscrypt-proxy `time_ranges.go`).
    static func minutes(after: Int, before: Int) -> [Range<Int>] {
        if after == before { return [0..<1440] }
        return after < before ? [after..<before + 1] : [0..<before + 1, after..<1440]
    }

    private static func time(_ value: Node?, _ key: String, _ node: Node, _ reader: inout NodeReader) -> Int? {
        guard let value else {
            reader.fault(node, "missing-key", "a window needs `after` and `before`, such as after: \"21:00\"")
            return nil
        }
        guard let text = reader.text(value, key) else { return nil }
        guard let minute = DayTime.minute(text) else {
            reader.fault(value, "bad-time", "`\(NodeReader.shortened(text))` is no time; write \"21:30\" in quotes")
            return nil
        }
        return minute
    }
}

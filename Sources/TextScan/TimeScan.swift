/// Reads the time stamps of logs over octets; every result is in microseconds since 1970-01-01 UTC.
public enum TimeScan {
    /// Seconds since the epoch with an optional fraction of up to nine digits: `1638223000.123456`.
    public static func epochSeconds(_ text: Span<UInt8>) -> Int64? {
        let dot = text.firstIndex(of: 0x2E) ?? text.count
        guard let seconds = text.extracting(0..<dot).decimal, seconds < 1 << 40 else { return nil }
        guard dot < text.count else { return Int64(seconds) * 1_000_000 }
        guard let (fraction, end) = fraction(text, at: dot + 1), end == text.count else { return nil }
        return Int64(seconds) * 1_000_000 + fraction
    }

    /// RFC 3339 date and time, `2026-11-23T15:00:00.25+01:00`; a blank or `t` may stand for `T`, and a missing offset
    /// is taken as `assumedOffset` seconds east of UTC, or refused when that is nil.
    public static func rfc3339(_ text: Span<UInt8>, assumedOffset: Int? = nil) -> Int64? {
        guard text.count >= 19, text[4] == 0x2D, text[7] == 0x2D, text[13] == 0x3A, text[16] == 0x3A,
            asciiLower(text[10]) == 0x74 || text[10] == 0x20,
            let year = text.extracting(0..<4).decimal, let month = text.extracting(5..<7).decimal,
            let day = text.extracting(8..<10).decimal, let clock = clock(text, at: 11),
            let days = days(year: Int(year), month: Int(month), day: Int(day))
        else { return nil }
        var position = 19
        var micros: Int64 = 0
        if position < text.count, text[position] == 0x2E || text[position] == 0x2C {
            guard let (value, end) = fraction(text, at: position + 1) else { return nil }
            (micros, position) = (value, end)
        }
        guard let offset = offset(text, at: position, assumed: assumedOffset) else { return nil }
        return (Int64(days) * 86_400 + Int64(clock - offset)) * 1_000_000 + micros
    }

    /// The syslog stamp without a year, `Nov  3 08:51:27`, at the start of `text`; the caller knows the year and how
    /// many seconds east of UTC the writer's clock was (RFC 3164 §4.1.2 says local time).
    /// - Returns: the time, and the octets that the stamp takes up.
    public static func syslog(_ text: Span<UInt8>, year: Int, offset: Int = 0) -> (time: Int64, length: Int)? {
        guard text.count >= 15, text[3] == 0x20, text[6] == 0x20, text[9] == 0x3A, text[12] == 0x3A,
            let month = month(text),
            let day = text.extracting((text[4] == 0x20 ? 5 : 4)..<6).decimal,
            let clock = clock(text, at: 7),
            let days = days(year: year, month: month, day: Int(day))
        else { return nil }
        return ((Int64(days) * 86_400 + Int64(clock - offset)) * 1_000_000, 15)
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar, or nil when there is no such date.
    public static func days(year: Int, month: Int, day: Int) -> Int? {
        guard (1...12).contains(month), (0...9999).contains(year) else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month - 1]).contains(day) else { return nil }
        // Years start in March, so that the leap day is the last of its year.
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Year, month and day of the date so many days after 1970-01-01.
    public static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1)
    }

    /// Seconds of the day of `HH:MM:SS` at `start`; a leap second counts as the next minute's first.
    private static func clock(_ text: Span<UInt8>, at start: Int) -> Int? {
        guard let hour = text.extracting(start..<(start + 2)).decimal,
            let minute = text.extracting((start + 3)..<(start + 5)).decimal,
            let second = text.extracting((start + 6)..<(start + 8)).decimal,
            hour < 24, minute < 60, second < 61
        else { return nil }
        return Int(hour) * 3600 + Int(minute) * 60 + Int(second)
    }

    /// Microseconds of the one to nine digits at `start`, and where they end.
    private static func fraction(_ text: Span<UInt8>, at start: Int) -> (Int64, Int)? {
        var value: Int64 = 0
        var position = start
        while position < text.count, text[position] &- 0x30 < 10, position - start < 9 {
            if position - start < 6 { value = value * 10 + Int64(text[position] - 0x30) }
            position += 1
        }
        guard position > start else { return nil }
        for _ in min(position - start, 6)..<6 { value *= 10 }
        return (value, position)
    }

    private static func offset(_ text: Span<UInt8>, at start: Int, assumed: Int?) -> Int? {
        guard start < text.count else { return assumed }
        if text.count == start + 1, asciiLower(text[start]) == 0x7A { return 0 }
        let sign = text[start] == 0x2B ? 1 : text[start] == 0x2D ? -1 : 0
        let hasColon = text.count == start + 6 && text[start + 3] == 0x3A
        guard sign != 0, hasColon || text.count == start + 5,
            let hours = text.extracting((start + 1)..<(start + 3)).decimal,
            let minutes = text.extracting((text.count - 2)..<text.count).decimal,
            hours < 24, minutes < 60
        else { return nil }
        return sign * (Int(hours) * 3600 + Int(minutes) * 60)
    }

    private static func month(_ text: Span<UInt8>) -> Int? {
        switch (asciiLower(text[0]), asciiLower(text[1]), asciiLower(text[2])) {
        case (0x6A, 0x61, 0x6E): 1
        case (0x66, 0x65, 0x62): 2
        case (0x6D, 0x61, 0x72): 3
        case (0x61, 0x70, 0x72): 4
        case (0x6D, 0x61, 0x79): 5
        case (0x6A, 0x75, 0x6E): 6
        case (0x6A, 0x75, 0x6C): 7
        case (0x61, 0x75, 0x67): 8
        case (0x73, 0x65, 0x70): 9
        case (0x6F, 0x63, 0x74): 10
        case (0x6E, 0x6F, 0x76): 11
        case (0x64, 0x65, 0x63): 12
        default: nil
        }
    }
}

/// Writes times as RFC 3339 in UTC.
public enum TimeText {
    /// `2026-11-23T15:00:00.250000Z` for microseconds since 1970-01-01 UTC; the fraction is left out when it is zero.
    /// Times outside the years 0 to 9999 are held at the nearest of them.
    public static func rfc3339(microseconds: Int64) -> String {
        var text: [UInt8] = []
        append(microseconds: microseconds, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the same text to `result`.
    public static func append(microseconds: Int64, to result: inout [UInt8]) {
        let clamped = min(max(microseconds, -62_167_219_200_000_000), 253_402_300_799_999_999)
        let second: Int64 = 1_000_000
        let seconds = (clamped >= 0 ? clamped : clamped - second + 1) / second
        let micros = Int(clamped - seconds * second)
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        let clock = Int(seconds - days * 86_400)
        let date = TimeScan.date(days: Int(days))
        append(date.year, digits: 4, to: &result)
        result.append(0x2D)
        append(date.month, digits: 2, to: &result)
        result.append(0x2D)
        append(date.day, digits: 2, to: &result)
        result.append(0x54)
        append(clock / 3600, digits: 2, to: &result)
        result.append(0x3A)
        append(clock / 60 % 60, digits: 2, to: &result)
        result.append(0x3A)
        append(clock % 60, digits: 2, to: &result)
        if micros != 0 {
            result.append(0x2E)
            append(micros, digits: 6, to: &result)
        }
        result.append(0x5A)
    }

    private static func append(_ value: Int, digits: Int, to result: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            result.append(0x30 + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}

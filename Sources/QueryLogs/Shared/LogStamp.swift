import TextScan

/// A stamp at the start of a line.
struct LogStamp {
    /// Microseconds since 1970-01-01 UTC; nil when the year is not known.
    var time: Int64?
    /// Octets it takes up.
    var length: Int
}

extension LogClock {
    /// The stamp at the start of a text, in any of the forms that logs of resolvers have:
    /// RFC 3339, `Nov 23 12:00:00`, `Mon Nov 23 12:00:00 2026`, `23-Nov-2026 12:00:00.123`, `[1700000000]`.
    mutating func stamp(_ text: Span<UInt8>) -> LogStamp? {
        guard text.count >= 11 else { return nil }
        if text[0] == 0x5B { return bracketed(text) }
        guard text.count >= 15 else { return nil }
        if text[2] == 0x2D, text[6] == 0x2D { return named(text) }
        if text.count >= 19, text[4] == 0x2D, text[7] == 0x2D {
            let end = Self.stampEnd(text)
            return time(text.extracting(0..<end)).map { LogStamp(time: $0, length: end) }
        }
        if text.count >= 16, text[3] == 0x20, text[5] == 0x20, text[8] == 0x3A { return unpadded(text) }
        let clock = text.count >= 24 && text[3] == 0x20 && text[13] == 0x3A ? 4 : 0
        guard text[clock + 3] == 0x20, text[clock + 6] == 0x20, text[clock + 9] == 0x3A, text[clock + 12] == 0x3A,
            TimeScan.syslog(text.extracting(clock..<text.count), year: 2000) != nil
        else { return nil }
        guard clock == 0 else { return LogStamp(time: time(text), length: 24) }
        var end = 15
        while end < text.count, end < 25, text[end] &- 0x30 < 10 || end == 15 && text[end] == 0x2E { end += 1 }
        let fraction = end > 16 ? TimeScan.epochSeconds(([0x30] + text.extracting(15..<end).octets).span) : nil
        return LogStamp(time: time(text).map { $0 + (fraction ?? 0) }, length: end)
    }

    /// The time of a stamp that stands alone.
    mutating func time(of text: [UInt8]) -> Int64? { stamp(text.span)?.time }

    /// `Nov 3 12:00:00`, as some relays write days.
    private mutating func unpadded(_ text: Span<UInt8>) -> LogStamp? {
        let padded = text.extracting(0..<4).octets + [0x20] + text.extracting(4..<14).octets
        return stamp(padded.span).map { LogStamp(time: $0.time, length: 14) }
    }

    /// `[1700000000]` or `[1700000000.123]` as Unbound writes it, or any other stamp in brackets.
    private mutating func bracketed(_ text: Span<UInt8>) -> LogStamp? {
        guard let close = text.extracting(0..<min(text.count, 48)).firstIndex(of: 0x5D), close >= 10 else { return nil }
        var inner = text.extracting(1..<close)
        if inner.hasSuffix(" UTC") {
            let time = TimeScan.rfc3339(inner.extracting(0..<(inner.count - 4)), assumedOffset: 0)
            return time.map { LogStamp(time: $0, length: close + 1) }
        }
        if inner.hasSuffix(" Local") { inner = inner.extracting(0..<(inner.count - 6)) }
        if let time = TimeScan.epochSeconds(inner) { return LogStamp(time: time, length: close + 1) }
        guard let stamp = stamp(inner), stamp.length == inner.count else { return nil }
        return LogStamp(time: stamp.time, length: close + 1)
    }

    /// `23-Nov-2026 12:00:00.123` as BIND writes it.
    private func named(_ text: Span<UInt8>) -> LogStamp? {
        guard text.count >= 20, text[11] == 0x20, let year = text.extracting(7..<11).decimal else { return nil }
        let swapped =
            text.extracting(3..<6).octets + [0x20] + text.extracting(0..<2).octets + text.extracting(11..<20).octets
        guard let stamp = TimeScan.syslog(swapped.span, year: Int(year), offset: utcOffset) else { return nil }
        var end = 20
        while end < text.count, text[end] &- 0x30 < 10 || text[end] == 0x2E { end += 1 }
        let fraction = end > 21 ? TimeScan.epochSeconds(([0x30] + text.extracting(20..<end).octets).span) : nil
        return LogStamp(time: stamp.time + (fraction ?? 0), length: end)
    }

    /// Where an RFC 3339 stamp ends: its date and time may stand apart, and its zone may not.
    private static func stampEnd(_ text: Span<UInt8>) -> Int {
        var end = 19
        while end < text.count, text[end] &- 0x30 < 10 || text[end] == 0x2E || text[end] == 0x2C { end += 1 }
        if end < text.count, text[end] == 0x5A { return end + 1 }
        guard end < text.count, text[end] == 0x2B || text[end] == 0x2D else { return end }
        let zone = end + 1
        while end < text.count, end < zone + 5, end == zone - 1 || text[end] &- 0x30 < 10 || text[end] == 0x3A {
            end += 1
        }
        return end
    }
}

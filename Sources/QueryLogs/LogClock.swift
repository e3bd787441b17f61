import TextScan

/// Gives a year to stamps that have none.
struct LogClock {
    private let present: Int64?
    let utcOffset: Int
    private var year: Int?
    private var latest: Int64?
    /// The stamp that was read last, and its time: many lines are of one second.
    private var last: (stamp: (UInt64, UInt64), time: Int64?) = ((0, 0), nil)

    init(options: LogOptions) {
        year = options.year
        present = options.present
        utcOffset = options.utcOffset
    }

    /// The time of the stamp at the start of a line, with or without a syslog priority in front of it:
    /// `Nov 23 12:00:00`, `Mon Nov 23 12:00:00 2026`, or RFC 3339. Nil without a stamp, or when the year is not known.
    mutating func time(_ line: Span<UInt8>) -> Int64? {
        let start = Self.afterPriority(line)
        let text = line.extracting(start..<line.count)
        if text.count >= 19, text[4] == 0x2D {
            return TimeScan.rfc3339(text.extracting(0..<Self.wordEnd(text)), assumedOffset: utcOffset)
        }
        if text.count >= 24, text[3] == 0x20, text[19] == 0x20, let year = text.extracting(20..<24).decimal,
            let stamp = TimeScan.syslog(text.extracting(4..<19), year: Int(year), offset: utcOffset)
        {
            return stamp.time
        }
        return syslog(text)
    }

    private mutating func syslog(_ text: Span<UInt8>) -> Int64? {
        guard text.count >= 15 else { return nil }
        let stamp = Self.words(text)
        if stamp == last.stamp { return last.time }
        let time = readSyslog(text)
        last = (stamp, time)
        return time
    }

    /// The fifteen octets of a stamp.
    private static func words(_ text: Span<UInt8>) -> (UInt64, UInt64) {
        unsafe text.withUnsafeBytes {
            unsafe (
                $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                $0.loadUnaligned(fromByteOffset: 7, as: UInt64.self)
            )
        }
    }

    private mutating func readSyslog(_ text: Span<UInt8>) -> Int64? {
        if let year {
            guard let stamp = TimeScan.syslog(text, year: year, offset: utcOffset) else { return nil }
            let half: Int64 = 183 * 86_400 * 1_000_000
            if let latest, stamp.time < latest - half,
                let next = TimeScan.syslog(text, year: year + 1, offset: utcOffset)
            {
                self.year = year + 1
                self.latest = next.time
                return next.time
            }
            latest = max(latest ?? stamp.time, stamp.time)
            return stamp.time
        }
        guard let present else { return nil }
        let day: Int64 = 86_400 * 1_000_000
        let current = TimeScan.date(days: Int(present / day)).year
        // The 29th of February may be eight years back.
        for year in stride(from: current + 1, through: current - 8, by: -1) {
            if let stamp = TimeScan.syslog(text, year: year, offset: utcOffset), stamp.time <= present + day {
                return stamp.time
            }
        }
        return nil
    }

    private static func afterPriority(_ line: Span<UInt8>) -> Int {
        guard line.count > 2, line[0] == 0x3C, let end = line.extracting(0..<min(line.count, 6)).firstIndex(of: 0x3E)
        else { return 0 }
        return end + 1
    }

    /// The end of the first word, or of the first two when the date stands apart from the time.
    private static func wordEnd(_ text: Span<UInt8>) -> Int {
        text.firstIndex(of: 0x20, from: 11) ?? text.count
    }
}

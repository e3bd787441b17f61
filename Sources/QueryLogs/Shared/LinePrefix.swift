import TextScan

/// Takes off what stands in front of a log line: priority, stamp, host and program of syslog (RFC 3164, RFC 5424) and
/// `journalctl`, and the JSON objects that containers and the journal put around it.
enum LinePrefix {
    /// What was in front of the line.
    struct Peeled {
        /// Microseconds since 1970-01-01 UTC.
        var time: Int64?
        /// Where the message starts.
        var start = 0
    }

    /// Objects around objects that are opened.
    private static let maximumDepth = 3

    /// Stamps in front of each other that are taken off: a program's own often follows the one of syslog, and is the finer.
    private static let maximumStamps = 4

    /// Calls `use` with the message of a line and its time; a line without a prefix is its own message.
    static func peel(
        _ line: Span<UInt8>,
        clock: inout LogClock,
        _ use: (Span<UInt8>, Int64?, inout LogClock) -> Void
    ) {
        unwrap(line, clock: &clock) { text, stamp, clock in
            var found = Peeled()
            take(text, &found, &clock)
            use(text.extracting(found.start..<text.count), found.time ?? stamp, &clock)
        }
    }

    /// Calls `use` with a line and its time, and leaves on the line what syslog put in front of it.
    static func unwrap(
        _ line: Span<UInt8>,
        clock: inout LogClock,
        whole use: (Span<UInt8>, Int64?) -> Void
    ) {
        unwrap(line, clock: &clock) { text, stamp, clock in
            var found = Peeled()
            take(text, &found, &clock)
            use(text, found.time ?? stamp)
        }
    }

    private static func unwrap(
        _ line: Span<UInt8>,
        clock: inout LogClock,
        depth: Int = 0,
        _ use: (Span<UInt8>, Int64?, inout LogClock) -> Void
    ) {
        guard depth < maximumDepth, line.count > 2, line[0] == 0x7B, let inner = wrapped(line) else {
            return use(line, nil, &clock)
        }
        let message = inner.text
        unwrap(message.span.trimmed, clock: &clock, depth: depth + 1) { text, stamp, clock in
            use(text, stamp ?? inner.time, &clock)
        }
    }

    private static func take(_ line: Span<UInt8>, _ found: inout Peeled, _ clock: inout LogClock) {
        for _ in 0..<maximumStamps {
            takePriority(line, &found)
            if line.hasPrefix("1 ", at: found.start), takeStructured(line, &found) { continue }
            guard let stamp = clock.stamp(line.extracting(found.start..<line.count)) else { return }
            found.time = stamp.time ?? found.time
            found.start = skipBlanks(line, found.start + stamp.length)
            takeHostAndProgram(line, &found)
        }
    }

    /// `<30>`
    private static func takePriority(_ line: Span<UInt8>, _ found: inout Peeled) {
        guard line.count - found.start > 2, line[found.start] == 0x3C,
            let close = line.extracting(0..<min(line.count, found.start + 6)).firstIndex(of: 0x3E, from: found.start),
            line.extracting((found.start + 1)..<close).decimal != nil
        else { return }
        found.start = close + 1
    }

    /// `HOST PROGRAM[PID]: ` or `PROGRAM[PID]: `, relays writing more hosts; other words belong to the message.
    private static func takeHostAndProgram(_ line: Span<UInt8>, _ found: inout Peeled) {
        var fields = FieldScanner(line.extracting(found.start..<line.count))
        for index in 0..<4 {
            guard let field = fields.next(), field.count < 256 else { return }
            let end = found.start + field.upperBound
            if line[end - 1] == 0x3A {
                guard isProgram(line.extracting((found.start + field.lowerBound)..<(end - 1))) else { return }
                found.start = skipBlanks(line, end)
                return
            }
            if index == 0, line.extracting((found.start + field.lowerBound)..<end).firstIndex(of: 0x5B) != nil {
                return
            }
        }
    }

    /// `named[123]`; a word alone may be the category of a message.
    private static func isProgram(_ word: Span<UInt8>) -> Bool {
        guard let open = word.firstIndex(of: 0x5B), open > 0, word[word.count - 1] == 0x5D else { return false }
        return word.extracting((open + 1)..<(word.count - 1)).decimal != nil
    }

    /// RFC 5424 §6: `1 STAMP HOST PROGRAM PID ID STRUCTURE MESSAGE`; false when it is something else.
    private static func takeStructured(_ line: Span<UInt8>, _ found: inout Peeled) -> Bool {
        let text = line.extracting(found.start..<line.count)
        var fields = FieldScanner(text, separator: 0x20)
        var time: Int64?
        var position = 0
        for index in 0..<6 {
            guard let field = fields.next() else { return false }
            if index == 1 {
                let stamp = text.extracting(field)
                time = TimeScan.rfc3339(stamp)
                guard time != nil || stamp.equals("-") else { return false }
            }
            position = field.upperBound
        }
        position = skipBlanks(text, position)
        if position < text.count, text[position] == 0x2D { position += 1 }
        while position < text.count, text[position] == 0x5B {
            var isQuoted = false
            while position < text.count, isQuoted || text[position] != 0x5D {
                if text[position] == 0x5C { position += 1 } else if text[position] == 0x22 { isQuoted.toggle() }
                position += 1
            }
            position += 1
        }
        found.time = time ?? found.time
        found.start = skipBlanks(line, min(found.start + position, line.count))
        if line.hasPrefix("\u{FEFF}", at: found.start) { found.start += 3 }
        return true
    }

    private static func skipBlanks(_ line: Span<UInt8>, _ start: Int) -> Int {
        var position = start
        while position < line.count, isBlank(line[position]) { position += 1 }
        return position
    }

    /// The line inside of an object: `{"log": …, "time": …}` of a container, `{"MESSAGE": …}` of the journal.
    static func wrapped(_ line: Span<UInt8>) -> (text: [UInt8], time: Int64?)? {
        var tape = JSONTape()
        guard tape.read(line) else { return nil }
        let record = JSONRecord(line, tape)
        for key in JSONRecord.wrappers {
            guard let index = record.index(key), record.isString(index) else { continue }
            let stamp = record.integer("__REALTIME_TIMESTAMP") ?? record.time("time") ?? record.time("@timestamp")
            return (record.octets(index), stamp)
        }
        return nil
    }
}

import TextScan

/// The reading of a log that grows: whole lines are taken as they come, and what is known between them stays.
///
/// A reader that can do so reads whole inputs in the same way (``LogReader/read(_:options:report:emit:)``), so that a log gives
/// the same events whichever way it is read.
public protocol LogSession {
    /// What became of what was read so far.
    var report: FileReport { get }

    /// Takes whole lines, in front of which others stood.
    mutating func take(_ lines: Span<UInt8>, behind base: SourcePosition, emit: (QueryEvent) -> Void)

    /// Hands out what waited for more.
    mutating func finish(emit: (QueryEvent) -> Void)
}

extension LogReader {
    /// Most logs cannot be read piece by piece.
    public func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? { nil }
}

extension LogSession {
    /// Reads a whole input.
    mutating func readAll(_ octets: Span<UInt8>, into report: inout FileReport, emit: (QueryEvent) -> Void) {
        take(octets, behind: SourcePosition(record: 0, byte: 0), emit: emit)
        finish(emit: emit)
        report = self.report
    }
}

extension SourcePosition {
    /// The same place in a text that stands behind another.
    func behind(_ base: SourcePosition) -> SourcePosition {
        SourcePosition(record: record + base.record, byte: byte + base.byte)
    }
}

/// A log of lines.
struct TextLogSession<Reader: TextLogReader>: LogSession {
    private let reader: Reader
    private var state: Reader.State
    private var assembly: EventAssembly

    init(_ reader: Reader, _ options: LogOptions, _ report: FileReport) {
        self.reader = reader
        (state, assembly) = reader.begin(options, report)
    }

    var report: FileReport { assembly.report }

    mutating func take(_ octets: Span<UInt8>, behind base: SourcePosition, emit: (QueryEvent) -> Void) {
        var lines = LineScanner(octets)
        while let line = lines.next() {
            let text = octets.extracting(line.range).trimmed
            if text.count == 0 || reader.isComment(text) { continue }
            assembly.report.records += 1
            let position = SourcePosition(record: line.number, byte: line.range.lowerBound).behind(base)
            if line.isOverlong {
                assembly.report.skip("line-too-long", at: position, "the line is longer than \(text.count) octets")
                continue
            }
            var clock = assembly.clock
            LinePrefix.peel(text, clock: &clock) { message, time, _ in
                reader.take(message, time: time, at: position, &state, &assembly)
            }
            assembly.clock = clock
            assembly.drain(emit)
        }
    }

    mutating func finish(emit: (QueryEvent) -> Void) { assembly.finish(emit) }
}

/// A log of JSON objects; one that grows has an object a line.
struct JSONLogSession<Reader: JSONLogReader>: LogSession {
    private let reader: Reader
    private var assembly: EventAssembly

    init(_ reader: Reader, _ options: LogOptions, _ report: FileReport) {
        self.reader = reader
        assembly = reader.begin(options, report)
    }

    var report: FileReport { assembly.report }

    mutating func take(_ octets: Span<UInt8>, behind base: SourcePosition, emit: (QueryEvent) -> Void) {
        Reader.walk(octets, reader: reader) { record, position in
            assembly.report.records += 1
            if reader.recognises(record) == .no {
                assembly.report.skip("other-object")
            } else {
                reader.take(record, at: position.behind(base), &assembly)
            }
            assembly.drain(emit)
            return true
        } fault: { text, position, isOverlong in
            assembly.report.records += 1
            if isOverlong {
                assembly.report.skip(
                    "line-too-long",
                    at: position.behind(base),
                    "the record is longer than any log has"
                )
            } else {
                assembly.unparsed(text, at: position.behind(base), "no whole JSON object")
            }
            return true
        }
    }

    mutating func finish(emit: (QueryEvent) -> Void) { assembly.finish(emit) }
}

/// A log of rows of columns.
struct DelimitedLogSession<Reader: DelimitedLogReader>: LogSession {
    private let reader: Reader
    private let separator: UInt8
    private var state: Reader.State
    private var assembly: EventAssembly

    init(_ reader: Reader, _ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) {
        self.reader = reader
        separator = reader.separator(sample)
        (state, assembly) = reader.begin(options, report)
    }

    var report: FileReport { assembly.report }

    mutating func take(_ octets: Span<UInt8>, behind base: SourcePosition, emit: (QueryEvent) -> Void) {
        var rows = DelimitedScanner(octets, separator: separator)
        while let piece = rows.next() {
            switch piece {
            case .row(let row, let position, let range):
                switch reader.recognises(row, &state) {
                case .head: continue
                case .record:
                    assembly.report.records += 1
                    reader.take(row, at: position.behind(base), &state, &assembly)
                case .foreign:
                    assembly.report.records += 1
                    assembly.unparsed(octets.extracting(range), at: position.behind(base), "not a row of this format")
                }
            case .overlong(let position):
                assembly.report.records += 1
                assembly.overlongRow(at: position.behind(base))
            }
            assembly.drain(emit)
        }
    }

    mutating func finish(emit: (QueryEvent) -> Void) { assembly.finish(emit) }
}

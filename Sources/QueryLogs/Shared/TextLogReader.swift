import TextScan

/// A reader of logs that are lines: says what one line is, and leaves walking, prefixes and counting to what is shared.
protocol TextLogReader: LogReader {
    /// What is known between lines.
    associatedtype State

    /// How strong the evidence of ``recognises(_:)`` is.
    var evidence: DetectionStrength { get }

    /// The state in front of the first line, and how messages are folded.
    func begin(_ options: LogOptions, _ report: FileReport) -> (State, EventAssembly)

    /// What a message, its prefix taken off, is to this format.
    func recognises(_ message: Span<UInt8>) -> LineKind

    /// Takes a message in.
    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout State,
        _ assembly: inout EventAssembly
    )

    /// Whether a line is no record.
    func isComment(_ line: Span<UInt8>) -> Bool
}

/// What a line is to a format.
enum LineKind {
    /// Not of this format.
    case foreign
    /// Something that this program writes, too.
    case related
    /// A query or an answer.
    case telling
}

extension TextLogReader {
    var isBinary: Bool { false }
    var evidence: DetectionStrength { .likely }
    func isComment(_ line: Span<UInt8>) -> Bool { false }

    /// A quarter of the lines must be of the format and at least one must tell a query; programs write much else.
    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        var lines = LineScanner(sample)
        var clock = LogClock(options: LogOptions())
        var (total, known, telling) = (0, 0, 0)
        while total < 200, let line = lines.next() {
            let text = sample.extracting(line.range).trimmed
            if text.count == 0 || isComment(text) { continue }
            total += 1
            if line.isOverlong { continue }
            LinePrefix.peel(text, clock: &clock) { message, _, _ in
                switch recognises(message) {
                case .foreign: break
                case .related: known += 1
                case .telling: (known, telling) = (known + 1, telling + 1)
                }
            }
        }
        return telling > 0 && known * 4 >= total ? evidence : .no
    }

    func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var session = TextLogSession(self, options, report)
        session.readAll(octets, into: &report, emit: emit)
    }

    func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? {
        TextLogSession(self, options, report)
    }
}

extension TextLogReader where State == Void {
    func begin(_ options: LogOptions, _ report: FileReport) -> (Void, EventAssembly) {
        ((), EventAssembly(options, report))
    }
}

import TextScan

/// A log that grows: takes octets as they come, in memory that does not grow with it, and hands on whole lines to the session
/// of its format, which is told by its first lines.
public struct GrowingLog {
    /// Octets by which a format is told at the latest.
    static let sampleSize = 65_536
    /// Lines by which it is told, if there are not so many octets.
    static let sampleLines = 20
    /// Octets of a line of which the end is waited for.
    static let maximumLine = 1 << 20

    private let path: String
    private let options: LogOptions
    private var session: (any LogSession)?
    /// What is not handed on: before the format is known everything, then the beginning of a line.
    private var pending: [UInt8] = []
    private var base = SourcePosition(record: 0, byte: 0)
    private var octets = 0
    private var undated = UndatedEvents()

    /// Why a log cannot be followed.
    public struct Refusal: Error {
        /// A sentence for people.
        public let text: String
    }

    /// A log of which nothing has come yet.
    public init(path: String, options: LogOptions) {
        self.path = path
        self.options = options
    }

    /// Takes octets that were added.
    public mutating func take(_ added: Span<UInt8>, emit: (QueryEvent) -> Void) throws(Refusal) {
        octets += added.count
        unsafe added.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
        if session == nil {
            let lines = pending.reduce(0) { $1 == 0x0A ? $0 + 1 : $0 }
            guard pending.count >= Self.sampleSize || lines >= Self.sampleLines else { return }
            try begin()
        }
        let end = pending.lastIndex(of: 0x0A).map { $0 + 1 } ?? (pending.count > Self.maximumLine ? pending.count : 0)
        handOn(end, emit)
    }

    /// The file ended and another one follows: what stands behind its last line end is a line, too.
    public mutating func endFile(emit: (QueryEvent) -> Void) throws(Refusal) {
        guard !pending.isEmpty else { return }
        if session == nil {
            // The next file may tell.
            if pending.last != 0x0A { pending.append(0x0A) }
            return
        }
        handOn(pending.count, emit)
    }

    /// Ends the reading. Where it was interrupted, questions without an answer may still be answered: nothing is said of them.
    public mutating func finish(interrupted: Bool, emit: (QueryEvent) -> Void) throws(Refusal) -> FileReport {
        if session == nil, !pending.isEmpty { try begin() }
        handOn(pending.count, emit)
        guard var session else { return FileReport(path: path, format: .unknown, bytes: 0) }
        session.finish { event in
            var event = event
            if interrupted, event.reply == .none, event.block == nil { event.reply = .unknown }
            undated.note(event)
            emit(event)
        }
        var report = FileReport(session.report, bytes: octets)
        undated.report(in: &report)
        return report
    }

    private mutating func begin() throws(Refusal) {
        if pending.starts(with: [0xEF, 0xBB, 0xBF]) { pending.removeFirst(3) }
        session = try session(of: pending.span)
    }

    private func session(of sample: Span<UInt8>) throws(Refusal) -> any LogSession {
        guard Compression(magic: sample) == nil else {
            throw Refusal(text: "is compressed, and such a file does not grow")
        }
        guard let reader = options.format.flatMap(LogFormats.reader) ?? LogFormats.detect(sample) else {
            throw Refusal(text: "is of no known log format so far; --format names it")
        }
        let report = FileReport(path: path, format: options.format ?? reader.format, bytes: 0)
        guard let session = reader.session(options, report, sample: sample) else {
            throw Refusal(
                text: "is read as \(reader.format.rawValue), which cannot be followed; --follow reads logs of lines"
            )
        }
        return session
    }

    private mutating func handOn(_ end: Int, _ emit: (QueryEvent) -> Void) {
        guard end > 0, session != nil else { return }
        let lines = pending[..<end]
        session?.take(lines.span, behind: base) { event in
            undated.note(event)
            emit(event)
        }
        base = SourcePosition(
            record: base.record + lines.reduce(0) { $1 == 0x0A ? $0 + 1 : $0 },
            byte: base.byte + end
        )
        pending.removeSubrange(..<end)
    }
}

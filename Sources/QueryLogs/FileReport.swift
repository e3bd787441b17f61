public import TextScan

/// What became of one input: the `file` record of the machine contract.
///
/// Nothing is dropped silently: a line, packet or message that makes no event is counted under a reason.
public struct FileReport: Sendable {
    /// The input as the user named it.
    public let path: String
    /// The format it was read as.
    public var format: LogFormat
    /// Octets of the expanded input.
    public let bytes: Int
    /// Lines that are neither empty nor comments, or packets.
    public var records = 0
    /// DNS messages found in a capture; nil for text.
    public var messages: Int?
    /// Events handed out.
    public var events = 0
    /// Records and messages that made no event, by reason.
    public private(set) var skipped: [String: Int] = [:]
    /// Faults with their positions, the first of each reason.
    public var diagnostics = DiagnosticCollector()

    /// A report on an input that has not been read yet.
    public init(path: String, format: LogFormat, bytes: Int) {
        self.path = path
        self.format = format
        self.bytes = bytes
    }

    /// The same counts for an input of which more octets were read.
    init(_ other: FileReport, bytes: Int) {
        self.init(path: other.path, format: other.format, bytes: bytes)
        records = other.records
        messages = other.messages
        events = other.events
        skipped = other.skipped
        diagnostics = other.diagnostics
    }

    /// Counts a record that makes no event and is no fault either.
    public mutating func skip(_ reason: String, count: Int = 1) {
        skipped[reason, default: 0] += count
    }

    /// Counts a record that makes no event because something is wrong with it.
    public mutating func skip(_ reason: String, at position: SourcePosition, _ text: @autoclosure () -> String) {
        skip(reason)
        warn(reason, at: position, text())
    }

    /// Notes a fault that costs no record.
    public mutating func warn(
        _ reason: String,
        count: Int = 1,
        at position: SourcePosition,
        _ text: @autoclosure () -> String
    ) {
        let isText = messages == nil
        diagnostics.add(reason, count: count) {
            Diagnostic(
                path: path,
                line: isText ? position.record : nil,
                byte: position.byte,
                reason: reason,
                text: isText ? text() : "packet \(position.record): \(text())"
            )
        }
    }

    /// Writes the `file` record of the machine contract, without the line feed.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("kind", "file")
            json.member("path", path)
            json.member("format", format.rawValue)
            json.member("records", records)
            json.member("messages", ifKnown: messages)
            json.member("events", events)
            json.member("skipped", counts: skipped)
            json.member("bytes", bytes)
        }
    }
}

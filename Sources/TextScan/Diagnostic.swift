/// One thing wrong with an input: where, which kind, and a sentence that says what to do about it.
public struct Diagnostic: Sendable, Equatable {
    /// The input as the user named it; a member of an archive is `archive.zip:member`.
    public let path: String
    /// The line, counted from 1.
    public let line: Int?
    /// The column in octets, counted from 1.
    public let column: Int?
    /// The offset in octets from the start of the (expanded) input.
    public let byte: Int?
    /// A short stable kebab-case id by which diagnostics are counted, `line-too-long`.
    public let reason: String
    /// A sentence for people, hint included. Octets taken from the input must be escaped by ``TerminalText``.
    public let text: String

    /// A diagnostic; leave out the positions that are not known.
    public init(
        path: String,
        line: Int? = nil,
        column: Int? = nil,
        byte: Int? = nil,
        reason: String,
        text: String
    ) {
        self.path = path
        self.line = line
        self.column = column
        self.byte = byte
        self.reason = reason
        self.text = text
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `path:line:column: text [reason]` with the positions that are known, or `path@byte:` without a line.
    public var description: String {
        var place = TerminalText.escaped(path)
        if let line {
            place += ":\(line)"
            if let column { place += ":\(column)" }
        } else if let byte {
            place += "@\(byte)"
        }
        return "\(place): \(text) [\(reason)]"
    }
}

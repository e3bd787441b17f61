/// Walks the fields of a line as ranges of octets, so that diagnostics can name the column.
///
/// ```swift
/// var fields = FieldScanner(line)
/// while let field = fields.next() { handle(line.extracting(field)) }
/// ```
public struct FieldScanner: ~Escapable {
    private let text: Span<UInt8>
    /// The octet between fields; nil for runs of blanks and tabs.
    private let separator: UInt8?
    private var position = 0
    private var isAtEnd = false

    /// Splits at runs of blanks and tabs; there are no empty fields.
    @_lifetime(copy text)
    public init(_ text: Span<UInt8>) {
        self.text = text
        separator = nil
    }

    /// Splits at every `separator`; two in a row have an empty field between them, and an empty text is one empty field.
    @_lifetime(copy text)
    public init(_ text: Span<UInt8>, separator: UInt8) {
        self.text = text
        self.separator = separator
    }

    /// The next field, or nil after the last.
    @_lifetime(self: copy self)
    public mutating func next() -> Range<Int>? {
        if let separator {
            guard !isAtEnd else { return nil }
            let start = position
            let end = text.firstIndex(of: separator, from: start) ?? text.count
            isAtEnd = end == text.count
            position = end + 1
            return start..<end
        }
        while position < text.count, isBlank(text[position]) { position += 1 }
        guard position < text.count else { return nil }
        let start = position
        while position < text.count, !isBlank(text[position]) { position += 1 }
        return start..<position
    }

    /// What has not been split yet, without blanks at both sides.
    public var rest: Range<Int> {
        text.trimmedRange(in: min(position, text.count)..<text.count)
    }
}

/// A token of JSON (RFC 8259).
public struct JSONToken: Equatable, Sendable {
    /// What it is.
    public enum Kind: Sendable {
        /// `{`, `}`, `[`, `]`.
        case beginObject, endObject, beginArray, endArray
        /// A string that a colon follows: the name of a member.
        case key
        /// A string.
        case string
        /// A number, `true`, `false` or `null`.
        case literal
        /// The end of the text.
        case end
        /// What is no JSON.
        case broken
    }

    /// What it is.
    public var kind: Kind
    /// Where it stands; strings without their quotes.
    public var range: Range<Int>
    /// Whether a string has escapes in it.
    public var isEscaped = false
}

/// Walks the tokens of a JSON text without a copy; nesting is the caller's business, so depth costs nothing.
public struct JSONScanner: ~Escapable {
    private let text: Span<UInt8>
    private var position: Int

    /// A scanner at the start of `text`.
    @_lifetime(copy text)
    public init(_ text: Span<UInt8>) {
        self.text = text
        position = text.hasPrefix("\u{FEFF}") ? 3 : 0
    }

    /// The next token; commas and colons are stepped over. After `broken` only `end` follows.
    /// - Complexity: O(octets of the token)
    @_lifetime(self: copy self)
    public mutating func next() -> JSONToken {
        while position < text.count, isBlank(text[position]) || text[position] == 0x2C || text[position] == 0x3A {
            position += 1
        }
        guard position < text.count else { return JSONToken(kind: .end, range: text.count..<text.count) }
        let start = position
        position += 1
        switch text[start] {
        case 0x7B: return JSONToken(kind: .beginObject, range: start..<position)
        case 0x7D: return JSONToken(kind: .endObject, range: start..<position)
        case 0x5B: return JSONToken(kind: .beginArray, range: start..<position)
        case 0x5D: return JSONToken(kind: .endArray, range: start..<position)
        case 0x22: return string(start)
        case 0x2D, 0x30...0x39, 0x61...0x7A:
            while position < text.count, Self.isLiteral(text[position]) { position += 1 }
            return JSONToken(kind: .literal, range: start..<position)
        default: return broken(start)
        }
    }

    @_lifetime(self: copy self)
    private mutating func string(_ start: Int) -> JSONToken {
        var isEscaped = false
        while position < text.count, text[position] != 0x22 {
            if text[position] == 0x5C {
                isEscaped = true
                position += 1
            }
            position += 1
        }
        guard position < text.count else { return broken(start) }
        let content = (start + 1)..<position
        position += 1
        var after = position
        while after < text.count, isBlank(text[after]) { after += 1 }
        let isKey = after < text.count && text[after] == 0x3A
        return JSONToken(kind: isKey ? .key : .string, range: content, isEscaped: isEscaped)
    }

    @_lifetime(self: copy self)
    private mutating func broken(_ start: Int) -> JSONToken {
        position = text.count
        return JSONToken(kind: .broken, range: start..<min(start + 1, text.count))
    }

    private static func isLiteral(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

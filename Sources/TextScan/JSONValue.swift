/// A JSON value (RFC 8259) with the place where it stands; for texts that are small enough to be held whole.
public struct JSONValue: Sendable {
    /// A member of an object.
    public struct Member: Sendable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: JSONValue
    }

    /// What it is.
    public enum Content: Sendable {
        /// `null`.
        case null
        /// `true` or `false`.
        case flag(Bool)
        /// A number, as it is written.
        case number(String)
        /// A text.
        case text(String)
        /// An array.
        case array([JSONValue])
        /// An object; no name comes twice.
        case object([Member])
    }

    /// What it is.
    public let content: Content
    /// Where it begins, in octets.
    public let offset: Int

    /// Reads one value with nothing but blanks around it, strictly: what no writer writes is refused, so that what was changed is
    /// not read as something else.
    /// - Complexity: O(octets); depth is bounded
    public static func parse(_ text: Span<UInt8>) throws(JSONFault) -> JSONValue {
        var parser = JSONParser(text)
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.position == text.count else {
            throw JSONFault(offset: parser.position, reason: "json-rest", text: "something follows the value")
        }
        return value
    }
}

/// What is wrong with a JSON text.
public struct JSONFault: Error, Sendable, Equatable {
    /// Where, in octets.
    public let offset: Int
    /// A stable id.
    public let reason: String
    /// A sentence, safe to print.
    public let text: String

    /// A fault of its parts.
    public init(offset: Int, reason: String, text: String) {
        self.offset = offset
        self.reason = reason
        self.text = text
    }

    /// The same with line and column.
    /// - Parameters:
    ///   - octets: the text.
    ///   - line: the line, counted from 1, at which it begins.
    public func diagnostic(_ path: String, in octets: Span<UInt8>, line: Int = 1) -> Diagnostic {
        var (line, start) = (line, 0)
        for index in 0..<min(offset, octets.count) where octets[index] == 0x0A {
            line += 1
            start = index + 1
        }
        return Diagnostic(path: path, line: line, column: offset - start + 1, reason: reason, text: text)
    }
}

/// Reads values from the left.
private struct JSONParser: ~Escapable {
    let text: Span<UInt8>
    var position = 0

    /// Records are shallow.
    static let maximumDepth = 32

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    @_lifetime(self: copy self)
    mutating func skipBlanks() {
        while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
    }

    private func fault(_ reason: String, _ sentence: String, at offset: Int? = nil) -> JSONFault {
        JSONFault(offset: offset ?? position, reason: reason, text: sentence)
    }

    @_lifetime(self: copy self)
    mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        skipBlanks()
        guard depth < Self.maximumDepth else {
            throw fault("json-depth", "values are nested more than \(Self.maximumDepth) deep")
        }
        guard position < text.count else { throw fault("json-cut", "the text ends where a value is expected") }
        let start = position
        let content: JSONValue.Content
        switch text[position] {
        case 0x7B: content = .object(try members(depth))
        case 0x5B: content = .array(try elements(depth))
        case 0x22: content = .text(try string())
        case 0x2D, 0x30...0x39: content = .number(try number())
        default: content = try word()
        }
        return JSONValue(content: content, offset: start)
    }

    @_lifetime(self: copy self)
    private mutating func elements(_ depth: Int) throws(JSONFault) -> [JSONValue] {
        var elements: [JSONValue] = []
        position += 1
        skipBlanks()
        if take(0x5D) { return [] }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            if take(0x5D) { return elements }
            guard take(0x2C) else { throw fault("json-syntax", "expected `,` or `]`") }
        }
    }

    @_lifetime(self: copy self)
    private mutating func members(_ depth: Int) throws(JSONFault) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        position += 1
        skipBlanks()
        if take(0x7D) { return [] }
        while true {
            skipBlanks()
            let start = position
            guard position < text.count, text[position] == 0x22 else {
                throw fault("json-syntax", "expected the name of a member")
            }
            let name = try string()
            guard names.insert(name).inserted else {
                throw fault("json-name", "`\(TerminalText.escaped(name, limit: 80))` is there twice", at: start)
            }
            skipBlanks()
            guard take(0x3A) else { throw fault("json-syntax", "expected `:`") }
            members.append(JSONValue.Member(name: name, value: try value(depth: depth + 1)))
            skipBlanks()
            if take(0x7D) { return members }
            guard take(0x2C) else { throw fault("json-syntax", "expected `,` or `}`") }
        }
    }

    @_lifetime(self: copy self)
    private mutating func take(_ octet: UInt8) -> Bool {
        guard position < text.count, text[position] == octet else { return false }
        position += 1
        return true
    }

    @_lifetime(self: copy self)
    private mutating func string() throws(JSONFault) -> String {
        position += 1
        let start = position
        var isEscaped = false
        while position < text.count, text[position] != 0x22 {
            let octet = text[position]
            guard octet >= 0x20 else { throw fault("json-text", "a control character stands in a text") }
            if octet == 0x5C {
                isEscaped = true
                try escape()
            } else if octet < 0x80 {
                position += 1
            } else {
                let (scalar, length) = UTF8Scan.scalar(text, at: position)
                guard scalar != nil else { throw fault("json-text", "malformed UTF-8") }
                position += length
            }
        }
        guard position < text.count else { throw fault("json-cut", "a text does not end") }
        position += 1
        let token = JSONToken(kind: .string, range: start..<(position - 1), isEscaped: isEscaped)
        return token.text(in: text)
    }

    /// Steps over what a backslash begins.
    @_lifetime(self: copy self)
    private mutating func escape() throws(JSONFault) {
        let next = position + 1 < text.count ? text[position + 1] : 0
        switch next {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: position += 2
        case 0x75:
            guard position + 6 <= text.count, (position + 2..<position + 6).allSatisfy({ Self.isHex(text[$0]) }) else {
                throw fault("json-text", "`\\u` needs four hexadecimal digits")
            }
            position += 6
        default: throw fault("json-text", "there is no such escape")
        }
    }

    private static func isHex(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    @_lifetime(self: copy self)
    private mutating func digits() -> Int {
        let start = position
        while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
        return position - start
    }

    @_lifetime(self: copy self)
    private mutating func number() throws(JSONFault) -> String {
        let start = position
        _ = take(0x2D)
        let first = position
        let count = digits()
        var isFine = count > 0 && (count == 1 || text[first] != 0x30)
        if take(0x2E) { isFine = digits() > 0 && isFine }
        if take(0x65) || take(0x45) {
            if !take(0x2B) { _ = take(0x2D) }
            isFine = digits() > 0 && isFine
        }
        guard isFine else { throw fault("json-syntax", "no number", at: start) }
        return text.extracting(start..<position).string
    }

    @_lifetime(self: copy self)
    private mutating func word() throws(JSONFault) -> JSONValue.Content {
        for (word, content) in [("null", JSONValue.Content.null), ("true", .flag(true)), ("false", .flag(false))] {
            let end = position + word.utf8.count
            guard end <= text.count, text.extracting(position..<end).string == word else { continue }
            position = end
            return content
        }
        throw fault("json-syntax", "expected a value")
    }
}

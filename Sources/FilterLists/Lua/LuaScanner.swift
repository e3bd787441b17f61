import TextScan

/// A token of Lua 5.1.
struct LuaToken {
    enum Kind: UInt8 {
        case end
        case name
        case text
        case number
        /// A mark: one octet, or `==`, `~=`, `<=`, `>=`, `..`, `...`, `::`.
        case mark
        /// No Lua.
        case broken
    }

    var kind: Kind
    /// The whole token.
    var range: Range<Int>
    /// Between the quotes of a text.
    var content: Range<Int>
    /// Whether a text holds escapes.
    var isEscaped = false
    /// Whether a text holds a NUL, where C takes its end to be.
    var hasNUL = false
    /// Where it begins, 1-based.
    var line: Int
}

/// Splits Lua into tokens (Lua 5.1 manual §2.1, with the escapes that LuaJIT adds); runs nothing.
struct LuaScanner: ~Escapable {
    let text: Span<UInt8>
    private var position = 0
    private(set) var line = 1

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
        if text.hasPrefix("#") { position = text.firstIndex(of: 0x0A) ?? text.count }
    }

    /// The next token; `end` for ever at the end.
    @_lifetime(self: copy self)
    mutating func next() -> LuaToken {
        guard skipBlanks() else { return token(.broken, from: text.count) }
        guard position < text.count else { return token(.end, from: position) }
        let start = position
        let octet = text[start]
        switch octet {
        case 0x22, 0x27: return quoted(octet)
        case 0x5B:
            if let level = longBracket(at: start) { return long(level) }
        case 0x30...0x39: return number()
        case 0x2E where start + 1 < text.count && Self.isDigit(text[start + 1]): return number()
        case _ where Self.isNameOctet(octet):
            while position < text.count, Self.isNameOctet(text[position]) { position += 1 }
            return token(.name, from: start)
        default: break
        }
        return mark()
    }

    @_lifetime(self: copy self)
    private mutating func mark() -> LuaToken {
        let start = position
        let octet = text[start]
        position += 1
        let pair = position < text.count ? text[position] : 0
        switch octet {
        case 0x3D, 0x7E, 0x3C, 0x3E: if pair == 0x3D { position += 1 }
        case 0x3A: if pair == 0x3A { position += 1 }
        case 0x2E:
            if pair == 0x2E { position += 1 }
            if pair == 0x2E, position < text.count, text[position] == 0x2E { position += 1 }
        case 0x28, 0x29, 0x7B, 0x7D, 0x5B, 0x5D, 0x2C, 0x3B, 0x2B, 0x2D, 0x2A, 0x2F, 0x25, 0x5E, 0x23: break
        default: return token(.broken, from: start)
        }
        return token(octet == 0x7E && pair != 0x3D ? .broken : .mark, from: start)
    }

    private func token(_ kind: LuaToken.Kind, from start: Int) -> LuaToken {
        LuaToken(kind: kind, range: start..<position, content: start..<position, line: line)
    }

    /// Skips blanks and comments; false when a comment does not end.
    @_lifetime(self: copy self)
    private mutating func skipBlanks() -> Bool {
        while position < text.count {
            if isBlank(text[position]) {
                if text[position] == 0x0A { line += 1 }
                position += 1
            } else if text.hasPrefix("--", at: position) {
                position += 2
                if position < text.count, text[position] == 0x5B, let level = longBracket(at: position) {
                    guard long(level).kind == .text else { return false }
                } else {
                    position = text.firstIndex(of: 0x0A, from: position) ?? text.count
                }
            } else {
                break
            }
        }
        return true
    }

    @_lifetime(self: copy self)
    private mutating func quoted(_ quote: UInt8) -> LuaToken {
        let start = position
        let startLine = line
        var isEscaped = false
        var hasNUL = false
        position += 1
        while position < text.count, text[position] != quote {
            if text[position] == 0x0A { return token(.broken, from: start) }
            if text[position] == 0x5C {
                isEscaped = true
                guard let escape = LuaEscape(text, at: position) else { return token(.broken, from: start) }
                for octet in escape.octets where octet == 0 { hasNUL = true }
                for index in position..<escape.end where text[index] == 0x0A { line += 1 }
                position = escape.end
            } else {
                if text[position] == 0 { hasNUL = true }
                position += 1
            }
        }
        guard position < text.count else {
            position = text.count
            return token(.broken, from: start)
        }
        position += 1
        return LuaToken(
            kind: .text,
            range: start..<position,
            content: (start + 1)..<(position - 1),
            isEscaped: isEscaped,
            hasNUL: hasNUL,
            line: startLine
        )
    }

    /// The level of the long bracket that opens here: `[[` is 0, `[==[` is 2.
    private func longBracket(at start: Int) -> Int? {
        var index = start + 1
        while index < text.count, text[index] == 0x3D { index += 1 }
        return index < text.count && text[index] == 0x5B ? index - start - 1 : nil
    }

    @_lifetime(self: copy self)
    private mutating func long(_ level: Int) -> LuaToken {
        let start = position
        let startLine = line
        position += level + 2
        // A line end right behind the bracket does not count.
        if position < text.count, text[position] == 0x0D { position += 1 }
        if position < text.count, text[position] == 0x0A {
            line += 1
            position += 1
        }
        let content = position
        while position < text.count {
            if text[position] == 0x0A { line += 1 }
            if text[position] == 0x5D, closes(level) {
                let end = position
                position += level + 2
                var made = LuaToken(kind: .text, range: start..<position, content: content..<end, line: startLine)
                made.hasNUL = text.extracting(content..<end).firstIndex(of: 0) != nil
                return made
            }
            position += 1
        }
        return token(.broken, from: start)
    }

    private func closes(_ level: Int) -> Bool {
        guard position + level + 1 < text.count, text[position + level + 1] == 0x5D else { return false }
        for offset in 0..<level where text[position + 1 + offset] != 0x3D { return false }
        return true
    }

    @_lifetime(self: copy self)
    private mutating func number() -> LuaToken {
        let start = position
        while position < text.count, Self.isNameOctet(text[position]) || text[position] == 0x2E {
            let isExponent = text[position] | 0x20 == 0x65 && !text.hasPrefixIgnoringCase("0x", at: start)
            position += 1
            if isExponent, position < text.count, text[position] == 0x2B || text[position] == 0x2D { position += 1 }
        }
        return token(.number, from: start)
    }

    private static func isDigit(_ octet: UInt8) -> Bool { octet &- 0x30 < 10 }

    private static func isNameOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x80...0xFF: true
        default: false
        }
    }
}

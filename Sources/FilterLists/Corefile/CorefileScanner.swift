import TextScan

/// A word of a Corefile.
struct CorefileToken {
    /// The text, without quotes.
    var text: [UInt8]
    /// Where it stands.
    var range: Range<Int>
    var line: Int
    /// Whether it is the first of its line.
    var startsLine: Bool

    /// Whether the text is a word of the language.
    func equals(_ word: StaticString) -> Bool { text.span.equals(word) }

    /// Whether it is filled in from the environment when the server starts (`{$NAME}`, `{%NAME%}`, `{args[0]}`).
    var isFilledIn: Bool {
        text.span.firstRange(of: "{$") != nil || text.span.firstRange(of: "{%") != nil
            || text.span.firstRange(of: "{args") != nil
    }
}

/// Splits a Corefile as Caddy does (`caddyfile/lexer.go`): at white space, `#` begins a comment wherever it stands, a word may
/// be quoted as a whole.
enum CorefileScanner {
    /// The most words that are read.
    static let maximumTokens = 200_000

    /// The words; nil where there are too many.
    static func tokens(_ text: Span<UInt8>) -> [CorefileToken]? {
        var tokens: [CorefileToken] = []
        var position = 0
        var line = 1
        var lastLine = 0
        while position < text.count {
            let octet = text[position]
            if octet == 0x23 {
                position = text.firstIndex(of: 0x0A, from: position) ?? text.count
                continue
            }
            if octet == 0x0A { line += 1 }
            guard !isSpace(octet) else {
                position += 1
                continue
            }
            guard tokens.count < maximumTokens else { return nil }
            var token = CorefileToken(text: [], range: position..<position, line: line, startsLine: line != lastLine)
            token.text = octet == 0x22 ? quoted(text, &position, &line) : plain(text, &position)
            token.range = token.range.lowerBound..<position
            // Of a word over several lines, the last.
            lastLine = line
            tokens.append(token)
        }
        return tokens
    }

    private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || (0x09...0x0D).contains(octet) }

    private static func plain(_ text: Span<UInt8>, _ position: inout Int) -> [UInt8] {
        let start = position
        while position < text.count, !isSpace(text[position]), text[position] != 0x23 { position += 1 }
        return text.extracting(start..<position).octets
    }

    /// Up to the next quote without a backslash in front.
    private static func quoted(_ text: Span<UInt8>, _ position: inout Int, _ line: inout Int) -> [UInt8] {
        var octets: [UInt8] = []
        position += 1
        while position < text.count {
            let octet = text[position]
            position += 1
            switch octet {
            case 0x22: return octets
            case 0x5C where position < text.count:
                if text[position] != 0x22 { octets.append(octet) }
                if text[position] == 0x0A { line += 1 }
                octets.append(text[position])
                position += 1
            default:
                if octet == 0x0A { line += 1 }
                octets.append(octet)
            }
        }
        return octets
    }
}

import TextScan

/// A statement of squid.conf (squid 5.7, `parseOneConfigFile`): lines that end with a backslash go on with the next line
/// that is neither empty nor a comment, without the blanks before it; what is begun at the end of the file is none.
struct SquidStatement {
    /// Octets of a line that squid reads at once; what is longer falls apart.
    static let lineLimit = 8190

    /// Its text.
    private(set) var octets: [UInt8] = []
    /// Where it stands in the file, and the line on which it begins.
    private(set) var range: Range<Int>
    let line: Int

    /// An empty statement that may begin on a line.
    init(on line: Line) {
        range = line.range.lowerBound..<line.range.lowerBound
        self.line = line.number
    }

    /// Takes a line.
    /// - Returns: whether the statement is whole; an empty line or a comment changes nothing, and makes none whole.
    mutating func add(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        let start = line.first { !Self.isBlank(text[$0]) } ?? line.upperBound
        // squid's strings end at a zero.
        let end = text.extracting(start..<line.upperBound).firstIndex(of: 0).map { start + $0 } ?? line.upperBound
        guard start < end, text[start] != 0x23 else { return false }
        if octets.isEmpty { range = start..<end }
        range = range.lowerBound..<end
        let goesOn = text[end - 1] == 0x5C
        octets += text.extracting(start..<(goesOn ? end - 1 : end)).octets
        // The blanks at the end of a statement are cut, even behind a backslash.
        while !goesOn, let last = octets.last, Self.isBlank(last) { octets.removeLast() }
        return !goesOn
    }

    /// Whether squid would put something else in the place of a part of it.
    var hasMacro: Bool { octets.span.firstRange(of: "${") != nil }

    /// The words of a text up to a comment.
    static func words(_ text: Span<UInt8>) -> [Range<Int>] { words(text, from: 0, isExpression: false) ?? [] }

    /// The words from a place on; in expressions a backslash takes the next octet with it, whatever it is.
    /// - Returns: nil where squid refuses to start: an expression ends with a backslash.
    static func words(_ text: Span<UInt8>, from start: Int, isExpression: Bool) -> [Range<Int>]? {
        var words: [Range<Int>] = []
        var position = start
        while position < text.count {
            guard !isBlank(text[position]) else {
                position += 1
                continue
            }
            guard text[position] != 0x23 else { break }
            let first = position
            while position < text.count, !isBlank(text[position]) {
                if isExpression, text[position] == 0x5C { position += 1 }
                position += 1
            }
            guard position <= text.count else { return nil }
            words.append(first..<position)
        }
        return words
    }

    private static func isBlank(_ octet: UInt8) -> Bool {
        octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D
    }
}

import TextScan

/// The words of named.conf: `{`, `}` and `;` stand alone, quotes hold together, comments of all three kinds are skipped.
struct BINDWords: ~Escapable {
    private let text: Span<UInt8>
    private var position: Int
    private let limit: Int
    private var counter: LineCounter
    /// Where the last word ends.
    private(set) var end = 0
    /// The line of the last word.
    private(set) var line = 1
    private var isQuoted = false

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
        position = 0
        limit = text.count
        counter = LineCounter()
    }

    /// The words of the block of a statement.
    @_lifetime(copy text)
    init(_ text: Span<UInt8>, blockOf statement: BINDStatement) {
        self.text = text
        let block = statement.block ?? 0..<0
        position = block.lowerBound
        limit = block.upperBound
        counter = statement.counter
    }

    /// The next word, without its quotes.
    @_lifetime(self: copy self)
    mutating func next() -> Range<Int>? {
        skipBlanks()
        guard position < limit else { return nil }
        line = counter.line(of: position, text)
        let start = position
        isQuoted = text[start] == 0x22
        if isQuoted {
            var close = start + 1
            while close < limit, text[close] != 0x22 { close += text[close] == 0x5C ? 2 : 1 }
            close = min(close, limit)
            position = min(close + 1, limit)
            end = position
            return (start + 1)..<max(start + 1, close)
        }
        position += 1
        if !Self.isMark(text[start]) {
            while position < limit, !isBlank(text[position]), !Self.isMark(text[position]), text[position] != 0x22 {
                position += 1
            }
        }
        end = position
        return start..<position
    }

    @_lifetime(self: copy self)
    private mutating func skipBlanks() {
        while position < limit {
            if isBlank(text[position]) {
                position += 1
            } else if text[position] == 0x23 || text.hasPrefix("//", at: position) {
                position = text.firstIndex(of: 0x0A, from: position) ?? limit
            } else if text.hasPrefix("/*", at: position) {
                position = text.firstRange(of: "*/", from: position + 2)?.upperBound ?? limit
            } else {
                return
            }
        }
    }

    private static func isMark(_ octet: UInt8) -> Bool { octet == 0x7B || octet == 0x7D || octet == 0x3B }

    /// Of a word that is a mark, the mark.
    private func mark(_ word: Range<Int>) -> UInt8 { word.count == 1 && !isQuoted ? text[word.lowerBound] : 0 }

    /// The next statement; nil at the end.
    @_lifetime(self: copy self)
    mutating func statement() -> BINDStatement? {
        guard let key = next() else { return nil }
        var statement = BINDStatement(key: key, range: key, line: line, counter: counter)
        var depth = 0
        var mark = mark(key)
        var open: Int?
        while mark != 0x3B || depth > 0 {
            switch mark {
            case 0x7B:
                depth += 1
                if open == nil { open = end }
            case 0x7D:
                depth -= 1
                if depth == 0, statement.block == nil, let open { statement.block = open..<(end - 1) }
            default: break
            }
            // One that is closed too often, or does not end.
            guard depth >= 0, let word = next() else { return statement }
            mark = self.mark(word)
            if mark == 0, open == nil, statement.words.count < 8 { statement.words.append(word) }
        }
        statement.range = key.lowerBound..<end
        statement.isComplete = true
        return statement
    }
}

/// A statement of named.conf.
struct BINDStatement {
    var key: Range<Int>
    /// The words behind the key and in front of the first block, of which no more than a few are kept.
    var words: [Range<Int>] = []
    /// Between the braces of the first block.
    var block: Range<Int>?
    var range: Range<Int>
    var line: Int
    /// Whether it ends.
    var isComplete = false
    /// Counts lines from its beginning.
    let counter: LineCounter
}

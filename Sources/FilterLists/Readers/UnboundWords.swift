import TextScan

/// The words of a line of unbound.conf: blanks separate, `"…"` and `'…'` hold together, `#` begins a comment.
struct UnboundWords: ~Escapable {
    private let text: Span<UInt8>
    private var position: Int
    private let limit: Int
    /// Where the last word ends, its closing quote included.
    private(set) var end: Int

    @_lifetime(copy text)
    init(_ text: Span<UInt8>, _ line: Range<Int>) {
        self.text = text
        position = line.lowerBound
        limit = line.upperBound
        end = position
    }

    /// The next word without its quotes.
    @_lifetime(self: copy self)
    mutating func next() -> Range<Int>? {
        while position < limit, isBlank(text[position]) { position += 1 }
        guard position < limit, text[position] != 0x23 else {
            position = limit
            return nil
        }
        let first = text[position]
        if first == 0x22 || first == 0x27 {
            let start = position + 1
            position = start
            while position < limit, text[position] != first { position += 1 }
            let word = start..<position
            position = min(position + 1, limit)
            end = position
            return word
        }
        let start = position
        while position < limit, !isBlank(text[position]) {
            position += 1
            // `local-zone:"name"` needs no blank.
            if text[position - 1] == 0x3A, position < limit, text[position] == 0x22 || text[position] == 0x27 { break }
        }
        end = position
        return start..<position
    }
}

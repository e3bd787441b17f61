import TextScan

/// The words of unbound.conf as its lexer finds them (compared with 1.17.1): a keyword ends behind its colon, its values may
/// stand on later lines; blanks and quotes separate, `"…"` and `'…'` hold together, `\` takes the next octet along, `#`
/// where a word would begin begins a comment.
struct UnboundWords: ~Escapable {
    private let text: Span<UInt8>
    private var scanner: LineScanner
    private var position = 0
    private var limit = 0
    /// The number of the line that the last word stands on.
    private(set) var line = 1
    /// Where the last word ends, its closing quote included.
    private(set) var end = 0

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
        scanner = LineScanner(text)
    }

    /// The next keyword with its colon; a text that is none goes to the end of its line, and so has no colon at its end
    /// or more than one word.
    @_lifetime(self: copy self)
    mutating func keyword(_ sink: inout RuleSink) -> (range: Range<Int>, isKeyword: Bool)? {
        guard begins(&sink) else { return nil }
        let start = position
        while position < limit, !Self.separates(text[position]), text[position] != 0x22, text[position] != 0x27 {
            position += 1
            guard text[position - 1] == 0x3A else { continue }
            end = position
            return (start..<position, position - start > 1)
        }
        skipLine()
        return (start..<end, false)
    }

    /// The next value without its quotes; nil at the end of the text, or where a quote is not closed on its line.
    @_lifetime(self: copy self)
    mutating func value(_ sink: inout RuleSink) -> Range<Int>? {
        guard begins(&sink) else { return nil }
        let first = text[position]
        let isQuoted = first == 0x22 || first == 0x27
        if isQuoted { position += 1 }
        let start = position
        while position < limit {
            let octet = text[position]
            if isQuoted ? octet == first : Self.separates(octet) || octet == 0x22 || octet == 0x27 { break }
            position = min(position + (octet == 0x5C ? 2 : 1), limit)
        }
        let word = start..<position
        if isQuoted {
            guard position < limit else {
                end = limit
                return nil
            }
            position += 1
        }
        end = position
        return word
    }

    /// Whether an octet separates words; a form feed is a part of one.
    private static func separates(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0D }

    /// Leaves out what is left of the line.
    @_lifetime(self: copy self)
    mutating func skipLine() { (position, end) = (limit, limit) }

    /// Goes to the next word, on this line or a later one.
    @_lifetime(self: copy self)
    private mutating func begins(_ sink: inout RuleSink) -> Bool {
        while true {
            while position < limit, Self.separates(text[position]) { position += 1 }
            if position < limit, text[position] != 0x23 { return true }
            guard let next = scanner.next() else { return false }
            line = next.number
            (position, limit) = (next.range.lowerBound, next.range.upperBound)
            if !sink.accepts(next, text) { position = limit }
        }
    }
}

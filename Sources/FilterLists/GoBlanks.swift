import TextScan

/// Blanks outside ASCII, as Go's `unicode.IsSpace` has them in UTF-8. Engines written in Go take them for blanks where they trim and
/// split; those written in C, and Technitium, take them for parts of a word.
extension Span where Element == UInt8 {
    /// The part of `range` without blanks of any kind at both sides (`strings.TrimSpace`).
    func trimmedAsGo(in range: Range<Int>) -> Range<Int> {
        var rest = trimmedRange(in: range)
        while let first = rest.first, self[first] >= 0x80 {
            let length = goBlank(at: first, before: rest.upperBound)
            guard length > 0 else { break }
            rest = trimmedRange(in: (first + length)..<rest.upperBound)
        }
        while let last = rest.last, self[last] >= 0x80 {
            let length = [2, 3].first { $0 <= rest.count && goBlank(at: last + 1 - $0, before: last + 1) == $0 }
            guard let length else { break }
            rest = trimmedRange(in: rest.lowerBound..<(rest.upperBound - length))
        }
        return rest
    }

    /// Calls `body` with a text in which every octet of such a blank is one of ASCII, for engines that split lines at all of them.
    func withPlainBlanks(_ body: (Span<UInt8>) -> Void) {
        guard [0xC2, 0xE1, 0xE2, 0xE3].contains(where: { firstIndex(of: $0) != nil }) else { return body(self) }
        var octets = octets
        var index = 0
        while index < count {
            let length = self[index] < 0x80 ? 0 : goBlank(at: index, before: count)
            for place in index..<(index + length) { octets[place] = 0x20 }
            index += Swift.max(length, 1)
        }
        body(octets.span)
    }

    /// How many octets the blank outside ASCII has that begins at a place; 0 where none does.
    private func goBlank(at place: Int, before end: Int) -> Int {
        switch self[place] {
        // U+0085, U+00A0
        case 0xC2 where end - place > 1: return self[place + 1] == 0x85 || self[place + 1] == 0xA0 ? 2 : 0
        case 0xE1...0xE3 where end - place > 2:
            switch (self[place], self[place + 1], self[place + 2]) {
            // U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000
            case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF),
                (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
                return 3
            default: return 0
            }
        default: return 0
        }
    }
}

import TextScan

/// Quotes in dnsmasq's configuration (`read_file` and `hide_meta`, `src/option.c` of 2.90, compared with the running
/// engine): what stands in them is no separator, no comment and no address; a backslash in them escapes some octets.
enum DnsmasqQuotes {
    /// What stands between two commas.
    struct Word {
        var octets: [UInt8] = []
        /// Whether it has octets in quotes that are hidden from what looks for addresses and numbers.
        var isHidden = false
        /// How much of it stood in quotes, blanks included.
        fileprivate var kept = 0
        /// The blanks around it that are left out.
        private(set) var blanksInFront = 0
        private(set) var blanksBehind = 0

        fileprivate mutating func noteBlank() { blanksInFront += 1 }

        fileprivate mutating func trim() {
            while octets.count > kept, octets.last == 0x20 {
                octets.removeLast()
                blanksBehind += 1
            }
        }

        /// With the blanks around it, for options that read the rest of the line as it stands.
        func padded(inFront: Bool) -> [UInt8] {
            let blanks = [UInt8](repeating: 0x20, count: inFront ? blanksInFront : 0)
            return blanks + octets + [UInt8](repeating: 0x20, count: blanksBehind)
        }
    }

    /// A line without its comment: `#` at the start or behind a blank, outside of quotes; nil where a quote is not closed.
    static func statement(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
        var white = true
        var index = line.lowerBound
        while index < line.upperBound {
            if text[index] == 0x22 {
                guard let end = close(text, index, line.upperBound) else { return nil }
                // What follows is no quote, whatever it is.
                index = end + 1
                guard index < line.upperBound else { break }
            }
            if white, text[index] == 0x23 { return text.trimmedRange(in: line.lowerBound..<index) }
            white = isBlank(text[index])
            index += 1
        }
        return text.trimmedRange(in: line)
    }

    private static func close(_ text: Span<UInt8>, _ quote: Int, _ end: Int) -> Int? {
        var index = quote + 1
        while index < end, text[index] != 0x22 {
            index += index + 1 < end && escaped(text, index) != nil ? 2 : 1
        }
        return index < end ? index : nil
    }

    /// The octet that a backslash in quotes stands for.
    private static func escaped(_ text: Span<UInt8>, _ index: Int) -> UInt8? {
        guard text[index] == 0x5C else { return nil }
        switch text[index + 1] {
        case 0x22, 0x5C: return text[index + 1]
        case 0x74: return 0x09
        case 0x6E: return 0x0A
        case 0x62: return 0x08
        case 0x72: return 0x0D
        case 0x65: return 0x1B
        default: return nil
        }
    }

    /// The words of a value, with blanks around commas outside of quotes left out.
    static func words(_ text: Span<UInt8>) -> [Word] {
        var words = [Word()]
        forEach(text) { octet, isQuoted in
            let last = words.count - 1
            if !isQuoted, octet == 0x2C {
                words[last].trim()
                words.append(Word())
            } else if isQuoted || octet != 0x20 || !words[last].octets.isEmpty {
                words[last].octets.append(octet)
                if isQuoted { words[last].kept = words[last].octets.count }
                if isQuoted, isHidden(octet) { words[last].isHidden = true }
            } else {
                words[last].noteBlank()
            }
        }
        words[words.count - 1].trim()
        return words
    }

    /// A value without its quotes.
    static func plain(_ text: Span<UInt8>) -> [UInt8] {
        guard text.firstIndex(of: 0x22) != nil else { return text.octets }
        var octets: [UInt8] = []
        forEach(text) { octet, _ in octets.append(octet) }
        return octets
    }

    private static func forEach(_ text: Span<UInt8>, _ body: (UInt8, Bool) -> Void) {
        var index = 0
        while index < text.count {
            if text[index] == 0x22, let end = close(text, index, text.count) {
                index += 1
                while index < end {
                    let octet = escaped(text, index)
                    body(octet ?? text[index], true)
                    index += octet == nil ? 1 : 2
                }
                index = end + 1
                guard index < text.count else { return }
            }
            body(isBlank(text[index]) ? 0x20 : text[index], false)
            index += 1
        }
    }

    /// `hide_meta`.
    private static func isHidden(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66, 0x3A, 0x2C, 0x2E, 0x20, 0x08, 0x09, 0x0A, 0x0D, 0x1B: true
        default: false
        }
    }
}

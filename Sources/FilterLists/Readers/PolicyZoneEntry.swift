import DNS
import TextScan

/// The words of one entry of a master file as they are written, for what engines make of spellings that libldns reads
/// otherwise: comments and parentheses are left out, quotes are noted.
struct PolicyZoneEntry {
    struct Word {
        var octets: [UInt8] = []
        var isQuoted = false

        /// Whether it is the class of the Internet.
        var isInternet: Bool { octets.span.equalsIgnoringCase("IN") }
        /// Whether Knot Resolver's scanner takes it for a name.
        var isScannedName: Bool { !isQuoted && PolicyZone.isScanned(octets.span) }
    }

    private(set) var words: [Word] = []
    /// How many words stand before the first parenthesis; nil without one.
    private(set) var wordsBeforeParenthesis: Int?
    /// Whether a parenthesis or a quote has no partner.
    private(set) var isOpen = false
    /// Whether an octet stands in it that is neither printable ASCII, blank, tab nor the end of a line.
    private(set) var hasOddOctets = false
    /// Whether a quote has no blank at its outer side.
    private(set) var hasJoinedQuotes = false
    /// Whether it takes its owner from the entry before it.
    let inheritsOwner: Bool
    /// The place of the type, and of the first TTL and class before it.
    private(set) var typeIndex: Int?
    private(set) var ttlIndex: Int?
    private(set) var classIndex: Int?

    /// Reads the octets of one entry.
    /// - Complexity: O(octets)
    init(_ text: Span<UInt8>, _ range: Range<Int>) {
        inheritsOwner = !range.isEmpty && isBlank(text[range.lowerBound])
        split(text, range)
        var index = inheritsOwner ? 0 : 1
        while index < words.count, typeIndex == nil {
            let word = words[index].octets
            if let first = word.first, asciiDigit(first) != nil {
                if ttlIndex == nil { ttlIndex = index }
            } else if Self.isClass(word) {
                if classIndex == nil { classIndex = index }
            } else {
                typeIndex = index
            }
            index += 1
        }
    }

    /// The words behind the type.
    var data: ArraySlice<Word> { typeIndex.map { words[($0 + 1)...] } ?? [] }

    /// The type in capitals.
    var type: String {
        typeIndex.map { String(decoding: words[$0].octets.prefix(16), as: UTF8.self).uppercased() } ?? ""
    }

    /// Whether addresses and names have as many words behind their type as they need, and no quotes.
    var hasPlainData: Bool {
        let count: Int
        switch type {
        case "A", "AAAA", "CNAME", "DNAME", "NS", "PTR": count = 1
        case "MX": count = 2
        default: return true
        }
        if let first = data.first, first.octets == [0x5C, 0x23] { return true }
        return data.count == count && !data.contains { $0.isQuoted }
    }

    /// Whether its TTL is digits, or numbers that each have a unit behind them.
    var hasUnits: Bool { ttlIndex.map { ZoneDirective.units(words[$0].octets) != nil } ?? true }

    /// Whether a parenthesis stands in front of its first word.
    var beginsInParentheses: Bool { wordsBeforeParenthesis == 0 }

    /// The words before a place, as one line.
    func line(words count: Int) -> [UInt8] { Array(words.prefix(count).map(\.octets).joined(separator: [0x20])) }

    private mutating func split(_ text: Span<UInt8>, _ range: Range<Int>) {
        var depth = 0
        var word: Word?
        var quoted = false
        var index = range.lowerBound
        func flush(_ words: inout [Word]) {
            if let done = word { words.append(done) }
            word = nil
        }
        while index < range.upperBound {
            let octet = text[index]
            index += 1
            if octet != 0x09, octet != 0x0A, !(0x20...0x7E).contains(octet) { hasOddOctets = true }
            if quoted, octet == 0x5C, index < range.upperBound, text[index] != 0x0A {
                word?.octets += [octet, text[index]]
                index += 1
                continue
            }
            if quoted, octet != 0x22, octet != 0x0A {
                word?.octets.append(octet)
                continue
            }
            switch octet {
            case 0x22:
                if !quoted, index - 2 >= range.lowerBound, !isBlank(text[index - 2]), text[index - 2] != 0x28 {
                    hasJoinedQuotes = true
                }
                flush(&words)
                if !quoted { word = Word(isQuoted: true) }
                quoted.toggle()
            case 0x3B:
                while index < range.upperBound, text[index] != 0x0A { index += 1 }
            case 0x28, 0x29:
                flush(&words)
                if wordsBeforeParenthesis == nil { wordsBeforeParenthesis = words.count }
                depth += octet == 0x28 ? 1 : -1
                if depth < 0 { isOpen = true }
            case 0x5C where index < range.upperBound:
                word = Word(octets: (word?.octets ?? []) + [octet, text[index]], isQuoted: word?.isQuoted ?? false)
                index += 1
            case _ where isBlank(octet):
                if octet == 0x0A, quoted {
                    isOpen = true
                    quoted = false
                }
                flush(&words)
            default:
                if word == nil {
                    word = Word()
                    if index - 2 >= range.lowerBound, text[index - 2] == 0x22 { hasJoinedQuotes = true }
                }
                word?.octets.append(octet)
            }
        }
        if quoted || depth != 0 { isOpen = true }
        flush(&words)
    }

    private static func isClass(_ word: [UInt8]) -> Bool {
        guard word.count >= 2, word.count <= 10 else { return false }
        let text = String(decoding: word, as: UTF8.self).uppercased()
        return ["IN", "CH", "HS", "CS"].contains(text) || text.hasPrefix("CLASS")
    }
}

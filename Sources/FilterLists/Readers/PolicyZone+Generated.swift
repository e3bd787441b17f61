import DNS
import LDNS
import Policy
import TextScan

/// The records of `$GENERATE`, as BIND makes them (compared with `named-compilezone` 9.18).
extension PolicyZone {
    /// Adds the records of a directive where there are not too many; leaves all of the zone open for any other: those that
    /// BIND fails at, of other types, and in engines with a way of their own.
    mutating func generate(_ text: Span<UInt8>, _ content: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        guard engine == .bindRPZ, apexIsStated, let records = generated(text.extracting(content).octets) else {
            sink.skip(.generated, text, content, line)
            return noteUnknown(content, line)
        }
        generatedLeft -= records.count
        // An entry without an owner behind it has that of the one in front.
        let (owner, row) = (lastOwner, rowTTLs)
        for record in records { add(record, text, content, line, &sink) }
        noteOwner(owner)
        rowTTLs = row
    }

    /// `$GENERATE start-stop[/step] owner [ttl] [IN] CNAME|A|AAAA data`; nil for what is not evaluated.
    private func generated(_ entry: [UInt8]) -> [ResourceRecord]? {
        let words = entry.split { $0 == 0x20 || $0 == 0x09 }
        guard words.count >= 5, words.count <= 7, let numbers = Self.numbers(words[1]), numbers.count <= generatedLeft
        else { return nil }
        let (owner, type, data) = (words[2], words[words.count - 2], words[words.count - 1])
        let between = words[3..<(words.count - 2)]
        let ttls = between.filter { Self.number($0) != nil }
        let classes = between.filter { Array($0).span.equalsIgnoringCase("IN") }
        guard ttls.count <= 1, classes.count <= 1, ttls.count + classes.count == between.count,
            Self.isPlain(owner), Self.isPlain(data)
        else { return nil }
        switch String(decoding: type, as: UTF8.self).uppercased() {
        case "A", "AAAA": break
        case "CNAME" where data.last == 0x2E: break
        default: return nil
        }
        var records: [ResourceRecord] = []
        for number in numbers {
            guard let owner = GeneratedText.filled(owner, number), let data = GeneratedText.filled(data, number) else {
                return nil
            }
            let fields = [owner] + between.map { Array($0) } + [Array(type), data]
            var reader = ZoneReader(origin: origin, defaultTTL: ttl)
            guard case .record(let found) = reader.next(in: Array(fields.joined(separator: [0x20])).span) else {
                return nil
            }
            // It goes on behind names outside of the zone.
            guard found.record.owner.isEqualOrBelow(apex) else { continue }
            // BIND does not check the names that it makes.
            guard found.record.owner != apex, !BINDNames.refuses(found.record) else { return nil }
            records.append(found.record)
        }
        return records
    }

    private static func numbers(_ word: ArraySlice<UInt8>) -> [Int]? {
        let parts = word.split(separator: 0x2F, omittingEmptySubsequences: false)
        let ends = parts[0].split(separator: 0x2D, omittingEmptySubsequences: false)
        guard parts.count <= 2, ends.count == 2, let first = number(ends[0]), let last = number(ends[1]), first <= last,
            let step = parts.count == 2 ? number(parts[1]) : 1, step > 0, (last - first) / step < 10_000
        else { return nil }
        return Array(stride(from: first, through: last, by: step))
    }

    private static func number(_ word: ArraySlice<UInt8>) -> Int? {
        guard !word.isEmpty, word.count <= 9, word.allSatisfy({ asciiDigit($0) != nil }) else { return nil }
        return Int(String(decoding: word, as: UTF8.self))
    }

    /// Whether a word has nothing but text, numbers to be filled in, and dollars that are none.
    private static func isPlain(_ word: ArraySlice<UInt8>) -> Bool {
        var isEscaped = false
        for octet in word {
            switch octet {
            case 0x24: isEscaped = false
            case _ where isEscaped: return false
            case 0x5C: isEscaped = true
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2A, 0x2B, 0x2C, 0x2D, 0x2E, 0x3A, 0x5F, 0x7B, 0x7D: break
            default: return false
            }
        }
        return !isEscaped
    }
}

/// What BIND makes of a word of `$GENERATE` for a number (`lib/dns/master.c`, `genname`): `$` and `${offset,width,base}`.
///
/// An offset holds for the dollars behind it that have none, and what a later one leaves out is that of the one before, as in
/// BIND 9.18, whose variables are set once.
struct GeneratedText {
    private var offset = 0
    private var width = 0
    private var base: UInt8 = 0
    private var marks: (first: UInt8, second: UInt8, end: UInt8) = (0, 0, 0)

    /// The word with its numbers; nil where BIND refuses it, or goes on without an end.
    static func filled(_ word: ArraySlice<UInt8>, _ number: Int) -> [UInt8]? {
        var state = GeneratedText()
        return state.filled(Array(word), number)
    }

    private mutating func filled(_ word: [UInt8], _ number: Int) -> [UInt8]? {
        var text: [UInt8] = []
        var index = 0
        while index < word.count {
            let octet = word[index]
            index += 1
            switch octet {
            case 0x24 where index < word.count && word[index] == 0x24:
                index += 1
                text += Self.dollar
            case 0x24:
                var form: UInt8 = 0x64
                var width = 0
                if index < word.count, word[index] == 0x7B {
                    guard let read = specifier(word, index + 1) else { return nil }
                    (form, width) = read
                    index = (word[index...].firstIndex(of: 0x7D) ?? word.count - 1) + 1
                }
                guard let digits = Self.digits(number + offset, width, form) else { return nil }
                text += digits
            case 0x5C where index < word.count:
                index += 1
                text += Self.dollar
            default: text.append(octet)
            }
        }
        return text.count < 2048 ? text : nil
    }

    /// A dollar that is no number, as the text of a name has it.
    private static let dollar = Array("\\036".utf8)

    /// `offset}`, `offset,width}` or `offset,width,base}` as `sscanf` reads them; the form and the width that it asks for.
    private mutating func specifier(_ word: [UInt8], _ start: Int) -> (form: UInt8, width: Int)? {
        var place = start
        guard let offset = Self.integer(word, &place, isSigned: true) else { return nil }
        self.offset = offset
        guard let first = Self.mark(word, &place) else { return nil }
        marks.first = first
        if let width = Self.integer(word, &place, isSigned: false) {
            self.width = width
            if let second = Self.mark(word, &place) {
                marks.second = second
                if place < word.count, "doxXnN".utf8.contains(word[place]) {
                    base = word[place]
                    place += 1
                    if place < word.count, word[place] == 0x7D { marks.end = 0x7D }
                }
            }
        }
        if marks.first == 0x7D { return (0x64, 0) }
        if marks.second == 0x7D { return (0x64, width) }
        return marks.second == 0x2C && base != 0 && marks.end == 0x7D ? (base, width) : nil
    }

    private static func mark(_ word: [UInt8], _ place: inout Int) -> UInt8? {
        guard place < word.count, word[place] == 0x2C || word[place] == 0x7D else { return nil }
        place += 1
        return word[place - 1]
    }

    private static func integer(_ word: [UInt8], _ place: inout Int, isSigned: Bool) -> Int? {
        var index = place
        let isNegative = isSigned && index < word.count && word[index] == 0x2D
        if isNegative || isSigned && index < word.count && word[index] == 0x2B { index += 1 }
        let first = index
        var value = 0
        while index < word.count, let digit = asciiDigit(word[index]), index - first < 9 {
            value = value * 10 + Int(digit)
            index += 1
        }
        guard index > first, index == word.count || asciiDigit(word[index]) == nil else { return nil }
        place = index
        return isNegative ? -value : value
    }

    /// The number in a form of `printf`, or nibble by nibble.
    private static func digits(_ value: Int, _ width: Int, _ form: UInt8) -> [UInt8]? {
        guard value <= Int(Int32.max), width < 128 else { return nil }
        switch form {
        case 0x6E, 0x4E: return value < 0 ? nil : nibbles(value, width, isUppercase: form == 0x4E)
        case 0x64:
            let digits = String(abs(value))
            let sign = value < 0 ? "-" : ""
            return Array(
                (sign + String(repeating: "0", count: max(0, width - digits.count - sign.count)) + digits).utf8
            )
        default:
            let bits = UInt32(truncatingIfNeeded: value)
            let digits = String(bits, radix: form == 0x6F ? 8 : 16, uppercase: form == 0x58)
            return Array((String(repeating: "0", count: max(0, width - digits.count)) + digits).utf8)
        }
    }

    /// Hexadecimal digits, the lowest first, with dots between; the width counts both.
    private static func nibbles(_ value: Int, _ width: Int, isUppercase: Bool) -> [UInt8]? {
        var (value, width) = (value, width)
        var text: [UInt8] = []
        repeat {
            text += Array(String(value & 15, radix: 16, uppercase: isUppercase).utf8)
            value >>= 4
            if width > 0 { width -= 1 }
            guard width > 0 || value != 0 else { continue }
            text.append(0x2E)
            if width > 0 { width -= 1 }
        } while value != 0 || width > 0
        return text.count < 128 ? text : nil
    }
}

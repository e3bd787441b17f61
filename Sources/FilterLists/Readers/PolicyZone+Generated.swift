import DNS
import LDNS
import Policy
import TextScan

/// The records of `$GENERATE`, as BIND makes them (compared with `named-compilezone` 9.18).
extension PolicyZone {
    /// Adds the records of a directive where the number alone changes and there are not too many; leaves all of the zone open
    /// for any other: of offsets, widths and escapes, and in engines with a way of their own.
    mutating func generate(_ text: Span<UInt8>, _ content: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        guard engine == .bindRPZ, apexIsStated, let records = generated(text.extracting(content).octets) else {
            sink.skip(.generated, text, content, line)
            return noteUnknown(content, line)
        }
        generatedLeft -= records.count
        // An entry without an owner behind it has that of the one in front.
        let owner = lastOwner
        for record in records { add(record, text, content, line, &sink) }
        noteOwner(owner)
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
            let digits = Array(String(number).utf8)
            let fields =
                [Self.filled(owner, digits)] + between.map { Array($0) } + [Array(type), Self.filled(data, digits)]
            var reader = ZoneReader(origin: origin, defaultTTL: ttl)
            // BIND does not check the names that it makes, and goes on behind those outside of the zone.
            guard case .record(let found) = reader.next(in: Array(fields.joined(separator: [0x20])).span),
                found.record.owner.isEqualOrBelow(apex), found.record.owner != apex, !BINDNames.refuses(found.record)
            else { return nil }
            records.append(found.record)
        }
        return records
    }

    private static func numbers(_ word: ArraySlice<UInt8>) -> [Int]? {
        let parts = word.split(separator: 0x2F, omittingEmptySubsequences: false)
        let ends = parts[0].split(separator: 0x2D, omittingEmptySubsequences: false)
        guard parts.count <= 2, ends.count == 2, let first = number(ends[0]), let last = number(ends[1]), first <= last,
            let step = parts.count == 2 ? number(parts[1]) : 1, step > 0, (last - first) / step < 1000
        else { return nil }
        return Array(stride(from: first, through: last, by: step))
    }

    private static func number(_ word: ArraySlice<UInt8>) -> Int? {
        guard !word.isEmpty, word.count <= 9, word.allSatisfy({ asciiDigit($0) != nil }) else { return nil }
        return Int(String(decoding: word, as: UTF8.self))
    }

    /// Whether a word has nothing but text and single `$`.
    private static func isPlain(_ word: ArraySlice<UInt8>) -> Bool {
        let isText = word.allSatisfy { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x24, 0x2A, 0x2D, 0x2E, 0x3A, 0x5F: true
            default: false
            }
        }
        return isText && !zip(word, word.dropFirst()).contains { $0 == 0x24 && $1 == 0x24 }
    }

    private static func filled(_ word: ArraySlice<UInt8>, _ digits: [UInt8]) -> [UInt8] {
        word.flatMap { $0 == 0x24 ? digits : [$0] }
    }
}

import DNS
import LDNS
import Policy
import TextScan

/// Records as Unbound's statements have them.
extension UnboundReader {
    /// `name [ttl] [IN] type data`; Unbound takes no seconds to live behind the class.
    static func record(_ octets: [UInt8]) -> ResourceRecord? {
        let octets = unquoted(octets).octets
        let words = octets.split(maxSplits: 3, whereSeparator: isBlank)
        if words.count > 2, RRClass(String(decoding: words[1], as: UTF8.self).uppercased()) != nil,
            let first = words[2].first, first &- 0x30 < 10
        {
            return nil
        }
        guard let record = try? ResourceRecord(presentation: octets, origin: .root, defaultTTL: defaultTTL) else {
            return nil
        }
        // A signature without seconds to live of its own takes those of every record, not those that it states (1.17.1).
        let isStated = words.count > 1 && words[1].first.map { $0 &- 0x30 < 10 } ?? false
        guard record.type == .rrsig, !isStated else { return record }
        return ResourceRecord(owner: record.owner, type: .rrsig, ttl: defaultTTL, data: record.data)
    }

    /// The owner of a record that has nothing behind its type, where Unbound starts with it: the name is answered with a message
    /// that is malformed, others as ever (1.17.1).
    static func ownerWithoutData(_ octets: [UInt8]) -> DomainName? {
        var words = octets.prefix { $0 != 0x3B }.split(whereSeparator: isBlank).map { Array($0) }
        if words.suffix(2) == [Array("\\#".utf8), [0x30]] { words.removeLast(2) }
        guard (2...4).contains(words.count), let type = words.last,
            typesWithoutData.contains(String(decoding: type, as: UTF8.self).uppercased())
        else { return nil }
        var between = words[1..<(words.count - 1)]
        if let first = between.first, first.allSatisfy({ (0x30...0x39).contains($0) }) { between.removeFirst() }
        if let first = between.first, String(decoding: first, as: UTF8.self).uppercased() == "IN" {
            between.removeFirst()
        }
        guard between.isEmpty, let owner = words.first, owner.first != 0x28, owner.first != 0x27 else { return nil }
        return try? DomainName(presentation: owner)
    }

    /// Leaves open what is answered at the owner of such a record; the names above it exist.
    static func addWithoutData(
        _ owner: DomainName,
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        sink.skip(.emptyRecord, text, rule, line)
        sink.builder.add(
            .exact,
            name: owner,
            class: .data,
            action: sink.builder.intern(.records([])),
            at: RulePosition(rule, line: line)
        )
        sink.noteOpenRules(1)
        sink.leaveOpen(.exact, owner, class: .special, rule: rule, line: line)
    }

    /// The types of which it takes such records, each tried with 1.17.1.
    private static let typesWithoutData: Set<String> = [
        "A", "AAAA", "CNAME", "DNAME", "LOC", "NS", "NULL", "PTR", "SPF", "TXT",
    ]

    private static let defaultTTL: UInt32 = 3600

    /// The types whose data are texts, at least in part.
    private static let textTypes: Set<String> = ["TXT", "SPF", "HINFO", "CAA", "NAPTR"]

    /// A record with `"…"` in place of `'…'` around words of texts, where Unbound takes both alike. What else begins with `'`
    /// holds together more than a word, or less; what becomes of it is not evaluated (compared with 1.17.1).
    static func unquoted(_ octets: [UInt8]) -> (octets: [UInt8], isOdd: Bool) {
        guard octets.contains(0x27) else { return (octets, false) }
        var words = octets.split(whereSeparator: isBlank).map { Array($0) }
        let type = words.prefix(4).firstIndex { textTypes.contains(String(decoding: $0, as: UTF8.self).uppercased()) }
        guard let type, type > 0 else { return (octets, false) }
        var isChanged = false
        for index in words.indices.dropFirst(type + 1) where words[index].first == 0x27 {
            let text = words[index].dropFirst().dropLast()
            let hasSigns = text.contains { [0x22, 0x28, 0x29, 0x3B, 0x5C].contains($0) }
            guard words[index].count > 1, words[index].last == 0x27, !hasSigns else { return (octets, true) }
            words[index] = [0x22] + text + [0x22]
            isChanged = true
        }
        // Blanks inside of other quotes stay as they are.
        guard isChanged else { return (octets, false) }
        return octets.contains(0x22) ? (octets, true) : (Array(words.joined(separator: [0x20])), false)
    }

    /// `address [ttl] name`: the pointer record of the address.
    static func pointer(_ text: Span<UInt8>) -> ResourceRecord? {
        var fields = FieldScanner(text)
        guard let first = fields.next(), let owner = IPAddress(text: text.extracting(first).octets)?.reverseName else {
            return nil
        }
        let words = text.extracting(fields.rest).string.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count == 1 || words.count == 2, let name = words.last else { return nil }
        let lifetime = words.count == 2 ? "\(words[0]) " : ""
        return record(Array("\(owner). \(lifetime)PTR \(name)".utf8))
    }
}

import DNS
import LDNS
import TextScan

/// Records as Unbound's statements have them.
extension UnboundReader {
    /// `name [ttl] [IN] type data`; Unbound takes no seconds to live behind the class.
    static func record(_ octets: [UInt8]) -> ResourceRecord? {
        let words = octets.split(maxSplits: 3, whereSeparator: isBlank)
        if words.count > 2, RRClass(String(decoding: words[1], as: UTF8.self).uppercased()) != nil,
            let first = words[2].first, first &- 0x30 < 10
        {
            return nil
        }
        return try? ResourceRecord(presentation: octets, origin: .root, defaultTTL: 3600)
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

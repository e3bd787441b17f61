import DNS
import Policy

/// The records of a single name as options of dnsmasq: `host-record`, `txt-record`, `ptr-record`, `mx-host`, `srv-host`,
/// and `dns-rr` for all other types (dnsmasq(8) 2.90).
struct DnsmasqRecordWriter {
    private let name: String
    private let node: PolicyNode

    init(_ name: String, _ node: PolicyNode) {
        self.name = name
        self.node = node
    }

    /// The options that make the name itself fare as it should, and what they make of the names below it; nil where it
    /// has an alias, which dnsmasq does not follow, or no data.
    func lines(_ inherited: TypedEffects) -> (lines: [String], below: TypedEffects)? {
        guard case .data(let records, let hidesOthers) = node.own.form(node.types), !node.name.isRoot else {
            return nil
        }
        var lines: [String] = []
        var below = inherited
        if hidesOthers {
            lines.append("local=/\(name)/")
            below = .uniform(.answer(.nxdomain), count: node.types.count)
        } else if !inherited.isPass {
            lines.append("server=/\(name)/#")
            below = .uniform(.none, count: node.types.count)
        }
        // A name that has nothing else than records of any type does not exist for other types.
        var exists = false
        for record in records {
            guard let option = Self.option(name, node.name.labelCount, record) else { return nil }
            if !option.hasPrefix("dns-rr") { exists = true }
            lines.append(option)
        }
        return exists || !hidesOthers ? (lines, below) : nil
    }

    /// The option that gives a name of so many labels a record; nil where there is none.
    static func option(_ name: String, _ labels: Int, _ record: LocalRecord) -> String? {
        if let address = record.address { return "host-record=\(name),\(address)" }
        let data = record.data
        func number(_ offset: Int) -> Int { Int(data[offset]) << 8 | Int(data[offset + 1]) }
        func target(_ offset: Int) -> String? {
            guard data.count > offset, let name = try? DomainName(wire: Array(data[offset...])), !name.isRoot else {
                return nil
            }
            return ExportText.plain(name).map { String(decoding: $0, as: UTF8.self) }
        }
        switch record.type {
        case .txt: if let texts = texts(data) { return "txt-record=\(name),\(texts.joined(separator: ","))" }
        case .ptr: if let host = target(0) { return "ptr-record=\(name),\(host)" }
        case .mx: if let host = target(2) { return "mx-host=\(name),\(host),\(number(0))" }
        case .srv where labels != 2:
            // Behind a name of two labels it puts its domain.
            if let host = target(6) { return "srv-host=\(name),\(host),\(number(4)),\(number(0)),\(number(2))" }
        case .cname, .soa, .opt, .any: return nil
        default: break
        }
        guard !data.isEmpty else { return nil }
        let digits = data.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return "dns-rr=\(name),\(record.type.rawValue),\(digits)"
    }

    /// Texts in quotes; nil when one cannot stand there.
    private static func texts(_ data: [UInt8]) -> [String]? {
        var texts: [String] = []
        var rest = data[...]
        while let count = rest.popFirst() {
            let text = rest.prefix(Int(count))
            rest = rest.dropFirst(Int(count))
            guard !text.isEmpty, text.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
                return nil
            }
            texts.append("\"\(String(decoding: text, as: UTF8.self))\"")
        }
        return texts.isEmpty ? nil : texts
    }
}

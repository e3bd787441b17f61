import DNS
import Policy
import TextScan

/// The map of captive portals of dnscrypt-proxy (`coldstart.go`, `plugin_captive_portal.go`): a name and its addresses, with
/// commas between them. It is asked before all other rules; of lines of one name the last counts. Types that a name has no
/// address of get an empty answer. A line that cannot be read makes the engine do without the map, or not start.
enum CaptivePortalReader {
    private struct Entry {
        let name: DomainName
        let rule: Range<Int>
        let line: Int
        let addresses: [IPAddress]
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var entries: [DomainName: Entry] = [:]
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = DNSCryptReader.content(text, line.range)
            guard !rule.isEmpty else { continue }
            let content = text.extracting(rule)
            var fields = FieldScanner(content)
            guard let first = fields.next(), let addresses = addresses(content.extracting(fields.rest).octets) else {
                sink.skip(.refusedFile, text, rule, line.number)
                sink.leaveOpen(.subtree, .root, class: .special, rule: rule, line: line.number)
                continue
            }
            guard let name = try? DomainName(presentation: content.extracting(first).octets) else {
                sink.drop(.notAName, text, rule, line.number)
                continue
            }
            entries[name.lowercased] = Entry(name: name, rule: rule, line: line.number, addresses: addresses)
        }
        for entry in entries.values.sorted(by: { $0.line < $1.line }) {
            sink.builder.add(
                .exact,
                name: entry.name,
                class: .special,
                action: sink.builder.intern(.records(entry.addresses.map { LocalRecord($0, ttl: 1) })),
                at: RulePosition(entry.rule, line: entry.line)
            )
        }
    }

    /// The addresses of a line, IPv4 in IPv6 as IPv4; nil where one is none.
    private static func addresses(_ text: [UInt8]) -> [IPAddress]? {
        var addresses: [IPAddress] = []
        for part in text.split(separator: 0x2C, omittingEmptySubsequences: false) {
            let blanks: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
            let word = part.drop(while: blanks).reversed().drop(while: blanks).reversed()
            guard let address = IPAddress(text: Array(word)) else { return nil }
            if case .v6(0, let low) = address, low >> 32 == 0xFFFF {
                addresses.append(.v4(UInt32(truncatingIfNeeded: low)))
            } else {
                addresses.append(address)
            }
        }
        return addresses
    }
}

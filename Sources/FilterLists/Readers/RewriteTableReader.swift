import DNS
import Policy
import TextScan

/// AdGuard Home's rewrites table (`internal/filtering/rewrites.go`), one enabled entry a line: a name or `*.name`, and an
/// address, another name, or `A` or `AAAA` for the real addresses of that family.
enum RewriteTableReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let entry = text.trimmedRange(in: line.range)
            guard !entry.isEmpty, text[entry.lowerBound] != 0x23 else { continue }
            read(text, entry, line.number, &sink)
        }
    }

    private static func read(_ text: Span<UInt8>, _ entry: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        var fields = FieldScanner(text.extracting(entry))
        guard let first = fields.next(), let second = fields.next(), fields.next() == nil else {
            return sink.drop(.notAnEntry, text, entry, line)
        }
        guard let value = value(text.extracting(entry).extracting(second).octets) else {
            return sink.drop(.badTarget, text, entry, line)
        }
        var name = first.moved(by: entry.lowerBound)
        let isWildcard = text.hasPrefix("*.", at: name.lowerBound) && name.count > 2
        if isWildcard { name = (name.lowerBound + 2)..<name.upperBound }
        // Names in questions come without their root dot and are compared as text.
        guard text[name.upperBound - 1] != 0x2E else { return sink.drop(.notAName, text, entry, line) }
        sink.add(
            isWildcard ? .below : .exact,
            text,
            name: name,
            class: .ownRewrite,
            action: sink.builder.intern(.rewrite(Rewrite(value))),
            rule: entry,
            line: line
        )
    }

    private static func value(_ text: [UInt8]) -> Rewrite.Value? {
        let spelled = String(decoding: text, as: UTF8.self)
        switch spelled {
        case "A": return .realAddress(.a)
        case "AAAA": return .realAddress(.aaaa)
        default: break
        }
        if let address = IPAddress(text: text) { return .record(LocalRecord(address)) }
        return (try? DomainName(presentation: text)).map { .name(spelled, $0) }
    }
}

import DNS
import TextScan

/// The name of a zone that its file tells without `$ORIGIN`: BIND takes a zone only where its SOA and an NS stand at the name
/// that its configuration gives, so that a file whose SOA, or only NS, has an absolute owner is a zone of that name or none
/// (compared with `named-checkzone` 9.18).
enum PolicyZoneOrigin {
    /// Entries that are looked at.
    private static let limit = 64

    /// The name; nil where the file does not tell it, or says it itself.
    static func name(_ text: Span<UInt8>) -> DomainName? {
        var scanner = LineScanner(text)
        var found: DomainName?
        var entries = 0
        while entries < limit, let line = scanner.next() {
            let content = text.trimmedRange(in: line.range, before: 0x3B)
            guard !content.isEmpty else { continue }
            entries += 1
            let words = words(text.extracting(content))
            guard let first = words.first else { continue }
            if first.first == 0x24 {
                guard first.span.equalsIgnoringCase("$TTL") else { return nil }
                continue
            }
            let inherits = isBlank(text[line.range.lowerBound])
            guard let type = words.dropFirst(inherits ? 0 : 1).prefix(3).first(where: isType) else { continue }
            guard !inherits, first.last == 0x2E, let owner = try? DomainName(presentation: first), !owner.isRoot else {
                // An NS of a name that is relative is that of the zone, or of one below it.
                if type.span.equalsIgnoringCase("NS") { return nil }
                continue
            }
            if type.span.equalsIgnoringCase("SOA") { return owner }
            guard found == nil || found == owner else { return nil }
            found = owner
        }
        return found
    }

    private static func isType(_ word: [UInt8]) -> Bool {
        word.span.equalsIgnoringCase("SOA") || word.span.equalsIgnoringCase("NS")
    }

    private static func words(_ text: Span<UInt8>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var fields = FieldScanner(text)
        while words.count < 4, let field = fields.next() { words.append(text.extracting(field).octets) }
        return words
    }
}

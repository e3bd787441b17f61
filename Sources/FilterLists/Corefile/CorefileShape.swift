import TextScan

/// Whether blocks of directives are CoreDNS's: web servers have files of the same form.
struct CorefileShape {
    /// Directives of CoreDNS's plugins.
    private(set) var known = 0
    /// Others.
    private(set) var unknown = 0

    /// Whether all directives are those of plugins.
    var isCorefile: Bool { known > 0 && unknown == 0 }

    /// nil where the first line opens no block.
    init?(_ text: Span<UInt8>) {
        var scanner = LineScanner(text.extracting(0..<min(text.count, 1 << 20)))
        var (isBegun, depth) = (false, 0)
        while let line = scanner.next() {
            let content = text.extracting(line.range).trimmed
            guard content.count > 0, content[0] != 0x23 else { continue }
            let isBlock = content[content.count - 1] == 0x7B
            guard isBegun || isBlock else { return nil }
            isBegun = true
            var fields = FieldScanner(content)
            if depth == 1, let first = fields.next(), content[0] != 0x7D { note(content.extracting(first)) }
            // A block may be closed on the line that opens it.
            for index in 0..<content.count {
                if content[index] == 0x7B { depth += 1 }
                if content[index] == 0x7D { depth = max(0, depth - 1) }
            }
        }
        guard isBegun else { return nil }
    }

    private mutating func note(_ word: Span<UInt8>) {
        if word.count < 32, CorefilePlugin.named(word.octets) != nil { known += 1 } else { unknown += 1 }
    }
}

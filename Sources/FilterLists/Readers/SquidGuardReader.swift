import DNS
import Policy
import TextScan

/// Files of squidGuard (1.6, `sgDbLoadTextFile`): `domains` holds one name a line, in any case, with a redirect target
/// behind it if need be; what does not fit into its buffer is read as a line of its own (asked of 1.6.0). `urls` and `expressions` are about paths, so that their lines are only counted.
enum SquidGuardReader {
    /// Octets of a line that squidGuard reads at once.
    private static let lineLimit = 12_287

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let (ruleClass, action) = sink.entry()
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            for start in stride(from: line.range.lowerBound, to: line.range.upperBound, by: lineLimit) {
                let part = start..<min(start + lineLimit, line.range.upperBound)
                guard let key = key(text, part) else { continue }
                let octets = text.extracting(key).octets.map(asciiLowercased)
                let isName = isHost(text.extracting(key))
                if !isName {
                    // Addresses are hosts too, but not of a query.
                    let reason = IPAddress(text: octets) == nil ? DropReason.neverAHost : .addressAlone
                    sink.drop(reason, text, key, line.number)
                }
                let isRule =
                    isName
                    && sink.add(
                        .subtree,
                        text,
                        name: key,
                        class: ruleClass,
                        action: action,
                        rule: key,
                        line: line.number
                    )
                sink.builder.addKey(octets, isRule: isRule)
            }
        }
    }

    /// Lines about URLs.
    static func readURLs(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text), let key = key(text, line.range) else { continue }
            sink.skip(.url, text, key, line.number)
        }
    }

    /// The first word of a line, without a mark of a difference; nil for none.
    private static func key(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
        var start = line.lowerBound
        guard !line.isEmpty, text[start] != 0x23 else { return nil }
        if text[start] == 0x2B || text[start] == 0x2D { start += 1 }
        while start < line.upperBound, isBlank(text[start]) { start += 1 }
        var end = start
        // A CR is a part of the word, of which no host is then (asked of 1.6.0).
        while end < line.upperBound, !isBlank(text[end]) || text[end] == 0x0D { end += 1 }
        return end > start ? start..<end : nil
    }

    /// Whether a text is a name that the host of a request can have, and no address.
    private static func isHost(_ text: Span<UInt8>) -> Bool {
        var hasLetter = false
        for index in 0..<text.count {
            switch text[index] {
            case 0x30...0x39, 0x2D, 0x5F: continue
            case 0x41...0x5A, 0x61...0x7A: hasLetter = true
            case 0x2E:
                if index == 0 || index + 1 == text.count || text[index - 1] == 0x2E { return false }
            default: return false
            }
        }
        return hasLetter || IPAddress(text: text.octets) == nil
    }
}

import DNS
import Policy
import TextScan

/// Lists of names whose content a LanCache keeps (uklans/cache-domains), as lancache-dns puts them into a policy zone: `x`
/// is x, `*.x` everything below it; both lead to the cache.
enum LanCacheReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard let cache = try? DomainName("cache.lancache.net") else { return }
        let action = sink.builder.intern(.redirect(cache))
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = text.trimmedRange(in: line.range, before: 0x23)
            guard !rule.isEmpty else { continue }
            let isStar = text.hasPrefix("*.", at: rule.lowerBound)
            let name = isStar ? (rule.lowerBound + 2)..<rule.upperBound : rule
            guard !name.contains(where: { isBlank(text[$0]) || text[$0] == 0x2A }) else {
                sink.drop(.notAName, text, rule, line.number)
                continue
            }
            sink.add(
                isStar ? .below : .exact,
                text,
                name: name,
                class: .data,
                action: action,
                rule: rule,
                line: line.number
            )
        }
    }
}

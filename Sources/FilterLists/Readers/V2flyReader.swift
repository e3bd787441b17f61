import DNS
import Policy
import TextScan

/// Domain lists of v2fly (domain-list-community, `main.go` and README): `domain:x` or `x` is x and everything below it,
/// `full:x` x alone, `keyword:x` any name that contains x, `regexp:x` an expression of Go; `@attribute` and `&list` mark
/// entries for others. Lists that are included have been followed already (``ListIncludes``).
enum V2flyReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        text.withPlainBlanks { readLines($0, &sink) }
    }

    private static func readLines(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = text.trimmedRange(in: line.range, before: 0x23)
            guard !rule.isEmpty else { continue }
            read(text, rule, line.number, entry, &sink)
        }
    }

    private static func read(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        var fields = FieldScanner(text.extracting(rule))
        guard let first = fields.next() else { return }
        while let mark = fields.next() {
            let octet = text[rule.lowerBound + mark.lowerBound]
            guard octet == 0x40 || octet == 0x26 else { return sink.drop(.badStatement, text, rule, line) }
        }
        let word = first.moved(by: rule.lowerBound)
        let colon = text.extracting(word).firstIndex(of: 0x3A).map { word.lowerBound + $0 }
        let kind = text.extracting(word.lowerBound..<(colon ?? word.lowerBound))
        let value = colon.map { ($0 + 1)..<word.upperBound } ?? word
        guard !value.isEmpty else { return sink.drop(.badStatement, text, rule, line) }
        if colon == nil || kind.equalsIgnoringCase("domain") {
            sink.add(.subtree, text, name: value, class: entry.class, action: entry.action, rule: rule, line: line)
        } else if kind.equalsIgnoringCase("full") {
            sink.add(.exact, text, name: value, class: entry.class, action: entry.action, rule: rule, line: line)
        } else if kind.equalsIgnoringCase("keyword") {
            var tokens: [TextPattern.Token] = []
            for index in value { tokens.append(.octet(asciiLowercased(text[index]))) }
            sink.builder.add(
                pattern: TextPattern(start: .anywhere, tokens: tokens, endsAtEnd: false),
                class: entry.class,
                action: entry.action,
                at: RulePosition(rule, line: line)
            )
        } else if kind.equalsIgnoringCase("regexp") {
            sink.add(
                text.extracting(value),
                .re2(ignoresCase: false),
                class: entry.class,
                action: entry.action,
                text,
                rule: rule,
                line: line
            )
        } else if kind.equalsIgnoringCase("include") {
            sink.skip(.include, text, rule, line)
        } else {
            sink.drop(.unknownStatement, text, rule, line)
        }
    }
}

import DNS
import Policy
import TextScan

/// Target hosts of Proxifier: entries separated by `;`, `*` for any run of octets and `?` for one, over the whole name;
/// addresses and ranges of them are rules about addresses.
enum ProxifierReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let whole = text.trimmedRange(in: line.range)
            guard !whole.isEmpty, text[whole.lowerBound] != 0x23 else { continue }
            var fields = FieldScanner(text.extracting(whole), separator: 0x3B)
            while let field = fields.next() {
                let range = text.trimmedRange(
                    in: field.moved(by: whole.lowerBound)
                )
                if !range.isEmpty { read(text, range, line.number, entry, &sink) }
            }
        }
    }

    private static func read(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        if isAboutAddresses(text, rule) { return sink.skip(.address, text, rule, line) }
        var tokens: [TextPattern.Token] = []
        var isPattern = false
        for index in rule {
            switch text[index] {
            case 0x2A:
                isPattern = true
                if tokens.last != .any { tokens.append(.any) }
            case 0x3F:
                isPattern = true
                tokens.append(.one)
            case 0x22, 0x25, 0x2F, 0x5C, 0...0x20: return sink.drop(.pattern, text, rule, line)
            default: tokens.append(.octet(asciiLowercased(text[index])))
            }
        }
        guard isPattern else {
            sink.add(.exact, text, name: rule, class: entry.class, action: entry.action, rule: rule, line: line)
            return
        }
        // `*.name` is what most patterns are.
        if text.hasPrefix("*.", at: rule.lowerBound), !tokens.dropFirst().contains(where: { $0 == .any || $0 == .one })
        {
            let name = (rule.lowerBound + 2)..<rule.upperBound
            sink.add(.below, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
            return
        }
        sink.builder.add(
            pattern: TextPattern(start: .beginning, tokens: tokens, endsAtEnd: true),
            class: entry.class,
            action: entry.action,
            at: RulePosition(rule, line: line)
        )
    }

    /// Digits, dots, stars, hyphens and colons alone.
    private static func isAboutAddresses(_ text: Span<UInt8>, _ rule: Range<Int>) -> Bool {
        var hasDigit = false
        for index in rule {
            switch text[index] {
            case 0x30...0x39: hasDigit = true
            case 0x2E, 0x2A, 0x2D, 0x2F, 0x3A: continue
            case 0x41...0x46,
                0x61...0x66 where text.extracting(rule).firstIndex(of: 0x3A) != nil:
                continue
            default: return false
            }
        }
        return hasDigit
    }
}

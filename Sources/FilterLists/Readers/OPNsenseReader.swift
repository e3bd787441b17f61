import DNS
import Policy
import TextScan

/// Lists as OPNsense reads them (`unbound/blocklists/{__init__,default_bl}.py`): a line is cut at `#`, its last word that
/// is neither 127.0.0.1 nor 0.0.0.0 is the entry; `*.x` covers x and everything below. Types other than A, AAAA, CNAME and
/// HTTPS are never filtered.
enum OPNsenseReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        let types = sink.builder.intern(TypeCoverage(only: [.a, .aaaa, .cname, .https]))
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = text.trimmedRange(in: line.range, before: 0x23)
            guard !rule.isEmpty else { continue }
            guard let word = lastWord(text, rule, line.number, &sink) else {
                sink.drop(.addressAlone, text, rule, line.number)
                continue
            }
            let isStar = text.hasPrefix("*.", at: word.lowerBound)
            let name = isStar ? (word.lowerBound + 2)..<word.upperBound : word
            guard isName(text, name) else {
                sink.drop(.notAName, text, rule, line.number)
                continue
            }
            sink.add(
                isStar ? .subtree : .exact,
                text,
                name: name,
                class: entry.class,
                action: entry.action,
                coverage: types,
                rule: rule,
                line: line.number
            )
        }
    }

    private static func lastWord(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Range<Int>? {
        var chosen: Range<Int>?
        var fields = FieldScanner(text.extracting(rule))
        while let field = fields.next() {
            let word = field.moved(by: rule.lowerBound)
            let octets = text.extracting(word)
            if octets.equals("127.0.0.1") || octets.equals("0.0.0.0") { continue }
            if let chosen { sink.drop(.earlierWords, text, chosen, line) }
            chosen = word
        }
        return chosen
    }

    /// `domain_pattern`: labels of letters, digits, `_` and hyphens that begin with no hyphen; the one in front of the last begins
    /// and ends with a letter or digit, the last one is of letters and digits, two or more, or Punycode of them.
    private static func isName(_ text: Span<UInt8>, _ name: Range<Int>) -> Bool {
        guard name.count <= 253, !name.isEmpty else { return false }
        var start = name.lowerBound
        var before: Range<Int>?
        for index in name.lowerBound...name.upperBound {
            guard index == name.upperBound || text[index] == 0x2E else {
                guard isWordOctet(text[index]) || text[index] == 0x2D && index > start else { return false }
                continue
            }
            guard (1...63).contains(index - start) else { return false }
            if index == name.upperBound {
                guard let before, isAlphanumeric(text[before.lowerBound]), isAlphanumeric(text[before.upperBound - 1])
                else { return false }
                return isTopLabel(text.extracting(start..<index))
            }
            before = start..<index
            start = index + 1
        }
        return false
    }

    private static func isTopLabel(_ label: Span<UInt8>) -> Bool {
        guard label.count >= 2 else { return false }
        let start = label.hasPrefix("xn--") ? 4 : 0
        for index in start..<label.count where !isAlphanumeric(label[index]) { return false }
        return label.count > start
    }

    private static func isWordOctet(_ octet: UInt8) -> Bool { octet == 0x5F || isAlphanumeric(octet) }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

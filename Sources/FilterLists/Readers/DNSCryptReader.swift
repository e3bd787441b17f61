import DNS
import Policy
import TextScan

/// Name rules of dnscrypt-proxy (`pattern_matcher.go`, `plugin_{block,allow}_name.go`): `x`, `.x`, `*.x` and `*x` cover
/// x and below, `=x` x alone, `x*` names that begin so, `*x*` names that contain it; `?` and stars inside make a glob
/// over the whole name.
enum DNSCryptReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = content(text, line.range)
            guard !rule.isEmpty else { continue }
            if text.extracting(rule).firstIndex(of: 0x40) != nil {
                sink.skip(.schedule, text, rule, line.number)
                continue
            }
            read(text, rule, line.number, entry, &sink)
        }
    }

    /// Cuts an inline comment: the last `#` when it stands behind a blank.
    private static func content(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        let whole = text.trimmedRange(in: line)
        guard !whole.isEmpty, text[whole.lowerBound] != 0x23 else { return line.lowerBound..<line.lowerBound }
        guard text.extracting(whole).firstIndex(of: 0x23) != nil else { return whole }
        var hash = whole.upperBound - 1
        while text[hash] != 0x23 { hash -= 1 }
        guard isBlank(text[hash - 1]) else { return whole }
        return text.trimmedRange(in: whole.lowerBound..<hash)
    }

    private static func read(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        let leadingStar = text[rule.lowerBound] == 0x2A
        let trailingStar = text[rule.upperBound - 1] == 0x2A
        var isGlob = false
        for index in rule {
            switch text[index] {
            case 0x5B: return sink.skip(.characterClass, text, rule, line)
            case 0x3F: isGlob = true
            case 0x2A where index != rule.lowerBound && index != rule.upperBound - 1: isGlob = true
            case 0x20, 0x09: return sink.drop(.pattern, text, rule, line)
            default: break
            }
        }
        if isGlob { return pattern(text, rule, .beginning, endsAtEnd: true, rule, line, entry, &sink) }
        if leadingStar, trailingStar {
            guard rule.count > 2 else { return sink.drop(.pattern, text, rule, line) }
            let inner = (rule.lowerBound + 1)..<(rule.upperBound - 1)
            return pattern(text, inner, .anywhere, endsAtEnd: false, rule, line, entry, &sink)
        }
        if trailingStar {
            guard rule.count > 1 else { return sink.drop(.pattern, text, rule, line) }
            let prefix = rule.lowerBound..<(rule.upperBound - 1)
            return pattern(text, prefix, .beginning, endsAtEnd: false, rule, line, entry, &sink)
        }
        var name = rule
        var scope = Scope.subtree
        if text[name.lowerBound] == 0x3D {
            scope = .exact
            name = (name.lowerBound + 1)..<name.upperBound
        } else {
            if leadingStar { name = (name.lowerBound + 1)..<name.upperBound }
            if !name.isEmpty, text[name.lowerBound] == 0x2E { name = (name.lowerBound + 1)..<name.upperBound }
        }
        // Query names come without their root dot, so a rule that ends with one never matches.
        guard !name.isEmpty, text[name.upperBound - 1] != 0x2E else { return sink.drop(.pattern, text, rule, line) }
        sink.add(scope, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
    }

    private static func pattern(
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ start: TextPattern.Start,
        endsAtEnd: Bool,
        _ rule: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        var tokens: [TextPattern.Token] = []
        for index in range {
            switch text[index] {
            case 0x2A: tokens.append(.any)
            case 0x3F: tokens.append(.one)
            default: tokens.append(.octet(asciiLowercased(text[index])))
            }
        }
        sink.builder.add(
            pattern: TextPattern(start: start, tokens: tokens, endsAtEnd: endsAtEnd),
            class: entry.class,
            action: entry.action,
            at: RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
        )
    }
}

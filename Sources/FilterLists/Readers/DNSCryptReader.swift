import DNS
import Policy
import TextScan

/// Name rules of dnscrypt-proxy (`plugin_{block,allow}_name.go`), with a schedule behind `@`.
enum DNSCryptReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = content(text, line.range)
            guard !rule.isEmpty else { continue }
            let first = text.extracting(rule).firstIndex(of: 0x40).map { rule.lowerBound + $0 }
            let name = text.trimmedRange(in: rule.lowerBound..<(first ?? rule.upperBound))
            var limit = GuardID.none
            if let first {
                let word = text.trimmedRange(in: (first + 1)..<rule.upperBound)
                guard text.extracting(word).firstIndex(of: 0x40) == nil, !name.isEmpty else {
                    sink.drop(.pattern, text, rule, line.number)
                    continue
                }
                if !word.isEmpty {
                    guard let minutes = sink.schedules[text.extracting(word).string] else {
                        // Up to 2.1.12 such a rule counts always, from then on never; the log names it either way.
                        sink.skip(.schedule, text, rule, line.number)
                        let before = sink.builder.ruleCount
                        let open = (entry.class, sink.builder.intern(.unsupported))
                        DNSCryptPattern(text: name, rule: rule, line: line.number).add(text, open, .none, &sink)
                        sink.noteOpenRules(sink.builder.ruleCount - before)
                        continue
                    }
                    limit = sink.builder.intern(RuleGuard(minutes: minutes))
                }
            }
            DNSCryptPattern(text: name, rule: rule, line: line.number).add(text, entry, limit, &sink)
        }
    }

    /// Cuts an inline comment: the last `#` when it stands behind a blank.
    static func content(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        let whole = text.trimmedRange(in: line)
        guard !whole.isEmpty, text[whole.lowerBound] != 0x23 else { return line.lowerBound..<line.lowerBound }
        guard text.extracting(whole).firstIndex(of: 0x23) != nil else { return whole }
        var hash = whole.upperBound - 1
        while text[hash] != 0x23 { hash -= 1 }
        guard isBlank(text[hash - 1]) else { return whole }
        return text.trimmedRange(in: whole.lowerBound..<hash)
    }
}

/// A pattern of dnscrypt-proxy (`pattern_matcher.go`): `x`, `.x`, `*.x` and `*x` cover x and below, `=x` x alone, `x*` names
/// that begin so, `*x*` names that contain it; `?`, `[ ]` and stars inside make a glob over the whole name.
struct DNSCryptPattern {
    /// The pattern.
    let text: Range<Int>
    /// The whole rule.
    let rule: Range<Int>
    let line: Int

    /// Adds the rule that the pattern stands for.
    func add(
        _ list: Span<UInt8>,
        _ entry: (class: RuleClass, action: ActionID),
        _ limit: GuardID = .none,
        _ sink: inout RuleSink
    ) {
        let leadingStar = list[text.lowerBound] == 0x2A
        let trailingStar = list[text.upperBound - 1] == 0x2A
        var isGlob = false
        for index in text {
            switch list[index] {
            case 0x3F, 0x5B: isGlob = true
            case 0x2A where index != text.lowerBound && index != text.upperBound - 1: isGlob = true
            case 0x20, 0x09: return sink.drop(.pattern, list, rule, line)
            default: break
            }
        }
        if isGlob { return add(list, text, .beginning, endsAtEnd: true, entry, limit, &sink) }
        if leadingStar, trailingStar {
            return add(list, trimmed(1, 1), .anywhere, endsAtEnd: false, entry, limit, &sink)
        }
        if trailingStar { return add(list, trimmed(0, 1), .beginning, endsAtEnd: false, entry, limit, &sink) }
        var name = text
        var scope = Scope.subtree
        if list[name.lowerBound] == 0x3D {
            scope = .exact
            name = (name.lowerBound + 1)..<name.upperBound
        } else {
            if leadingStar { name = (name.lowerBound + 1)..<name.upperBound }
            if !name.isEmpty, list[name.lowerBound] == 0x2E { name = (name.lowerBound + 1)..<name.upperBound }
        }
        // Query names come without their root dot, so a rule that ends with one never matches.
        guard !name.isEmpty, list[name.upperBound - 1] != 0x2E else { return sink.drop(.pattern, list, rule, line) }
        sink.add(
            scope,
            list,
            name: name,
            class: entry.class,
            action: entry.action,
            guard: limit,
            rule: rule,
            line: line
        )
    }

    private func trimmed(_ front: Int, _ back: Int) -> Range<Int> {
        let start = min(text.lowerBound + front, text.upperBound)
        return start..<max(start, text.upperBound - back)
    }

    private func add(
        _ list: Span<UInt8>,
        _ range: Range<Int>,
        _ start: TextPattern.Start,
        endsAtEnd: Bool,
        _ entry: (class: RuleClass, action: ActionID),
        _ limit: GuardID,
        _ sink: inout RuleSink
    ) {
        let octets = list.extracting(range).octets
        let tokens = endsAtEnd ? Glob.tokens(octets) : octets.map { .octet(asciiLowercased($0)) }
        guard let tokens, !tokens.isEmpty, !endsAtEnd || range.count > 1 else {
            return sink.drop(.pattern, list, rule, line)
        }
        sink.builder.add(
            pattern: TextPattern(start: start, tokens: tokens, endsAtEnd: endsAtEnd),
            class: entry.class,
            action: entry.action,
            guard: limit,
            at: RulePosition(rule, line: line)
        )
    }
}

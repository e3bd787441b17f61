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
            let name = text.trimmedAsGo(in: rule.lowerBound..<(first ?? rule.upperBound))
            var limit = GuardID.none
            if let first {
                let word = text.trimmedAsGo(in: (first + 1)..<rule.upperBound)
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

    /// Cuts an inline comment: the last `#` when it stands behind a blank or a tab, or begins the line
    /// (`common.go`, `TrimAndStripInlineComments`).
    static func content(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        let nothing = line.lowerBound..<line.lowerBound
        guard let first = line.first, text[first] != 0x23 else { return nothing }
        guard text.extracting(line).firstIndex(of: 0x23) != nil else { return text.trimmedAsGo(in: line) }
        var hash = line.upperBound - 1
        while text[hash] != 0x23 { hash -= 1 }
        guard text[hash - 1] == 0x20 || text[hash - 1] == 0x09 else { return text.trimmedAsGo(in: line) }
        return text.trimmedAsGo(in: line.lowerBound..<hash)
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

    /// What a pattern is to the engine.
    enum Kind {
        /// A name alone.
        case exact(Range<Int>)
        /// A name and everything below it.
        case suffix(Range<Int>)
        /// The beginning of names.
        case prefix(Range<Int>)
        /// A text inside of names.
        case inside(Range<Int>)
        /// A glob over whole names.
        case glob([TextPattern.Token])
    }

    /// What the pattern is; nil for one that the engine calls a syntax error.
    func kind(_ list: Span<UInt8>) -> Kind? {
        let (start, last) = (text.lowerBound, text.upperBound - 1)
        for index in text {
            let octet = list[index]
            guard octet == 0x3F || octet == 0x5B || octet == 0x2A && index > start && index < last else { continue }
            return start < last ? Glob.tokens(list.extracting(text).octets).map(Kind.glob) : nil
        }
        let hasStar = list[start] == 0x2A
        if list[last] == 0x2A {
            guard hasStar else { return .prefix(start..<last) }
            return text.count > 2 ? .inside((start + 1)..<last) : nil
        }
        if list[start] == 0x3D { return start < last ? .exact((start + 1)..<text.upperBound) : nil }
        var name = hasStar ? (start + 1)..<text.upperBound : text
        if list[name.lowerBound] == 0x2E { name = (name.lowerBound + 1)..<text.upperBound }
        return name.isEmpty ? nil : .suffix(name)
    }

    /// Adds the rule that the pattern stands for.
    func add(
        _ list: Span<UInt8>,
        _ entry: (class: RuleClass, action: ActionID),
        _ limit: GuardID = .none,
        _ sink: inout RuleSink
    ) {
        let kind = kind(list)
        // A blank is one octet among others of a class; names have none elsewhere.
        if case .glob = kind {
        } else if text.contains(where: { list[$0] == 0x20 || list[$0] == 0x09 }) {
            return sink.drop(.pattern, list, rule, line)
        }
        func tokens(_ range: Range<Int>) -> [TextPattern.Token] {
            list.extracting(range).octets.map { .octet(asciiLowercased($0)) }
        }
        switch kind {
        case nil: sink.drop(.pattern, list, rule, line)
        case .exact(let name): add(.exact, list, name, entry, limit, &sink)
        case .suffix(let name): add(.subtree, list, name, entry, limit, &sink)
        case .prefix(let range): add(.beginning, tokens(range), endsAtEnd: false, entry, limit, &sink)
        case .inside(let range): add(.anywhere, tokens(range), endsAtEnd: false, entry, limit, &sink)
        case .glob(let tokens): add(.beginning, tokens, endsAtEnd: true, entry, limit, &sink)
        }
    }

    private func add(
        _ scope: Scope,
        _ list: Span<UInt8>,
        _ name: Range<Int>,
        _ entry: (class: RuleClass, action: ActionID),
        _ limit: GuardID,
        _ sink: inout RuleSink
    ) {
        // Query names come without their root dot, so a rule that ends with one never matches.
        guard list[name.upperBound - 1] != 0x2E else { return sink.drop(.pattern, list, rule, line) }
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

    private func add(
        _ start: TextPattern.Start,
        _ tokens: [TextPattern.Token],
        endsAtEnd: Bool,
        _ entry: (class: RuleClass, action: ActionID),
        _ limit: GuardID,
        _ sink: inout RuleSink
    ) {
        sink.builder.add(
            pattern: TextPattern(start: start, tokens: tokens, endsAtEnd: endsAtEnd),
            class: entry.class,
            action: entry.action,
            guard: limit,
            at: RulePosition(rule, line: line)
        )
    }
}

import DNS
import Policy
import TextScan

/// Proxy auto-config files, read and never run: statements `if (C || C …) return "…";` of `FindProxyForURL` whose conditions
/// are `shExpMatch(host, "…")`, `dnsDomainIs(host, "…")`, `localHostOrDomainIs(host, "…")` or `host == "…"`. Every other
/// statement that may decide is counted as not evaluated.
enum PACReader {
    /// Whether a text has the function that makes it such a file.
    static func recognises(_ text: Span<UInt8>) -> Bool {
        guard let found = text.firstRange(of: "FindProxyForURL") else { return false }
        return found.lowerBound < 1 << 20 && text.firstIndex(of: 0x7B, from: found.upperBound) != nil
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var words = PACWords(text)
        while let word = words.next() {
            sink.lines = words.line
            guard text.extracting(word).equals("FindProxyForURL") else { continue }
            guard PACShape.isPlain(text) else { return leaveOpen(text, word, words.line, &sink) }
            return body(text, &words, &sink)
        }
    }

    private static func body(_ text: Span<UInt8>, _ words: inout PACWords, _ sink: inout RuleSink) {
        while let word = words.next(), !text.extracting(word).equals("{") {}
        var depth = 1
        while depth > 0, let word = words.next() {
            sink.lines = words.line
            let octets = text.extracting(word)
            if octets.equals("{") { depth += 1 }
            if octets.equals("}") { depth -= 1 }
            if octets.equals("if") {
                statement(text, word, &words, &sink)
            } else if octets.equals("return") {
                finish(text, word, &words, &sink)
            } else if octets.equals("for") || octets.equals("while") || octets.equals("switch") {
                leaveOpen(text, word, words.line, &sink)
            }
        }
    }

    /// `return "…";`, which decides what is left.
    private static func finish(
        _ text: Span<UInt8>,
        _ start: Range<Int>,
        _ words: inout PACWords,
        _ sink: inout RuleSink
    ) {
        let line = words.line
        guard let answer = words.takeText() else { return leaveOpen(text, start, line, &sink) }
        let position = RulePosition(start.lowerBound..<words.end, line: line)
        let action = action(text.extracting(answer), &sink)
        sink.builder.add(.subtree, name: .root, class: .data, action: action, at: position)
    }

    private static func action(_ answer: Span<UInt8>, _ sink: inout RuleSink) -> ActionID {
        // An empty text is no proxy to Chromium (`SetFromPacString`) and Firefox (`ProcessPACString`).
        let isDirect = answer.count == 0 || answer.trimmed.equalsIgnoringCase("DIRECT")
        return sink.builder.intern(isDirect ? .allow : .route(TerminalText.escaped(answer, limit: 120)))
    }

    /// Counts what is not run, and may return for any host that nothing before it has returned for.
    private static func leaveOpen(_ text: Span<UInt8>, _ range: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        sink.skip(.program, text, range, line)
        sink.leaveOpen(.subtree, .root, class: .data, rule: range, line: line)
    }

    /// `if (…) return "…";`, perhaps in braces.
    private static func statement(
        _ text: Span<UInt8>,
        _ start: Range<Int>,
        _ words: inout PACWords,
        _ sink: inout RuleSink
    ) {
        let line = words.line
        var patterns: [Condition] = []
        var whole = words
        let isUnderstood = conditions(text, &words, &patterns)
        if !isUnderstood, whole.skipParentheses() { words = whole }
        let answer = returned(text, &words)
        let rule = start.lowerBound..<max(words.end, start.upperBound)
        guard let answer else { return leaveOpen(text, rule, line, &sink) }
        let action = action(text.extracting(answer), &sink)
        guard isUnderstood else {
            sink.skip(.program, text, rule, line)
            return sink.undecided(
                .constant(true),
                class: .data,
                action: action,
                at: RulePosition(rule, line: line)
            )
        }
        for pattern in patterns {
            add(pattern, text, action, RulePosition(rule, line: line), &sink)
        }
    }

    private enum Condition {
        case name(Range<Int>)
        case glob(Range<Int>)
        case suffix(Range<Int>)
    }

    /// `(C || C …)`; false when one of them is something else.
    private static func conditions(_ text: Span<UInt8>, _ words: inout PACWords, _ found: inout [Condition]) -> Bool {
        guard words.take("(") else { return false }
        repeat {
            guard let word = words.next() else { return false }
            let function = text.extracting(word)
            if function.equals("host") {
                guard words.take("==") || words.take("==="), let value = words.takeText() else { return false }
                found.append(.name(value))
                continue
            }
            guard words.take("("), words.take("host"), words.take(","), let value = words.takeText(), words.take(")")
            else { return false }
            if function.equals("shExpMatch") {
                found.append(.glob(value))
            } else if function.equals("dnsDomainIs") {
                found.append(.suffix(value))
            } else if function.equals("localHostOrDomainIs") {
                found.append(.name(value))
                // The name without its domain is the other one that it means.
                if let dot = text.extracting(value).firstIndex(of: 0x2E), dot > 0 {
                    found.append(.name(value.lowerBound..<(value.lowerBound + dot)))
                }
            } else {
                return false
            }
        } while words.take("||")
        return words.take(")")
    }

    /// `return "…"`, perhaps in braces; nil when it is something else.
    private static func returned(_ text: Span<UInt8>, _ words: inout PACWords) -> Range<Int>? {
        let isBlock = words.take("{")
        guard words.take("return"), let value = words.takeText() else { return nil }
        _ = words.take(";")
        if isBlock, !words.take("}") { return nil }
        return value
    }

    /// Whether a pattern holds what Chromium and Firefox, which make an expression of it, leave in it as such: `$ ( ) + [ ] ^ { | }`;
    /// others take it as it is.
    private static func hasMarksOfExpressions(_ pattern: Span<UInt8>) -> Bool {
        pattern.indices.contains { index in
            switch pattern[index] {
            case 0x24, 0x28, 0x29, 0x2B, 0x5B, 0x5D, 0x5E, 0x7B...0x7D: true
            default: false
            }
        }
    }

    private static func add(
        _ condition: Condition,
        _ text: Span<UInt8>,
        _ action: ActionID,
        _ position: RulePosition,
        _ sink: inout RuleSink
    ) {
        let value: Range<Int>
        switch condition {
        case .name(let range), .glob(let range), .suffix(let range): value = range
        }
        let rule = position.offset..<(position.offset + position.length)
        if case .glob = condition, hasMarksOfExpressions(text.extracting(value)) {
            return leaveOpen(text, rule, position.line, &sink)
        }
        // The functions compare with the host of the address, which browsers have made lower case.
        for index in value where text[index] &- 0x41 < 26 { return sink.drop(.capitals, text, rule, position.line) }
        guard !value.isEmpty else { return sink.drop(.notAName, text, rule, position.line) }
        var tokens: [TextPattern.Token] = []
        for index in value {
            switch (condition, text[index]) {
            case (_, 0x5C): return leaveOpen(text, rule, position.line, &sink)
            case (.glob, 0x2A): if tokens.last != .any { tokens.append(.any) }
            case (.glob, 0x3F): tokens.append(.one)
            default: tokens.append(.octet(text[index]))
            }
        }
        var start = TextPattern.Start.beginning
        switch condition {
        case .name:
            guard let name = try? DomainName(presentation: text.extracting(value).octets) else {
                return sink.drop(.notAName, text, rule, position.line)
            }
            return sink.builder.add(.exact, name: name, class: .data, action: action, at: position)
        case .suffix: start = .anywhere
        case .glob: break
        }
        sink.builder.add(
            pattern: TextPattern(start: start, tokens: tokens, endsAtEnd: true),
            class: .data,
            action: action,
            at: position
        )
    }
}

/// The words of JavaScript as far as conditions need them: names, texts, marks; comments are skipped.
struct PACWords: ~Escapable {
    private let text: Span<UInt8>
    private var position = 0
    private var counter = LineCounter()
    /// Where the last word ends.
    private(set) var end = 0
    /// The line of the last word.
    private(set) var line = 1
    /// Whether the last word is a text.
    private(set) var isText = false

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) { self.text = text }

    /// The next word; of a text what stands between its quotes.
    @_lifetime(self: copy self)
    mutating func next() -> Range<Int>? {
        skipBlanks()
        isText = false
        guard position < text.count else { return nil }
        line = counter.line(of: position, text)
        let start = position
        let octet = text[start]
        position += 1
        defer { end = position }
        if octet == 0x22 || octet == 0x27 {
            isText = true
            while position < text.count, text[position] != octet, text[position] != 0x0A {
                position += text[position] == 0x5C ? 2 : 1
            }
            let close = min(position, text.count)
            position = min(close + 1, text.count)
            return (start + 1)..<max(start + 1, close)
        }
        if Self.isNameOctet(octet) {
            while position < text.count, Self.isNameOctet(text[position]) { position += 1 }
        } else if octet == 0x7C || octet == 0x3D || octet == 0x26 || octet == 0x21 {
            while position < text.count, text[position] == octet || text[position] == 0x3D { position += 1 }
        }
        return start..<position
    }

    /// The same place once more, to look ahead.
    @_lifetime(copy self)
    func copy() -> PACWords { self }

    /// Takes `host = host.toLowerCase()`, which leaves the name what it is.
    @_lifetime(self: copy self)
    mutating func takeLowering() -> Bool {
        let kept = (position, end, line, counter)
        if take("host"), take("="), take("host"), take("."), take("toLowerCase"), take("("), take(")") { return true }
        (position, end, line, counter) = kept
        return false
    }

    /// Takes a word if it is this one.
    @_lifetime(self: copy self)
    mutating func take(_ word: StaticString) -> Bool {
        let (position, end, line, counter) = (position, end, line, counter)
        if let found = next(), !isText, text.extracting(found).equals(word) { return true }
        (self.position, self.end, self.line, self.counter) = (position, end, line, counter)
        return false
    }

    /// Moves behind the parentheses that begin here; false where none do, or nothing ends them.
    @_lifetime(self: copy self)
    mutating func skipParentheses() -> Bool {
        guard take("(") else { return false }
        var depth = 1
        while depth > 0, let word = next() {
            guard !isText else { continue }
            if text.extracting(word).equals("(") { depth += 1 }
            if text.extracting(word).equals(")") { depth -= 1 }
        }
        return depth == 0
    }

    /// Takes a text if there is one.
    @_lifetime(self: copy self)
    mutating func takeText() -> Range<Int>? {
        let (position, end, line, counter) = (position, end, line, counter)
        if let found = next(), isText { return found }
        (self.position, self.end, self.line, self.counter) = (position, end, line, counter)
        return nil
    }

    @_lifetime(self: copy self)
    private mutating func skipBlanks() {
        while position < text.count {
            if isBlank(text[position]) {
                position += 1
            } else if text.hasPrefix("//", at: position) {
                position = text.firstIndex(of: 0x0A, from: position) ?? text.count
            } else if text.hasPrefix("/*", at: position) {
                position = text.firstRange(of: "*/", from: position + 2)?.upperBound ?? text.count
            } else {
                return
            }
        }
    }

    private static func isNameOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x24, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
        default: false
        }
    }
}

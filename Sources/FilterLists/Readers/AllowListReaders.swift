import DNS
import Policy
import TextScan

/// Entries of a list for firewalls and proxies, one a line; `#` begins a comment at the start or behind a blank.
enum AllowListLines {
    /// The engines whose lists these are.
    static let engines: [Engine] = [.panOS, .zscaler, .fortiGate, .umbrella]

    static func read(
        _ text: Span<UInt8>,
        _ sink: inout RuleSink,
        opening prefixes: [StaticString] = [".", "^."],
        _ entry: (Range<Int>, Int, inout RuleSink) -> Void
    ) {
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            var end = line.range.upperBound
            for index in line.range
            where text[index] == 0x23 && (index == line.range.lowerBound || isBlank(text[index - 1])) {
                end = index
                break
            }
            var rule = text.trimmedRange(in: line.range.lowerBound..<end)
            guard !rule.isEmpty else { continue }
            if let slash = text.extracting(rule).firstIndex(of: 0x2F) {
                guard slash == rule.count - 1 else {
                    sink.drop(.path, text, rule, line.number)
                    continue
                }
                // A slash at the end is that of the whole host.
                rule = rule.lowerBound..<(rule.upperBound - 1)
            }
            if IPAddress(text: text.extracting(rule).octets) != nil {
                sink.skip(.address, text, rule, line.number)
                continue
            }
            let prefix = prefixes.first { rule.count > $0.utf8CodeUnitCount && text.hasPrefix($0, at: rule.lowerBound) }
            if let prefix {
                sink.skip(.leadingDot, text, rule, line.number)
                let name = (rule.lowerBound + prefix.utf8CodeUnitCount)..<rule.upperBound
                let openClass = sink.entry().class
                sink.leaveOpen(.subtree, text, name: name, class: openClass, rule: rule, line: line.number)
                continue
            }
            entry(rule, line.number, &sink)
        }
    }

    /// Whether an octet of a range is this one.
    static func holds(_ text: Span<UInt8>, _ range: Range<Int>, _ octet: UInt8) -> Bool {
        text.extracting(range).firstIndex(of: octet) != nil
    }
}

/// PAN-OS external dynamic lists: `x`, `^x`, `*.x`, each with or without a slash behind it, as lists of URLs have it. `x` is x
/// alone in either kind of list, as `x/` is: in lists of URLs the firewall puts the slash behind it, unless that is turned off or
/// it is older than 10.2; then `x` is `x.*` as well. Stars and carets that are whole labels elsewhere are patterns in lists of URLs
/// and invalid in lists of domains; which of them a list is, it does not say. Part of a label they are invalid in both.
enum PANOSReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        AllowListLines.read(text, &sink, opening: ["."]) { rule, line, sink in
            var name = rule
            var scope = Scope.exact
            if text.hasPrefix("*.", at: rule.lowerBound) {
                scope = .below
                name = (rule.lowerBound + 2)..<rule.upperBound
            } else if text[rule.lowerBound] == 0x5E, !text.hasPrefix("^.", at: rule.lowerBound) {
                name = (rule.lowerBound + 1)..<rule.upperBound
            }
            guard !name.isEmpty, let literal = literal(text, name) else { return sink.drop(.pattern, text, rule, line) }
            guard literal == name else {
                sink.skip(.listOfURLs, text, rule, line)
                if literal.isEmpty {
                    sink.leaveOpen(.subtree, .root, class: entry.class, rule: rule, line: line)
                } else {
                    sink.leaveOpen(.subtree, text, name: literal, class: entry.class, rule: rule, line: line)
                }
                return
            }
            sink.add(scope, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
        }
    }

    /// The labels behind the last one that is a star or a caret; nil where one of those is part of a label.
    private static func literal(_ text: Span<UInt8>, _ name: Range<Int>) -> Range<Int>? {
        var (label, literal) = (name.lowerBound, name.lowerBound)
        while label < name.upperBound {
            let end =
                text.extracting(label..<name.upperBound).firstIndex(of: 0x2E).map { label + $0 } ?? name.upperBound
            let part = label..<end
            if AllowListLines.holds(text, part, 0x2A) || AllowListLines.holds(text, part, 0x5E) {
                guard part.count == 1 else { return nil }
                literal = min(end + 1, name.upperBound)
            }
            label = end + 1
        }
        return literal..<name.upperBound
    }
}

/// Zscaler's URL categories: `.x` is x and up to five labels below it, `x` is x alone; capitals are not accepted.
enum ZscalerReader {
    /// Labels below a name that begins with a dot.
    static let levels = 5

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        AllowListLines.read(text, &sink, opening: []) { rule, line, sink in
            for index in rule where text[index] &- 0x41 < 26 { return sink.drop(.capitals, text, rule, line) }
            guard !AllowListLines.holds(text, rule, 0x2A) else { return sink.drop(.wildcard, text, rule, line) }
            guard text[rule.lowerBound] == 0x2E else {
                sink.add(.exact, text, name: rule, class: entry.class, action: entry.action, rule: rule, line: line)
                return
            }
            let name = (rule.lowerBound + 1)..<rule.upperBound
            let isAdded = sink.add(
                .exact,
                text,
                name: name,
                class: entry.class,
                action: entry.action,
                rule: rule,
                line: line
            )
            guard isAdded else { return }
            // One line is one rule.
            sink.noteOpenRules(levels)
            let suffix = text.extracting(rule).octets.map { TextPattern.Token.octet(asciiLowercased($0)) }
            var tokens = suffix
            for level in 1...levels {
                tokens = (level == 1 ? [.run] : [.run, .octet(0x2E)]) + tokens
                sink.builder.add(
                    pattern: TextPattern(start: .beginning, tokens: tokens, endsAtEnd: true),
                    class: entry.class,
                    action: entry.action,
                    at: RulePosition(rule, line: line)
                )
            }
        }
    }
}

/// FortiGate's FQDN addresses: a star stands for any run of octets.
enum FortiGateReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        AllowListLines.read(text, &sink) { rule, line, sink in
            if text.hasPrefix("*.", at: rule.lowerBound) {
                let name = (rule.lowerBound + 2)..<rule.upperBound
                if !name.isEmpty, !AllowListLines.holds(text, name, 0x2A) {
                    sink.add(.below, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
                    return
                }
            }
            guard AllowListLines.holds(text, rule, 0x2A) else {
                sink.add(.exact, text, name: rule, class: entry.class, action: entry.action, rule: rule, line: line)
                return
            }
            var tokens: [TextPattern.Token] = []
            for index in rule {
                if text[index] != 0x2A {
                    tokens.append(.octet(asciiLowercased(text[index])))
                } else if tokens.last != .any {
                    tokens.append(.any)
                }
            }
            sink.builder.add(
                pattern: TextPattern(start: .beginning, tokens: tokens, endsAtEnd: true),
                class: entry.class,
                action: entry.action,
                at: RulePosition(rule, line: line)
            )
        }
    }
}

/// Umbrella's destination lists: a name and everything below it.
enum UmbrellaReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        AllowListLines.read(text, &sink) { rule, line, sink in
            guard !AllowListLines.holds(text, rule, 0x2A) else { return sink.drop(.wildcard, text, rule, line) }
            sink.add(.subtree, text, name: rule, class: entry.class, action: entry.action, rule: rule, line: line)
        }
    }
}

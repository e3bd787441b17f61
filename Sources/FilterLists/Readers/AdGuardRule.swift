import DNS
import Policy
import TextScan

/// A network rule of urlfilter: `[@@]pattern[$modifier,…]`.
struct AdGuardRule {
    /// Whether it begins with `@@`.
    var allows = false
    /// The pattern, `/*` at the end already turned into `^`.
    var pattern: Range<Int>
    /// Whether the pattern ends with `^` in place of `/*`.
    var endsWithPath = false
    /// The modifiers.
    var modifiers = AdGuardModifiers()

    /// Reads a line that is no hosts rule and adds the rule it stands for.
    static func read(
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ context: AdGuardContext,
        _ sink: inout RuleSink
    ) {
        guard let rule = parse(text, range, line, &sink) else { return }
        // Rewrites are looked for before $badfilter rules are carried out, and may be such rules themselves.
        if rule.modifiers.rewrite != nil { return rule.add(text, range, line, context, &sink) }
        if rule.modifiers.isBadfilter { return sink.drop(.badfilter, text, range, line) }
        switch sink.removals.effect(on: rule, text) {
        case .none, .putBack: break
        case .removed: return sink.drop(.removedByBadfilter, text, range, line)
        case .mixed:
            sink.skip(.badfilterOverlap, text, range, line)
            let mark = sink.builder.mark
            rule.add(text, range, line, context, &sink)
            return sink.noteOpenRules(sink.builder.leaveOpen(line: line, since: mark))
        }
        rule.add(text, range, line, context, &sink)
    }

    /// Splits and checks a rule; reports what urlfilter drops.
    static func parse(_ text: Span<UInt8>, _ range: Range<Int>, _ line: Int, _ sink: inout RuleSink) -> AdGuardRule? {
        switch split(text, range) {
        case .success(let rule):
            guard rule.isTooWide(text) else { return rule }
            sink.drop(.tooWide, text, range, line)
        case .failure(let fault):
            sink.drop(fault.reason, text, range, line)
        }
        return nil
    }

    /// Splits a rule without reporting.
    static func split(_ text: Span<UInt8>, _ range: Range<Int>) -> Result<AdGuardRule, AdGuardFault> {
        var start = range.lowerBound
        var rule = AdGuardRule(pattern: range)
        if text.hasPrefix("@@", at: start) {
            rule.allows = true
            start += 2
        }
        guard start < range.upperBound else { return .failure(AdGuardFault(reason: .pattern)) }
        rule.pattern = start..<range.upperBound
        let isRegex =
            range.upperBound - start > 1 && text[start] == 0x2F && text[range.upperBound - 1] == 0x2F
            && text.extracting(range).firstRange(of: "replace=") == nil
        if !isRegex, let dollar = optionsStart(text, rule.pattern) {
            rule.pattern = start..<dollar
            if let fault = rule.modifiers.read(text, (dollar + 1)..<range.upperBound, allows: rule.allows) {
                return .failure(fault)
            }
        }
        let pattern = rule.pattern
        if pattern.count >= 2, text[pattern.upperBound - 1] == 0x2A, text[pattern.upperBound - 2] == 0x2F {
            rule.pattern = pattern.lowerBound..<(pattern.upperBound - 2)
            rule.endsWithPath = true
        }
        return .success(rule)
    }

    /// The `$` before the modifiers: the last one that is neither at the end nor behind a backslash.
    private static func optionsStart(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.upperBound - 2
        while index >= range.lowerBound {
            if text[index] == 0x24, index == range.lowerBound || text[index - 1] != 0x5C { return index }
            index -= 1
        }
        return nil
    }

    private func isRegex(_ text: Span<UInt8>) -> Bool {
        !endsWithPath && pattern.count > 1 && text[pattern.lowerBound] == 0x2F && text[pattern.upperBound - 1] == 0x2F
    }

    private func isTooWide(_ text: Span<UInt8>) -> Bool {
        let length = pattern.count + (endsWithPath ? 2 : 0)
        return length < 3 && !modifiers.isLimited
    }

    // MARK: - Adding

    private func add(
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ context: AdGuardContext,
        _ sink: inout RuleSink
    ) {
        if let reason = modifiers.unsupported {
            sink.skip(reason, text, range, line)
            var others = self
            others.modifiers.unsupported = nil
            return sink.undecided { others.add(text, range, line, context, &$0) }
        }
        if modifiers.neverMatches { return sink.drop(.contentType, text, range, line) }
        guard let entry = entry(context, &sink) else { return sink.drop(.rewriteInAllowList, text, range, line) }
        if isRegex(text) { return addRegex(text, range, line, entry, &sink) }
        let coverage = modifiers.coverage.map { sink.builder.intern($0) } ?? .all
        let limit = modifiers.guard(&sink.builder)
        let position = RulePosition(range, line: line)
        if matchesEverything(text) {
            sink.builder.add(
                .subtree,
                name: .root,
                class: entry.class,
                action: entry.action,
                coverage: coverage,
                guard: limit,
                at: position
            )
            return
        }
        if let (scope, name) = scoped(text) {
            sink.add(
                scope,
                text,
                name: name,
                class: entry.class,
                action: entry.action,
                coverage: coverage,
                guard: limit,
                rule: range,
                line: line
            )
            return
        }
        switch AdGuardPattern.read(text, pattern, endsWithSeparator: endsWithPath) {
        case .pattern(let pattern):
            sink.builder.add(
                pattern: pattern,
                class: entry.class,
                action: entry.action,
                coverage: coverage,
                guard: limit,
                at: position
            )
        case .never: sink.drop(.path, text, range, line)
        }
    }

    /// The class and action of the rule; nil for a rewrite where there are none.
    private func entry(_ context: AdGuardContext, _ sink: inout RuleSink) -> (class: RuleClass, action: ActionID)? {
        guard let value = modifiers.rewrite else {
            return context.entry(allows: allows, important: modifiers.isImportant)
        }
        guard sink.role != .allow else { return nil }
        let rewrite = Rewrite(value, isException: allows, isImportant: modifiers.isImportant)
        return (.rewrite, sink.builder.intern(.rewrite(rewrite)))
    }

    /// A regular expression is searched for in the name, without regard to case.
    private func addRegex(
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        let limit = modifiers.guard(&sink.builder)
        let expression = text.extracting((pattern.lowerBound + 1)..<(pattern.upperBound - 1))
        sink.add(
            expression,
            .re2(ignoresCase: true),
            required: AdGuardShortcut.of(expression),
            class: entry.class,
            action: entry.action,
            coverage: modifiers.coverage.map { sink.builder.intern($0) } ?? .all,
            guard: limit,
            text,
            rule: range,
            line: line
        )
    }

    private func matchesEverything(_ text: Span<UInt8>) -> Bool {
        guard !endsWithPath else { return false }
        let pattern = text.extracting(pattern)
        return pattern.count == 0 || pattern.equals("*") || pattern.equals("|") || pattern.equals("||")
    }

    /// The patterns that are about a name as such, which nearly all are: `||x^`, `|x^`, `*.x^`, `.x^`.
    func scoped(_ text: Span<UInt8>) -> (Scope, Range<Int>)? {
        var start = pattern.lowerBound
        var end = pattern.upperBound
        guard start < end else { return nil }
        if !endsWithPath {
            guard end - start > 2, text[end - 1] == 0x5E || text[end - 1] == 0x7C else { return nil }
            end -= 1
            if text[end - 1] == 0x5E { end -= 1 }
        }
        let scope: Scope
        if text.hasPrefix("||*.", at: start) {
            scope = .below
            start += 4
        } else if text.hasPrefix("||", at: start) {
            scope = .subtree
            start += 2
        } else if text[start] == 0x7C {
            scope = .exact
            start += 1
        } else if text.hasPrefix("*.", at: start) {
            scope = .below
            start += 2
        } else if text[start] == 0x2E {
            scope = .below
            start += 1
        } else {
            return nil
        }
        guard start < end, Self.isPlainName(text, start..<end) else { return nil }
        return (scope, start..<end)
    }

    /// Whether a part of a pattern is exactly the text of a name.
    private static func isPlainName(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty, range.count <= 253, text[range.upperBound - 1] != 0x2E else { return false }
        return PlainLabels.are(text, range)
    }
}

/// Why urlfilter drops a rule.
struct AdGuardFault: Error {
    let reason: DropReason
}

extension NameCondition {
    /// What holds for every name that an expression matches which is refused here and may be taken by an engine, and for as
    /// few others as can be said: the expression with the parts widened that made it one that is refused.
    ///
    /// - Parameter inverted: whether it is about the names that do not match; those are any then.
    /// - Complexity: O(pattern), and two attempts to compile it
    public static func widened(
        _ pattern: Span<UInt8>,
        _ dialect: NameRegex.Dialect,
        inverted: Bool = false
    ) -> NameCondition {
        guard !inverted else { return .constant(true) }
        for steps in [RegexWidening.Steps.references, .all] {
            guard let text = RegexWidening.widened(pattern, dialect, steps) else { continue }
            if let regex = try? NameRegex(text.span, dialect) { return .regex(regex) }
            // RE2 reads patterns that are too long for TRE.
            guard dialect == .tre, let plain = RegexTranslation.re2(text.span),
                let regex = try? NameRegex(plain.span, .re2(ignoresCase: false))
            else { continue }
            return .any([.isOdd, .regex(regex)])
        }
        return .constant(true)
    }
}

/// Writes a regular expression that matches at least what another one matches.
///
/// References to groups become `(.*)`, bounds of repetitions a star, classes of characters any one; a pattern with quoted text or with approximate
/// matching is left alone, for in it nothing means what it says.
public struct RegexWidening {
    /// What is widened.
    public enum Steps: Sendable {
        /// References alone.
        case references
        /// Bounds, too, which make large what they stand behind.
        case all
    }

    /// The wider expression; nil where none is known.
    public static func widened(_ pattern: Span<UInt8>, _ dialect: NameRegex.Dialect, _ steps: Steps) -> [UInt8]? {
        var index = 0
        var text: [UInt8] = []
        let isTRE = dialect == .tre
        while index < pattern.count {
            let octet = pattern[index]
            let start = index
            index += 1
            switch octet {
            case 0x5C:
                guard index < pattern.count, pattern[index] != 0x51 else { return nil }
                let escaped = pattern[index]
                // What TRE 0.8 reads on and on behind.
                if isTRE, escaped == 0x5C, index + 1 < pattern.count, pattern[index + 1] == 0x29 { return nil }
                index += 1
                if isTRE, escaped &- 0x30 < 10 {
                    text += Array("(.*)".utf8)
                    continue
                }
                if escaped == 0x78 || escaped | 0x20 == 0x70 { skipBraces(pattern, &index) }
                // Other versions know other classes of characters.
                if !isTRE, steps == .all, escaped | 0x20 == 0x70 {
                    // One letter stands without braces.
                    if index == start + 2, index < pattern.count { index += 1 }
                    text += anything
                    continue
                }
            case 0x5B:
                skipBracket(pattern, &index, hasEscapes: !isTRE)
                let hasClass = (start..<index - 1).contains { pattern[$0] == 0x5C && pattern[$0 + 1] | 0x20 == 0x70 }
                if !isTRE, steps == .all, hasClass {
                    text += anything
                    continue
                }
            case 0x28 where isTRE && index + 1 < pattern.count && pattern[index] == 0x3F && pattern[index + 1] == 0x23:
                index = end(of: 0x29, pattern, index)
            case 0x7B:
                var close = index
                skipBraces(pattern, &close, from: start)
                let inner = pattern.extracting(index..<close)
                let isBound = inner.indices.dropLast().allSatisfy { inner[$0] &- 0x30 < 10 || inner[$0] == 0x2C }
                guard !isTRE || isBound else { return nil }
                if isBound, inner.count > 1, steps == .all {
                    index = close
                    text.append(0x2A)
                    continue
                }
            default: break
            }
            for place in start..<index { text.append(pattern[place]) }
        }
        return text
    }

    private static let anything = Array("(?s:.)".utf8)

    /// Moves behind the `}` of braces that begin at `index`, or at `start`.
    private static func skipBraces(_ pattern: Span<UInt8>, _ index: inout Int, from start: Int? = nil) {
        guard start != nil || index < pattern.count && pattern[index] == 0x7B else { return }
        index = end(of: 0x7D, pattern, index)
    }

    private static func end(of octet: UInt8, _ pattern: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index < pattern.count, pattern[index] != octet { index += 1 }
        return min(index + 1, pattern.count)
    }

    /// Moves behind the `]` of a bracket whose `[` ends before `index`.
    private static func skipBracket(_ pattern: Span<UInt8>, _ index: inout Int, hasEscapes: Bool) {
        if index < pattern.count, pattern[index] == 0x5E { index += 1 }
        let first = index
        while index < pattern.count {
            let octet = pattern[index]
            index += 1
            if octet == 0x5D, index - 1 > first { return }
            if octet == 0x5C, hasEscapes, index < pattern.count { index += 1 }
            if octet == 0x5B, index < pattern.count, pattern[index] == 0x3A {
                index = min(end(of: 0x3A, pattern, index + 1) + 1, pattern.count)
            }
        }
    }
}

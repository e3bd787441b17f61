import Policy
import TextScan

/// Which extended POSIX expressions mean the same to the C library of a system, which its servers use, and to TRE.
///
/// Everything that POSIX leaves open is left out: escapes of letters, empty branches, repeated repetitions, odd ranges.
enum PosixExpression {
    /// Whether the expression is one that both read alike.
    static func isPortable(_ pattern: Span<UInt8>) -> Bool {
        var checker = Checker(pattern)
        return checker.check()
    }

    /// Whether the C library is known to take an expression, whatever it makes of it: letters may be escaped, and groups meant
    /// once they have ended.
    static func isExpression(_ pattern: [UInt8]) -> Bool {
        var plain: [UInt8] = []
        var index = 0
        var (opened, closed) = (0, 0)
        while index < pattern.count {
            if pattern[index] == 0x28 { opened += 1 }
            if pattern[index] == 0x29 { closed += 1 }
            let next = index + 1 < pattern.count ? pattern[index + 1] : 0
            switch (pattern[index], next) {
            // Ends of words and of the text cannot be repeated.
            case (0x5C, 0x42), (0x5C, 0x62), (0x5C, 0x3C), (0x5C, 0x3E): plain.append(0x5E)
            case (0x5C, 0x41...0x5A), (0x5C, 0x61...0x7A): plain.append(0x61)
            case (0x5C, 0x31...0x39) where opened == closed && Int(next) - 0x30 <= closed: plain.append(0x61)
            case (0x5C, _): plain += [0x5C, next]
            case (0x01...0x1F, _):
                plain.append(0x61)
                index -= 1
            default:
                plain.append(pattern[index])
                index -= 1
            }
            index += 2
        }
        return isPortable(plain.span)
    }

    /// What holds for every host that an expression matches which the C library may read otherwise than TRE, or which tells
    /// capitals from small letters: the same without references to groups, where that is read alike.
    static func widened(_ pattern: Span<UInt8>, regardsCase: Bool) -> NameCondition {
        // Without regard to case fewer letters are outside of a set.
        guard !regardsCase || pattern.firstRange(of: "[^") == nil,
            let text = RegexWidening.widened(pattern, .tre, .references), isPortable(text.span)
        else { return .constant(true) }
        return NameCondition.widened(text.span, .tre)
    }

    /// An expression that tells capitals from small letters, as one without regard to case about texts without capitals, such as
    /// the hosts that squid compares: what is a capital stands for nothing there. Nil where that is not known.
    static func aboutLowerCase(_ pattern: [UInt8]) -> [UInt8]? {
        // No class is without letters of one case.
        if pattern.span.firstRange(of: "[:upper:]") != nil { return nil }
        var made = pattern
        var (inSet, first) = (false, 0)
        for (index, octet) in pattern.enumerated() {
            if !inSet, octet == 0x5B, index == 0 || pattern[index - 1] != 0x5C {
                inSet = true
                first = index + 1 < pattern.count && pattern[index + 1] == 0x5E ? index + 2 : index + 1
            } else if inSet, octet == 0x5B {
                // `[:alpha:]` and the like end with a bracket of their own.
                return pattern.contains { $0 &- 0x41 < 26 } ? nil : pattern
            } else if inSet, octet == 0x5D, index > first {
                inSet = false
            }
            guard octet &- 0x41 < 26 else { continue }
            if inSet, isMixedRange(pattern, index) { return nil }
            made[index] = 0x01
        }
        return made
    }

    /// Whether a capital in a set begins or ends a range of which not both ends are capitals.
    private static func isMixedRange(_ pattern: [UInt8], _ index: Int) -> Bool {
        if index + 2 < pattern.count, pattern[index + 1] == 0x2D, pattern[index + 2] != 0x5D {
            return pattern[index + 2] &- 0x41 >= 26
        }
        return index > 1 && pattern[index - 1] == 0x2D && pattern[index - 2] &- 0x41 >= 26
    }

    private struct Checker: ~Escapable {
        private let pattern: Span<UInt8>
        private var position = 0
        /// Whether something stands in front that can be repeated.
        private var hasAtom = false
        /// Whether the branch holds anything yet.
        private var isEmpty = true
        private var depth = 0

        @_lifetime(copy pattern)
        init(_ pattern: Span<UInt8>) { self.pattern = pattern }

        @_lifetime(self: copy self)
        mutating func check() -> Bool {
            while position < pattern.count {
                guard step() else { return false }
            }
            return depth == 0 && !isEmpty
        }

        @_lifetime(self: copy self)
        private mutating func step() -> Bool {
            let octet = pattern[position]
            position += 1
            switch octet {
            case 0x5C: return escape()
            case 0x5B:
                guard bracket() else { return false }
                return atom()
            case 0x28:
                depth += 1
                hasAtom = false
                isEmpty = true
                return depth < 32
            case 0x29:
                guard depth > 0, !isEmpty else { return false }
                depth -= 1
                return atom()
            case 0x7C:
                guard !isEmpty else { return false }
                hasAtom = false
                isEmpty = true
                return true
            case 0x2A, 0x2B, 0x3F: return repetition()
            case 0x7B: return bounds() && repetition()
            case 0x5E, 0x24:
                hasAtom = false
                isEmpty = false
                return true
            case 0x20...0x7E: return atom()
            default: return false
            }
        }

        @_lifetime(self: copy self)
        private mutating func atom() -> Bool {
            hasAtom = true
            isEmpty = false
            return true
        }

        @_lifetime(self: copy self)
        private mutating func repetition() -> Bool {
            defer { hasAtom = false }
            return hasAtom
        }

        @_lifetime(self: copy self)
        private mutating func escape() -> Bool {
            guard position < pattern.count else { return false }
            switch pattern[position] {
            case 0x2E, 0x5B, 0x5C, 0x2A, 0x5E, 0x24, 0x2B, 0x3F, 0x28, 0x29, 0x7B, 0x7D, 0x7C, 0x2D, 0x2F, 0x5D:
                position += 1
                return atom()
            default: return false
            }
        }

        /// `m}`, `m,}` or `m,n}`.
        @_lifetime(self: copy self)
        private mutating func bounds() -> Bool {
            guard let end = pattern.firstIndex(of: 0x7D, from: position) else { return false }
            let inner = pattern.extracting(position..<end)
            position = end + 1
            guard let comma = inner.firstIndex(of: 0x2C) else {
                return inner.decimal.map { $0 > 0 && $0 < 256 } ?? false
            }
            guard let low = inner.extracting(0..<comma).decimal, low < 256 else { return false }
            if comma + 1 == inner.count { return true }
            return inner.extracting((comma + 1)..<inner.count).decimal.map { $0 >= low && $0 > 0 && $0 < 256 } ?? false
        }

        @_lifetime(self: copy self)
        private mutating func bracket() -> Bool {
            if position < pattern.count, pattern[position] == 0x5E { position += 1 }
            let first = position
            while position < pattern.count {
                let octet = pattern[position]
                if octet == 0x5D, position > first {
                    position += 1
                    return true
                }
                guard octet != 0x5C, octet < 0x7F, octet >= 0x20 else { return false }
                if octet == 0x5B {
                    guard namedClass() else { return false }
                } else if position + 2 < pattern.count, pattern[position + 1] == 0x2D, pattern[position + 2] != 0x5D {
                    guard Self.isRange(octet, pattern[position + 2]) else { return false }
                    position += 3
                } else {
                    position += 1
                }
            }
            return false
        }

        /// `[:name:]`; other uses of an inner bracket are not taken.
        @_lifetime(self: copy self)
        private mutating func namedClass() -> Bool {
            for name in Self.classes where pattern.hasPrefix(name, at: position) {
                position += name.utf8CodeUnitCount
                return true
            }
            return false
        }

        private static let classes: [StaticString] = [
            "[:alpha:]", "[:digit:]", "[:alnum:]", "[:xdigit:]", "[:punct:]",
        ]

        private static func isRange(_ low: UInt8, _ high: UInt8) -> Bool {
            guard low <= high else { return false }
            let kinds: [ClosedRange<UInt8>] = [0x30...0x39, 0x41...0x5A, 0x61...0x7A]
            return kinds.contains { $0.contains(low) && $0.contains(high) }
        }
    }
}

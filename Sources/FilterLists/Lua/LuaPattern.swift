import DNS
import Policy
import TextScan

/// Lua patterns (Lua 5.1 manual §5.4.1) in the language of RE2, so that they take linear time.
enum LuaPattern {
    /// The expression for a pattern; nil for what a regular expression cannot say (`%b`, `%f`, references to captures) and
    /// for what is no pattern.
    static func regex(_ pattern: [UInt8]) -> [UInt8]? { translated(pattern, widens: false) }

    /// What holds for every name that a pattern matches which no expression says: with any text for `%b` and references.
    static func widened(_ pattern: [UInt8]) -> NameCondition {
        guard let text = translated(pattern, widens: true),
            let regex = try? NameRegex(text.span, .re2(ignoresCase: false))
        else { return .constant(true) }
        return .wire(regex)
    }

    private static func translated(_ pattern: [UInt8], widens: Bool) -> [UInt8]? {
        let marks = Array("^$*+?.([%-".utf8)
        guard pattern.contains(where: { marks.contains($0) }) else {
            return Array(pattern.map(Translation.literal).joined().utf8)
        }
        // A pattern with marks ends at its first zero, in LuaJIT as in Lua 5.1 (compared with kresd 5.6).
        var translation = Translation(pattern: Array(pattern.prefix { $0 != 0 }), widens: widens)
        return translation.run()
    }

    private struct Translation {
        let pattern: [UInt8]
        private var position = 0
        private var result = "(?s)"
        /// Whether more is said than the pattern does, where it cannot be said.
        private let widens: Bool
        /// Captures that are open, and how many there are.
        private var open = 0
        private var captures = 0

        init(pattern: [UInt8], widens: Bool) {
            self.pattern = pattern
            self.widens = widens
        }

        mutating func run() -> [UInt8]? {
            if pattern.first == 0x5E {
                result += "\\A"
                position = 1
            }
            while position < pattern.count {
                if pattern[position] == 0x24, position + 1 == pattern.count {
                    result += "\\z"
                    break
                }
                if capture() { continue }
                if widens, let wide = wide() {
                    result += wide
                    continue
                }
                guard let item = item() else { return nil }
                result += item + repetition()
            }
            // An engine that meets one left open, or one closed that is not, fails.
            return open == 0 && captures <= 32 ? Array(result.utf8) : nil
        }

        /// Reads a parenthesis: captures change nothing about whether a name matches, and are not repeated.
        private mutating func capture() -> Bool {
            switch pattern[position] {
            case 0x28:
                open += 1
                captures += 1
            case 0x29 where open > 0: open -= 1
            default: return false
            }
            position += 1
            return true
        }

        /// What `%bxy`, `%f[set]` and `%1` match at most.
        private mutating func wide() -> String? {
            guard pattern[position] == 0x25, position + 1 < pattern.count else { return nil }
            switch pattern[position + 1] {
            case 0x62 where position + 3 < pattern.count:
                position += 4
                return ".*"
            case 0x66 where position + 2 < pattern.count && pattern[position + 2] == 0x5B:
                position += 3
                return set() == nil ? nil : ""
            case 0x31...0x39:
                position += 2
                return ".*"
            default: return nil
            }
        }

        /// One character, or a set of them.
        private mutating func item() -> String? {
            let octet = pattern[position]
            position += 1
            switch octet {
            case 0x2E: return "."
            case 0x25: return named().map { "[\($0)]" }
            case 0x5B: return set()
            case 0x29: return nil
            default: return Self.literal(octet)
            }
        }

        private mutating func repetition() -> String {
            guard position < pattern.count else { return "" }
            switch pattern[position] {
            case 0x2A, 0x2D:
                position += 1
                return "*"
            case 0x2B:
                position += 1
                return "+"
            case 0x3F:
                position += 1
                return "?"
            default: return ""
            }
        }

        /// What stands behind a `%`, for a set.
        private mutating func named() -> String? {
            guard position < pattern.count else { return nil }
            let octet = pattern[position]
            position += 1
            guard octet | 0x20 >= 0x61, octet | 0x20 <= 0x7A else {
                return octet &- 0x30 < 10 ? nil : Self.literal(octet)
            }
            if octet == 0x7A { return Self.literal(0) }
            guard let name = Self.classes[octet | 0x20] else { return nil }
            return octet & 0x20 == 0 ? "[:^\(name):]" : "[:\(name):]"
        }

        private static let classes: [UInt8: String] = [
            0x61: "alpha", 0x63: "cntrl", 0x64: "digit", 0x6C: "lower", 0x70: "punct", 0x73: "space", 0x75: "upper",
            0x77: "alnum", 0x78: "xdigit",
        ]

        private mutating func set() -> String? {
            var set = "["
            if position < pattern.count, pattern[position] == 0x5E {
                set += "^"
                position += 1
            }
            let first = position
            while position < pattern.count {
                let octet = pattern[position]
                if octet == 0x5D, position > first {
                    position += 1
                    return set + "]"
                }
                position += 1
                if octet == 0x25 {
                    guard let name = named() else { return nil }
                    set += name
                } else if position + 1 < pattern.count, pattern[position] == 0x2D, pattern[position + 1] != 0x5D {
                    guard octet <= pattern[position + 1] else { return nil }
                    set += Self.literal(octet) + "-" + Self.literal(pattern[position + 1])
                    position += 2
                } else {
                    set += Self.literal(octet)
                }
            }
            return nil
        }

        static func literal(_ octet: UInt8) -> String { "\\x{\(String(octet, radix: 16))}" }
    }
}

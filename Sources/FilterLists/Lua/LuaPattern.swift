/// Lua patterns (Lua 5.1 manual §5.4.1) in the language of RE2, so that they take linear time.
enum LuaPattern {
    /// The expression for a pattern; nil for what a regular expression cannot say (`%b`, `%f`, references to captures) and
    /// for what is no pattern.
    static func regex(_ pattern: [UInt8]) -> [UInt8]? {
        let marks = Array("^$*+?.([%-".utf8)
        guard pattern.contains(where: { marks.contains($0) }) else {
            return Array(pattern.map(Translation.literal).joined().utf8)
        }
        // A pattern with marks ends at its first zero, in LuaJIT as in Lua 5.1 (compared with kresd 5.6).
        var translation = Translation(pattern: Array(pattern.prefix { $0 != 0 }))
        return translation.run()
    }

    private struct Translation {
        let pattern: [UInt8]
        private var position = 0
        private var result = "(?s)"

        init(pattern: [UInt8]) { self.pattern = pattern }

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
                guard let item = item() else { return nil }
                result += item + repetition()
            }
            return Array(result.utf8)
        }

        /// One character, or a set of them.
        private mutating func item() -> String? {
            let octet = pattern[position]
            position += 1
            switch octet {
            case 0x2E: return "."
            case 0x25: return named().map { "[\($0)]" }
            case 0x5B: return set()
            // Captures change nothing about whether a name matches, but how the marks behind them are read.
            case 0x28, 0x29: return nil
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

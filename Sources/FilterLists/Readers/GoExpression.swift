import TextScan

/// What Go's `regexp` (1.22 and later), which AdGuard Home, Blocky and V2Ray use, reads otherwise than the RE2 of a system
/// may: it takes groups named as `(?<name>…)`, and refuses `\C` (`regexp/syntax/parse.go`).
enum GoExpression {
    /// How an expression is read.
    enum Reading {
        /// As it stands.
        case same
        /// As this one.
        case written([UInt8])
        /// Not at all.
        case refused
    }

    static func read(_ pattern: Span<UInt8>) -> Reading {
        var text: [UInt8] = []
        var copied = 0
        var index = 0
        while index < pattern.count {
            let octet = pattern[index]
            index += 1
            switch octet {
            case 0x5C:
                guard index < pattern.count else { break }
                if pattern[index] == 0x43 { return .refused }
                index = pattern[index] == 0x51 ? endOfQuote(pattern, index + 1) : index + 1
            case 0x5B: skipSet(pattern, &index)
            case 0x28 where pattern.hasPrefix("?<", at: index) && index + 2 < pattern.count:
                // RE2 and Go refuse what stands behind a "<" and is no name alike.
                guard pattern[index + 2] != 0x3D, pattern[index + 2] != 0x21 else { break }
                for place in copied...index { text.append(pattern[place]) }
                text.append(0x50)
                copied = index + 1
            default: break
            }
        }
        guard copied > 0 else { return .same }
        for place in copied..<pattern.count { text.append(pattern[place]) }
        return .written(text)
    }

    /// Whether an expression names a class of characters, of which later versions know more.
    static func namesScript(_ pattern: Span<UInt8>) -> Bool {
        pattern.firstRange(of: "\\p{") != nil || pattern.firstRange(of: "\\P{") != nil
    }

    private static func endOfQuote(_ pattern: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index < pattern.count, !pattern.hasPrefix("\\E", at: index) { index += 1 }
        return min(index + 2, pattern.count)
    }

    private static func skipSet(_ pattern: Span<UInt8>, _ index: inout Int) {
        if index < pattern.count, pattern[index] == 0x5E { index += 1 }
        let first = index
        while index < pattern.count {
            let octet = pattern[index]
            index += 1
            if octet == 0x5D, index - 1 > first { return }
            if octet == 0x5C, index < pattern.count { index += 1 }
        }
    }
}

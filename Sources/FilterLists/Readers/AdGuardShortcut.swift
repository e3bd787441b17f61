import DNS
import TextScan

/// The "shortcut" that urlfilter derives from a regular expression (`findRegexpShortcut`): a text that it looks for in
/// `http://NAME` before it tries the expression. Of alternatives without brackets it takes the longest, so `/ads|track/`
/// never matches a name without "track"; a verdict equal to the engine's needs the same.
enum AdGuardShortcut {
    /// The lower-case text; empty when there is none.
    static func of(_ expression: Span<UInt8>) -> [UInt8] {
        guard expression.firstIndex(of: 0x3F) == nil else { return [] }
        // A dot ends a part; the first octet needs one before it to be told from an escaped one.
        var octets = [0x2E] + expression.octets
        cut(&octets, open: 0x7B, close: 0x7D)
        cut(&octets, open: 0x28, close: 0x29)
        cut(&octets, open: 0x5B, close: 0x5D)
        var longest: ArraySlice<UInt8> = []
        for part in octets.split(whereSeparator: isSpecial) where part.count > longest.count { longest = part }
        return longest.count > 1 ? longest.map(asciiLowercased) : []
    }

    /// Puts a dot in the place of all from the first opening bracket to the last closing one with something between them.
    private static func cut(_ octets: inout [UInt8], open: UInt8, close: UInt8) {
        let first = octets.indices.dropFirst().first { octets[$0] == open && octets[$0 - 1] != 0x5C }
        let last = octets.indices.dropFirst().last { octets[$0] == close && octets[$0 - 1] != 0x5C }
        guard let first, let last, last >= first + 2 else { return }
        octets.replaceSubrange(first...last, with: [0x2E])
    }

    private static func isSpecial(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x5C, 0x5E, 0x24, 0x2A, 0x2B, 0x3F, 0x2E, 0x28, 0x29, 0x7C, 0x5B, 0x5D, 0x7B, 0x7D: true
        default: false
        }
    }
}

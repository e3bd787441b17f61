import DNS
import Policy
import TextScan

/// Turns a pattern of urlfilter into one over the text of a name (`rules/{simple_regex,network}.go`): patterns that begin
/// with `||` or a scheme are tested on `http://NAME`, all others on NAME.
enum AdGuardPattern {
    /// A pattern, or none because no name can match it.
    enum Reading {
        case pattern(TextPattern)
        case never
    }

    static func read(_ text: Span<UInt8>, _ range: Range<Int>, endsWithSeparator: Bool) -> Reading {
        var start = TextPattern.Start.anywhere
        var body = range
        if text.hasPrefix("||", at: range.lowerBound), range.count >= 2 {
            start = .label
            body = (range.lowerBound + 2)..<range.upperBound
        } else if text.hasPrefix("://", at: range.lowerBound), range.count >= 3 {
            start = .beginning
            body = (range.lowerBound + 3)..<range.upperBound
        } else if text.hasPrefixIgnoringCase("http://", at: range.lowerBound), range.count >= 7 {
            start = .beginning
            body = (range.lowerBound + 7)..<range.upperBound
        } else if isSlashedName(text, range) {
            // "/name." is tested on the whole address, whose only slashes stand before the name.
            start = .beginning
            body = (range.lowerBound + 1)..<range.upperBound
        } else if !range.isEmpty, text[range.lowerBound] == 0x7C {
            start = .beginning
            body = (range.lowerBound + 1)..<range.upperBound
        }
        var endsAtEnd = false
        if !endsWithSeparator, !body.isEmpty, text[body.upperBound - 1] == 0x7C {
            endsAtEnd = true
            body = body.lowerBound..<(body.upperBound - 1)
        }
        var tokens: [TextPattern.Token] = []
        let mayBeAddress = isPartOfAddress(text, body)
        for index in body {
            switch text[index] {
            case 0x2A: if tokens.last != .any { tokens.append(.any) }
            case 0x5E: tokens.append(.separator)
            // Addresses in answers are looked up like names.
            case 0x3A where mayBeAddress: tokens.append(.octet(0x3A))
            // No name has these in it.
            case 0x2F, 0x3A, 0x3F, 0x3D, 0x26, 0x7C, 0x20: return .never
            default: tokens.append(.octet(asciiLowercased(text[index])))
            }
        }
        if endsWithSeparator { tokens.append(.separator) }
        return .pattern(TextPattern(start: start, tokens: tokens, endsAtEnd: endsAtEnd))
    }

    /// Whether the text of an IPv6 address may match.
    private static func isPartOfAddress(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range {
            switch text[index] {
            case 0x30...0x39, 0x41...0x46, 0x61...0x66, 0x3A, 0x2A, 0x5E: continue
            default: return false
            }
        }
        return true
    }

    private static func isSlashedName(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count > 3, text[range.lowerBound] == 0x2F, text[range.upperBound - 1] == 0x2E else { return false }
        for index in (range.lowerBound + 1)..<(range.upperBound - 1) {
            switch text[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: continue
            default: return false
            }
        }
        return true
    }
}

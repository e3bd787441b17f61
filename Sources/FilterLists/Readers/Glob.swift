import DNS
import Policy

/// Patterns as Go's `path/filepath.Match` reads them, over lower-case text.
enum Glob {
    /// The steps of a pattern; nil where Go calls it bad.
    static func tokens(_ pattern: some Collection<UInt8>) -> [TextPattern.Token]? {
        let octets = Array(pattern)
        var tokens: [TextPattern.Token] = []
        var index = 0
        while index < octets.count {
            switch octets[index] {
            case 0x2A: if tokens.last != .any { tokens.append(.any) }
            case 0x3F: tokens.append(.one)
            case 0x5B:
                guard let set = set(octets, &index) else { return nil }
                tokens.append(.oneOf(set))
            case 0x5C:
                index += 1
                guard index < octets.count else { return nil }
                tokens.append(.octet(asciiLowercased(octets[index])))
            default: tokens.append(.octet(asciiLowercased(octets[index])))
            }
            index += 1
        }
        return tokens
    }

    /// `[abc]`, `[a-z]`, `[^a]`; `index` goes from its bracket to the closing one.
    private static func set(_ octets: [UInt8], _ index: inout Int) -> OctetSet? {
        var set = OctetSet()
        index += 1
        let isInverted = index < octets.count && octets[index] == 0x5E
        if isInverted { index += 1 }
        var count = 0
        while index < octets.count {
            if octets[index] == 0x5D, count > 0 { return isInverted ? set.inverted : set }
            guard let low = member(octets, &index) else { return nil }
            var high = low
            if index < octets.count, octets[index] == 0x2D {
                index += 1
                guard let end = member(octets, &index) else { return nil }
                high = end
            }
            if low <= high { for octet in low...high { set.insert(asciiLowercased(octet)) } }
            count += 1
        }
        return nil
    }

    private static func member(_ octets: [UInt8], _ index: inout Int) -> UInt8? {
        guard index < octets.count, octets[index] != 0x2D, octets[index] != 0x5D else { return nil }
        if octets[index] == 0x5C { index += 1 }
        guard index < octets.count else { return nil }
        defer { index += 1 }
        return octets[index]
    }
}

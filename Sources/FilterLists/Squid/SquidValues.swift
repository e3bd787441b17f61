import TextScan

/// Values that squid 5.7 refuses to start with (each was given to `squid -k parse`).
enum SquidValues {
    /// Directives, and how many words squid wants behind them.
    private static let counts: [(name: StaticString, count: Int)] = [
        ("cache_dir", 2), ("cache_peer", 4),
    ]

    /// Whether squid takes the words behind a directive.
    static func accepts(_ text: Span<UInt8>, _ words: [Range<Int>]) -> Bool {
        let keyword = text.extracting(words[0])
        if keyword.equals("refresh_pattern") {
            // Its options stand in front of the expression.
            return words.dropFirst().drop { text[$0.lowerBound] == 0x2D || text[$0.lowerBound] == 0x2B }.count >= 4
        }
        if let kind = SquidValueKind.of(keyword) { return kind.takes(text, words.dropFirst()) }
        for directive in counts where keyword.equals(directive.name) {
            guard words.count > directive.count else { return false }
        }
        return true
    }

    /// The ports that `PORT` or `FIRST-LAST` stands for.
    static func ports(_ value: [UInt8]) -> ClosedRange<UInt64>? {
        let parts = value.split(separator: 0x2D, omittingEmptySubsequences: false).map { Array($0).span.decimalValue }
        guard parts.count <= 2, let first = parts[0], let last = parts[parts.count - 1], first <= last, last <= 65_535
        else { return nil }
        return first...last
    }

    /// Whether the length behind an IPv4 address is one.
    static func isRange(_ value: [UInt8]) -> Bool {
        guard let slash = value.lastIndex(of: 0x2F), !value.contains(0x3A) else { return true }
        let length = Array(value[(slash + 1)...])
        return !length.isEmpty && (length.span.decimal ?? 0) <= 32
    }
}

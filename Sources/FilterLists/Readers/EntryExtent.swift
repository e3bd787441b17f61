import TextScan

/// Finds where master-file entries end (RFC 1035 §5.1), so that each can be read alone.
///
/// Entries of more than ``maximumLength`` octets have no end. Looking for ends that are not there is paid from a budget
/// of a few times the text, so that unclosed parentheses on every line cost linear time.
struct EntryExtent {
    /// The longest entry that libldns reads, octets.
    static let maximumLength = 65_000

    /// Octets that an entry may always have.
    private static let leastLength = 4_096

    private var budget: Int

    /// For a text of so many octets.
    init(textLength: Int) {
        budget = 8 * textLength + Self.maximumLength
    }

    /// The offset after the entry that starts at `start`, its line end included; nil when it is not closed.
    mutating func end(of text: Span<UInt8>, from start: Int) -> Int? {
        var depth = 0
        var isQuoted = false
        var index = start
        let limit = min(text.count, start + min(Self.maximumLength, max(budget, Self.leastLength)))
        while index < limit {
            switch text[index] {
            case 0x5C: index += 1
            case 0x22: isQuoted.toggle()
            case 0x3B where !isQuoted:
                while index < limit, text[index] != 0x0A { index += 1 }
                continue
            case 0x28 where !isQuoted: depth += 1
            case 0x29 where !isQuoted: depth -= 1
            case 0x0A:
                isQuoted = false
                if depth <= 0 { return index + 1 }
            default: break
            }
            index += 1
        }
        if index >= text.count, depth <= 0 { return text.count }
        budget = max(0, budget - (index - start))
        return nil
    }
}

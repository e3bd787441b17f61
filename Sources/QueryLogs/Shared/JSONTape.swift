import TextScan

/// The values of one JSON text in the order in which they stand, each with the place where it ends: enough to find members
/// by path without building objects. May be filled again and again.
struct JSONTape {
    struct Entry {
        var token: JSONToken
        /// The name of the member; empty for elements of arrays.
        var key: Range<Int>
        /// The entry behind this value and everything in it.
        var end: Int
    }

    /// Values of one record that are read.
    static let maximumEntries = 50_000
    /// Objects and arrays inside of each other that are read.
    static let maximumDepth = 64

    private(set) var entries: [Entry] = []
    /// Octets read, up to the end of the value.
    private(set) var consumed = 0

    /// Reads the object or array at the start of `text`; false when there is none, it is not whole, or too large.
    /// - Complexity: O(octets of the value)
    mutating func read(_ text: Span<UInt8>) -> Bool {
        entries.removeAll(keepingCapacity: true)
        var scanner = JSONScanner(text)
        var open: [Int] = []
        var key = 0..<0
        repeat {
            let token = scanner.next()
            consumed = min(token.range.upperBound, text.count)
            switch token.kind {
            case .end, .broken: return false
            case .key:
                guard let last = open.last, entries[last].token.kind == .beginObject else { return false }
                key = token.range
                continue
            case .endObject, .endArray:
                guard let last = open.popLast(),
                    (entries[last].token.kind == .beginObject) == (token.kind == .endObject)
                else { return false }
                entries[last].end = entries.count
                entries[last].token.range = entries[last].token.range.lowerBound..<token.range.upperBound
            case .beginObject, .beginArray, .string, .literal:
                guard entries.count < Self.maximumEntries, open.count < Self.maximumDepth,
                    hasKeyIfNeeded(open.last, key)
                else { return false }
                if isOpen(token) { open.append(entries.count) }
                entries.append(Entry(token: token, key: key, end: entries.count + 1))
            }
            key = 0..<0
        } while !open.isEmpty
        return isOpen(entries[0].token)
    }

    private func isOpen(_ token: JSONToken) -> Bool { token.kind == .beginObject || token.kind == .beginArray }

    /// In an object every value has a name; the empty one has a place, too.
    private func hasKeyIfNeeded(_ parent: Int?, _ key: Range<Int>) -> Bool {
        guard let parent else { return true }
        return entries[parent].token.kind == .beginArray || key.lowerBound > 0
    }
}

import DNS
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
    /// The same number for values of the same members, objects and arrays, in the same order, of which the same are null: what
    /// stands at a path then stands in the same place. Never 0.
    private(set) var shape: UInt64 = 1
    /// Nobody who writes logs knows it.
    private static let seed = UInt64.random(in: .min ... .max)

    /// Reads the object or array at the start of `text`; false when there is none, it is not whole, or too large.
    /// - Complexity: O(octets of the value)
    mutating func read(_ text: Span<UInt8>) -> Bool {
        entries.removeAll(keepingCapacity: true)
        var scanner = JSONScanner(text)
        var open: [Int] = []
        var key = 0..<0
        shape = Self.seed
        repeat {
            let token = scanner.next()
            consumed = min(token.range.upperBound, text.count)
            switch token.kind {
            case .end, .broken: return false
            case .key:
                guard let last = open.last, entries[last].token.kind == .beginObject else { return false }
                key = token.range
                shape = text.extracting(key).digest(seed: shape)
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
            shape = foldedProduct(shape ^ Self.mark(token, text), 0x9E37_79B9_7F4A_7C15)
            key = 0..<0
        } while !open.isEmpty
        shape |= 1
        return isOpen(entries[0].token)
    }

    /// What a token that is no name does to the shape.
    @inline(__always)
    private static func mark(_ token: JSONToken, _ text: Span<UInt8>) -> UInt64 {
        switch token.kind {
        case .beginObject: 3
        case .beginArray: 5
        case .endObject, .endArray: 7
        case .literal where text.extracting(token.range).equals("null"): 9
        default: 11
        }
    }

    private func isOpen(_ token: JSONToken) -> Bool { token.kind == .beginObject || token.kind == .beginArray }

    /// In an object every value has a name; the empty one has a place, too.
    private func hasKeyIfNeeded(_ parent: Int?, _ key: Range<Int>) -> Bool {
        guard let parent else { return true }
        return entries[parent].token.kind == .beginArray || key.lowerBound > 0
    }
}

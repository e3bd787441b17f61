import DNS
import Policy

/// The names in the lines of a layer's lists that make no rule about them: dropped lines, and rules that others take back.
struct MentionIndex {
    private var lines: [DomainName: (list: Int, line: Int, range: Range<Int>, isBadfilter: Bool)] = [:]
    private let lists: [ListSource]

    /// The index of a layer.
    /// - Complexity: O(octets) lookups
    init(_ layer: CompiledLayer) {
        lists = layer.lists
        for (number, list) in lists.enumerated() where !list.isOfEngine { add(list, number, layer) }
    }

    /// The line about a name, and whether it is a `$badfilter` rule.
    func line(about name: DomainName) -> (entry: ListEntry, isBadfilter: Bool)? {
        guard let found = lines[name.lowercased] else { return nil }
        let list = lists[found.list]
        let text = found.range.map { list.octets.span[$0] }
        let entry = ListEntry(
            path: list.path,
            line: found.line,
            text: String(decoding: text.prefix(Self.shownOctets), as: UTF8.self)
        )
        return (entry, found.isBadfilter)
    }

    private static let shownOctets = 1_000

    private mutating func add(_ list: ListSource, _ number: Int, _ layer: CompiledLayer) {
        let text = list.octets.span
        var (start, line) = (0, 0)
        while start < text.count {
            line += 1
            var end = start
            while end < text.count, text[end] != 0x0A { end += 1 }
            add(start..<(end > start && text[end - 1] == 0x0D ? end - 1 : end), of: text, (number, line), layer)
            start = end + 1
        }
    }

    private mutating func add(
        _ range: Range<Int>,
        of text: Span<UInt8>,
        _ place: (list: Int, line: Int),
        _ layer: CompiledLayer
    ) {
        guard let first = range.first(where: { text[$0] != 0x20 && text[$0] != 0x09 }) else { return }
        // Comments drop nothing.
        guard ![0x21, 0x23, 0x3B].contains(text[first]) else { return }
        let isBadfilter = Self.isBadfilter(text, range)
        var start = first
        for index in first...range.upperBound {
            if index < range.upperBound, Self.isOfName(text[index]) { continue }
            if let name = Self.name(text, start, index) { add(name, range, place, isBadfilter, layer) }
            start = index + 1
        }
    }

    private mutating func add(
        _ name: DomainName,
        _ range: Range<Int>,
        _ place: (list: Int, line: Int),
        _ isBadfilter: Bool,
        _ layer: CompiledLayer
    ) {
        let buffer = NameBuffer(name)
        guard isBadfilter || layer.firstSpelledRule(buffer, SuffixHashes(buffer)) == nil else { return }
        let known = lines[name]
        guard known == nil || isBadfilter && known?.isBadfilter == false else { return }
        lines[name] = (place.list, place.line, range, isBadfilter)
    }

    /// A word with dots in it as a name in lower case; nil where it is none.
    private static func name(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> DomainName? {
        var (start, end) = (start, end)
        while end > start, text[end - 1] == 0x2E { end -= 1 }
        while start < end, text[start] == 0x2E { start += 1 }
        guard end > start, end - start <= 253 else { return nil }
        let word = (start..<end).map { asciiLowercased(text[$0]) }
        return word.contains(0x2E) ? try? DomainName(presentation: word) : nil
    }

    private static func isOfName(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
        default: false
        }
    }

    private static let badfilter = Array("badfilter".utf8)

    private static func isBadfilter(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= badfilter.count else { return false }
        return (range.lowerBound...(range.upperBound - badfilter.count)).contains { start in
            badfilter.indices.allSatisfy { text[start + $0] == badfilter[$0] }
        }
    }
}

public import DNS

/// A condition on the text of a name that no single rule about a name says: combinations, exceptions, lengths.
///
/// Rule languages of servers (dnsdist) are of this kind. A condition is tried in turn, so it costs each name its size.
public indirect enum NameCondition: Sendable {
    /// Every name, or none.
    case constant(Bool)
    /// The names of a set and everything below them.
    case below(NameTextSet)
    /// The names of a set.
    case isOne(NameTextSet)
    /// Names that a regular expression matches.
    case regex(NameRegex)
    /// Names whose wire form a regular expression matches.
    case wire(NameRegex)
    /// Names with fewer or more labels than these.
    case labelsOutside(ClosedRange<Int>)
    /// Names whose wire form has fewer or more octets than these.
    case octetsOutside(ClosedRange<Int>)
    /// Names with other octets than printable ones of ASCII.
    case isOdd
    /// Names that C reads as an IPv4 address (`inet_aton`): one to four numbers in any of its bases.
    case isAddress
    /// A condition that an entry of a list states.
    case entry(NameCondition, ListEntry)
    /// What the condition does not hold for.
    case not(NameCondition)
    /// All of them.
    case all([NameCondition])
    /// At least one of them.
    case any([NameCondition])

    /// Whether it is the one that holds for no name.
    public var isNever: Bool { if case .constant(false) = self { true } else { false } }

    /// Whether it holds for a name (lower case, dots between labels).
    /// - Complexity: O(size of the condition × octets)
    func holds(_ text: Span<UInt8>) -> Bool {
        switch self {
        case .constant(let value): return value
        case .below(let set): return set.containsSuffix(of: text)
        case .isOne(let set): return set.contains(text)
        case .regex(let regex): return regex.matches(text)
        case .wire(let regex): return Self.matches(regex, wire: text)
        case .labelsOutside(let range): return !range.contains(Self.labels(text))
        case .octetsOutside(let range): return !range.contains(text.count == 0 ? 1 : text.count + 2)
        case .isOdd: return !RegexTranslation.isPlain(text)
        case .isAddress: return Self.isAddress(text)
        case .entry(let condition, _): return condition.holds(text)
        case .not(let condition): return !condition.holds(text)
        case .all(let conditions):
            for condition in conditions where !condition.holds(text) { return false }
            return true
        case .any(let conditions):
            for condition in conditions where condition.holds(text) { return true }
            return false
        }
    }

    /// The entries that make it hold for a name: one of alternatives, and of what has to hold together those of each part.
    func entries(for text: Span<UInt8>) -> [ListEntry] {
        switch self {
        case .below(let set): return set.entry(below: true, text).map { [$0] } ?? []
        case .isOne(let set): return set.entry(below: false, text).map { [$0] } ?? []
        case .entry(let condition, let entry): return condition.holds(text) ? [entry] : []
        case .all(let parts):
            var found: [ListEntry] = []
            for part in parts { found += part.entries(for: text) }
            return found
        case .any(let parts):
            for part in parts where part.holds(text) { return part.entries(for: text) }
            return []
        default: return []
        }
    }

    static func isAddress(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0, text.count < 64, labels(text) <= 4 else { return false }
        var start = 0
        for index in 0...text.count where index == text.count || text[index] == 0x2E {
            let isHexadecimal = index - start > 1 && text[start] == 0x30 && text[start + 1] == 0x78
            let first = isHexadecimal ? start + 2 : start
            guard start < index else { return false }
            for place in first..<index where asciiDigit(text[place]) == nil {
                guard isHexadecimal, text[place] &- 0x61 < 6 else { return false }
            }
            start = index + 1
        }
        return true
    }

    private static func labels(_ text: Span<UInt8>) -> Int {
        var count = text.count == 0 ? 0 : 1
        for index in 0..<text.count where text[index] == 0x2E { count += 1 }
        return count
    }

    /// Matches the wire form of a name without escapes.
    private static func matches(_ regex: NameRegex, wire text: Span<UInt8>) -> Bool {
        var wire: InlineArray<258, UInt8> = InlineArray(repeating: 0)
        var lengthAt = 0
        for index in 0..<min(text.count, 255) {
            if text[index] == 0x2E {
                lengthAt = index + 1
            } else {
                wire[index + 1] = text[index]
                wire[lengthAt] += 1
            }
        }
        let count = text.count == 0 ? 1 : min(text.count, 255) + 2
        return regex.matches(wire.span.extracting(0..<count))
    }

    /// Octets that its regular expressions take at most.
    var regexMemory: Int {
        switch self {
        case .regex(let regex), .wire(let regex): regex.memoryBound
        case .not(let condition), .entry(let condition, _): condition.regexMemory
        case .all(let conditions), .any(let conditions): conditions.reduce(0) { $0 + $1.regexMemory }
        default: 0
        }
    }
}

/// Names in lower case with dots, sorted, one after another: found by halving, so no choice of names makes it slow.
public struct NameTextSet: Sendable {
    private var octets: [UInt8] = []
    /// Where each text ends.
    private var ends: [UInt32] = []
    /// Where each stands, in the same order, if that is known.
    private var places: [(path: UInt16, line: UInt32, isWord: Bool)] = []
    private var paths: [String] = []

    /// Where a name of a set stands.
    public struct Place: Sendable {
        /// The file, by its position among the paths given.
        public var path: Int
        /// The line.
        public var line: Int
        /// Whether it is a word of a statement.
        public var isWord: Bool

        /// A place.
        public init(path: Int, line: Int, isWord: Bool) { (self.path, self.line, self.isWord) = (path, line, isWord) }
    }

    /// A set of names, and where they stand.
    public init(_ names: [DomainName], places: [Place], paths: [String]) {
        let texts = zip(names, places).map { (Array($0.lowercased.labels.joined(separator: [0x2E])), $1) }
        self.paths = paths
        for (text, place) in texts.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
            octets += text
            ends.append(UInt32(clamping: octets.count))
            self.places.append((UInt16(clamping: place.path), UInt32(clamping: place.line), place.isWord))
        }
    }

    /// Where the name stands that makes a name be in the set, or be below one of it.
    func entry(below: Bool, _ text: Span<UInt8>) -> ListEntry? {
        guard !places.isEmpty else { return nil }
        var start = 0
        while true {
            let part = text.extracting(start..<text.count)
            if let index = index(of: part), paths.indices.contains(Int(places[index].path)) {
                let (path, line, isWord) = places[index]
                let value = (below ? "." : "") + String(decoding: (0..<part.count).map { part[$0] }, as: UTF8.self)
                return ListEntry(path: paths[Int(path)], line: Int(line), text: value, isWord: isWord)
            }
            while start < text.count, text[start] != 0x2E { start += 1 }
            guard below, start < text.count else { return nil }
            start += 1
        }
    }

    /// A set of names; the root is the empty text.
    /// - Complexity: O(names × log names)
    public init(_ names: [DomainName]) {
        let texts = names.map { name in Array(name.lowercased.labels.joined(separator: [0x2E])) }
        for text in texts.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            octets += text
            ends.append(UInt32(clamping: octets.count))
        }
    }

    /// The names, each in lower case with dots between its labels.
    public var texts: [[UInt8]] {
        ends.indices.map { index in Array(octets[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]) }
    }

    /// Whether a name is in the set.
    /// - Complexity: O(octets × log names)
    func contains(_ text: Span<UInt8>) -> Bool { index(of: text) != nil }

    private func index(of text: Span<UInt8>) -> Int? {
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            let order = compare(middle, text)
            if order == 0 { return middle }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Whether a name, or one above it, is in the set.
    func containsSuffix(of text: Span<UInt8>) -> Bool {
        if contains(text) { return true }
        for index in 0..<text.count where text[index] == 0x2E {
            if contains(text.extracting((index + 1)..<text.count)) { return true }
        }
        return text.count > 0 && contains(text.extracting(0..<0))
    }

    /// Below zero when the text at `index` comes before `text`.
    private func compare(_ index: Int, _ text: Span<UInt8>) -> Int {
        let start = index == 0 ? 0 : Int(ends[index - 1])
        let count = Int(ends[index]) - start
        for offset in 0..<min(count, text.count) where octets[start + offset] != text[offset] {
            return Int(octets[start + offset]) - Int(text[offset])
        }
        return count - text.count
    }
}

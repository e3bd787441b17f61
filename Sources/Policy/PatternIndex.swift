import DNS

/// Finds the text patterns that can match a name at all, so that thousands of them cost a name no more than a few.
///
/// A pattern that fixes the last octets of a name is filed under them, unless many others do; another one under the rarest run of
/// four octets that every match must contain, as AdBlock engines do, or of two; patterns without one are always tried.
struct PatternIndex {
    /// A pattern in flat form, in `codes`.
    private struct Flat {
        var first: UInt32
        var count: UInt32
        var start: TextPattern.Start
        var endsAtEnd: Bool
    }

    private var tails = GramTable([])
    /// The same for eight octets, by the hash of those: four are often no more than a top-level domain.
    private var longTails = GramTable([])
    private var inner = GramTable([])
    /// Patterns that fix no run of four octets, under one of two.
    private var pairs = GramTable([])
    /// Patterns that begin with the name and fix less than four octets, under those and how many they are.
    private var heads = GramTable([])
    /// Patterns that are always tried.
    private var loose: [UInt32] = []
    /// Nil for what is no text pattern.
    private var flat: [Flat?] = []
    private var codes: [UInt16] = []
    private var sets: [OctetSet] = []

    /// Files every text pattern under its number.
    init(_ patterns: [NamePattern]) {
        var popularity = [UInt32](repeating: 0, count: 1 << 16)
        for run in OctetRuns.common { popularity[Self.bucket(run)] = .max / 2 }
        var ending: [(gram: UInt32, pattern: UInt32)] = []
        var longEnding: [(gram: UInt32, pattern: UInt32)] = []
        var filed: [(gram: UInt32, pattern: UInt32)] = []
        var leading: [(gram: UInt32, pattern: UInt32)] = []
        var paired: [(gram: UInt32, pattern: UInt32)] = []
        let crowds = Self.crowds(patterns)
        flat.reserveCapacity(patterns.count)
        for (number, pattern) in patterns.enumerated() {
            if case .condition = pattern { loose.append(UInt32(number)) }
            guard case .text(let pattern) = pattern else {
                flat.append(nil)
                continue
            }
            flat.append(flattened(pattern))
            let tail = Self.tail(pattern, 8) ?? Self.tail(pattern, 4)
            let crowd = tail.flatMap { crowds[$0] } ?? 0
            let grams = tail == nil || crowd > Self.mostOfTail ? Self.runs(pattern, of: 4) : []
            for gram in grams { popularity[Self.bucket(gram)] += 1 }
            let rarest = grams.min { popularity[Self.bucket($0)] < popularity[Self.bucket($1)] }
            if let rarest, tail == nil || popularity[Self.bucket(rarest)] < crowd {
                filed.append((rarest, UInt32(number)))
            } else if let tail {
                if tail.count == 8 {
                    longEnding.append((Self.hash(tail.span), UInt32(number)))
                } else {
                    ending.append((Self.gram(tail.span), UInt32(number)))
                }
            } else if let head = Self.head(pattern) {
                leading.append((head, UInt32(number)))
            } else if let pair = Self.runs(pattern, of: 2).first(where: { $0 >> 8 != 0x2E }) {
                paired.append((pair, UInt32(number)))
            } else {
                loose.append(UInt32(number))
            }
        }
        heads = GramTable(leading)
        tails = GramTable(ending)
        longTails = GramTable(longEnding)
        inner = GramTable(filed)
        pairs = GramTable(paired)
    }

    /// How many patterns are filed under one end of names before a run within them is looked for.
    private static let mostOfTail = 16

    /// How many patterns have each fixed end, of those that many have.
    private static func crowds(_ patterns: [NamePattern]) -> [[UInt8]: Int] {
        var counts: [[UInt8]: Int] = [:]
        for case .text(let pattern) in patterns {
            if let tail = tail(pattern, 8) ?? tail(pattern, 4) { counts[tail, default: 0] += 1 }
        }
        return counts
    }

    /// A pattern in flat form; nil once there are more sets of octets than are worth looking through.
    private mutating func flattened(_ pattern: TextPattern) -> Flat? {
        let first = codes.count
        guard sets.count + pattern.tokens.count < 1_000 else { return nil }
        codes += pattern.codes(&sets)
        return Flat(
            first: UInt32(first),
            count: UInt32(codes.count - first),
            start: pattern.start,
            endsAtEnd: pattern.endsAtEnd
        )
    }

    /// Whether some patterns are always tried.
    var hasLoose: Bool { !loose.isEmpty }

    /// Calls `visit` with every run of octets, up to four in a number, that patterns are filed under; where less than four
    /// begin a name, their number stands above them.
    func forEachKey(_ visit: (PatternSieve.Place, UInt32) -> Void) {
        for gram in inner.grams { visit(.inside, gram) }
        for gram in pairs.grams { visit(.pair, gram) }
        for gram in tails.grams { visit(.atEnd, gram) }
        for hash in longTails.grams { visit(.longAtEnd, hash) }
        for gram in heads.grams { visit(.atStart, gram) }
    }

    /// Calls `visit` for every pattern that may match; a pattern may come up more than once.
    /// - Complexity: O(octets) plus the patterns visited
    @inline(__always)
    func forEachCandidate(_ text: Span<UInt8>, _ visit: (Int) -> Void) {
        for pattern in loose { visit(Int(pattern)) }
        if !heads.isEmpty {
            var gram: UInt32 = 0
            for length in 1..<4 where length <= text.count {
                gram = gram << 8 | UInt32(text[length - 1])
                let key = gram | UInt32(length) << 24
                if heads.contains(key) { heads.forEach(key, visit) }
            }
        }
        if !pairs.isEmpty { Self.forEachRun(of: 2, in: text, pairs, visit) }
        guard text.count >= 4 else { return }
        if !tails.isEmpty {
            let gram = Self.gram(text)
            if tails.contains(gram) { tails.forEach(gram, visit) }
        }
        if !longTails.isEmpty, text.count >= 8 {
            let hash = Self.hash(text)
            if longTails.contains(hash) { longTails.forEach(hash, visit) }
        }
        if !inner.isEmpty { Self.forEachRun(of: 4, in: text, inner, visit) }
    }

    /// Calls `visit` with what is filed under the runs of so many octets of a text.
    @inline(__always)
    private static func forEachRun(of length: Int, in text: Span<UInt8>, _ table: GramTable, _ visit: (Int) -> Void) {
        var gram: UInt32 = 0
        // A run that a name repeats is looked up once, or a name made for it would cost its repetitions.
        var seen: InlineArray<64, UInt32> = InlineArray(repeating: 0)
        var seenCount = 0
        for index in 0..<text.count {
            gram = (gram << 8 | UInt32(text[index])) & OctetRuns.mask(length)
            guard index >= length - 1, table.contains(gram) else { continue }
            var isRepeated = false
            for earlier in 0..<seenCount where seen[earlier] == gram { isRepeated = true }
            if isRepeated { continue }
            if seenCount < 64 {
                seen[seenCount] = gram
                seenCount += 1
            }
            table.forEach(gram, visit)
        }
    }

    /// Whether a text pattern matches; nil for what is none.
    func matches(_ number: Int, _ text: Span<UInt8>) -> Bool? {
        guard let flat = flat[number] else { return nil }
        let own = codes.span.extracting(Int(flat.first)..<Int(flat.first + flat.count))
        return PatternMatching(flat.start, own, sets.span, flat.endsAtEnd).matches(text)
    }

    private static func bucket(_ gram: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(gram) &* 0x9E37_79B9_7F4A_7C15) >> 40) & 0xFFFF
    }

    /// The last octets of every match, if the pattern fixes so many.
    private static func tail(_ pattern: TextPattern, _ count: Int) -> [UInt8]? {
        guard pattern.endsAtEnd, pattern.tokens.count >= count else { return nil }
        var tail: [UInt8] = []
        for token in pattern.tokens.suffix(count) {
            guard case .octet(let octet) = token else { return nil }
            tail.append(octet)
        }
        return tail
    }

    /// The last four octets of a text in a number.
    @inline(__always)
    static func gram(_ text: Span<UInt8>) -> UInt32 {
        var gram: UInt32 = 0
        for index in (text.count - 4)..<text.count { gram = gram << 8 | UInt32(text[index]) }
        return gram
    }

    /// A number for the last eight octets of a text.
    @inline(__always)
    static func hash(_ text: Span<UInt8>) -> UInt32 {
        var octets: UInt64 = 0
        for index in (text.count - 8)..<text.count { octets = octets << 8 | UInt64(text[index]) }
        return UInt32(truncatingIfNeeded: (octets &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }

    /// The one to three octets that every match begins with, behind their number.
    private static func head(_ pattern: TextPattern) -> UInt32? {
        guard pattern.start == .beginning else { return nil }
        var gram: UInt32 = 0
        var length: UInt32 = 0
        for token in pattern.tokens.prefix(3) {
            guard case .octet(let octet) = token else { break }
            gram = gram << 8 | UInt32(octet)
            length += 1
        }
        return length > 0 ? gram | length << 24 : nil
    }

    /// Every run of so many literal octets of a pattern.
    private static func runs(_ pattern: TextPattern, of count: Int) -> [UInt32] {
        var runs: [UInt32] = []
        var run: [UInt8] = []
        for token in pattern.tokens {
            if case .octet(let octet) = token { run.append(octet) } else { run = [] }
            if run.count >= count { runs.append(OctetRuns.number(run.suffix(count))) }
        }
        return runs
    }
}

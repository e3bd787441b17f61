import DNS

/// Patterns filed under runs of four octets; open addressing.
private struct GramTable {
    private struct Slot: BitwiseCopyable {
        var gram: UInt32 = 0
        /// Where its patterns begin in `members`.
        var start: UInt32 = 0
        /// Patterns filed here; 0 is a free slot.
        var count: UInt32 = 0
    }

    private var slots: [Slot]
    private var members: [UInt32] = []

    init(_ filed: [(gram: UInt32, pattern: UInt32)]) {
        let filed = filed.sorted { ($0.gram, $0.pattern) < ($1.gram, $1.pattern) }
        var size = 16
        while size < filed.count * 2 { size *= 2 }
        slots = Array(repeating: Slot(), count: size)
        members.reserveCapacity(filed.count)
        for entry in filed {
            let slot = find(entry.gram)
            if slots[slot].count == 0 { slots[slot] = Slot(gram: entry.gram, start: UInt32(members.count)) }
            slots[slot].count += 1
            members.append(entry.pattern)
        }
    }

    var isEmpty: Bool { members.isEmpty }

    @inline(__always)
    func contains(_ gram: UInt32) -> Bool { slots[find(gram)].count > 0 }

    @inline(__always)
    func forEach(_ gram: UInt32, _ visit: (Int) -> Void) {
        let slot = slots[find(gram)]
        for member in 0..<Int(slot.count) { visit(Int(members[Int(slot.start) + member])) }
    }

    /// The slot of a gram, or the free one where it would stand.
    private func find(_ gram: UInt32) -> Int {
        var slot = Int(truncatingIfNeeded: (UInt64(gram) &* 0x9E37_79B9_7F4A_7C15) >> 20) & (slots.count - 1)
        while slots[slot].count > 0, slots[slot].gram != gram { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }
}

/// Finds the text patterns that can match a name at all, so that thousands of them cost a name no more than a few.
///
/// A pattern that fixes the last four octets of a name is filed under them; another one under the rarest run of four
/// octets that every match must contain, as AdBlock engines do; patterns without one are always tried.
struct PatternIndex {
    private var tails: GramTable
    private var inner: GramTable
    /// Patterns that are always tried.
    private var loose: [UInt32] = []

    /// Files every text pattern under its number.
    init(_ patterns: [NamePattern]) {
        var popularity = [UInt32](repeating: 0, count: 1 << 16)
        var ending: [(gram: UInt32, pattern: UInt32)] = []
        var filed: [(gram: UInt32, pattern: UInt32)] = []
        for (number, pattern) in patterns.enumerated() {
            if case .condition = pattern { loose.append(UInt32(number)) }
            guard case .text(let pattern) = pattern else { continue }
            if let tail = Self.tail(pattern) {
                ending.append((tail, UInt32(number)))
                continue
            }
            let grams = Self.grams(pattern)
            for gram in grams { popularity[Self.bucket(gram)] += 1 }
            let rarest = grams.min { popularity[Self.bucket($0)] < popularity[Self.bucket($1)] }
            if let rarest { filed.append((rarest, UInt32(number))) } else { loose.append(UInt32(number)) }
        }
        tails = GramTable(ending)
        inner = GramTable(filed)
    }

    /// Whether any pattern may match a name, told without its text.
    @inline(__always)
    func mayMatch(_ name: borrowing NameBuffer) -> Bool {
        if !inner.isEmpty || !loose.isEmpty { return true }
        guard !tails.isEmpty, name.count > 5 else { return false }
        // The text's last octets are those of the wire form, with a dot for the length of every label but the first.
        let end = name.count - 1
        var gram: UInt32 = 0
        var labels = 1
        while labels < name.labelCount, name.suffixStart(labels) >= end - 4 { labels += 1 }
        for index in (end - 4)..<end {
            while labels > 1, name.suffixStart(labels) < index { labels -= 1 }
            gram = gram << 8 | UInt32(name.suffixStart(labels) == index ? 0x2E : name[index])
        }
        return tails.contains(gram)
    }

    /// Calls `visit` for every pattern that may match; a pattern may come up more than once.
    /// - Complexity: O(octets) plus the patterns visited
    @inline(__always)
    func forEachCandidate(_ text: Span<UInt8>, _ visit: (Int) -> Void) {
        for pattern in loose { visit(Int(pattern)) }
        guard text.count >= 4 else { return }
        if !tails.isEmpty {
            var gram: UInt32 = 0
            for index in (text.count - 4)..<text.count { gram = gram << 8 | UInt32(text[index]) }
            tails.forEach(gram, visit)
        }
        guard !inner.isEmpty else { return }
        var gram: UInt32 = 0
        // A run that a name repeats is looked up once, or a name made for it would cost its repetitions.
        var seen: InlineArray<64, UInt32> = InlineArray(repeating: 0)
        var seenCount = 0
        for index in 0..<text.count {
            gram = gram << 8 | UInt32(text[index])
            guard index >= 3, inner.contains(gram) else { continue }
            var isRepeated = false
            for earlier in 0..<seenCount where seen[earlier] == gram { isRepeated = true }
            if isRepeated { continue }
            if seenCount < 64 {
                seen[seenCount] = gram
                seenCount += 1
            }
            inner.forEach(gram, visit)
        }
    }

    private static func bucket(_ gram: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(gram) &* 0x9E37_79B9_7F4A_7C15) >> 40) & 0xFFFF
    }

    /// The last four octets of every match, if the pattern fixes them.
    private static func tail(_ pattern: TextPattern) -> UInt32? {
        guard pattern.endsAtEnd, pattern.tokens.count >= 4 else { return nil }
        var gram: UInt32 = 0
        for token in pattern.tokens.suffix(4) {
            guard case .octet(let octet) = token else { return nil }
            gram = gram << 8 | UInt32(octet)
        }
        return gram
    }

    /// Every run of four literal octets of a pattern.
    private static func grams(_ pattern: TextPattern) -> [UInt32] {
        var grams: [UInt32] = []
        var gram: UInt32 = 0
        var length = 0
        for token in pattern.tokens {
            guard case .octet(let octet) = token else {
                length = 0
                continue
            }
            gram = gram << 8 | UInt32(octet)
            length += 1
            if length >= 4 { grams.append(gram) }
        }
        return grams
    }
}

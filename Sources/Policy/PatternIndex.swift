/// Finds the text patterns that can match a name at all, so that thousands of them cost a name no more than a few.
///
/// A pattern is filed under the rarest run of four octets that every match must contain, as AdBlock engines do; patterns
/// without one are always tried.
struct PatternIndex {
    private struct Slot: BitwiseCopyable {
        var gram: UInt32 = 0
        /// Where its patterns begin in `members`.
        var start: UInt32 = 0
        /// Patterns filed here; 0 is a free slot.
        var count: UInt32 = 0
    }

    private var slots: [Slot] = []
    private var members: [UInt32] = []
    /// Patterns that are always tried.
    private var loose: [UInt32] = []

    /// Files every text pattern under its number.
    init(_ patterns: [NamePattern]) {
        var popularity = [UInt32](repeating: 0, count: 1 << 16)
        var filed: [(gram: UInt32, pattern: UInt32)] = []
        for (number, pattern) in patterns.enumerated() {
            guard case .text(let pattern) = pattern else { continue }
            let grams = Self.grams(pattern)
            for gram in grams { popularity[Self.bucket(gram)] += 1 }
            let rarest = grams.min { popularity[Self.bucket($0)] < popularity[Self.bucket($1)] }
            if let rarest { filed.append((rarest, UInt32(number))) } else { loose.append(UInt32(number)) }
        }
        filed.sort { ($0.gram, $0.pattern) < ($1.gram, $1.pattern) }
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

    /// Calls `visit` for every pattern that may match; a pattern may come up more than once.
    /// - Complexity: O(octets) plus the patterns visited
    @inline(__always)
    func forEachCandidate(_ text: Span<UInt8>, _ visit: (Int) -> Void) {
        for pattern in loose { visit(Int(pattern)) }
        guard !members.isEmpty, text.count >= 4 else { return }
        var gram: UInt32 = 0
        // A run that a name repeats is looked up once, or a name made for it would cost its repetitions.
        var seen: InlineArray<64, UInt32> = InlineArray(repeating: 0)
        var seenCount = 0
        for index in 0..<text.count {
            gram = gram << 8 | UInt32(text[index])
            guard index >= 3 else { continue }
            let slot = slots[find(gram)]
            guard slot.count > 0 else { continue }
            var isRepeated = false
            for earlier in 0..<seenCount where seen[earlier] == gram { isRepeated = true }
            if isRepeated { continue }
            if seenCount < 64 {
                seen[seenCount] = gram
                seenCount += 1
            }
            for member in 0..<Int(slot.count) { visit(Int(members[Int(slot.start) + member])) }
        }
    }

    /// The slot of a gram, or the free one where it would stand.
    private func find(_ gram: UInt32) -> Int {
        var slot = Int(truncatingIfNeeded: (UInt64(gram) &* 0x9E37_79B9_7F4A_7C15) >> 20) & (slots.count - 1)
        while slots[slot].count > 0, slots[slot].gram != gram { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private static func bucket(_ gram: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(gram) &* 0x9E37_79B9_7F4A_7C15) >> 40) & 0xFFFF
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

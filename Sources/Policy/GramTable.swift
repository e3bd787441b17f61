/// Patterns filed under runs of octets; open addressing.
struct GramTable {
    private struct Slot: BitwiseCopyable {
        var gram: UInt32 = 0
        /// Where its patterns begin in `members`.
        var start: UInt32 = 0
        /// Patterns filed here; 0 is a free slot.
        var count: UInt32 = 0
    }

    private var slots: [Slot]
    private var members: [UInt32] = []
    /// A bit for every gram, in the processor's nearest cache: most runs of a name are none.
    private var sieve = [UInt64](repeating: 0, count: GramTable.sieveBits / 64)
    private static let sieveBits = 1 << 15

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
            let place = Self.sievePlace(entry.gram)
            sieve[place >> 6] |= 1 << UInt64(place & 63)
            members.append(entry.pattern)
        }
    }

    var isEmpty: Bool { members.isEmpty }

    @inline(__always)
    func contains(_ gram: UInt32) -> Bool {
        let place = Self.sievePlace(gram)
        return sieve[place >> 6] >> UInt64(place & 63) & 1 != 0 && slots[find(gram)].count > 0
    }

    @inline(__always)
    private static func sievePlace(_ gram: UInt32) -> Int {
        Int(truncatingIfNeeded: (gram &* 0x9E37_79B1) >> 17)
    }

    /// Whether something is filed under a run of so many octets of a text.
    @inline(__always)
    func holdsRun(of length: Int, _ text: Span<UInt8>) -> Bool {
        guard !isEmpty else { return false }
        var gram: UInt32 = 0
        for index in text.indices {
            gram = (gram << 8 | UInt32(text[index])) & OctetRuns.mask(length)
            if index >= length - 1, contains(gram) { return true }
        }
        return false
    }

    /// Every gram that something is filed under.
    var grams: [UInt32] { slots.filter { $0.count > 0 }.map(\.gram) }

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

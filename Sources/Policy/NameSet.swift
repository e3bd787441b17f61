/// A set of names that stand in an arena, apart for every list; open addressing over their offsets.
struct NameSet {
    private struct Slot {
        /// Offset plus one; 0 is free.
        var name: UInt32 = 0
        var list: UInt16 = 0
        /// Other names are hardly ever compared: they may be long, and the same up to their ends.
        var mixed: UInt64 = 0
    }

    private var slots = [Slot](repeating: Slot(), count: 64)
    private var count = 0

    /// Adds the name at `position`, whose hash is known; false when it is there already.
    /// - Complexity: O(1) where it is new, else O(octets of the name)
    mutating func insert(_ position: Int, hash: UInt64, list: UInt16, _ arena: [UInt8]) -> Bool {
        if count * 2 >= slots.count { grow() }
        let mixed = Self.mix(hash, list)
        guard let free = find(position, mixed, list: list, arena) else { return false }
        slots[free] = Slot(name: UInt32(position + 1), list: list, mixed: mixed)
        count += 1
        return true
    }

    /// Whether the name at `position`, whose hash is known, is in the set.
    func contains(_ position: Int, hash: UInt64, list: UInt16, _ arena: [UInt8]) -> Bool {
        count > 0 && find(position, Self.mix(hash, list), list: list, arena) == nil
    }

    /// The free slot of a name; nil when it has one.
    private func find(_ position: Int, _ mixed: UInt64, list: UInt16, _ arena: [UInt8]) -> Int? {
        var slot = Int(truncatingIfNeeded: mixed) & (slots.count - 1)
        while slots[slot].name != 0 {
            if slots[slot].mixed == mixed, slots[slot].list == list,
                RuleTable.sameName(arena.span, position, Int(slots[slot].name) - 1)
            {
                return nil
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        for entry in old where entry.name != 0 {
            var slot = Int(truncatingIfNeeded: entry.mixed) & (slots.count - 1)
            while slots[slot].name != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
        }
    }

    private static func mix(_ hash: UInt64, _ list: UInt16) -> UInt64 {
        NameHashing.finish(hash ^ UInt64(list) &* 0x9E37_79B9_7F4A_7C15)
    }
}

/// A set of names that stand in an arena, apart for every list; open addressing over their offsets.
struct NameSet {
    private struct Slot {
        /// Offset plus one; 0 is free.
        var name: UInt32 = 0
        var list: UInt16 = 0
    }

    private var slots = [Slot](repeating: Slot(), count: 64)
    private var count = 0

    /// Adds the name at `position`; false when it is there already.
    mutating func insert(_ position: Int, list: UInt16, _ arena: [UInt8]) -> Bool {
        if count * 2 >= slots.count { grow(arena) }
        guard let free = find(position, list: list, arena).free else { return false }
        slots[free] = Slot(name: UInt32(position + 1), list: list)
        count += 1
        return true
    }

    /// Whether the name at `position` is in the set.
    func contains(_ position: Int, list: UInt16, _ arena: [UInt8]) -> Bool {
        count > 0 && find(position, list: list, arena).free == nil
    }

    private func find(_ position: Int, list: UInt16, _ arena: [UInt8]) -> (free: Int?, hash: Int) {
        var slot = Self.hash(position, list, arena) & (slots.count - 1)
        let start = slot
        while slots[slot].name != 0 {
            if slots[slot].list == list, RuleTable.sameName(arena.span, position, Int(slots[slot].name) - 1) {
                return (nil, start)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return (slot, start)
    }

    private mutating func grow(_ arena: [UInt8]) {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        for entry in old where entry.name != 0 {
            if let free = find(Int(entry.name) - 1, list: entry.list, arena).free { slots[free] = entry }
        }
    }

    private static func hash(_ position: Int, _ list: UInt16, _ arena: [UInt8]) -> Int {
        let name = NameHashing.hash(wire: arena.span, at: position).hash
        return Int(truncatingIfNeeded: NameHashing.finish(name ^ UInt64(list) &* 0x9E37_79B9_7F4A_7C15))
    }
}

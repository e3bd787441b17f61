import DNS

/// A hash index from names to the first rule of a chain; open addressing, seeded per process.
///
/// Names are hashed label by label from the root, so every suffix of a query name costs one more label, not a new pass.
/// A filter of an octet a rule, small enough for the processor's cache, answers for nearly all names without a rule.
struct RuleTable {
    private struct Slot: BitwiseCopyable {
        /// Half of the hash.
        var tag: UInt32 = 0
        /// Rule plus one; 0 is free.
        var rule: UInt32 = 0
        /// Where the rule's name stands in the arena, so that name and rule can be fetched at once.
        var name: UInt32 = 0
    }

    private var slots: [Slot]
    private var filter: [UInt64]
    private let filterMask: Int
    private let seed: UInt64
    /// Bit n: some rule's name has n labels.
    private var depthsLow: UInt64 = 0
    private var depthsHigh: UInt64 = 0

    static let processSeed = UInt64.random(in: .min ... .max)

    /// Indexes `records`; chains those of the same name through `next`, in order.
    init(_ records: inout [RuleRecord], arena: [UInt8]) {
        slots = FlatStorage.array(repeating: Slot(), count: records.count + records.count / 2 + 16)
        var words = 16
        while words * 10 < records.count { words *= 2 }
        filter = FlatStorage.array(repeating: 0, count: words)
        filterMask = words - 1
        seed = Self.processSeed
        let names = arena.span
        var rules = records.mutableSpan
        var starts: [Int] = []
        // Backwards, so that a chain pushed at its head ends up in rule order.
        for index in (0..<rules.count).reversed() {
            let name = Int(rules[index].name)
            Self.labelStarts(names, name, &starts)
            var hash = seed
            for start in starts.reversed() { hash = Self.extend(hash, names, start) }
            let depth = starts.count
            if depth < 64 { depthsLow |= 1 << UInt64(depth) } else { depthsHigh |= 1 << UInt64(depth - 64) }
            insert(index, hash: Self.finish(hash), &rules, names)
        }
    }

    private static func labelStarts(_ arena: Span<UInt8>, _ name: Int, _ starts: inout [Int]) {
        starts.removeAll(keepingCapacity: true)
        var position = name
        while arena[position] != 0 {
            starts.append(position)
            position += Int(arena[position]) + 1
        }
    }

    private mutating func insert(
        _ index: Int,
        hash: UInt64,
        _ records: inout MutableSpan<RuleRecord>,
        _ arena: Span<UInt8>
    ) {
        filter[Self.filterWord(hash, filterMask)] |= Self.filterBits(hash)
        let tag = UInt32(truncatingIfNeeded: hash)
        let name = records[index].name
        var slot = Self.home(hash, slots.count)
        while slots[slot].rule != 0 {
            if slots[slot].tag == tag, Self.sameName(arena, Int(name), Int(slots[slot].name)) {
                records[index].next = slots[slot].rule
                break
            }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        slots[slot] = Slot(tag: tag, rule: UInt32(index + 1), name: name)
    }

    static func sameName(_ arena: Span<UInt8>, _ left: Int, _ right: Int) -> Bool {
        var offset = 0
        while true {
            let length = Int(arena[left + offset])
            for step in 0...length where arena[left + offset + step] != arena[right + offset + step] { return false }
            if length == 0 { return true }
            offset += length + 1
        }
    }

    @inline(__always)
    static func mix(_ hash: UInt64, _ octet: UInt8) -> UInt64 {
        (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3
    }

    @inline(__always)
    static func finish(_ hash: UInt64) -> UInt64 {
        let folded = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
        return folded ^ (folded >> 32)
    }

    /// The slot where the search begins: the high half of the hash scaled to the table.
    @inline(__always)
    private static func home(_ hash: UInt64, _ count: Int) -> Int {
        Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
    }

    @inline(__always)
    private static func filterWord(_ hash: UInt64, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: hash >> 20) & mask
    }

    @inline(__always)
    private static func filterBits(_ hash: UInt64) -> UInt64 {
        1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63)
    }

    private static func extend(_ hash: UInt64, _ arena: Span<UInt8>, _ start: Int) -> UInt64 {
        var hash = hash
        for index in start...(start + Int(arena[start])) { hash = mix(hash, arena[index]) }
        return hash
    }

    /// Calls `visit` for every suffix of `name` that has rules, shortest first, with its labels and its first rule.
    /// - Complexity: O(octets) plus one probe per label
    @inline(__always)
    func forEachSuffix(
        _ name: borrowing NameBuffer,
        _ arena: [UInt8],
        _ visit: (_ labels: Int, _ rule: Int) -> Void
    ) {
        let octets = name.span
        let names = arena.span
        let table = slots.span
        let words = filter.span
        var hash = seed
        for labels in 0...name.labelCount {
            let start = name.suffixStart(labels)
            if labels > 0 {
                for index in start...(start + Int(octets[start])) { hash = Self.mix(hash, octets[index]) }
            }
            let present = labels < 64 ? depthsLow >> UInt64(labels) & 1 : depthsHigh >> UInt64(labels - 64) & 1
            guard present != 0 else { continue }
            let finished = Self.finish(hash)
            let bits = Self.filterBits(finished)
            guard words[Self.filterWord(finished, filterMask)] & bits == bits else { continue }
            let tag = UInt32(truncatingIfNeeded: finished)
            var slot = Self.home(finished, table.count)
            while table[slot].rule != 0 {
                if table[slot].tag == tag, Self.isName(names, Int(table[slot].name), octets, start) {
                    visit(labels, Int(table[slot].rule) - 1)
                    break
                }
                slot = slot + 1 == table.count ? 0 : slot + 1
            }
        }
    }

    @inline(__always)
    private static func isName(_ arena: Span<UInt8>, _ at: Int, _ name: Span<UInt8>, _ start: Int) -> Bool {
        // Both are self-delimiting, so equal octets up to the query's root octet are equal names.
        guard at + name.count - start <= arena.count else { return false }
        for index in start..<name.count where arena[at + index - start] != name[index] { return false }
        return true
    }
}

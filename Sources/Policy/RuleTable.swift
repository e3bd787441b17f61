import DNS

/// A hash index from names to the first rule of a chain; open addressing.
///
/// Names are hashed label by label from the root, so every suffix of a query name costs one more label, not a new pass.
/// A filter of an octet a rule, small enough for the processor's cache, answers for nearly all names without a rule.
struct RuleTable {
    private struct Slot: BitwiseCopyable {
        /// Half of the hash.
        var tag: UInt32 = 0
        /// Rule plus one; 0 is free.
        var rule: UInt32 = 0
    }

    private var slots: [Slot]
    private var filter: HashFilter

    /// Indexes the rules of a store; chains those of the same name through `next`, in order.
    init(_ store: inout RuleStore, hashes: [UInt64], depths: Depths) {
        slots = FlatStorage.array(repeating: Slot(), count: hashes.count + hashes.count / 2 + 16)
        filter = HashFilter(count: hashes.count, depths: depths)
        // Backwards, so that a chain pushed at its head ends up in rule order.
        for rule in hashes.indices.reversed() {
            filter.insert(hashes[rule])
            insert(rule, hash: hashes[rule], &store)
        }
    }

    private mutating func insert(_ rule: Int, hash: UInt64, _ store: inout RuleStore) {
        let tag = UInt32(truncatingIfNeeded: hash)
        var slot = Self.home(hash, slots.count)
        while slots[slot].rule != 0 {
            if slots[slot].tag == tag, store.haveSameName(rule, Int(slots[slot].rule) - 1) {
                store.packed[rule].next = slots[slot].rule
                break
            }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        slots[slot] = Slot(tag: tag, rule: UInt32(rule + 1))
    }

    /// Whether two names in an arena are equal.
    static func sameName(_ arena: Span<UInt8>, _ left: Int, _ right: Int) -> Bool {
        var offset = 0
        while true {
            let length = Int(arena[left + offset])
            for step in 0...length where arena[left + offset + step] != arena[right + offset + step] { return false }
            if length == 0 { return true }
            offset += length + 1
        }
    }

    /// The slot where the search begins: the high half of the hash scaled to the table.
    @inline(__always)
    private static func home(_ hash: UInt64, _ count: Int) -> Int {
        Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
    }

    /// Calls `visit` for every suffix of `name` that has rules, shortest first, with its labels and its first rule.
    /// - Complexity: O(labels), one probe each
    @inline(__always)
    func forEachSuffix(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ store: borrowing RuleStore,
        _ visit: (_ labels: Int, _ rule: Int) -> Void
    ) {
        let octets = name.padded
        let starts = name.labelStarts
        let (size, count) = (name.count, name.labelCount)
        let table = slots.span
        let kept = hashes.span
        var state: UInt64 = 0
        var labels = 0
        while labels <= count {
            defer { labels += 1 }
            let start = labels == 0 ? size - 1 : Int(starts[count - labels])
            let hash = labels < SuffixHashes.kept ? kept[labels] : hashes.deeper(octets, start, labels, &state)
            guard filter.mayContain(hash, labels: labels) else { continue }
            let tag = UInt32(truncatingIfNeeded: hash)
            var slot = Self.home(hash, table.count)
            while table[slot].rule != 0 {
                if table[slot].tag == tag, store.isName(Int(table[slot].rule) - 1, octets, start..<size) {
                    visit(labels, Int(table[slot].rule) - 1)
                    break
                }
                slot = slot + 1 == table.count ? 0 : slot + 1
            }
        }
    }
}

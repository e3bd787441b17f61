internal import CMachine
import DNS

/// A hash index from names to the first rule of a chain; open addressing.
///
/// Names are hashed label by label from the root, so every suffix of a query name costs one more label, not a new pass.
/// A filter of an octet a rule, small enough for the processor's cache, answers for nearly all names without a rule.
struct RuleTable {
    /// In the low bits the rule plus one, 0 is free; above them bits of the hash, as many as there is room for.
    private var slots: [UInt32]
    private let ruleBits: UInt32
    private var filter: HashFilter

    /// Indexes the rules of a store; chains those of the same name through `next`, in order.
    init(_ store: inout RuleStore, hashes: [UInt64], depths: Depths) {
        ruleBits = UInt32(UInt64.bitWidth - UInt64(hashes.count).leadingZeroBitCount)
        slots = FlatStorage.array(repeating: 0, count: hashes.count + hashes.count / 2 + 16)
        filter = HashFilter(count: hashes.count, depths: depths)
        // Backwards, so that a chain pushed at its head ends up in rule order.
        for rule in hashes.indices.reversed() {
            if rule >= Self.ahead {
                filter.prefetch(hashes[rule - Self.ahead])
                prefetchSlot(hashes[rule - Self.ahead])
            }
            filter.insert(hashes[rule])
            insert(rule, hash: hashes[rule], &store)
        }
    }

    /// How many rules ahead memory is fetched while the table is built.
    private static let ahead = 12

    private mutating func insert(_ rule: Int, hash: UInt64, _ store: inout RuleStore) {
        let tag = tag(hash)
        let ruleMask = ruleMask
        var slot = Self.home(hash, slots.count)
        var head: UInt32 = 0
        while slots[slot] != 0 {
            let entry = slots[slot]
            if entry & ~ruleMask == tag, store.haveSameName(rule, Int(entry & ruleMask) - 1) {
                head = entry & ruleMask
                break
            }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        store.push(rule, before: head)
        slots[slot] = tag | UInt32(truncatingIfNeeded: rule + 1)
    }

    @inline(__always)
    private var ruleMask: UInt32 { 1 << ruleBits &- 1 }

    /// The bits of a hash that a slot holds.
    @inline(__always)
    private func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) << ruleBits }

    /// How many labels the names have.
    var depths: Depths { filter.depths }

    /// Fetches what is looked at first for a name with a ``SuffixHashes/domainHash``.
    @inline(__always)
    func prefetch(_ domainHash: UInt64) { filter.prefetch(domainHash) }

    /// Fetches the place where the search for a hash begins.
    @inline(__always)
    func prefetchSlot(_ hash: UInt64) {
        unsafe slots.withUnsafeBufferPointer { memory in
            if let base = memory.baseAddress { unsafe cmachine_prefetch(base + Self.home(hash, memory.count)) }
        }
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

    /// The slot where the search begins: the low half of the hash scaled to the table.
    @inline(__always)
    private static func home(_ hash: UInt64, _ count: Int) -> Int {
        Int(truncatingIfNeeded: ((hash & 0xFFFF_FFFF) &* UInt64(truncatingIfNeeded: count)) >> 32)
    }

    /// Calls `visit` for every suffix of `name` that has rules, shortest first, with its labels and its first rule.
    ///
    /// `layer` is the number of the layer in the stack that has narrowed the suffixes, if it has one.
    /// - Complexity: O(labels), one probe each
    @inline(__always)
    func forEachSuffix(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ store: borrowing RuleStore,
        layer: UInt8? = nil,
        _ visit: (_ labels: Int, _ rule: Int) -> Void
    ) {
        let count = name.labelCount
        var candidates = candidates(hashes, count, layer: layer)
        while candidates != 0 {
            let labels = candidates.trailingZeroBitCount
            candidates &= candidates &- 1
            find(hashes.span[labels], labels, name, hashes.text, store, visit)
        }
        guard count >= SuffixHashes.kept else { return }
        var state: UInt64 = 0
        for labels in SuffixHashes.kept...count {
            let hash = hashes.deeper(name.padded, name.suffixStart(labels), labels, &state)
            if filter.depths.contains(labels), filter.mayContain(hash) {
                find(hash, labels, name, hashes.text, store, visit)
            }
        }
    }

    /// The first rule of a name itself.
    func firstRule(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ store: borrowing RuleStore
    ) -> Int? {
        let labels = name.labelCount
        var found: Int?
        guard labels < SuffixHashes.kept else {
            forEachSuffix(name, hashes, store) { if $0 == labels { found = $1 } }
            return found
        }
        let hash = hashes.span[labels]
        guard filter.depths.contains(labels), filter.mayContain(hash) else { return nil }
        find(hash, labels, name, hashes.text, store) { found = $1 }
        return found
    }

    /// Bit n: the last n labels may have rules; only suffixes whose hashes are kept.
    ///
    /// What a stack has found out is as good as what the filter would say, and is at hand.
    @inline(__always)
    func candidates(_ hashes: borrowing SuffixHashes, _ count: Int, layer: UInt8? = nil) -> UInt64 {
        guard hashes.isNarrowed else { return filter.candidates(hashes, count) }
        return filter.depths.below(SuffixHashes.kept) & (layer.map { hashes.suffixes(of: Int($0)) } ?? hashes.open)
    }

    /// Fetches the places where the search for open suffixes begins.
    @inline(__always)
    func prefetchSlots(_ hashes: borrowing SuffixHashes, _ candidates: UInt64) {
        var open = candidates
        while open != 0 {
            prefetchSlot(hashes.span[open.trailingZeroBitCount])
            open &= open &- 1
        }
    }

    /// The first rule, plus one, of the chain that is likely that of a hash; 0 is none.
    @inline(__always)
    func firstLikely(_ hash: UInt64) -> UInt32 {
        let (tag, ruleMask) = (tag(hash), ruleMask)
        var slot = Self.home(hash, slots.count)
        while slots[slot] != 0 {
            if slots[slot] & ~ruleMask == tag { return slots[slot] & ruleMask }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        return 0
    }

    @inline(__always)
    private func find(
        _ hash: UInt64,
        _ labels: Int,
        _ name: borrowing NameBuffer,
        _ text: borrowing NameText,
        _ store: borrowing RuleStore,
        _ visit: (_ labels: Int, _ rule: Int) -> Void
    ) {
        let table = slots.span
        let (tag, ruleMask) = (tag(hash), ruleMask)
        let range = name.suffixStart(labels)..<name.count
        var slot = Self.home(hash, table.count)
        while table[slot] != 0 {
            let entry = table[slot]
            if entry & ~ruleMask == tag, store.isName(Int(entry & ruleMask) - 1, name.padded, range, text) {
                return visit(labels, Int(entry & ruleMask) - 1)
            }
            slot = slot + 1 == table.count ? 0 : slot + 1
        }
    }
}

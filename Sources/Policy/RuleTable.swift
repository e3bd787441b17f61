import DNS

/// The hash of a name, label by label from the root, seeded per process so that nobody can craft collisions.
enum NameHashing {
    static let processSeed = UInt64.random(in: .min ... .max)

    @inline(__always)
    static func mix(_ hash: UInt64, _ octet: UInt8) -> UInt64 {
        (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3
    }

    @inline(__always)
    static func finish(_ hash: UInt64) -> UInt64 {
        let folded = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
        return folded ^ (folded >> 32)
    }

    /// The hash and the labels of a name in wire form.
    static func hash(wire octets: Span<UInt8>, at start: Int) -> (hash: UInt64, labels: Int) {
        var starts = InlineArray<128, UInt8>(repeating: 0)
        var labels = 0
        var position = start
        while octets[position] != 0 {
            starts[labels] = UInt8(truncatingIfNeeded: position - start)
            labels += 1
            position += Int(octets[position]) + 1
        }
        var hash = processSeed
        for label in stride(from: labels - 1, through: 0, by: -1) {
            let first = start + Int(starts[label])
            for index in first...(first + Int(octets[first])) { hash = mix(hash, octets[index]) }
        }
        return (finish(hash), labels)
    }

    /// The hash and the labels of a name in text form without escapes; nil when it needs the full parser or is no name.
    static func hash(text octets: Span<UInt8>, _ range: Range<Int>) -> (hash: UInt64, labels: Int)? {
        var dots = InlineArray<128, UInt8>(repeating: 0)
        var labels = 0
        var labelStart = range.lowerBound
        guard range.count > 0, range.count <= 253 else { return nil }
        for index in range {
            let octet = octets[index]
            if octet == 0x2E {
                guard index > labelStart, index - labelStart < 64 else { return nil }
                dots[labels] = UInt8(truncatingIfNeeded: labelStart - range.lowerBound)
                labels += 1
                labelStart = index + 1
            } else if octet == 0x5C {
                return nil
            }
        }
        guard range.upperBound > labelStart, range.upperBound - labelStart < 64 else { return nil }
        dots[labels] = UInt8(truncatingIfNeeded: labelStart - range.lowerBound)
        labels += 1
        var hash = processSeed
        var end = range.upperBound
        for label in stride(from: labels - 1, through: 0, by: -1) {
            let first = range.lowerBound + Int(dots[label])
            hash = mix(hash, UInt8(truncatingIfNeeded: end - first))
            for index in first..<end { hash = mix(hash, asciiLowercased(octets[index])) }
            end = first - 1
        }
        return (finish(hash), labels)
    }
}

/// The hashes of all suffixes of a name, made once for all layers of a stack.
struct SuffixHashes: ~Copyable {
    /// Suffixes of up to so many labels are kept; deeper ones are hashed where they are needed.
    static let kept = 24

    private var finished: InlineArray<24, UInt64> = InlineArray(repeating: 0)
    /// The state behind the last suffix that is kept.
    private var last = NameHashing.processSeed

    @inline(__always)
    init(_ name: borrowing NameBuffer) {
        let octets = name.span
        var hash = NameHashing.processSeed
        finished[0] = NameHashing.finish(hash)
        for labels in 1..<max(1, min(name.labelCount + 1, Self.kept)) {
            hash = Self.extend(hash, octets, name.suffixStart(labels))
            finished[labels] = NameHashing.finish(hash)
        }
        last = hash
    }

    @inline(__always)
    private static func extend(_ hash: UInt64, _ octets: Span<UInt8>, _ start: Int) -> UInt64 {
        var hash = hash
        for index in start...(start + Int(octets[start])) { hash = NameHashing.mix(hash, octets[index]) }
        return hash
    }

    /// Calls `visit` for every suffix, shortest first, with its labels and its hash.
    @inline(__always)
    func forEach(_ name: borrowing NameBuffer, _ visit: (_ labels: Int, _ hash: UInt64) -> Void) {
        for labels in 0..<min(name.labelCount + 1, Self.kept) { visit(labels, finished[labels]) }
        guard name.labelCount >= Self.kept else { return }
        let octets = name.span
        var hash = last
        for labels in Self.kept...name.labelCount {
            hash = Self.extend(hash, octets, name.suffixStart(labels))
            visit(labels, NameHashing.finish(hash))
        }
    }
}

/// How many labels the names of a set have: a bit for each number.
struct Depths: BitwiseCopyable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    @inline(__always)
    func contains(_ labels: Int) -> Bool {
        (labels < 64 ? low >> UInt64(labels) : high >> UInt64(labels - 64)) & 1 != 0
    }

    @inline(__always)
    mutating func insert(_ labels: Int) {
        if labels < 64 { low |= 1 << UInt64(labels) } else { high |= 1 << UInt64(labels - 64) }
    }
}

/// A set of hashes that may say yes too often and never says no wrongly: about an octet a name.
struct HashFilter {
    private var words: [UInt64]
    private let mask: Int
    private let depths: Depths

    /// An empty filter for `count` names.
    init(count: Int, depths: Depths) {
        self.depths = depths
        var size = 16
        while size * 10 < count { size *= 2 }
        words = FlatStorage.array(repeating: 0, count: size)
        mask = size - 1
    }

    @inline(__always)
    private static func bits(_ hash: UInt64) -> UInt64 {
        1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63)
    }

    @inline(__always)
    mutating func insert(_ hash: UInt64) {
        words[Int(truncatingIfNeeded: hash >> 20) & mask] |= Self.bits(hash)
    }

    /// Whether a name of so many labels may be in the set.
    @inline(__always)
    func mayContain(_ hash: UInt64, labels: Int) -> Bool {
        guard depths.contains(labels) else { return false }
        let bits = Self.bits(hash)
        return words[Int(truncatingIfNeeded: hash >> 20) & mask] & bits == bits
    }
}

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
        let octets = name.span
        let table = slots.span
        hashes.forEach(name) { labels, hash in
            guard filter.mayContain(hash, labels: labels) else { return }
            let tag = UInt32(truncatingIfNeeded: hash)
            var slot = Self.home(hash, table.count)
            while table[slot].rule != 0 {
                if table[slot].tag == tag,
                    store.isName(Int(table[slot].rule) - 1, octets, name.suffixStart(labels))
                {
                    visit(labels, Int(table[slot].rule) - 1)
                    break
                }
                slot = slot + 1 == table.count ? 0 : slot + 1
            }
        }
    }
}

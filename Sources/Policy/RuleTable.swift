import DNS

/// The hash of a name, label by label from the root, eight octets at a time; seeded per process so that nobody can
/// craft collisions.
enum NameHashing {
    static let processSeed = UInt64.random(in: .min ... .max)

    @inline(__always)
    static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product >> 32
    }

    @inline(__always)
    static func finish(_ hash: UInt64) -> UInt64 {
        let folded = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
        return folded ^ (folded >> 32)
    }

    /// Continues with a label of `count` octets at `start`, in lower case.
    @inline(__always)
    static func label(_ hash: UInt64, _ octets: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
        var hash = mix(hash, UInt64(count))
        var offset = 0
        while offset < count {
            hash = unsafe mix(hash, lowercased(word(octets, start + offset, min(8, count - offset))))
            offset += 8
        }
        return hash
    }

    /// Up to eight octets as a number, the first one lowest.
    @inline(__always)
    private static func word(_ octets: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> UInt64 {
        if start + 8 <= octets.count {
            let whole = unsafe UnsafeRawPointer(octets.baseAddress.unsafelyUnwrapped + start)
                .loadUnaligned(as: UInt64.self).littleEndian
            return count == 8 ? whole : whole & (1 << UInt64(count * 8) - 1)
        }
        var word: UInt64 = 0
        for index in 0..<count { word |= unsafe UInt64(octets[start + index]) << UInt64(index * 8) }
        return word
    }

    /// ASCII capitals of eight octets made small.
    @inline(__always)
    private static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & 0x7F7F_7F7F_7F7F_7F7F
        let fromA = low &+ 0x3F3F_3F3F_3F3F_3F3F
        let beyondZ = low &+ 0x2525_2525_2525_2525
        let isCapital = ~word & (fromA ^ beyondZ) & 0x8080_8080_8080_8080
        return word | isCapital >> 2
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
        unsafe octets.withUnsafeBufferPointer { buffer in
            for index in stride(from: labels - 1, through: 0, by: -1) {
                let first = start + Int(starts[index])
                hash = unsafe label(hash, buffer, first + 1, Int(buffer[first]))
            }
        }
        return (finish(hash), labels)
    }

    /// The hash and the labels of a name in text form without escapes; nil when it needs the full parser or is no name.
    static func hash(text octets: Span<UInt8>, _ range: Range<Int>) -> (hash: UInt64, labels: Int)? {
        guard range.count > 0, range.count <= 253, range.lowerBound >= 0, range.upperBound <= octets.count else {
            return nil
        }
        return unsafe octets.withUnsafeBufferPointer { buffer in
            var hash = processSeed
            var labels = 0
            var end = range.upperBound
            while true {
                var start = end
                while start > range.lowerBound {
                    let octet = unsafe buffer[start - 1]
                    if octet == 0x2E { break }
                    if octet == 0x5C { return nil }
                    start -= 1
                }
                guard end > start, end - start < 64 else { return nil }
                hash = unsafe label(hash, buffer, start, end - start)
                labels += 1
                if start == range.lowerBound { return (finish(hash), labels) }
                end = start - 1
            }
        }
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
        var hash = NameHashing.processSeed
        finished[0] = NameHashing.finish(hash)
        for labels in 1..<max(1, min(name.labelCount + 1, Self.kept)) {
            hash = Self.extend(hash, name, labels)
            finished[labels] = NameHashing.finish(hash)
        }
        last = hash
    }

    @inline(__always)
    private static func extend(_ hash: UInt64, _ name: borrowing NameBuffer, _ labels: Int) -> UInt64 {
        let start = name.suffixStart(labels)
        return unsafe name.padded.withUnsafeBufferPointer {
            unsafe NameHashing.label(hash, $0, start + 1, Int($0[start]))
        }
    }

    /// The hashes that are kept, by labels.
    @inline(__always)
    var span: Span<UInt64> {
        @_lifetime(borrow self)
        get { finished.span }
    }

    /// The hash of the last `labels` labels, given the one before as it stood; for suffixes that are not kept.
    @inline(__always)
    func deeper(_ name: borrowing NameBuffer, _ labels: Int, _ state: inout UInt64) -> UInt64 {
        if labels == Self.kept { state = last }
        state = Self.extend(state, name, labels)
        return NameHashing.finish(state)
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
        let kept = hashes.span
        var state: UInt64 = 0
        for labels in 0...name.labelCount {
            let hash = labels < SuffixHashes.kept ? kept[labels] : hashes.deeper(name, labels, &state)
            guard filter.mayContain(hash, labels: labels) else { continue }
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

import DNS

/// A hash index from names to the first rule of a chain; open addressing, half full at most, seeded per process.
///
/// Names are hashed label by label from the root, so every suffix of a query name costs one more label, not a new pass.
struct RuleTable {
    /// High half: hash tag. Low half: rule index plus one.
    private var slots: [UInt64]
    private let mask: Int
    private let seed: UInt64
    /// Bit n: some rule's name has n labels.
    private var depthsLow: UInt64 = 0
    private var depthsHigh: UInt64 = 0

    static let processSeed = UInt64.random(in: .min ... .max)

    /// Indexes `records`; chains those of the same name through `next`, in order.
    init(_ records: inout [RuleRecord], arena: [UInt8]) {
        var size = 16
        while size < records.count * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        mask = size - 1
        seed = Self.processSeed
        var starts: [Int] = []
        // Backwards, so that a chain pushed at its head ends up in rule order.
        for index in records.indices.reversed() {
            let name = Int(records[index].name)
            Self.labelStarts(arena, name, &starts)
            var hash = seed
            for start in starts.reversed() { hash = Self.extend(hash, arena, start) }
            let depth = starts.count
            if depth < 64 { depthsLow |= 1 << UInt64(depth) } else { depthsHigh |= 1 << UInt64(depth - 64) }
            insert(index, hash: Self.finish(hash), &records, arena)
        }
    }

    private static func labelStarts(_ arena: [UInt8], _ name: Int, _ starts: inout [Int]) {
        starts.removeAll(keepingCapacity: true)
        var position = name
        while arena[position] != 0 {
            starts.append(position)
            position += Int(arena[position]) + 1
        }
    }

    private mutating func insert(_ index: Int, hash: UInt64, _ records: inout [RuleRecord], _ arena: [UInt8]) {
        let tag = hash >> 32
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let other = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
            if slots[slot] >> 32 == tag, Self.sameName(arena, Int(records[index].name), Int(records[other].name)) {
                records[index].next = UInt32(other + 1)
                slots[slot] = tag << 32 | UInt64(index + 1)
                return
            }
            slot = (slot + 1) & mask
        }
        slots[slot] = tag << 32 | UInt64(index + 1)
    }

    static func sameName(_ arena: [UInt8], _ left: Int, _ right: Int) -> Bool {
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

    private static func extend(_ hash: UInt64, _ arena: [UInt8], _ start: Int) -> UInt64 {
        var hash = hash
        for index in start...(start + Int(arena[start])) { hash = mix(hash, arena[index]) }
        return hash
    }

    /// Calls `visit` for every suffix of `name` that has rules, shortest first, with its labels and its first rule.
    /// - Complexity: O(octets) plus one probe per label
    @inline(__always)
    func forEachSuffix(
        _ name: borrowing NameBuffer,
        _ records: [RuleRecord],
        _ arena: [UInt8],
        _ visit: (_ labels: Int, _ rule: Int) -> Void
    ) {
        var hash = seed
        let total = name.labelCount
        for labels in 0...total {
            let start = name.suffixStart(labels)
            if labels > 0 {
                for index in start...(start + Int(name[start])) { hash = Self.mix(hash, name[index]) }
            }
            let present = labels < 64 ? depthsLow >> UInt64(labels) & 1 : depthsHigh >> UInt64(labels - 64) & 1
            guard present != 0 else { continue }
            let finished = Self.finish(hash)
            let tag = finished >> 32
            var slot = Int(truncatingIfNeeded: finished) & mask
            while slots[slot] != 0 {
                if slots[slot] >> 32 == tag {
                    let rule = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
                    if Self.isName(arena, Int(records[rule].name), name, start) {
                        visit(labels, rule)
                        break
                    }
                }
                slot = (slot + 1) & mask
            }
        }
    }

    @inline(__always)
    private static func isName(_ arena: [UInt8], _ at: Int, _ name: borrowing NameBuffer, _ start: Int) -> Bool {
        // Both are self-delimiting, so equal octets up to the query's root octet are equal names.
        for index in start..<name.count where arena[at + index - start] != name[index] { return false }
        return true
    }
}

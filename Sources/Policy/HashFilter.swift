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

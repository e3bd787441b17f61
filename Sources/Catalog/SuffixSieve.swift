internal import DNS

/// Tells of nearly every name that it ends in none of a few hundred names.
struct SuffixSieve: Sendable {
    private static let size = 1 << 16
    private var bits = [UInt64](repeating: 0, count: SuffixSieve.size / 64)

    /// A sieve that holds back what ends in one of `names`.
    init(_ names: some Sequence<DomainName>) {
        for name in names {
            let buffer = NameBuffer(name)
            var hash = Self.start
            for index in stride(from: buffer.count - 1, through: 0, by: -1) { hash = Self.add(buffer[index], to: hash) }
            bits[Self.place(hash) >> 6] |= 1 << UInt64(Self.place(hash) & 63)
        }
    }

    /// Whether a name may end in one of them; then it is to be looked up.
    func mayContain(_ name: borrowing NameBuffer) -> Bool {
        var hash = Self.start
        var position = name.count - 1
        // From the root: what has been added when a label begins is one of the suffixes.
        for labels in 0...name.labelCount {
            let start = name.suffixStart(labels)
            while position >= start {
                hash = Self.add(name[position], to: hash)
                position -= 1
            }
            let place = Self.place(hash)
            if bits[place >> 6] >> UInt64(place & 63) & 1 != 0 { return true }
        }
        return false
    }

    private static let start: UInt32 = 2_166_136_261

    @inline(__always)
    private static func add(_ octet: UInt8, to hash: UInt32) -> UInt32 { (hash ^ UInt32(octet)) &* 16_777_619 }

    @inline(__always)
    private static func place(_ hash: UInt32) -> Int { Int(hash >> 16) }
}

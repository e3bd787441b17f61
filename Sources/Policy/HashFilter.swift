internal import CMachine

/// How many labels the names of a set have: a bit for each number.
struct Depths: BitwiseCopyable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    @inline(__always)
    func contains(_ labels: Int) -> Bool {
        (labels < 64 ? low >> UInt64(labels) : high >> UInt64(labels - 64)) & 1 != 0
    }

    /// The first numbers, a bit each.
    @inline(__always)
    func below(_ limit: Int) -> UInt64 { limit >= 64 ? low : low & (1 << UInt64(limit) - 1) }

    mutating func formUnion(_ other: Depths) {
        low |= other.low
        high |= other.high
    }

    @inline(__always)
    mutating func insert(_ labels: Int) {
        if labels < 64 { low |= 1 << UInt64(labels) } else { high |= 1 << UInt64(labels - 64) }
    }
}

/// A set of hashes that may say yes too often and never says no wrongly: about an octet a name.
///
/// The names of one domain share a line of the processor's cache, so all suffixes of a name are told at the cost of one.
struct HashFilter {
    /// Words of a line.
    private static let lineWords = 8
    /// Hashes of a line that keep wrong answers rare.
    private static let hashesPerLine = 64

    private var words: [UInt64]
    private let lines: UInt64
    /// Words before the first that begins a line.
    private let skipped: Int
    let depths: Depths

    /// An empty filter for `count` hashes.
    init(count: Int, depths: Depths) {
        self.depths = depths
        lines = UInt64(count / Self.hashesPerLine + 1)
        words = FlatStorage.array(repeating: 0, count: (Int(lines) + 1) * Self.lineWords)
        skipped = unsafe words.withUnsafeBytes { memory in
            unsafe memory.baseAddress.map { (64 - Int(bitPattern: $0) % 64) % 64 / 8 } ?? 0
        }
    }

    @inline(__always)
    private static func bits(_ hash: UInt64) -> UInt64 {
        1 << (hash >> 3 & 63) | 1 << (hash >> 9 & 63) | 1 << (hash >> 15 & 63)
    }

    /// The first word of the line of a hash.
    @inline(__always)
    private func line(_ hash: UInt64) -> Int {
        skipped + Int(truncatingIfNeeded: ((hash >> 32) &* lines) >> 32) * Self.lineWords
    }

    @inline(__always)
    mutating func insert(_ hash: UInt64) {
        words[line(hash) + Int(truncatingIfNeeded: hash & 7)] |= Self.bits(hash)
    }

    /// Whether a name may be in the set.
    @inline(__always)
    func mayContain(_ hash: UInt64) -> Bool {
        let bits = Self.bits(hash)
        return words[line(hash) + Int(truncatingIfNeeded: hash & 7)] & bits == bits
    }

    /// Whether rules are about a name alone, or about names below it as well; the factor by which such marks are placed.
    enum Reach: UInt64 {
        case below = 0x9E37_79B9_7F4A_7C15
        case alone = 0xC2B2_AE3D_27D4_EB4F
    }

    /// What says where the bits of a name's layers stand in its line: three words, and how far each is turned.
    @inline(__always)
    private static func places(_ hash: UInt64, _ reach: Reach) -> UInt64 {
        ((hash & 0xFFFF_FFFF) &* reach.rawValue) >> 37
    }

    /// A word turned left.
    @inline(__always)
    private static func turned(_ word: UInt64, _ by: UInt64) -> UInt64 { word << (by & 63) | word >> ((64 &- by) & 63) }

    /// Layers that are told apart: those whose numbers have the same remainder share a mark.
    static let marks = 16

    /// Notes that a name is one of a layer, to be told by ``layers(_:_:)``.
    @inline(__always)
    mutating func insert(_ hash: UInt64, layer: Int, _ reach: Reach) {
        let (line, bit) = (line(hash), UInt64(1) << UInt64(layer % Self.marks))
        var places = Self.places(hash, reach)
        for _ in 0..<3 {
            words[line + Int(truncatingIfNeeded: places & 7)] |= Self.turned(bit, places >> 3)
            places >>= 9
        }
    }

    /// The layers that a name may be one of by rules of one reach: a bit for each number modulo ``marks``.
    @inline(__always)
    func layers(_ hash: UInt64, _ reach: Reach) -> UInt16 {
        let (line, places) = (line(hash), Self.places(hash, reach))
        let words = words.span
        let first = Self.turned(words[line + Int(truncatingIfNeeded: places & 7)], 0 &- places >> 3)
        let second = Self.turned(words[line + Int(truncatingIfNeeded: places >> 9 & 7)], 0 &- places >> 12)
        let third = Self.turned(words[line + Int(truncatingIfNeeded: places >> 18 & 7)], 0 &- places >> 21)
        return UInt16(truncatingIfNeeded: first & second & third)
    }

    /// Fetches what ``mayContain(_:)`` looks at.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        unsafe words.withUnsafeBufferPointer { memory in
            if let base = memory.baseAddress { unsafe cmachine_prefetch(base + line(hash)) }
        }
    }
}

import DNS

/// Which layers of a stack may have a pattern that matches a name, told by the name's runs of octets alone.
struct PatternSieve {
    /// Where in a text a pattern fixes octets.
    enum Place: UInt32 {
        case inside
        case atEnd
        /// Eight octets, in a hash.
        case longAtEnd
        case atStart
        /// Two octets.
        case pair
    }

    private static let bits = 16
    /// A bit for a layer, by its number modulo eight; empty when there is no pattern.
    private var slots: [UInt8] = []
    /// The layers of each such bit.
    private var layersOfBit: InlineArray<8, UInt64> = InlineArray(repeating: 0)
    /// The same for runs of two octets, each with a slot of its own; empty when there is none.
    private var pairs: [UInt8] = []
    /// The layers with expressions that only names of plain text are told from.
    private var plainOnly: UInt64 = 0
    private var hasHeads = false

    /// The sieve of the layers' patterns and regular expressions.
    init(_ layers: [(patterns: PatternIndex, expressions: RegexIndex)]) {
        for (layer, index) in layers.enumerated() {
            layersOfBit[layer & 7] |= 1 << UInt64(layer)
            index.patterns.forEachKey { insert($0, $1, layer) }
            index.expressions.forEachKey {
                insert($0, $1, layer)
                plainOnly |= 1 << UInt64(layer)
            }
        }
    }

    private mutating func insert(_ place: Place, _ gram: UInt32, _ layer: Int) {
        if slots.isEmpty { slots = Array(repeating: 0, count: 1 << Self.bits) }
        guard place != .pair else {
            if pairs.isEmpty { pairs = Array(repeating: 0, count: 1 << 16) }
            pairs[Int(UInt16(truncatingIfNeeded: gram).bigEndian)] |= 1 << UInt8(layer & 7)
            return
        }
        // Runs of a text are read as they stand in memory, and not first octet highest.
        let run = place == .inside || place == .atEnd ? gram.bigEndian : gram
        slots[Self.slot(place, run)] |= 1 << UInt8(layer & 7)
        if place == .atStart { hasHeads = true }
    }

    @inline(__always)
    private static func slot(_ place: Place, _ gram: UInt32) -> Int {
        Int(truncatingIfNeeded: ((gram &+ place.rawValue &* 0x85EB_CA6B) &* 0x9E37_79B1) >> UInt32(32 - bits))
    }

    /// Bit n: layer n may have a pattern that matches.
    /// - Complexity: O(octets)
    @inline(__always)
    func layers(_ octets: Span<UInt8>) -> UInt64 {
        guard !slots.isEmpty else { return 0 }
        var found = hasHeads ? headsFound(octets) : 0
        found |= runsFound(octets)
        if !pairs.isEmpty { found |= pairsFound(octets) }
        if octets.count >= 8 { found |= slots[Self.slot(.longAtEnd, PatternIndex.hash(octets))] }
        var layers = plainOnly != 0 && !RegexTranslation.isPlain(octets) ? plainOnly : 0
        while found != 0 {
            layers |= layersOfBit[found.trailingZeroBitCount]
            found &= found &- 1
        }
        return layers
    }

    /// By the first octets, up to three.
    @inline(__always)
    private func headsFound(_ octets: Span<UInt8>) -> UInt8 {
        var (found, gram) = (UInt8(0), UInt32(0))
        for index in 0..<min(3, octets.count) {
            gram = gram << 8 | UInt32(octets[index])
            found |= slots[Self.slot(.atStart, gram | UInt32(index + 1) << 24)]
        }
        return found
    }

    /// By every run of four octets, and by the last.
    @inline(__always)
    private func runsFound(_ octets: Span<UInt8>) -> UInt8 {
        guard octets.count >= 4 else { return 0 }
        // A slot is always one of all there are, so none is checked; this goes over every octet of every name.
        return unsafe slots.withUnsafeBufferPointer { slots in
            unsafe octets.withUnsafeBytes { text in
                let text = unsafe text.baseAddress.unsafelyUnwrapped
                var (found, gram) = (UInt8(0), UInt32(0))
                for index in 0...(octets.count &- 4) {
                    gram = unsafe (text + index).loadUnaligned(as: UInt32.self)
                    found |= unsafe slots[Self.slot(.inside, gram)]
                }
                return unsafe found | slots[Self.slot(.atEnd, gram)]
            }
        }
    }

    /// By every run of two octets.
    @inline(__always)
    private func pairsFound(_ octets: Span<UInt8>) -> UInt8 {
        guard octets.count >= 2 else { return 0 }
        return unsafe pairs.withUnsafeBufferPointer { pairs in
            unsafe octets.withUnsafeBytes { text in
                let text = unsafe text.baseAddress.unsafelyUnwrapped
                var found: UInt8 = 0
                for index in 0...(octets.count &- 2) {
                    found |= unsafe pairs[Int((text + index).loadUnaligned(as: UInt16.self))]
                }
                return found
            }
        }
    }
}

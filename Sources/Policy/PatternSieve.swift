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
    }

    private static let bits = 16
    /// A bit for a layer, by its number modulo eight; empty when there is no pattern.
    private var slots: [UInt8] = []
    /// The layers of each such bit.
    private var layersOfBit: InlineArray<8, UInt64> = InlineArray(repeating: 0)
    private var hasHeads = false

    /// The sieve of the layers' patterns.
    init(_ indexes: [PatternIndex]) {
        for (layer, index) in indexes.enumerated() {
            layersOfBit[layer & 7] |= 1 << UInt64(layer)
            index.forEachKey { place, gram in
                if slots.isEmpty { slots = Array(repeating: 0, count: 1 << Self.bits) }
                slots[Self.slot(place, gram)] |= 1 << UInt8(layer & 7)
                if place == .atStart { hasHeads = true }
            }
        }
    }

    @inline(__always)
    private static func slot(_ place: Place, _ gram: UInt32) -> Int {
        Int(truncatingIfNeeded: ((gram &+ place.rawValue &* 0x85EB_CA6B) &* 0x9E37_79B1) >> UInt32(32 - bits))
    }

    /// Bit n: layer n may have a pattern that matches.
    /// - Complexity: O(octets)
    @inline(__always)
    func layers(_ name: borrowing NameBuffer) -> UInt64 {
        guard !slots.isEmpty else { return 0 }
        let text = NameText(name)
        let octets = text.span
        let slots = slots.span
        var found: UInt8 = 0
        var gram: UInt32 = 0
        for index in octets.indices {
            gram = gram << 8 | UInt32(octets[index])
            if index >= 3 {
                found |= slots[Self.slot(.inside, gram)]
            } else if hasHeads {
                found |= slots[Self.slot(.atStart, gram | UInt32(index + 1) << 24)]
            }
        }
        found |= slots[Self.slot(.atEnd, gram)]
        if octets.count >= 8 { found |= slots[Self.slot(.longAtEnd, PatternIndex.hash(octets))] }
        var layers: UInt64 = 0
        while found != 0 {
            layers |= layersOfBit[found.trailingZeroBitCount]
            found &= found &- 1
        }
        return layers
    }
}

/// Decodes UTF-8 one scalar at a time (RFC 3629).
enum UTF8Scan {
    /// The scalar that starts at `offset` and its length in octets; nil for a malformed sequence, of which `length`
    /// octets are to be replaced by one U+FFFD (the "maximal subpart" of the Unicode Standard §3.9).
    @inline(__always)
    static func scalar(_ octets: Span<UInt8>, at offset: Int) -> (value: UInt32?, length: Int) {
        let lead = octets[offset]
        if lead < 0x80 { return (UInt32(lead), 1) }
        let needed: Int
        var value: UInt32
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch lead {
        case 0xC2...0xDF: (needed, value) = (1, UInt32(lead & 0x1F))
        case 0xE0...0xEF:
            (needed, value) = (2, UInt32(lead & 0x0F))
            if lead == 0xE0 { low = 0xA0 }
            if lead == 0xED { high = 0x9F }
        case 0xF0...0xF4:
            (needed, value) = (3, UInt32(lead & 0x07))
            if lead == 0xF0 { low = 0x90 }
            if lead == 0xF4 { high = 0x8F }
        default: return (nil, 1)
        }
        for index in 1...needed {
            guard offset + index < octets.count else { return (nil, index) }
            let next = octets[offset + index]
            guard next >= low, next <= high else { return (nil, index) }
            value = value << 6 | UInt32(next & 0x3F)
            (low, high) = (0x80, 0xBF)
        }
        return (value, needed + 1)
    }

    /// Appends `scalar` as UTF-8; surrogates and values beyond U+10FFFF become U+FFFD.
    static func append(_ scalar: UInt32, to octets: inout [UInt8]) {
        let value = scalar > 0x10FFFF || (0xD800...0xDFFF).contains(scalar) ? 0xFFFD : scalar
        switch value {
        case 0..<0x80:
            octets.append(UInt8(value))
        case 0x80..<0x800:
            octets.append(0xC0 | UInt8(value >> 6))
            octets.append(0x80 | UInt8(value & 0x3F))
        case 0x800..<0x10000:
            octets.append(0xE0 | UInt8(value >> 12))
            octets.append(0x80 | UInt8(value >> 6 & 0x3F))
            octets.append(0x80 | UInt8(value & 0x3F))
        default:
            octets.append(0xF0 | UInt8(value >> 18))
            octets.append(0x80 | UInt8(value >> 12 & 0x3F))
            octets.append(0x80 | UInt8(value >> 6 & 0x3F))
            octets.append(0x80 | UInt8(value & 0x3F))
        }
    }
}

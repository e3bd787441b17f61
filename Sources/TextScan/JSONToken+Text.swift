extension JSONToken {
    /// The text of a string or literal with its escapes resolved (RFC 8259 §7); halves of surrogate pairs that stand alone
    /// and unknown escapes become U+FFFD.
    /// - Complexity: O(octets of the token)
    public func text(in source: Span<UInt8>) -> String {
        let octets = source.extracting(range)
        guard isEscaped else { return octets.string }
        var units: [UInt16] = []
        var plain: [UInt8] = []
        var result = ""
        func flush() {
            result += String(decoding: plain, as: UTF8.self) + String(decoding: units, as: UTF16.self)
            plain.removeAll()
            units.removeAll()
        }
        var index = 0
        while index < octets.count {
            let octet = octets[index]
            index += 1
            guard octet == 0x5C else {
                if !units.isEmpty { flush() }
                plain.append(octet)
                continue
            }
            if !plain.isEmpty { flush() }
            let escape = index < octets.count ? octets[index] : 0
            index += 1
            switch escape {
            case 0x22, 0x5C, 0x2F: units.append(UInt16(escape))
            case 0x62: units.append(0x08)
            case 0x66: units.append(0x0C)
            case 0x6E: units.append(0x0A)
            case 0x72: units.append(0x0D)
            case 0x74: units.append(0x09)
            case 0x75 where index + 4 <= octets.count:
                units.append(UInt16(octets.extracting(index..<(index + 4)).string, radix: 16) ?? 0xFFFD)
                index += 4
            default: units.append(0xFFFD)
            }
        }
        flush()
        return result
    }
}

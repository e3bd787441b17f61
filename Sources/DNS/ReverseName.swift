extension IPAddress {
    /// The name under `in-addr.arpa` (RFC 1035 §3.5) or `ip6.arpa` (RFC 3596 §2.5) that holds the pointer record.
    public var reverseName: DomainName? { Self.reverseName(octets, digits: isV4 ? 4 : 32) }

    /// The same for the first octets, or half octets of an IPv6 address, alone.
    fileprivate static func reverseName(_ octets: [UInt8], digits count: Int) -> DomainName? {
        let text: [String] =
            octets.count == 4
            ? octets.map(String.init) : octets.flatMap { [String($0 >> 4, radix: 16), String($0 & 15, radix: 16)] }
        let labels = text.prefix(count).reversed() + [octets.count == 4 ? "in-addr.arpa" : "ip6.arpa"]
        return try? DomainName(labels.joined(separator: "."))
    }
}

extension AddressRange {
    /// How many names ``reverseZones`` are.
    public var reverseZoneCount: Int {
        let bits = address.isV4 ? 8 : 4
        return 1 << ((bits - prefixLength % bits) % bits)
    }

    /// The names under which the pointer records of all its addresses stand, and of no others: several where the prefix
    /// does not end with a label.
    /// - Complexity: 128 names for IPv4 and 8 for IPv6 at most
    public var reverseZones: [DomainName] {
        let bits = address.isV4 ? 8 : 4
        let digits = (prefixLength + bits - 1) / bits
        let first = firstAddress.octets
        return (0..<reverseZoneCount).compactMap { number in
            var octets = first
            if digits > 0 {
                let last = digits - 1
                let isHigh = bits == 4 && last % 2 == 0
                octets[last * bits / 8] |= UInt8(number) << (isHigh ? 4 : 0)
            }
            return IPAddress.reverseName(octets, digits: digits)
        }
    }
}

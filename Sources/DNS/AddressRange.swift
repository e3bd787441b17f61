/// A range of addresses (RFC 4632 prefix).
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// The first address, as given.
    public let address: IPAddress
    /// Bits that members share with it.
    public let prefixLength: Int

    /// A range; nil when the prefix is longer than the address.
    public init?(_ address: IPAddress, prefixLength: Int) {
        guard (0...(address.isV4 ? 32 : 128)).contains(prefixLength) else { return nil }
        self.address = address
        self.prefixLength = prefixLength
    }

    /// Reads `10.0.0.0/8`, `fd00::/8`, or a single address.
    public init?(_ text: some StringProtocol) {
        guard let slash = text.lastIndex(of: "/") else {
            guard let address = IPAddress(text) else { return nil }
            self.init(address, prefixLength: address.isV4 ? 32 : 128)
            return
        }
        guard let address = IPAddress(text[..<slash]), let length = Int(text[text.index(after: slash)...]) else {
            return nil
        }
        self.init(address, prefixLength: length)
    }

    /// The prefixes that make up the addresses from one through another, in order; nil when they are of two families or in
    /// the wrong order.
    /// - Complexity: O(bits of an address)
    public static func ranges(from first: IPAddress, through last: IPAddress) -> [AddressRange]? {
        let width = first.isV4 ? 32 : 128
        guard first.isV4 == last.isV4, first.number <= last.number else { return nil }
        var ranges: [AddressRange] = []
        var (next, end) = (first.number, last.number)
        while true {
            // The largest block that begins here and ends no later.
            var free = min(next.trailingZeroBitCount, width)
            func others() -> UInt128 { free == 0 ? 0 : UInt128.max >> UInt128(128 - free) }
            while end - next < others() { free -= 1 }
            let address = IPAddress(number: next, isV4: first.isV4)
            guard let range = AddressRange(address, prefixLength: width - free) else { return nil }
            ranges.append(range)
            next += others()
            guard next < end else { return ranges }
            next += 1
        }
    }

    /// `address/length`.
    public var description: String { "\(address)/\(prefixLength)" }

    /// 127.0.0.0/8 and `::1`.
    public static let loopback: [AddressRange] = [
        AddressRange(.v4(0x7F00_0000), prefixLength: 8), AddressRange(.v6(0, 1), prefixLength: 128),
    ].compactMap { $0 }

    /// Whether an address lies in the range. IPv4 addresses are never in an IPv6 range.
    public func contains(_ other: IPAddress) -> Bool {
        switch (address, other) {
        case (.v4(let own), .v4(let value)):
            return Self.agree(UInt64(own) << 32, UInt64(value) << 32, prefixLength)
        case (.v6(let ownHigh, let ownLow), .v6(let high, let low)):
            return Self.agree(ownHigh, high, min(prefixLength, 64))
                && Self.agree(ownLow, low, max(prefixLength - 64, 0))
        default: return false
        }
    }

    /// The address with every bit behind the prefix cleared: equal for equal ranges.
    public var firstAddress: IPAddress {
        switch address {
        case .v4(let value): .v4(UInt32(truncatingIfNeeded: Self.masked(UInt64(value) << 32, prefixLength) >> 32))
        case .v6(let high, let low):
            .v6(Self.masked(high, min(prefixLength, 64)), Self.masked(low, max(prefixLength - 64, 0)))
        }
    }

    private static func masked(_ value: UInt64, _ bits: Int) -> UInt64 {
        bits == 0 ? 0 : value & ~0 << UInt64(64 - bits)
    }

    private static func agree(_ left: UInt64, _ right: UInt64, _ bits: Int) -> Bool {
        bits == 0 || (left ^ right) >> UInt64(64 - bits) == 0
    }
}

extension AddressRange {
    /// Networks that hosts of the internet are not in: RFC 1918, link-local and unique-local addresses.
    public static let privateNetworks: [AddressRange] = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10",
    ].compactMap { AddressRange($0) }
}

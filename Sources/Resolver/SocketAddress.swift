internal import CSockets
public import DNS

/// An internet address with a port.
public struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address.
    public var address: IPAddress
    /// The port; 0 lets the system choose where that makes sense.
    public var port: UInt16

    /// An address with a port.
    public init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`.
    public init?(_ text: some StringProtocol, defaultPort: UInt16 = 53) {
        if let address = IPAddress(text) {
            self.init(address, port: defaultPort)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        let bracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if bracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host), address.isV4 != bracketed else { return nil }
        self.init(address, port: port)
    }

    /// The form that ``init(_:defaultPort:)`` reads, always with the port.
    public var description: String {
        address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }

    /// The same as the kernel wants it.
    var peer: patchway_peer {
        let octets = address.octets
        return unsafe octets.withUnsafeBufferPointer { octets in
            unsafe patchway_peer_make(octets.baseAddress, address.isV4 ? 0 : 1, port)
        }
    }
}

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

    private static func agree(_ left: UInt64, _ right: UInt64, _ bits: Int) -> Bool {
        bits == 0 || (left ^ right) >> UInt64(64 - bits) == 0
    }
}

extension patchway_peer {
    /// The address, or nil when the family is none of the internet's.
    var address: IPAddress? {
        var octets: InlineArray<16, UInt8> = InlineArray(repeating: 0)
        var copy = self
        var span = octets.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { octets in
            unsafe patchway_peer_octets(&copy, octets.baseAddress)
        }
        let view = octets.span
        switch count {
        case 4: return .v4(view.uint32(at: 0))
        case 16:
            return .v6(
                UInt64(view.uint32(at: 0)) << 32 | UInt64(view.uint32(at: 4)),
                UInt64(view.uint32(at: 8)) << 32 | UInt64(view.uint32(at: 12))
            )
        default: return nil
        }
    }

    /// The port.
    var port: UInt16 {
        var copy = self
        return unsafe patchway_peer_port(&copy)
    }
}

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

import DNS

/// The part of an IP packet that matters here: addresses, the protocol inside, and whether it is a fragment.
struct IPPacket: Equatable {
    var source: IPAddress
    var destination: IPAddress
    /// The protocol number behind all extension headers (IANA "Assigned Internet Protocol Numbers").
    var proto: UInt8
    /// The octets of the payload in the frame; padding of the link layer is left out.
    var payload: Range<Int>
    /// Whether the capture holds less than the header promises.
    var isCut: Bool
    /// Set when this is one of several fragments.
    var fragment: Fragment?

    struct Fragment: Equatable {
        var id: UInt32
        /// Octets from the start of the datagram's payload.
        var offset: Int
        var isLast: Bool
    }

    /// Why a frame holds no payload to look at.
    enum Failure: Error, Equatable {
        case malformed
        case truncated
        case encrypted
        case noPayload

        var reason: String {
            switch self {
            case .malformed: "malformed-ip"
            case .truncated: "packet-truncated"
            case .encrypted: "ipsec"
            case .noPayload: "not-dns"
            }
        }
    }

    /// Reads the IPv4 or IPv6 packet at `offset`.
    init(_ frame: Span<UInt8>, at offset: Int) throws(Failure) {
        guard offset < frame.count else { throw .truncated }
        switch frame[offset] >> 4 {
        case 4: try self.init(v4: frame, at: offset)
        case 6: try self.init(v6: frame, at: offset)
        default: throw .malformed
        }
    }

    /// RFC 791 §3.1.
    private init(v4 frame: Span<UInt8>, at offset: Int) throws(Failure) {
        guard offset + 20 <= frame.count else { throw .truncated }
        let headerLength = Int(frame[offset] & 15) * 4
        guard headerLength >= 20 else { throw .malformed }
        guard offset + headerLength <= frame.count else { throw .truncated }
        var totalLength = Int(frame.uint16(at: offset + 2))
        // Segmentation offload leaves the length 0 in packets captured on their way out.
        if totalLength == 0 { totalLength = frame.count - offset }
        guard totalLength >= headerLength else { throw .malformed }
        source = .v4(frame.uint32(at: offset + 12))
        destination = .v4(frame.uint32(at: offset + 16))
        proto = frame[offset + 9]
        payload = (offset + headerLength)..<min(offset + totalLength, frame.count)
        isCut = offset + totalLength > frame.count
        let bits = frame.uint16(at: offset + 6)
        if bits & 0x3FFF != 0 {
            fragment = Fragment(
                id: UInt32(frame.uint16(at: offset + 4)),
                offset: Int(bits & 0x1FFF) * 8,
                isLast: bits & 0x2000 == 0
            )
        }
    }

    /// RFC 8200 §3 and §4.
    private init(v6 frame: Span<UInt8>, at offset: Int) throws(Failure) {
        guard offset + 40 <= frame.count else { throw .truncated }
        source = .v6(frame.uint64(at: offset + 8), frame.uint64(at: offset + 16))
        destination = .v6(frame.uint64(at: offset + 24), frame.uint64(at: offset + 32))
        let length = Int(frame.uint16(at: offset + 4))
        let end = length == 0 ? frame.count : offset + 40 + length
        isCut = end > frame.count
        proto = frame[offset + 6]
        payload = 0..<0
        let limit = min(end, frame.count)
        var position = offset + 40
        for _ in 0..<16 {
            switch proto {
            case 0, 43, 60, 135, 139, 140:
                guard position + 2 <= limit else { throw .truncated }
                proto = frame[position]
                position += 8 + Int(frame[position + 1]) * 8
            case 51:
                guard position + 2 <= limit else { throw .truncated }
                proto = frame[position]
                position += 8 + Int(frame[position + 1]) * 4
            case 44:
                guard position + 8 <= limit else { throw .truncated }
                let bits = frame.uint16(at: position + 2)
                // An atomic fragment is the whole datagram (RFC 6946).
                if bits & 0xFFF9 != 0 {
                    fragment = Fragment(
                        id: frame.uint32(at: position + 4),
                        offset: Int(bits & 0xFFF8),
                        isLast: bits & 1 == 0
                    )
                }
                proto = frame[position]
                position += 8
                // What follows is a piece of the datagram, headers or not; it is read when it has been put together.
                if fragment != nil {
                    payload = position..<limit
                    return
                }
            case 50: throw .encrypted
            case 59: throw .noPayload
            default:
                guard position <= limit else { throw .truncated }
                payload = position..<limit
                return
            }
        }
        throw .malformed
    }
}

extension Span where Element == UInt8 {
    /// The 64-bit big-endian value at `offset`; the caller has checked the bounds.
    func uint64(at offset: Int) -> UInt64 {
        UInt64(uint32(at: offset)) << 32 | UInt64(uint32(at: offset + 4))
    }
}

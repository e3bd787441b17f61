import DNS

/// A link-layer header type of captures (the tcpdump.org LINKTYPE registry). An open registry, so not an enum.
struct LinkType: RawRepresentable, Hashable {
    let rawValue: UInt16

    /// BSD loopback: the address family in the byte order of the writer.
    static let null = LinkType(rawValue: 0)
    /// Ethernet.
    static let ethernet = LinkType(rawValue: 1)
    /// PPP, with or without HDLC framing.
    static let ppp = LinkType(rawValue: 9)
    /// Raw IP, as some systems number it.
    static let rawBSD = LinkType(rawValue: 12)
    /// Raw IP, as OpenBSD numbers it.
    static let rawOpenBSD = LinkType(rawValue: 14)
    /// PPP in HDLC-like framing.
    static let pppHDLC = LinkType(rawValue: 50)
    /// PPPoE session packets.
    static let pppoe = LinkType(rawValue: 51)
    /// Raw IP.
    static let raw = LinkType(rawValue: 101)
    /// OpenBSD loopback: the address family in network order.
    static let loop = LinkType(rawValue: 108)
    /// Linux "cooked" capture.
    static let linuxSLL = LinkType(rawValue: 113)
    /// Raw IPv4.
    static let ipv4 = LinkType(rawValue: 228)
    /// Raw IPv6.
    static let ipv6 = LinkType(rawValue: 229)
    /// Linux "cooked" capture, version 2.
    static let linuxSLL2 = LinkType(rawValue: 276)
}

/// Finds the IP packet in a captured frame.
enum LinkLayer {
    /// Where the IP packet starts, or why there is none.
    enum Result: Equatable {
        case ip(offset: Int)
        case skipped(String)
    }

    /// Strips the headers of `link` and the VLAN tags, PPPoE and MPLS headers behind them.
    static func ipOffset(_ frame: Span<UInt8>, link: LinkType) -> Result {
        switch link {
        case .ethernet: return etherType(frame, at: 12)
        case .linuxSLL: return etherType(frame, at: 14)
        case .linuxSLL2: return frame.count >= 20 ? etherType(frame, at: 0, payload: 20) : .skipped("packet-truncated")
        case .raw, .rawBSD, .rawOpenBSD, .ipv4, .ipv6: return version(frame, at: 0)
        case .null, .loop: return version(frame, at: 4)
        case .ppp, .pppHDLC: return ppp(frame, at: 0)
        case .pppoe: return pppoe(frame, at: 0)
        default: return .skipped("link-type-\(link.rawValue)")
        }
    }

    /// Follows an EtherType, whose payload begins at `payload` or else right behind it.
    private static func etherType(_ frame: Span<UInt8>, at start: Int, payload: Int? = nil) -> Result {
        var position = start
        var next = payload ?? start + 2
        // Two tags are usual; more than four are an attack on the reader.
        for _ in 0..<5 {
            guard next <= frame.count, position + 2 <= frame.count else { return .skipped("packet-truncated") }
            switch frame.uint16(at: position) {
            case 0x0800, 0x86DD: return version(frame, at: next)
            case 0x8100, 0x88A8, 0x9100, 0x9200:
                position = next + 2
                next += 4
            case 0x8864: return pppoe(frame, at: next)
            case 0x8847, 0x8848: return mpls(frame, at: next)
            default: return .skipped("not-ip")
            }
        }
        return .skipped("not-ip")
    }

    private static func pppoe(_ frame: Span<UInt8>, at start: Int) -> Result {
        guard start + 6 <= frame.count else { return .skipped("packet-truncated") }
        // Version 1, type 1, code 0: session data (RFC 2516 §4).
        guard frame.uint16(at: start) == 0x1100 else { return .skipped("not-ip") }
        return ppp(frame, at: start + 6)
    }

    private static func ppp(_ frame: Span<UInt8>, at start: Int) -> Result {
        var position = start
        // Address and control octets are there or not (RFC 1662 §3.1).
        if position + 2 <= frame.count, frame.uint16(at: position) == 0xFF03 { position += 2 }
        guard position + 2 <= frame.count else { return .skipped("packet-truncated") }
        // A protocol number with the lowest bit set in its first octet is compressed to one octet (RFC 1661 §6.5).
        let isShort = frame[position] & 1 == 1
        switch isShort ? UInt16(frame[position]) : frame.uint16(at: position) {
        case 0x21, 0x57: return version(frame, at: position + (isShort ? 1 : 2))
        default: return .skipped("not-ip")
        }
    }

    private static func mpls(_ frame: Span<UInt8>, at start: Int) -> Result {
        var position = start
        for _ in 0..<8 {
            guard position + 4 <= frame.count else { return .skipped("packet-truncated") }
            let isBottom = frame[position + 2] & 1 == 1
            position += 4
            if isBottom { return version(frame, at: position) }
        }
        return .skipped("not-ip")
    }

    /// Trusts the version in the IP header, because the types in front of it are written wrongly often enough.
    private static func version(_ frame: Span<UInt8>, at offset: Int) -> Result {
        guard offset < frame.count else { return .skipped("packet-truncated") }
        switch frame[offset] >> 4 {
        case 4, 6: return .ip(offset: offset)
        default: return .skipped("not-ip")
        }
    }
}

import DNS

/// Builds DNS messages, packets and frames octet by octet, so that tests need no captures of others.
enum Frames {
    static let client4 = IPAddress.v4(0xC000_0205)
    static let server4 = IPAddress.v4(0xC000_0235)
    static let client6 = IPAddress.v6(0x2001_0DB8_0000_0000, 5)
    static let server6 = IPAddress.v6(0x2001_0DB8_0000_0000, 53)

    static func be16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }
    static func be32(_ value: Int) -> [UInt8] { be16(value >> 16) + be16(value & 0xFFFF) }
    static func le16(_ value: Int) -> [UInt8] { be16(value).reversed() }
    static func le32(_ value: Int) -> [UInt8] { be32(value).reversed() }

    static func query(_ name: String, id: UInt16 = 1, type: RRType = .a) throws -> [UInt8] {
        var writer = MessageWriter()
        writer.begin(id: id, bits: MessageHeader.recursionDesiredFlag)
        writer.question(try DomainName(name), type: type)
        return writer.octets
    }

    /// An answer with one address, or without records when `rcode` says so.
    static func answer(
        _ name: String,
        id: UInt16 = 1,
        rcode: ResponseCode = .noError,
        address: UInt8 = 1,
        errors: [ExtendedError] = []
    ) throws -> [UInt8] {
        let owner = try DomainName(name)
        var writer = MessageWriter()
        writer.begin(id: id, bits: 0x8180 | rcode.rawValue)
        writer.question(owner, type: .a)
        if rcode == .noError {
            let alias = try DomainName("alias.example")
            writer.record(.answer, owner: owner, type: .cname, ttl: 60, data: alias.wire)
            writer.record(.answer, owner: alias, type: .a, ttl: 30, data: [203, 0, 113, address])
        }
        if !errors.isEmpty { writer.opt(EDNS(payloadSize: 1232), responseCode: rcode, errors: errors) }
        return writer.octets
    }

    static func udp(_ payload: [UInt8], from source: UInt16 = 40_000, to destination: UInt16 = 53) -> [UInt8] {
        be16(Int(source)) + be16(Int(destination)) + be16(payload.count + 8) + [0, 0] + payload
    }

    static func tcp(
        _ payload: [UInt8],
        sequence: Int,
        flags: UInt8 = 0x18,
        from source: UInt16 = 40_000,
        to destination: UInt16 = 53
    ) -> [UInt8] {
        be16(Int(source)) + be16(Int(destination)) + be32(sequence) + be32(0) + [0x50, flags] + be16(0xFFFF)
            + [0, 0, 0, 0] + payload
    }

    static func ipv4(
        _ payload: [UInt8],
        proto: UInt8 = 17,
        from source: IPAddress = client4,
        to destination: IPAddress = server4,
        id: Int = 0,
        fragment: Int = 0
    ) -> [UInt8] {
        [0x45, 0] + be16(20 + payload.count) + be16(id) + be16(fragment) + [64, proto, 0, 0] + source.octets
            + destination.octets + payload
    }

    static func ipv6(
        _ payload: [UInt8],
        next: UInt8 = 17,
        from source: IPAddress = client6,
        to destination: IPAddress = server6
    ) -> [UInt8] {
        [0x60, 0, 0, 0] + be16(payload.count) + [next, 64] + source.octets + destination.octets + payload
    }

    static func ethernet(_ packet: [UInt8], tags: [Int] = [], type: Int? = nil) -> [UInt8] {
        let type = type ?? (packet.first.map { $0 >> 4 } == 6 ? 0x86DD : 0x0800)
        var frame = [UInt8](repeating: 2, count: 12)
        for tag in tags { frame += be16(tag) + be16(7) }
        return frame + be16(type) + packet
    }

    /// A frame of `link` around `packet`.
    static func frame(_ packet: [UInt8], link: Int) -> [UInt8] {
        let isV6 = packet[0] >> 4 == 6
        let type = isV6 ? 0x86DD : 0x0800
        switch link {
        case 0: return le32(isV6 ? 24 : 2) + packet
        case 1: return ethernet(packet)
        case 9: return be16(isV6 ? 0x57 : 0x21) + packet
        case 50: return [0xFF, 0x03] + be16(isV6 ? 0x57 : 0x21) + packet
        case 51: return [0x11, 0] + be16(1) + be16(packet.count + 2) + be16(isV6 ? 0x57 : 0x21) + packet
        case 108: return be32(isV6 ? 24 : 2) + packet
        case 113: return be16(0) + be16(1) + be16(6) + [2, 2, 2, 2, 2, 2, 0, 0] + be16(type) + packet
        case 276: return be16(type) + be16(0) + be32(1) + be16(1) + [0, 6] + [2, 2, 2, 2, 2, 2, 0, 0] + packet
        default: return packet
        }
    }
}

/// Writes captures.
enum CaptureFile {
    struct Packet {
        /// Microseconds.
        var time: Int
        var octets: [UInt8]
        /// Length on the wire, if the capture kept less.
        var original: Int?

        init(_ time: Int, _ octets: [UInt8], original: Int? = nil) {
            self.time = time
            self.octets = octets
            self.original = original
        }
    }

    static func pcap(
        _ packets: [Packet],
        link: Int = 1,
        isBigEndian: Bool = false,
        hasNanoseconds: Bool = false
    ) -> [UInt8] {
        func u32(_ value: Int) -> [UInt8] { isBigEndian ? Frames.be32(value) : Frames.le32(value) }
        func u16(_ value: Int) -> [UInt8] { isBigEndian ? Frames.be16(value) : Frames.le16(value) }
        var file = u32(hasNanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4) + u16(2) + u16(4) + u32(0) + u32(0)
        file += u32(262_144) + u32(link)
        for packet in packets {
            let fraction = packet.time % 1_000_000 * (hasNanoseconds ? 1000 : 1)
            file += u32(packet.time / 1_000_000) + u32(fraction) + u32(packet.octets.count)
            file += u32(packet.original ?? packet.octets.count) + packet.octets
        }
        return file
    }

    /// A block of a little-endian section.
    static func block(_ type: Int, _ body: [UInt8]) -> [UInt8] {
        let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        let length = Frames.le32(padded.count + 12)
        return Frames.le32(type) + length + padded + length
    }

    static func section() -> [UInt8] {
        block(
            0x0A0D_0D0A,
            Frames.le32(0x1A2B_3C4D) + Frames.le16(1) + Frames.le16(0) + [UInt8](repeating: 255, count: 8)
        )
    }

    /// An interface; `options` are complete option fields.
    static func interface(link: Int, snapLength: Int = 0, options: [UInt8] = []) -> [UInt8] {
        block(1, Frames.le16(link) + Frames.le16(0) + Frames.le32(snapLength) + options)
    }

    static func enhanced(_ interface: Int, ticks: UInt64, _ octets: [UInt8]) -> [UInt8] {
        let (high, low) = (Int(ticks >> 32), Int(ticks & 0xFFFF_FFFF))
        return block(
            6,
            Frames.le32(interface) + Frames.le32(high) + Frames.le32(low) + Frames.le32(octets.count)
                + Frames.le32(octets.count) + octets
        )
    }
}

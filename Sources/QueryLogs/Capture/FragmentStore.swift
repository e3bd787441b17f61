import DNS

/// Puts fragmented datagrams together again (RFC 791 §3.2, RFC 8200 §4.5), in bounded memory.
struct FragmentStore {
    /// Datagrams that may be incomplete at the same time; beyond that the oldest is given up.
    static let maximumDatagrams = 1024
    /// Fragments of one datagram; real ones of DNS have at most a dozen.
    static let maximumFragments = 64

    /// A datagram that was put together, or what there is of it.
    struct Datagram {
        var packet: IPPacket
        var payload: [UInt8]
        /// Whether it is whole; otherwise `payload` is its beginning.
        var isComplete: Bool
        var time: Int64?
        var position: SourcePosition
    }

    private struct Key: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var id: UInt32
        var proto: UInt8
    }

    private struct Partial {
        var packet: IPPacket
        var time: Int64?
        var position: SourcePosition
        var pieces: [(offset: Int, octets: [UInt8])] = []
        var length: Int?
    }

    private var partials: [Key: Partial] = [:]
    private var order: [Key] = []

    /// Adds the fragment in `packet`, whose payload is `octets`.
    /// - Returns: the datagram that it completes, or the oldest one if there was no room and its beginning is known.
    mutating func add(
        _ packet: IPPacket,
        _ fragment: IPPacket.Fragment,
        octets: [UInt8],
        time: Int64?,
        position: SourcePosition
    ) -> Datagram? {
        // The protocol is not part of the key for IPv6: it may only stand in the first fragment.
        let key = Key(
            source: packet.source,
            destination: packet.destination,
            id: fragment.id,
            proto: packet.source.isV4 ? packet.proto : 0
        )
        var partial = partials[key] ?? Partial(packet: packet, time: time, position: position)
        if fragment.offset == 0 { partial.packet = packet }
        guard partial.pieces.count < Self.maximumFragments, fragment.offset + octets.count <= 65_535 else {
            return nil
        }
        partial.pieces.append((fragment.offset, octets))
        if fragment.isLast { partial.length = fragment.offset + octets.count }
        let datagram = Self.assemble(partial)
        if datagram.isComplete {
            remove(key)
            return datagram
        }
        if partials.updateValue(partial, forKey: key) == nil { order.append(key) }
        guard order.count > Self.maximumDatagrams else { return nil }
        return removeOldest()
    }

    /// The incomplete datagrams whose beginning is known, after the end of the input.
    mutating func finish() -> [Datagram] {
        var left: [Datagram] = []
        while !order.isEmpty {
            if let datagram = removeOldest() { left.append(datagram) }
        }
        return left
    }

    private mutating func removeOldest() -> Datagram? {
        let key = order.removeFirst()
        guard let partial = partials.removeValue(forKey: key) else { return nil }
        let datagram = Self.assemble(partial)
        return datagram.payload.isEmpty ? nil : datagram
    }

    private mutating func remove(_ key: Key) {
        guard partials.removeValue(forKey: key) != nil else { return }
        order.removeAll { $0 == key }
    }

    /// The octets from the start of the datagram to the first gap; of overlapping pieces the earlier wins.
    private static func assemble(_ partial: Partial) -> Datagram {
        var payload: [UInt8] = []
        for piece in partial.pieces.sorted(by: { $0.offset < $1.offset }) {
            guard piece.offset <= payload.count else { break }
            payload += piece.octets.dropFirst(payload.count - piece.offset)
        }
        let isComplete = partial.length.map { payload.count >= $0 } ?? false
        return Datagram(
            packet: partial.packet,
            payload: payload,
            isComplete: isComplete,
            time: partial.time,
            position: partial.position
        )
    }
}

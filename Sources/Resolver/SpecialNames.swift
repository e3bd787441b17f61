internal import DNS

/// Names that are answered here and never forwarded (RFC 6761, RFC 6303, RFC 7686, RFC 8375, RFC 9462, RFC 9476).
struct SpecialNames {
    /// What is known about a name.
    enum Answer: Equatable {
        /// An address of this host, for A and AAAA; NODATA for other types.
        case localhost
        /// A pointer to `localhost`, for PTR; NODATA for other types.
        case pointer
        /// The name exists without data.
        case noData
        /// The name does not exist.
        case nonexistent
    }

    private struct Zone {
        let wire: [UInt8]
        let labels: Int
        let isLocalhost: Bool
    }

    private let zones: [Zone]
    private let forwarded: [[UInt8]]

    private static let texts: [String] =
        ["localhost", "invalid", "test", "onion", "alt", "local", "home.arpa", "resolver.arpa"]
        + ["0", "10", "127", "254.169", "168.192", "2.0.192", "100.51.198", "113.0.203", "255.255.255.255"]
        .map { $0 + ".in-addr.arpa" }
        + (16...31).map { "\($0).172.in-addr.arpa" }
        + (64...127).map { "\($0).100.in-addr.arpa" }
        + ["d.f", "8.e.f", "9.e.f", "a.e.f", "b.e.f", "8.b.d.0.1.0.0.2"].map { $0 + ".ip6.arpa" }
        + [0, 1].map { "\($0)." + String(repeating: "0.", count: 31) + "ip6.arpa" }

    private static let loopbackNames = [
        "1.0.0.127.in-addr.arpa", "1." + String(repeating: "0.", count: 31) + "ip6.arpa",
    ]
    .compactMap { try? DomainName($0) }.map(\.wire)

    /// The top labels under which any of the names lies.
    private static let tops = ["localhost", "invalid", "test", "onion", "alt", "local", "arpa"].map { Array($0.utf8) }

    /// The special names without those at or below `forwarded`, or at or below a route that is a special name itself: one
    /// for `in-addr.arpa` does not send private addresses anywhere.
    init(forwarded: [DomainName] = [], routes: [DomainName] = []) {
        let zones = Self.texts.compactMap { try? DomainName($0) }.map {
            Zone(wire: $0.wire, labels: $0.labelCount, isLocalhost: $0.wire == [9] + Array("localhost".utf8) + [0])
        }
        let routed = routes.filter { route in
            let name = NameBuffer(route.lowercased)
            return zones.contains { Self.isAtOrBelow(name, $0.wire, $0.labels) }
        }
        self.zones = zones
        self.forwarded = (forwarded + routed).map(\.lowercased.wire)
    }

    /// What to answer for a name, or nil when it is none of ours.
    /// - Complexity: O(1) for ordinary names
    func answer(_ name: borrowing NameBuffer) -> Answer? {
        guard name.labelCount > 0, Self.tops.contains(where: { Self.hasTop(name, $0) }) else { return nil }
        guard let zone = zones.first(where: { Self.isAtOrBelow(name, $0.wire, $0.labels) }) else { return nil }
        for wire in forwarded where Self.isAtOrBelow(name, wire, Self.labelCount(wire)) { return nil }
        if zone.isLocalhost { return .localhost }
        if Self.loopbackNames.contains(where: { octetsEqual($0.span, name.span) }) { return .pointer }
        return name.labelCount == zone.labels ? .noData : .nonexistent
    }

    /// Where the special name that a name of ours is, or lies below, begins in it.
    func zoneStart(_ name: borrowing NameBuffer) -> Int {
        zones.first { Self.isAtOrBelow(name, $0.wire, $0.labels) }.map { name.suffixStart($0.labels) } ?? 0
    }

    private static func hasTop(_ name: borrowing NameBuffer, _ top: [UInt8]) -> Bool {
        let start = name.suffixStart(1)
        guard Int(name[start]) == top.count else { return false }
        for index in top.indices where name[start + 1 + index] != top[index] { return false }
        return true
    }

    private static func isAtOrBelow(_ name: borrowing NameBuffer, _ wire: [UInt8], _ labels: Int) -> Bool {
        guard name.labelCount >= labels else { return false }
        let start = name.suffixStart(labels)
        return octetsEqual(name.span.extracting(start..<name.count), wire.span)
    }

    private static func labelCount(_ wire: [UInt8]) -> Int {
        var count = 0
        var position = 0
        while wire[position] != 0 {
            count += 1
            position += Int(wire[position]) + 1
        }
        return count
    }
}

extension MessageBuffer {
    /// Seconds that made-up negative answers may be kept by the client.
    static let localTTL: UInt32 = 3_600

    /// Writes the reply to a query for a special-use name, whose zone begins at `zoneStart` in it: the SOA of a denial is that
    /// of the zone (RFC 2308 §3).
    mutating func writeSpecial(
        _ answer: SpecialNames.Answer,
        _ query: ClientQuery,
        message: Span<UInt8>,
        zoneStart: Int
    ) {
        let code: ResponseCode = answer == .nonexistent ? .nxDomain : .noError
        beginReply(query, code, message: message)
        switch (answer, query.type) {
        case (.localhost, RRType.a.rawValue): appendOwn(.a, data: [127, 0, 0, 1])
        case (.localhost, RRType.aaaa.rawValue): appendOwn(.aaaa, data: Array(repeating: 0, count: 15) + [1])
        case (.pointer, RRType.ptr.rawValue): appendOwn(.ptr, data: [9] + Array("localhost".utf8) + [0])
        default: appendOwnSOA(ttl: Self.localTTL, ownerAt: MessageHeader.size + zoneStart)
        }
        let none: [UInt8] = []
        appendOPT(query, code, options: none.span)
    }

    /// Writes the minimal answer to a query for ANY (RFC 8482 §4.2).
    mutating func writeMinimalAny(_ query: ClientQuery, message: Span<UInt8>) {
        beginReply(query, .noError, message: message)
        appendOwn(.hinfo, data: [7] + Array("RFC8482".utf8) + [0])
        let none: [UInt8] = []
        appendOPT(query, .noError, options: none.span)
    }

    /// Appends an answer record of the question name, or of a name that stands elsewhere.
    mutating func appendOwn(
        _ type: RRType,
        ttl: UInt32 = MessageBuffer.localTTL,
        data: [UInt8],
        ownerAt: Int = MessageHeader.size
    ) {
        append16(0xC000 | UInt16(ownerAt))
        append16(type.rawValue)
        append16(RRClass.in.rawValue)
        append32(ttl)
        append16(UInt16(truncatingIfNeeded: data.count))
        append(data.span)
        octets.put16(octets.uint16(at: 6) + 1, at: 6)
    }

    /// Appends an SOA of the question name, or of a name that stands elsewhere, to the authority section, so that the
    /// answer can be kept (RFC 6303 §3).
    mutating func appendOwnSOA(ttl: UInt32, ownerAt: Int = MessageHeader.size) {
        append16(0xC000 | UInt16(ownerAt))
        append16(RRType.soa.rawValue)
        append16(RRClass.in.rawValue)
        append32(ttl)
        // MNAME localhost, RNAME nobody.invalid, then serial, refresh, retry, expire, minimum.
        append16(11 + 16 + 20)
        append(Self.primary.span)
        append(Self.responsible.span)
        for value: UInt32 in [1, 3_600, 1_200, 604_800, ttl] { append32(value) }
        octets.put16(octets.uint16(at: 8) + 1, at: 8)
    }

    private static let primary: [UInt8] = [9] + Array("localhost".utf8) + [0]
    private static let responsible: [UInt8] = [6] + Array("nobody".utf8) + [7] + Array("invalid".utf8) + [0]
}

internal import CHTTP2
internal import DNS
internal import Policy

/// DNS queries in HTTP requests (RFC 8484), whatever version of HTTP brings them.
enum QueryRequest {
    /// What is to be done with the target.
    enum Method: Int32 {
        case other = 0
        case get = 1
        case post = 2
    }

    /// The largest query taken: what a datagram may have.
    static let maximumMessage = DatagramBatch.maximumQuery
    /// The longest target taken: the largest query in base64url, and room for the path.
    static let maximumTarget = maximumMessage / 3 * 4 + 128
    /// The path that queries go to.
    private static let path: StaticString = "/dns-query"

    /// Takes the query out of a request, which may name a group of clients behind the path: `/dns-query/NAME`.
    /// - Returns: 200 with the query in `message`, or the status that refuses the request; and the place of the group, from
    ///   1, or 0.
    static func read(
        _ method: Method,
        _ target: Span<UInt8>,
        isDNS: Bool,
        _ body: Span<UInt8>,
        groups: StackGroups = .none,
        into message: inout MessageBuffer
    ) -> (status: Int, group: UInt8) {
        message.reset()
        let end = (0..<target.count).first { target[$0] == UInt8(ascii: "?") } ?? target.count
        guard let group = group(target.extracting(0..<end), groups) else { return (404, 0) }
        return (read(method, target, end, isDNS: isDNS, body, into: &message), group)
    }

    private static func read(
        _ method: Method,
        _ target: Span<UInt8>,
        _ end: Int,
        isDNS: Bool,
        _ body: Span<UInt8>,
        into message: inout MessageBuffer
    ) -> Int {
        switch method {
        case .other: return 405
        case .post:
            guard isDNS else { return 415 }
            guard body.count <= maximumMessage else { return 413 }
            message.append(body)
        case .get:
            guard end < target.count, let value = parameter(target.extracting((end + 1)..<target.count)) else {
                return 400
            }
            guard value.count / 4 * 3 <= maximumMessage else { return 414 }
            guard decode(value, into: &message) else { return 400 }
        }
        // Responses and what is shorter than a header get no answer elsewhere; here somebody waits for one.
        return message.count >= MessageHeader.size && message.octets[2] & 0x80 == 0 ? 200 : 400
    }

    /// The group of clients that a path names, from 1, or 0 for the path alone; nil for another path.
    private static func group(_ octets: Span<UInt8>, _ groups: StackGroups) -> UInt8? {
        let length = path.utf8CodeUnitCount
        guard octets.count >= length else { return nil }
        let begins = path.withUTF8Buffer { text in
            for index in 0..<length where unsafe octets[index] != text[index] { return false }
            return true
        }
        guard begins else { return nil }
        guard octets.count > length else { return 0 }
        guard octets[length] == UInt8(ascii: "/") else { return nil }
        let name = octets.extracting((length + 1)..<octets.count)
        let place = groups.groups.firstIndex { group in
            let text = group.name.utf8
            return text.count == name.count && text.enumerated().allSatisfy { name[$0.offset] == $0.element }
        }
        return place.map { UInt8(clamping: $0 + 1) }
    }

    /// The value of `dns`, which must be there once.
    @_lifetime(copy query)
    private static func parameter(_ query: Span<UInt8>) -> Span<UInt8>? {
        var found: Range<Int>?
        var start = 0
        while start <= query.count {
            let end = (start..<query.count).first { query[$0] == UInt8(ascii: "&") } ?? query.count
            if end - start > 4, query[start] == UInt8(ascii: "d"), query[start + 1] == UInt8(ascii: "n"),
                query[start + 2] == UInt8(ascii: "s"), query[start + 3] == UInt8(ascii: "=")
            {
                guard found == nil else { return nil }
                found = (start + 4)..<end
            }
            start = end + 1
        }
        guard let found else { return nil }
        return query.extracting(found)
    }

    /// Base64url without padding (RFC 4648 §5, RFC 8484 §4.1); what is left over at the end must be zero bits.
    private static func decode(_ text: Span<UInt8>, into message: inout MessageBuffer) -> Bool {
        guard text.count % 4 != 1 else { return false }
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for index in 0..<text.count {
            guard let value = value(text[index]) else { return false }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                message.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= (1 << count) - 1
            }
        }
        return bits == 0
    }

    private static func value(_ letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }

    /// Seconds that HTTP may keep a reply: the least TTL of its answers, or of the SOA record that denies them
    /// (RFC 8484 §5.1); 0 for failures.
    static func maxAge(of reply: Span<UInt8>) -> UInt32 {
        guard let view = try? MessageView(reply), view.responseCode == .noError || view.responseCode == .nxDomain else {
            return 0
        }
        var least: UInt32?
        var denied: UInt32?
        view.forEachRecord { record -> Bool in
            switch record.section {
            case .answer: least = min(least ?? .max, record.ttl)
            case .authority where record.type == .soa: denied = record.ttl
            default: break
            }
            return true
        }
        return least ?? denied ?? 0
    }
}

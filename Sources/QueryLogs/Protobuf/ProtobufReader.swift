import DNS
import TextScan

/// Walks the fields of a protocol buffer message (protobuf.dev/programming-guides/encoding), as many kinds as logs have.
struct ProtobufReader: ~Escapable {
    /// What a field holds.
    enum Value: Equatable {
        case number(UInt64)
        /// Octets, a text or a message: where they stand.
        case octets(Range<Int>)
    }

    private let octets: Span<UInt8>
    private var position = 0
    /// Whether the walk ended before the end, at something that is no field.
    private(set) var isDamaged = false

    @_lifetime(copy octets)
    init(_ octets: Span<UInt8>) { self.octets = octets }

    /// The next field; nil at the end, and where the message is damaged.
    @_lifetime(self: copy self)
    mutating func next() -> (number: Int, value: Value)? {
        guard !isDamaged, position < octets.count else { return nil }
        guard let key = varint(), key >> 3 > 0, key >> 3 < 1 << 29, let value = value(UInt8(key & 7)) else {
            isDamaged = true
            return nil
        }
        return (Int(key >> 3), value)
    }

    @_lifetime(self: copy self)
    private mutating func value(_ kind: UInt8) -> Value? {
        switch kind {
        case 0: return varint().map { .number($0) }
        case 1: return fixed(8).map { .number($0) }
        case 5: return fixed(4).map { .number($0) }
        case 2:
            guard let count = varint(), count <= UInt64(octets.count - position) else { return nil }
            let start = position
            position += Int(count)
            return .octets(start..<position)
        // Groups are written by nobody any more.
        default: return nil
        }
    }

    @_lifetime(self: copy self)
    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < octets.count else { return nil }
            let octet = octets[position]
            position += 1
            value |= UInt64(octet & 0x7F) << shift
            if octet < 0x80 { return value }
        }
        return nil
    }

    @_lifetime(self: copy self)
    private mutating func fixed(_ count: Int) -> UInt64? {
        guard octets.count - position >= count else { return nil }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(octets[position + index]) << UInt64(8 * index) }
        position += count
        return value
    }
}

/// When something was, in the two fields that both formats have for it.
struct SplitTime {
    var seconds: UInt64?
    var fraction: UInt64 = 0

    /// Microseconds since 1970-01-01 UTC; `unit` fractions are one.
    func microseconds(_ unit: UInt64) -> Int64? {
        // Later than the year 9999 is no time.
        guard let seconds, seconds < 253_402_300_800 else { return nil }
        return Int64(seconds) * 1_000_000 + Int64(min(fraction / unit, 999_999))
    }
}

extension LogTransport {
    /// SocketProtocol, which both formats number alike.
    init?(socketProtocol number: UInt64) {
        switch number {
        case 1: self = .udp
        case 2: self = .tcp
        case 3: self = .dot
        case 4: self = .doh
        default: return nil
        }
    }
}

extension Span where Element == UInt8 {
    /// The address that octets in network order are.
    func address(_ range: Range<Int>) -> IPAddress? {
        guard range.count == 4 || range.count == 16 else { return nil }
        return IPAddress(octets: extracting(range).octets)
    }
}

/// An IPv4 or IPv6 address; IPv4 is kept apart from its mapped form.
public enum IPAddress: Hashable, Sendable {
    /// 32 bits, network order read as a number.
    case v4(UInt32)
    /// 128 bits, network order read as two numbers: high and low half.
    case v6(UInt64, UInt64)

    /// The 4 or 16 octets in network order.
    public var octets: [UInt8] {
        switch self {
        case .v4(let value): (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        case .v6(let high, let low):
            (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * ($0 % 8))) }
        }
    }

    /// Takes 4 or 16 octets in network order; anything else gives nil.
    public init?(octets: some Collection<UInt8>) {
        switch octets.count {
        case 4: self = .v4(octets.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self = .v6(
                octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                octets.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
            )
        default: return nil
        }
    }

    /// Whether it is an IPv6 address into which an IPv4 address is mapped (RFC 4291 §2.5.5.2).
    public var isMapped: Bool { if case .v6(0, let low) = self { low >> 32 == 0xFFFF } else { false } }
    /// Its bits as a number.
    public var number: UInt128 {
        switch self {
        case .v4(let value): UInt128(value)
        case .v6(let high, let low): UInt128(high) << 64 | UInt128(low)
        }
    }
    /// The address with these bits, of which IPv4 takes the lowest 32.
    public init(number: UInt128, isV4: Bool) {
        self =
            isV4
            ? .v4(UInt32(truncatingIfNeeded: number))
            : .v6(UInt64(truncatingIfNeeded: number >> 64), UInt64(truncatingIfNeeded: number))
    }

    /// Whether this is an IPv4 address.
    public var isV4: Bool { if case .v4 = self { true } else { false } }
    /// The record type that carries it.
    public var recordType: RRType { isV4 ? .a : .aaaa }
    /// Whether all bits are zero (`0.0.0.0`, `::`).
    public var isUnspecified: Bool { self == .v4(0) || self == .v6(0, 0) }
    /// Whether a name that has it is as good as blocked: no or the client's own host.
    public var leadsNowhere: Bool { isUnspecified || isLoopback }
    /// Whether it is in 127.0.0.0/8 or is `::1`.
    public var isLoopback: Bool {
        switch self {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }
}

extension IPAddress: Comparable {
    /// Orders IPv4 before IPv6, each by its bits.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.isV4 == right.isV4 ? left.number < right.number : left.isV4
    }
}

extension IPAddress: CustomStringConvertible {
    /// Reads dotted-quad or RFC 4291 text; no zone, no prefix length.
    public init?(_ text: some StringProtocol) { self.init(text: Array(text.utf8)) }

    /// Reads dotted-quad or RFC 4291 text from octets.
    public init?(text: some Collection<UInt8>) {
        let octets = Array(text)
        guard octets.count <= 45 else { return nil }
        if octets.contains(0x3A) {
            guard let groups = Self.groups(octets) else { return nil }
            self = .v6(
                groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) },
                groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) }
            )
        } else {
            guard let value = Self.quad(octets[...]) else { return nil }
            self = .v4(value)
        }
    }

    private static func quad(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != 0x30 else { return nil }
            var number: UInt32 = 0
            for octet in part {
                guard let digit = asciiDigit(octet) else { return nil }
                number = number * 10 + UInt32(digit)
            }
            guard number <= 255 else { return nil }
            value = value << 8 | number
        }
        return value
    }

    private static func groups(_ text: [UInt8]) -> [UInt16]? {
        var head: [UInt16] = []
        var tail: [UInt16] = []
        var compressed = false
        let parts = text.split(separator: 0x3A, omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return nil }
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                // "::" leaves one empty part inside, two at either end.
                let edge = index == 0 || index == parts.count - 1
                if edge {
                    let neighbour = index == 0 ? parts[1] : parts[parts.count - 2]
                    guard neighbour.isEmpty else { return nil }
                    continue
                }
                guard !compressed else { return nil }
                compressed = true
                continue
            }
            var values: [UInt16] = []
            if part.contains(0x2E) {
                guard index == parts.count - 1, let quad = quad(part) else { return nil }
                values = [UInt16(quad >> 16), UInt16(truncatingIfNeeded: quad)]
            } else {
                guard part.count <= 4, part.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
                    let value = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
                else { return nil }
                values = [value]
            }
            if compressed { tail += values } else { head += values }
        }
        let count = head.count + tail.count
        guard compressed ? count <= 7 : count == 8 else { return nil }
        return head + Array(repeating: 0, count: 8 - count) + tail
    }

    /// Dotted quad, or RFC 5952 text for IPv6.
    public var description: String {
        switch self {
        case .v4: return octets.map(String.init).joined(separator: ".")
        case .v6(let high, let low):
            if high == 0, low >> 32 == 0xFFFF {
                return "::ffff:" + IPAddress.v4(UInt32(truncatingIfNeeded: low)).description
            }
            let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - 16 * ($0 % 4))) }
            let run = Self.longestZeroRun(groups)
            let text = groups.map { String($0, radix: 16) }
            guard run.count >= 2 else { return text.joined(separator: ":") }
            return text[..<run.lowerBound].joined(separator: ":") + "::"
                + text[run.upperBound...].joined(separator: ":")
        }
    }

    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...groups.count {
            if index < groups.count, groups[index] == 0 { continue }
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best
    }
}

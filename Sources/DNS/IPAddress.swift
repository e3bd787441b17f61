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
    /// The IPv4 address that is mapped into it; itself where none is.
    public var unmapped: IPAddress {
        if case .v6(_, let low) = self, isMapped { .v4(UInt32(truncatingIfNeeded: low)) } else { self }
    }
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
    public init?(text: some Collection<UInt8>) { self.init(text: Array(text).span) }

    /// The same of octets where they stand.
    public init?(text: Span<UInt8>) {
        guard text.count <= 45 else { return nil }
        if let value = Self.quad(text) {
            self = .v4(value)
        } else if let value = Self.groups(text) {
            self.init(number: value, isV4: false)
        } else {
            return nil
        }
    }

    private static func quad(_ text: Span<UInt8>) -> UInt32? {
        var (value, number): (UInt32, UInt32) = (0, 0)
        var (digits, dots) = (0, 0)
        for index in 0..<text.count {
            if text[index] == 0x2E {
                guard digits > 0, dots < 3 else { return nil }
                value = value << 8 | number
                (number, digits, dots) = (0, 0, dots + 1)
            } else {
                // No zero stands in front of other digits.
                guard let digit = asciiDigit(text[index]), digits == 0 || number > 0 else { return nil }
                number = number * 10 + UInt32(digit)
                digits += 1
                guard number <= 255 else { return nil }
            }
        }
        return dots == 3 && digits > 0 ? value << 8 | number : nil
    }

    private static func groups(_ text: Span<UInt8>) -> UInt128? {
        guard text.count >= 2 else { return nil }
        // What stands in front of `::`, or is everything, and what stands behind.
        var (head, tail): (UInt128, UInt128) = (0, 0)
        var (headCount, tailCount) = (0, 0)
        var isCompressed = text[0] == 0x3A && text[1] == 0x3A
        var position = isCompressed ? 2 : 0
        while position < text.count {
            guard let (group, length, end) = group(text, at: position) else { return nil }
            if isCompressed {
                (tail, tailCount) = (tail << (16 * UInt128(length)) | group, tailCount + length)
            } else {
                (head, headCount) = (head << (16 * UInt128(length)) | group, headCount + length)
            }
            guard headCount + tailCount <= 8 else { return nil }
            position = end
            guard position < text.count else { break }
            position += 1
            guard position < text.count else { return nil }
            if text[position] == 0x3A {
                guard !isCompressed else { return nil }
                isCompressed = true
                position += 1
            }
        }
        guard isCompressed ? headCount + tailCount <= 7 : headCount == 8 else { return nil }
        return head << (16 * UInt128(8 - headCount)) | tail
    }

    /// The group at a place, or the dotted quad at the end, how many groups it stands for, and where it ends.
    private static func group(_ text: Span<UInt8>, at start: Int) -> (value: UInt128, length: Int, end: Int)? {
        var value: UInt128 = 0
        var position = start
        while position < text.count, text[position] != 0x3A {
            let octet = asciiLowercased(text[position])
            if octet == 0x2E {
                return quad(text.extracting(start..<text.count)).map { (UInt128($0), 2, text.count) }
            }
            guard position - start < 4 else { return nil }
            if let digit = asciiDigit(octet) {
                value = value << 4 | UInt128(digit)
            } else {
                guard octet &- 0x61 < 6 else { return nil }
                value = value << 4 | UInt128(octet - 0x57)
            }
            position += 1
        }
        return position > start ? (value, 1, position) : nil
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

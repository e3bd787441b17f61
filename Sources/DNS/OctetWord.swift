/// Eight octets of a text, looked at together; the first one lowest. Masks have the highest bit of every octet that is meant.
public struct OctetWord: BitwiseCopyable {
    /// The octets.
    public let bits: UInt64

    @usableFromInline static let each: UInt64 = 0x0101_0101_0101_0101
    @usableFromInline static let highest: UInt64 = 0x8080_8080_8080_8080

    /// A word of these octets.
    @inlinable @inline(__always)
    public init(_ bits: UInt64) { self.bits = bits }

    /// Up to eight octets from `start` on, behind them zeros.
    @inlinable @inline(__always)
    public init(_ octets: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) {
        if start &+ 8 <= octets.count {
            let whole = unsafe UnsafeRawPointer(octets.baseAddress.unsafelyUnwrapped + start)
                .loadUnaligned(as: UInt64.self).littleEndian
            bits = whole & UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- count &* 8)
            return
        }
        var word: UInt64 = 0
        for index in 0..<count { word |= unsafe UInt64(octets[start + index]) << UInt64(index * 8) }
        bits = word
    }

    /// The octets that are this one, which is none beyond ASCII.
    @inlinable @inline(__always)
    public func equal(to octet: UInt8) -> UInt64 {
        let other = bits ^ Self.each &* UInt64(octet)
        return ~(((other & ~Self.highest) &+ ~Self.highest) | other) & Self.highest
    }

    /// The octets from one to another of ASCII.
    @inlinable @inline(__always)
    public func within(_ low: UInt8, _ high: UInt8) -> UInt64 {
        let seven = bits & ~Self.highest
        let fromLow = seven &+ Self.each &* UInt64(0x80 &- low)
        let beyond = seven &+ Self.each &* UInt64(0x7F &- high)
        return fromLow & ~beyond & ~bits & Self.highest
    }

    /// The octets that names of hosts and services are written with: letters, digits, hyphens, underscores, and dots.
    @inlinable @inline(__always)
    public var ofHosts: UInt64 {
        let letters = OctetWord(bits | Self.each &* 0x20).within(0x61, 0x7A)
        return letters | within(0x30, 0x39) | within(0x2D, 0x2E) | equal(to: 0x5F)
    }

    /// The mask of the octets behind the first `count`.
    @inlinable @inline(__always)
    public static func behind(_ count: Int) -> UInt64 {
        count < 8 ? highest << UInt64(truncatingIfNeeded: count &* 8) : 0
    }

    /// Calls `body` with the place of every octet of a mask.
    @inlinable @inline(__always)
    public static func forEach(_ mask: UInt64, _ body: (Int) -> Void) {
        var rest = mask
        while rest != 0 {
            body(rest.trailingZeroBitCount >> 3)
            rest &= rest &- 1
        }
    }
}

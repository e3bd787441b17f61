/// A 64-bit FNV-1a hash that tells two versions of a catalog apart. Not a defence against forgery.
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    /// The hash.
    public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The fingerprint of nothing.
    public init() {}

    /// The fingerprint of `bytes`.
    public init(of bytes: some Sequence<UInt8>) {
        add(bytes)
    }

    /// Continues with `bytes`.
    public mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    /// Continues with `octets`.
    public mutating func add(_ octets: Span<UInt8>) {
        for index in octets.indices { value = (value ^ UInt64(octets[index])) &* 0x100_0000_01B3 }
    }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

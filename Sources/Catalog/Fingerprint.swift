internal import DNS

/// A 64-bit hash that tells two versions of a catalog or a stack apart. Not a defence against forgery.
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    /// The hash.
    public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The fingerprint of nothing.
    public init() {}

    /// The fingerprint of `bytes`.
    public init(of bytes: some Sequence<UInt8>) {
        add(bytes)
    }

    /// Continues with `bytes`; where they begin and end counts.
    public mutating func add(_ bytes: some Sequence<UInt8>) { add(Array(bytes).span) }

    /// Continues with `octets`; where they begin and end counts.
    /// - Complexity: O(octets), eight at a time
    public mutating func add(_ octets: Span<UInt8>) { value = octets.digest(seed: value) }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

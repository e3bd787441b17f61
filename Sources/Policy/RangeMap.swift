public import DNS

/// Values of address ranges; of the ranges that an address is in the longest counts.
public struct RangeMap<Value: Sendable>: Sendable {
    private var values: [AddressRange: Value] = [:]
    /// The prefix lengths in use, longest first, of IPv4 and of IPv6.
    private var lengths: [[Int]] = [[], []]

    /// No ranges.
    public init() {}

    /// The value of a range itself; ranges of the same addresses are one.
    /// - Complexity: O(1), but O(prefix lengths in use) for a range of a new length
    public subscript(range: AddressRange) -> Value? {
        get { values[Self.key(range)] }
        set {
            let slot = range.address.isV4 ? 0 : 1
            if newValue != nil, !lengths[slot].contains(range.prefixLength) {
                lengths[slot].append(range.prefixLength)
                lengths[slot].sort(by: >)
            }
            values[Self.key(range)] = newValue
        }
    }

    /// The value of the longest range that an address is in.
    /// - Complexity: O(prefix lengths in use)
    func value(at address: IPAddress) -> Value? {
        for length in lengths[address.isV4 ? 0 : 1] {
            guard let range = AddressRange(address, prefixLength: length) else { continue }
            if let value = values[Self.key(range)] { return value }
        }
        return nil
    }

    /// Calls `visit` with every range that has a value.
    func forEachRange(_ visit: (AddressRange) -> Void) { for range in values.keys { visit(range) } }

    private static func key(_ range: AddressRange) -> AddressRange {
        AddressRange(range.firstAddress, prefixLength: range.prefixLength) ?? range
    }
}

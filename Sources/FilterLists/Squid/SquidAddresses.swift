import DNS
import Policy

/// The addresses of one `acl … src`: squid 5.7 keeps no value that shares an address with one before it, so that one that
/// is wider than an earlier one adds nothing (`acl_ip_data::NetworkCompare`; compared with the running proxy).
struct SquidAddresses {
    /// The prefixes of the values that count.
    private(set) var ranges: [AddressRange] = []
    /// Whether the first value was `all`.
    private(set) var isAll = false
    /// From first to last address, in order; they do not overlap.
    private var taken: [ClosedRange<UInt128>] = []

    /// Adds every address.
    mutating func addAll() -> SquidAccessList.Addition {
        if isAll { return .added }
        guard ranges.isEmpty else { return .ignored }
        isAll = true
        return .added
    }

    /// Adds a value, the prefixes of which are given in order.
    /// - Returns: nil where it is not known what squid does: IPv6 prefixes that hold all of IPv4.
    mutating func add(_ prefixes: [AddressRange]) -> SquidAccessList.Addition? {
        guard let first = prefixes.first, let last = prefixes.last else { return .added }
        let mapped = UInt128(0xFFFF) << 32
        let value = Self.span(first).lowerBound...Self.span(last).upperBound
        if !first.address.isV4, value.contains(mapped) { return nil }
        if isAll { return .added }
        var (low, high) = (0, taken.count)
        while low < high {
            let middle = (low + high) / 2
            if taken[middle].upperBound < value.lowerBound { low = middle + 1 } else { high = middle }
        }
        if low < taken.count, taken[low].lowerBound <= value.upperBound {
            let isInside = taken[low].lowerBound <= value.lowerBound && value.upperBound <= taken[low].upperBound
            return isInside ? .added : .ignored
        }
        taken.insert(value, at: low)
        ranges += prefixes
        return .added
    }

    /// The addresses of a prefix, those of IPv4 where IPv6 has them.
    private static func span(_ range: AddressRange) -> ClosedRange<UInt128> {
        let others = UInt128(128 - range.prefixLength - (range.address.isV4 ? 96 : 0))
        let first: UInt128 =
            switch range.firstAddress {
            case .v4(let address): UInt128(0xFFFF) << 32 | UInt128(address)
            case .v6(let high, let low): UInt128(high) << 64 | UInt128(low)
            }
        return first...(others >= 128 ? .max : first | ((1 << others) - 1))
    }
}

internal import DNS

/// The types that an NSEC or NSEC3 record lists (RFC 4034 §4.1.2).
struct TypeBitmap: Sendable, Equatable {
    private let octets: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>) { self.octets = octets }

    func has(_ type: RRType) -> Bool {
        let (window, bit) = (UInt8(type.rawValue >> 8), Int(type.rawValue & 255))
        var position = octets.startIndex
        while position + 2 <= octets.endIndex {
            let length = Int(octets[position + 1])
            guard position + 2 + length <= octets.endIndex else { return false }
            if octets[position] == window {
                return bit / 8 < length && octets[position + 2 + bit / 8] & (0x80 >> UInt8(bit % 8)) != 0
            }
            position += 2 + length
        }
        return false
    }

    /// Whether it is that of a delegation, seen from above.
    var isDelegation: Bool { has(.ns) && !has(.soa) }

    /// Whether it tells nothing about names below its own.
    var hidesBelow: Bool { isDelegation || has(.dname) }

    /// Whether it denies a type at its own name.
    func denies(_ type: RRType, isRoot: Bool) -> Bool {
        guard !has(type), !has(.cname) else { return false }
        return type == .ds ? !has(.soa) || isRoot : !isDelegation
    }
}

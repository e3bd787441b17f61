import DNS

/// Tells of nearly every name that it is none of a few hundred, without making anything of it.
struct NameSieve {
    private static let size = 1 << 16
    private var bits = [UInt64](repeating: 0, count: NameSieve.size / 64)

    /// A sieve that holds back `names`.
    init(_ names: some Sequence<DomainName>) {
        for name in names {
            let place = Self.place(NameBuffer(name).span)
            bits[place >> 6] |= 1 << UInt64(place & 63)
        }
    }

    /// Whether a name may be one of them; then it is to be looked up.
    func mayContain(_ name: borrowing NameBuffer) -> Bool {
        let place = Self.place(name.span)
        return bits[place >> 6] >> UInt64(place & 63) & 1 != 0
    }

    private static func place(_ octets: Span<UInt8>) -> Int {
        Int(octets.digest(seed: 0) >> 48)
    }
}

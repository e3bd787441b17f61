import DNS

/// The addresses that came lately, each in the one place where it may stand: tells quickly of most that they came before.
struct RecentAddresses {
    private static let size = 1024
    private var addresses = [IPAddress?](repeating: nil, count: size)

    /// Adds an address; true when it is known to have been added before.
    mutating func add(_ address: IPAddress) -> Bool {
        let bits =
            switch address {
            case .v4(let value): UInt64(value)
            case .v6(let high, let low): high ^ low
            }
        let place = Int(truncatingIfNeeded: (bits &* 0x9E37_79B9_7F4A_7C15) >> 54)
        if addresses[place] == address { return true }
        addresses[place] = address
        return false
    }
}

extension IPAddress {
    /// Whether it is an address of this host, this network or a private one, or holds such an IPv4 address (RFC 6890).
    ///
    /// Counted are 0/8, 10/8, 100.64/10, 127/8, 169.254/16, 172.16/12, 192.168/16, ::/128, ::1/128, fc00::/7, fe80::/10 and
    /// fec0::/10; IPv4 inside IPv6 is looked for in mapped and compatible addresses, NAT64 (64:ff9b::/96) and 6to4
    /// (2002::/16). Ranges for documentation do not count.
    /// - Complexity: O(1)
    public var isPrivate: Bool {
        switch self {
        case .v4(let address):
            switch address >> 24 {
            case 0, 10, 127: true
            case 100: address >> 22 == 100 << 2 | 1
            case 169: address >> 16 == 169 << 8 | 254
            case 172: address >> 20 == 172 << 4 | 1
            case 192: address >> 16 == 192 << 8 | 168
            default: false
            }
        case .v6(let high, let low):
            if high >> 57 == 0xFC >> 1 || high >> 54 == 0xFE80 >> 6 || high >> 54 == 0xFEC0 >> 6 {
                true
            } else if high >> 48 == 0x2002 {
                IPAddress.v4(UInt32(truncatingIfNeeded: high >> 16)).isPrivate
            } else if high == 0, low >> 32 == 0 || low >> 32 == 0xFFFF {
                IPAddress.v4(UInt32(truncatingIfNeeded: low)).isPrivate
            } else if high == 0x0064_FF9B << 32, low >> 32 == 0 {
                IPAddress.v4(UInt32(truncatingIfNeeded: low)).isPrivate
            } else {
                false
            }
        }
    }
}

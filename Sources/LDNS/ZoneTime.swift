internal import DNS

/// Times in master files (RFC 1035 §5.1, and the units that servers know beside).
public enum ZoneTime {
    /// A number of seconds, or numbers with the units `s m h d w` added up; nil when it is none or exceeds 32 bits.
    public static func seconds(_ text: ArraySlice<UInt8>) -> UInt32? {
        var total: UInt64 = 0
        var number: UInt64?
        for octet in text {
            if let digit = asciiDigit(octet) {
                number = (number ?? 0) * 10 + UInt64(digit)
            } else {
                guard let value = number, let unit = unit(octet) else { return nil }
                total += value * unit
                number = nil
            }
            guard (number ?? 0) <= UInt64(UInt32.max), total <= UInt64(UInt32.max) else { return nil }
        }
        guard !text.isEmpty else { return nil }
        return UInt32(exactly: total + (number ?? 0))
    }

    /// The seconds of a unit, in capitals or not; nil for none.
    public static func unit(_ octet: UInt8) -> UInt64? {
        switch asciiLowercased(octet) {
        case 0x73: 1
        case 0x6D: 60
        case 0x68: 3600
        case 0x64: 86_400
        case 0x77: 604_800
        default: nil
        }
    }
}

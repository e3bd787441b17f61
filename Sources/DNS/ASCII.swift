/// ASCII lower case of one octet; all other octets are returned as they are (RFC 4343 §3).
@inlinable @inline(__always)
public func asciiLowercased(_ octet: UInt8) -> UInt8 {
    octet &- 0x41 < 26 ? octet | 0x20 : octet
}

/// The value of an ASCII decimal digit, or nil.
@inlinable @inline(__always)
public func asciiDigit(_ octet: UInt8) -> UInt8? {
    let value = octet &- 0x30
    return value < 10 ? value : nil
}

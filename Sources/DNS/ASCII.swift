/// ASCII lower case of one octet; all other octets are returned as they are (RFC 4343 §3).
@inlinable @inline(__always)
public func asciiLowercased(_ octet: UInt8) -> UInt8 {
    octet &- 0x41 < 26 ? octet | 0x20 : octet
}

/// The same for the eight octets of a word at once.
@inlinable @inline(__always)
public func asciiLowercased(_ word: UInt64) -> UInt64 {
    let low = word & 0x7F7F_7F7F_7F7F_7F7F
    let fromA = low &+ 0x3F3F_3F3F_3F3F_3F3F
    let beyondZ = low &+ 0x2525_2525_2525_2525
    let isCapital = ~word & (fromA ^ beyondZ) & 0x8080_8080_8080_8080
    return word | isCapital >> 2
}

/// The value of an ASCII decimal digit, or nil.
@inlinable @inline(__always)
public func asciiDigit(_ octet: UInt8) -> UInt8? {
    let value = octet &- 0x30
    return value < 10 ? value : nil
}

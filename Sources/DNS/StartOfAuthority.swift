/// The MINIMUM field of the data of an SOA record, seconds: its last four octets (RFC 1035 §3.3.13; RFC 2308 §4 says what it
/// means). Data that are shorter give what they hold.
public func minimumOfStartOfAuthority(_ data: [UInt8]) -> UInt32 {
    data.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
}

import DNS
import TextScan

/// What fields of text logs hold, whoever wrote them.
extension Span where Element == UInt8 {
    /// A name in presentation form; nil for what is none, `-` and nothing among it.
    var domainName: DomainName? {
        guard count > 0, !(count == 1 && self[0] == 0x2D) else { return nil }
        return try? DomainName(presentation: self)
    }

    /// A type: `A`, `TYPE65`, `type=65`, `65`, `1 (A)` or `*` for ANY.
    var recordType: RRType? {
        switch count {
        case 0: return nil
        case 1 where self[0] == 0x41: return .a
        case 1 where self[0] == 0x2A: return .any
        case 4 where hasPrefix("AAAA"): return .aaaa
        default: break
        }
        if count <= 5, let number = decimal { return UInt16(exactly: number).map { RRType(rawValue: $0) } }
        if hasPrefixIgnoringCase("type="), count > 5 { return extracting(5..<count).recordType }
        if let blank = firstIndex(of: 0x20), hasPrefix(" (", at: blank) {
            return extracting(0..<blank).decimal.flatMap { UInt16(exactly: $0) }.map { RRType(rawValue: $0) }
        }
        return count <= 16 ? RRType(string) : nil
    }

    /// A class: `IN`, `C_INTERNET`, `1`.
    var recordClass: RRClass? {
        if equalsIgnoringCase("IN") || equals("C_INTERNET") { return .in }
        if equals("C_CHAOS") { return .ch }
        if let number = decimal { return UInt16(exactly: number).map { RRClass(rawValue: $0) } }
        return count <= 16 ? RRClass(string) : nil
    }

    /// A response code: a mnemonic of RFC 1035 or of a library (`NoError`, `NON_EXISTENT_DOMAIN`), or a number.
    var responseCode: ResponseCode? {
        guard count > 0, count <= 32 else { return nil }
        if count <= 5, let number = decimal {
            return number < 4096 ? ResponseCode(rawValue: UInt16(truncatingIfNeeded: number)) : nil
        }
        if equals("NOERROR") { return .noError }
        if equals("NXDOMAIN") { return .nxDomain }
        let word = string
        if let code = ResponseCode(word) { return code }
        return Self.otherCodes[word.lowercased().filter { $0 != "_" && $0 != " " && $0 != "-" }]
    }

    private static var otherCodes: [String: ResponseCode] {
        [
            "success": .noError, "noerr": .noError, "nodata": .noError, "formaterror": .formErr, "formerror": .formErr,
            "serverfailure": .servFail, "servererror": .servFail, "nameerror": .nxDomain,
            "nonexistentdomain": .nxDomain, "notfound": .nxDomain, "notimplemented": .notImp,
            "queryrefused": .refused,
        ]
    }

    /// An address without its zone or the brackets of a URI; IPv4 inside of IPv6 is IPv4.
    var ipAddress: IPAddress? {
        var end = count
        if let percent = firstIndex(of: 0x25) { end = percent }
        var start = 0
        if count > 2, self[0] == 0x5B, self[count - 1] == 0x5D { (start, end) = (1, Swift.min(end, count - 1)) }
        guard end > start, end - start <= 45, let address = IPAddress(text: extracting(start..<end)) else {
            return nil
        }
        if case .v6(0, let low) = address, low >> 32 == 0xFFFF { return .v4(UInt32(truncatingIfNeeded: low)) }
        return address
    }

    /// `192.0.2.1#53`, `192.0.2.1@53`, `192.0.2.1:53`, `[2001:db8::1]:53`, `192.0.2.1/53` or an address alone.
    var socketAddress: SocketAddress? {
        if let address = ipAddress { return SocketAddress(address) }
        var position = count - 1
        while position > 0, self[position] &- 0x30 < 10 { position -= 1 }
        guard position > 0, let address = extracting(0..<position).ipAddress else { return nil }
        switch self[position] {
        case 0x23, 0x3A, 0x40, 0x2F: break
        default: return nil
        }
        let port = extracting((position + 1)..<count).decimal.flatMap { UInt16(exactly: $0) }
        return port.map { SocketAddress(address, port: $0) }
    }

    /// `UDP`, `tcp`, `tls`, `https` and what else logs call them.
    var transport: LogTransport? {
        guard count <= 16 else { return nil }
        if equals("udp") { return .udp }
        switch string.lowercased() {
        case "udp": return .udp
        case "tcp": return .tcp
        case "dot", "tls", "dns-over-tls": return .dot
        case "doh", "https", "h2", "h3", "doh3", "dns-over-https": return .doh
        default: return nil
        }
    }

    /// Microseconds of decimal seconds, `0.012345`.
    var seconds: Int64? { TimeScan.epochSeconds(self) }

    /// Microseconds of decimal milliseconds, with or without a unit behind: `12`, `1.5ms`.
    var milliseconds: Int64? {
        var end = count
        while end > 0, self[end - 1] &- 0x30 >= 10 { end -= 1 }
        return TimeScan.epochSeconds(extracting(0..<end)).map { $0 / 1000 }
    }
}

import DNS
import TextScan

/// Names and addresses in forms that only Windows writes.
enum WindowsName {
    /// A name with the length in front of every label: `(5)ctldl(13)windowsupdate(3)com(0)`; marks of compression
    /// (`[C014]`) are stepped over.
    static func counted(_ text: Span<UInt8>) -> DomainName? {
        var wire: [UInt8] = []
        var position = 0
        while position < text.count {
            if text[position] == 0x5B, let close = text.firstIndex(of: 0x5D, from: position) {
                position = close + 1
                continue
            }
            guard text[position] == 0x28, let close = text.firstIndex(of: 0x29, from: position),
                let length = text.extracting((position + 1)..<close).decimal, length <= 63,
                close + 1 + Int(length) <= text.count
            else { return nil }
            guard length > 0 else { break }
            wire.append(UInt8(length))
            wire += text.extracting((close + 1)..<(close + 1 + Int(length))).octets
            position = close + 1 + Int(length)
            guard wire.count <= 255 else { return nil }
        }
        wire.append(0)
        return try? DomainName(wire: wire)
    }

    /// The address of a `SOCKADDR` in hexadecimal: `02000035C0000201…`, or family 23 for IPv6.
    static func socketAddress(_ text: [UInt8]) -> SocketAddress? {
        guard let octets = Encodings.hexadecimal(text.filter { $0 != 0x20 }), octets.count >= 16 else { return nil }
        let port = UInt16(octets[2]) << 8 | UInt16(octets[3])
        let isV4 = octets[0] == 2 && octets[1] == 0
        guard isV4 || octets[0] == 23 && octets[1] == 0 && octets.count >= 24,
            let address = IPAddress(octets: Array(octets[(isV4 ? 4 : 8)..<(isV4 ? 8 : 24)]))
        else { return nil }
        return SocketAddress(address, port: port == 0 ? nil : port)
    }
}

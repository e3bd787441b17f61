/// The address hints of HTTPS and SVCB records (RFC 9460 §7.3).
public enum AddressHints {
    /// The addresses of `ipv4hint` and `ipv6hint` in RDATA, in order; none from RDATA that is malformed before them.
    /// - Complexity: O(octets)
    public static func read(_ data: Span<UInt8>) -> [IPAddress] {
        var hints: [IPAddress] = []
        var position = 2
        // The target name, never compressed.
        while position < data.count, data[position] != 0 {
            guard data[position] < 0x40 else { return [] }
            position += Int(data[position]) + 1
        }
        position += 1
        while position + 4 <= data.count {
            let key = Int(data[position]) << 8 | Int(data[position + 1])
            let end = position + 4 + (Int(data[position + 2]) << 8 | Int(data[position + 3]))
            position += 4
            guard end <= data.count else { break }
            let size = key == ipv4 ? 4 : key == ipv6 ? 16 : 0
            if size > 0, (end - position).isMultiple(of: size) {
                for start in stride(from: position, to: end, by: size) {
                    let octets = (start..<(start + size)).map { data[$0] }
                    if let address = IPAddress(octets: octets) { hints.append(address) }
                }
            }
            position = end
        }
        return hints
    }

    /// SvcParamKeys (RFC 9460 §14.3.2).
    private static let ipv4 = 4
    private static let ipv6 = 6
}

/// Makes octets from files and the network safe to print: nothing in them can move the cursor, colour, reorder or hide.
public enum TerminalText {
    /// `octets` as printable text on one line: controls, invalid UTF-8 and invisible or direction-changing characters
    /// appear as `\xNN` or `\u{NNNN}`; with `limit`, what exceeds that many octets is cut and marked by `…`.
    public static func escaped(_ octets: Span<UInt8>, limit: Int = .max) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(min(octets.count, limit) + 8)
        append(octets, to: &result, limit: limit)
        return String(decoding: result, as: UTF8.self)
    }

    /// The same for octets in an array.
    public static func escaped(_ octets: [UInt8], limit: Int = .max) -> String {
        escaped(octets.span, limit: limit)
    }

    /// The same for a string, whose octets may be as hostile.
    public static func escaped(_ text: String, limit: Int = .max) -> String {
        escaped(Array(text.utf8), limit: limit)
    }

    /// Appends the escaped form of `octets` to `result`; see ``escaped(_:limit:)``.
    public static func append(_ octets: Span<UInt8>, to result: inout [UInt8], limit: Int = .max) {
        var offset = 0
        while offset < octets.count {
            guard offset < limit else {
                UTF8Scan.append(0x2026, to: &result)
                return
            }
            let octet = octets[offset]
            if octet >= 0x20, octet < 0x7F {
                result.append(octet)
                offset += 1
                continue
            }
            let (value, length) = UTF8Scan.scalar(octets, at: offset)
            if let value, isVisible(value) {
                for index in 0..<length { result.append(octets[offset + index]) }
            } else if let value, value >= 0x80 {
                result += Array("\\u{\(String(value, radix: 16, uppercase: true))}".utf8)
            } else {
                for index in 0..<length {
                    result.append(0x5C)
                    result.append(0x78)
                    result.append(hexDigit(octets[offset + index] >> 4))
                    result.append(hexDigit(octets[offset + index] & 15))
                }
            }
            offset += length
        }
    }

    /// Whether a scalar takes up its own place and says nothing to the terminal or the bidirectional algorithm.
    private static func isVisible(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x034F, 0x061C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F,
            0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164, 0xE000...0xF8FF, 0xFE00...0xFE0F, 0xFEFF,
            0xFFA0, 0xFFF0...0xFFFB, 0xE0000...0x10FFFF:
            false
        default: true
        }
    }
}

/// The lower-case hexadecimal digit of a value below 16.
@inline(__always)
func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
}

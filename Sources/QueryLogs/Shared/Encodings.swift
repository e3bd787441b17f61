import DNS

/// Octets that logs write as text.
enum Encodings {
    /// The octets of base64 (RFC 4648 §4), padded or not; nil for anything else.
    static func base64(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        var end = text.count
        while end > 0, text[end - 1] == 0x3D, text.count - end < 2 { end -= 1 }
        for octet in text[..<end] {
            guard let value = sextet(octet) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 1
            guard count == 4 else { continue }
            result += [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)]
            (bits, count) = (0, 0)
        }
        switch count {
        case 0: break
        case 2: result.append(UInt8(bits >> 4 & 0xFF))
        case 3: result += [UInt8(bits >> 10 & 0xFF), UInt8(bits >> 2 & 0xFF)]
        default: return nil
        }
        return result
    }

    private static func sextet(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x41...0x5A: octet - 0x41
        case 0x61...0x7A: octet - 0x61 + 26
        case 0x30...0x39: octet - 0x30 + 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }

    /// The octets of hexadecimal digits, with or without `0x` in front; nil for anything else.
    static func hexadecimal(_ text: [UInt8]) -> [UInt8]? {
        var digits = text[...]
        if digits.starts(with: [0x30, 0x78]) { digits = digits.dropFirst(2) }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            let value: UInt8
            switch asciiLowercased(digit) {
            case 0x30...0x39: value = digit - 0x30
            case 0x61...0x66: value = asciiLowercased(digit) - 0x57
            default: return nil
            }
            if let first = high {
                result.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return result
    }
}

extension MessageSighting {
    /// Takes an answer as it went over the wire; false when it is none.
    mutating func answer(message octets: [UInt8]) -> Bool {
        guard let reading = try? MessageReading(octets.span), reading.header.isResponse else { return false }
        rcode = reading.rcode
        answers = reading.answers
        hasSOA = reading.hasSOA
        extendedErrors = reading.extendedErrors
        flags = ResponseFlags(reading.header)
        return true
    }
}

extension QueryEvent {
    /// Takes an answer as it went over the wire; false when it is none.
    mutating func answer(message octets: [UInt8]) -> Bool {
        guard let reading = try? MessageReading(octets.span), reading.header.isResponse else { return false }
        answer(reading.rcode, reading.answers)
        hasSOA = reading.hasSOA
        extendedErrors = reading.extendedErrors
        flags = ResponseFlags(reading.header)
        return true
    }
}

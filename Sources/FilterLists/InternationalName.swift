/// Names outside ASCII as IDNA turns them into ASCII, as far as every implementation makes the same of them: letters that
/// stand for themselves, in Latin, Greek, Cyrillic, kana, Han and Hangul (compared letter by letter with libidn2 2.3.3).
enum InternationalName {
    /// What becomes of a name.
    enum Conversion {
        /// The name in ASCII, in small letters.
        case ascii([UInt8])
        /// It is refused, or not known here; the labels behind its last one outside ASCII stay as they are.
        case unknown(suffix: [UInt8])
        /// It is no UTF-8, or breaks a rule of names.
        case refused
    }

    /// Whether a text has octets outside ASCII.
    static func isNeeded(_ octets: some Sequence<UInt8>) -> Bool { octets.contains { $0 > 0x7F } }

    /// Turns a name into ASCII.
    /// - Complexity: O(n²) of a label, of which no more than 63 octets come out
    static func convert(_ octets: [UInt8]) -> Conversion {
        guard let text = String(validating: octets, as: UTF8.self) else { return .refused }
        let labels = text.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false)
        var converted: [UInt8] = []
        var isUnknown = false
        for (index, label) in labels.enumerated() {
            if index > 0 { converted.append(0x2E) }
            switch convert(label) {
            case .ascii(let label): converted += label
            case .refused: return .refused
            case .unknown: isUnknown = true
            }
        }
        guard isUnknown else { return .ascii(converted) }
        let tail = octets.suffix(from: (octets.lastIndex { $0 > 0x7F } ?? -1) + 1)
        return .unknown(suffix: Array(tail.drop { $0 != 0x2E }.dropFirst()))
    }

    private static func convert(_ label: Substring.UnicodeScalarView) -> Conversion {
        var scalars: [UInt32] = []
        for scalar in label {
            guard let small = small(scalar), scalars.count < 64 else {
                return scalars.count < 64 ? .unknown(suffix: []) : .refused
            }
            scalars.append(small)
        }
        let hyphen: UInt32 = 0x2D
        if scalars.first == hyphen || scalars.last == hyphen { return .refused }
        if scalars.count > 3, scalars[2] == hyphen, scalars[3] == hyphen {
            // What stands behind `xn--` would have to be checked.
            return scalars[0] == 0x78 && scalars[1] == 0x6E ? .unknown(suffix: []) : .refused
        }
        guard scalars.contains(where: { $0 > 0x7F }) else { return .ascii(scalars.map { UInt8($0) }) }
        let code = Array("xn--".utf8) + punycode(scalars)
        return code.count > 63 ? .refused : .ascii(code)
    }

    /// The small letter, digit, hyphen or underscore that a character stands for; nil for others.
    private static func small(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar.value {
        case 0x2D, 0x30...0x39, 0x5F, 0x61...0x7A: return scalar.value
        case 0x41...0x5A: return scalar.value | 0x20
        // Capital sigma has two small letters, dotted capital I is two.
        case 0x3A3, 0x130: return nil
        default: break
        }
        guard letters.contains(where: { $0.contains(scalar.value) }) else { return nil }
        let mapped = scalar.properties.lowercaseMapping.unicodeScalars
        return mapped.count == 1 ? mapped.first?.value : nil
    }

    private static let letters: [ClosedRange<UInt32>] = [
        0x00C0...0x00D6, 0x00D8...0x00F6, 0x00F8...0x0131, 0x0134...0x013E, 0x0141...0x0148, 0x014A...0x017E,
        0x0388...0x038A, 0x038E...0x03A1, 0x03A3...0x03CE, 0x0400...0x045F, 0x3041...0x3096, 0x30A1...0x30FA,
        0x4E00...0x9FA5, 0xAC00...0xD7A3,
    ]

    /// Punycode (RFC 3492 §6.3) of a label.
    private static func punycode(_ scalars: [UInt32]) -> [UInt8] {
        var output = scalars.filter { $0 < 0x80 }.map { UInt8($0) }
        var handled = output.count
        let basic = handled
        if basic > 0 { output.append(0x2D) }
        var code: UInt32 = 0x80
        var delta: UInt32 = 0
        var bias: UInt32 = 72
        while handled < scalars.count, output.count < 64 {
            let next = scalars.filter { $0 >= code }.min() ?? code
            delta += (next - code) * UInt32(handled + 1)
            code = next
            for scalar in scalars {
                if scalar < code { delta += 1 }
                guard scalar == code else { continue }
                append(delta, bias, to: &output)
                bias = adapted(delta, UInt32(handled + 1), isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return output
    }

    /// A number in digits of growing worth (§3.3).
    private static func append(_ delta: UInt32, _ bias: UInt32, to output: inout [UInt8]) {
        var rest = delta
        var position: UInt32 = 36
        while true {
            let threshold = position <= bias ? 1 : min(position - bias, 26)
            guard rest >= threshold else { break }
            output.append(digit(threshold + (rest - threshold) % (36 - threshold)))
            rest = (rest - threshold) / (36 - threshold)
            position += 36
        }
        output.append(digit(rest))
    }

    private static func digit(_ value: UInt32) -> UInt8 { UInt8(value < 26 ? value + 0x61 : value + 0x16) }

    /// §6.1.
    private static func adapted(_ delta: UInt32, _ points: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / points
        var position: UInt32 = 0
        while delta > 455 {
            delta /= 35
            position += 36
        }
        return position + 36 * delta / (delta + 38)
    }
}

/// The encoding of a text as its first octets tell.
public enum TextEncoding: String, Sendable {
    /// UTF-8, ASCII or some other encoding that keeps ASCII octets.
    case utf8
    /// UTF-8 behind a byte order mark, which is dropped.
    case utf8WithMark
    /// UTF-16, low octet first.
    case utf16LittleEndian
    /// UTF-16, high octet first.
    case utf16BigEndian
}

/// A text as UTF-8 octets, and what had to be done to get there.
public struct DecodedText: Sendable {
    /// The octets that hold the text.
    public let bytes: InputBytes
    /// Octets to skip at the start of ``bytes``: a byte order mark.
    public let start: Int
    /// How the text was encoded.
    public let encoding: TextEncoding
    /// What a user should know: a conversion, NUL octets.
    public let notices: [Diagnostic]

    /// The octets of the text.
    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span.extracting(start..<bytes.count) }
    }
}

/// Finds out how a text is encoded and turns it into UTF-8.
public enum TextDecoding {
    /// Octets at the start of a text by which its encoding is guessed.
    static let sampleSize = 4096

    /// The encoding of `octets`: by the byte order mark, or by the zero octets that UTF-16 puts beside ASCII.
    public static func encoding(of octets: Span<UInt8>) -> TextEncoding {
        if octets.hasPrefix("\u{FEFF}") { return .utf8WithMark }
        if octets.count >= 2 {
            switch (octets[0], octets[1]) {
            case (0xFF, 0xFE): return .utf16LittleEndian
            case (0xFE, 0xFF): return .utf16BigEndian
            default: break
            }
        }
        let sample = min(octets.count, sampleSize) & ~1
        guard sample >= 8 else { return .utf8 }
        var zeros = (even: 0, odd: 0)
        for index in stride(from: 0, to: sample, by: 2) {
            if octets[index] == 0 { zeros.even += 1 }
            if octets[index + 1] == 0 { zeros.odd += 1 }
        }
        let units = sample / 2
        // Mostly ASCII text: nearly every unit has its zero on one side, and hardly any on the other.
        if zeros.odd * 10 >= units * 7, zeros.even * 20 <= units { return .utf16LittleEndian }
        if zeros.even * 10 >= units * 7, zeros.odd * 20 <= units { return .utf16BigEndian }
        return .utf8
    }

    /// The text of `input` as UTF-8; UTF-16 is converted with a notice, NUL octets are counted in a notice and kept.
    /// - Complexity: O(octets)
    public static func decode(_ input: Input) -> DecodedText {
        let octets = input.bytes.span
        let encoding = encoding(of: octets)
        var notices: [Diagnostic] = []
        var bytes = input.bytes
        if encoding == .utf16LittleEndian || encoding == .utf16BigEndian {
            let (text, malformed) = utf8(fromUTF16: octets, bigEndian: encoding == .utf16BigEndian)
            bytes = InputBytes(text)
            notices.append(conversionNotice(input.path, malformed: malformed))
        }
        if let notice = zeroNotice(bytes, path: input.path) { notices.append(notice) }
        let start = encoding == .utf8WithMark ? 3 : 0
        return DecodedText(bytes: bytes, start: start, encoding: encoding, notices: notices)
    }

    private static func conversionNotice(_ path: String, malformed: Int) -> Diagnostic {
        let damage = malformed == 0 ? "" : "; \(malformed) malformed units became U+FFFD"
        return Diagnostic(path: path, reason: "utf-16", text: "is UTF-16 and was read as such\(damage)")
    }

    private static func zeroNotice(_ bytes: InputBytes, path: String) -> Diagnostic? {
        let octets = bytes.span
        guard let first = octets.firstIndex(of: 0) else { return nil }
        var count = 0
        var position = first
        while let found = octets.firstIndex(of: 0, from: position) {
            count += 1
            position = found + 1
        }
        return Diagnostic(
            path: path,
            byte: first,
            reason: "nul-octets",
            text: "holds \(count) NUL octets; the copy may be damaged or no text at all"
        )
    }

    private static func utf8(fromUTF16 octets: Span<UInt8>, bigEndian: Bool) -> (text: [UInt8], malformed: Int) {
        var text: [UInt8] = []
        text.reserveCapacity(octets.count / 2 + octets.count / 8)
        var malformed = octets.count & 1
        func unit(_ index: Int) -> UInt32 {
            let (first, second) = (UInt32(octets[index]), UInt32(octets[index + 1]))
            return bigEndian ? first << 8 | second : second << 8 | first
        }
        var index = 0
        let end = octets.count & ~1
        if end >= 2, unit(0) == 0xFEFF { index = 2 }
        while index < end {
            let value = unit(index)
            index += 2
            if value & 0xFC00 == 0xD800, index < end, unit(index) & 0xFC00 == 0xDC00 {
                UTF8Scan.append(0x10000 + (value & 0x3FF) << 10 + (unit(index) & 0x3FF), to: &text)
                index += 2
            } else {
                if value & 0xF800 == 0xD800 { malformed += 1 }
                UTF8Scan.append(value, to: &text)
            }
        }
        return (text, malformed)
    }
}

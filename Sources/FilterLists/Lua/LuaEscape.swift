import TextScan

/// An escape in a text of Lua, as LuaJIT 2.1 reads it (compared with dnsdist 1.7.3 and kresd 5.6, which do not start with
/// any other).
struct LuaEscape {
    /// What it stands for.
    private(set) var octets: [UInt8] = []
    /// Where the text goes on.
    private(set) var end: Int

    /// The escape that a backslash begins; nil for none.
    init?(_ text: Span<UInt8>, at backslash: Int) {
        let start = backslash + 1
        guard start < text.count else { return nil }
        end = start + 1
        switch text[start] {
        case 0x61: octets = [7]
        case 0x62: octets = [8]
        case 0x66: octets = [12]
        case 0x6E: octets = [10]
        case 0x72: octets = [13]
        case 0x74: octets = [9]
        case 0x76: octets = [11]
        case 0x0A, 0x22, 0x27, 0x5C: octets = [text[start]]
        case 0x78:
            end = start + 3
            guard end <= text.count, let value = text.extracting((start + 1)..<end).hexadecimal else { return nil }
            octets = [UInt8(value)]
        case 0x7A: while end < text.count, isBlank(text[end]) { end += 1 }
        case 0x75:
            guard let close = text.firstIndex(of: 0x7D, from: start), close - start < 16, text[start + 1] == 0x7B,
                let value = text.extracting((start + 2)..<close).hexadecimal,
                let scalar = UInt32(exactly: value).flatMap({ Unicode.Scalar($0) })
            else { return nil }
            end = close + 1
            octets = Array(String(Character(scalar)).utf8)
        case 0x30...0x39:
            while end < min(text.count, start + 3), text[end] &- 0x30 < 10 { end += 1 }
            guard let value = text.extracting(start..<end).decimal.flatMap({ UInt8(exactly: $0) }) else { return nil }
            octets = [value]
        default: return nil
        }
    }
}

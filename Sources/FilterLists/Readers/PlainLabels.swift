import TextScan

/// Labels of letters, digits, hyphens and underscores.
enum PlainLabels {
    /// Whether a part of a text is a row of such labels, of up to 63 octets each, with single dots between them; one more dot
    /// may stand at the end.
    static func are(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var length = 0
        for index in range {
            switch text[index] {
            case 0x2E:
                guard length > 0 else { return false }
                length = 0
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F:
                length += 1
                guard length <= 63 else { return false }
            default: return false
            }
        }
        return true
    }
}

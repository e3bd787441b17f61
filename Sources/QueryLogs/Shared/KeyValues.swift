import DNS
import TextScan

/// The fields of a line of `key=value`, values bare or in quotes, or with blanks in them (CEF).
struct KeyValues {
    /// Fields of one line that are kept.
    private static let maximumFields = 256
    private var values: [String: [UInt8]] = [:]

    /// Reads a line. With `spaced` a value goes on up to the next ` key=`; otherwise it ends at a blank, or at `separator`.
    init(_ text: Span<UInt8>, spaced: Bool = false, separator: UInt8 = 0x20) {
        var position = 0
        while position < text.count, values.count < Self.maximumFields {
            guard let equals = text.firstIndex(of: 0x3D, from: position) else { return }
            var start = equals
            while start > position, Self.isKey(text[start - 1]) { start -= 1 }
            let key = text.extracting(start..<equals).string
            let (value, end) = Self.value(text, equals + 1, spaced: spaced, separator: separator)
            if !key.isEmpty, values[key] == nil { values[key] = value }
            position = end
        }
    }

    subscript(_ key: String) -> [UInt8]? { values[key] }

    /// The text of a field.
    func string(_ key: String) -> String? { values[key].map { String(decoding: $0, as: UTF8.self) } }

    private static func isKey(_ octet: UInt8) -> Bool {
        asciiLowercased(octet) &- 0x61 < 26 || octet &- 0x30 < 10 || octet == 0x5F || octet == 0x2D || octet == 0x2E
    }

    private static func value(_ text: Span<UInt8>, _ start: Int, spaced: Bool, separator: UInt8) -> ([UInt8], Int) {
        guard start < text.count else { return ([], text.count) }
        var value: [UInt8] = []
        var position = start
        if text[start] == 0x22 {
            position += 1
            while position < text.count, text[position] != 0x22 {
                if text[position] == 0x5C, position + 1 < text.count { position += 1 }
                value.append(text[position])
                position += 1
            }
            return (value, min(position + 1, text.count))
        }
        var end = text.firstIndex(of: separator, from: start) ?? text.count
        if spaced { end = spacedEnd(text, start) }
        while position < end {
            if spaced, text[position] == 0x5C, position + 1 < end { position += 1 }
            value.append(text[position])
            position += 1
        }
        return (value, min(end + 1, text.count))
    }

    /// In front of the next ` key=`; `\=` is no key's.
    private static func spacedEnd(_ text: Span<UInt8>, _ start: Int) -> Int {
        var position = start
        while let equals = text.firstIndex(of: 0x3D, from: position) {
            var key = equals
            while key > start, isKey(text[key - 1]) { key -= 1 }
            if key < equals, key > start, text[key - 1] == 0x20 { return key - 1 }
            position = equals + 1
        }
        return text.count
    }
}

/// An event in ArcSight's Common Event Format, or in IBM's LEEF, found anywhere in a line.
struct CommonEvent {
    /// The parts of the header behind the version: vendor, product, version, event, name, severity.
    let header: [String]
    let fields: KeyValues

    /// Nil for lines that are neither.
    init?(_ text: Span<UInt8>) {
        let isLEEF: Bool
        let start: Int
        if let found = text.firstRange(of: "CEF:") {
            (isLEEF, start) = (false, found.lowerBound)
        } else if let found = text.firstRange(of: "LEEF:") {
            (isLEEF, start) = (true, found.lowerBound)
        } else {
            return nil
        }
        var parts: [String] = []
        var position = start
        let wanted = isLEEF ? 5 : 7
        while parts.count < wanted {
            var end = position
            while end < text.count, text[end] != 0x7C { end += text[end] == 0x5C ? 2 : 1 }
            guard end < text.count else { return nil }
            parts.append(text.extracting(position..<end).string)
            position = end + 1
        }
        header = Array(parts.dropFirst())
        let rest = text.extracting(position..<text.count)
        fields = isLEEF ? KeyValues(rest, separator: 0x09) : KeyValues(rest, spaced: true)
    }
}

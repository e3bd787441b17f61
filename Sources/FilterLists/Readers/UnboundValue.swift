import DNS
import LDNS
import TextScan

/// What a value of a statement of unbound.conf has to be for Unbound to start (`configparser.y` and what reads it later;
/// compared by starting 1.17.1).
enum UnboundValue: Hashable {
    /// `yes` or `no`.
    case flag
    /// What C's `atoi` does not take for zero, or `0`.
    case number
    /// What C's `atoi` does not take for zero.
    case nonzero
    /// A number, `0`, or nothing.
    case numberOrNothing
    /// A number within bounds.
    case within(Int32, Int32)
    /// A number, or no less than nothing where it is none.
    case notNegative
    /// `YYYYMMDDhhmmss`, a number, or nothing.
    case date
    /// A number of octets: `50m`.
    case size
    /// A power of two.
    case power
    /// A port or a range of ports.
    case ports
    case name
    case nameOrNothing
    /// An address, perhaps with a prefix length.
    case netblock
    /// An address, perhaps with `@port` and `#name`.
    case server
    /// A name, perhaps with `@port` and `#name`.
    case host
    /// What is done with clients.
    case access
    /// Hexadecimal octets, or text behind `ascii_`.
    case octets
    /// Numbers between blanks.
    case numbers
    /// Pairs of numbers between blanks, the first ones ascending.
    case keySizes
    /// A record that holds a key or its hash, or nothing.
    case anchor
    /// Anything.
    case text

    /// Whether Unbound takes a value.
    func accepts(_ value: Span<UInt8>) -> Bool {
        switch self {
        case .text: true
        case .flag: value.equals("yes") || value.equals("no")
        case .number: Self.isNumber(value)
        case .nonzero: Self.number(value) != 0
        case .numberOrNothing: value.count == 0 || Self.isNumber(value)
        case .within(let low, let high): Self.isNumber(value) && low <= Self.number(value) && Self.number(value) <= high
        case .notNegative: Self.number(value) >= 0
        case .date: value.count == 14 ? Self.isDate(value.octets) : value.count == 0 || Self.isNumber(value)
        case .size: Self.isSize(value.octets[...])
        case .power: Self.number(value) > 0 && Self.number(value).nonzeroBitCount == 1
        case .ports: Self.isPorts(value.octets)
        case .name: (try? DomainName(presentation: value.octets)) != nil
        case .nameOrNothing: value.count == 0 || Self.name.accepts(value)
        case .netblock: AddressRange(value.string) != nil
        case .server: Self.isServer(value.octets, isName: false)
        case .host: Self.isServer(value.octets, isName: true)
        case .access: UnboundAccess.isAction(value.string)
        case .octets: Self.isOctets(value)
        case .numbers: !(Self.numbers(value.octets) ?? []).isEmpty
        case .keySizes: Self.isKeySizes(Self.numbers(value.octets) ?? [])
        case .anchor: value.count == 0 || Self.isAnchor(value)
        }
    }

    /// The number that a text begins with, as C's `atoi` finds it: cut to 32 bits of what `strtol` makes of it.
    private static func number(_ text: Span<UInt8>) -> Int32 {
        var index = 0
        while index < text.count, isBlank(text[index]) { index += 1 }
        let isNegative = index < text.count && text[index] == 0x2D
        if index < text.count, text[index] == 0x2D || text[index] == 0x2B { index += 1 }
        var value: Int64 = 0
        while index < text.count, (0x30...0x39).contains(text[index]) {
            let digit = Int64(text[index] - 0x30)
            let (product, isFull) = value.multipliedReportingOverflow(by: 10)
            let (sum, isFuller) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if isFull || isFuller { return Int32(truncatingIfNeeded: isNegative ? Int64.min : Int64.max) }
            value = sum
            index += 1
        }
        return Int32(truncatingIfNeeded: value)
    }

    private static func isNumber(_ text: Span<UInt8>) -> Bool { text.equals("0") || number(text) != 0 }

    private static func isDate(_ text: [UInt8]) -> Bool {
        var place = 0
        for (width, range) in [(4, 1970...9999), (2, 1...12), (2, 1...31), (2, 0...23), (2, 0...59), (2, 0...59)] {
            let digits = text[place..<place + width].prefix { (0x30...0x39).contains($0) }
            guard let value = Int(String(decoding: digits, as: UTF8.self)), range.contains(value),
                digits.count == width || place + width == text.count
            else { return false }
            place += width
        }
        return true
    }

    /// Digits, perhaps with a unit behind them and `b` behind that, and blanks where `cfg_parse_memsize` takes them.
    private static func isSize(_ text: ArraySlice<UInt8>) -> Bool {
        func areDigits(_ text: ArraySlice<UInt8>) -> Bool {
            text.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x20 } && text.first != 0x20
        }
        guard !text.isEmpty else { return false }
        var rest = text
        while rest.last == 0x20 { rest.removeLast() }
        if rest.count > 1, rest.last == 0x62 || rest.last == 0x42 { rest.removeLast() }
        guard let last = rest.last else { return false }
        let hasUnit = rest.count > 1 && [0x67, 0x47, 0x6D, 0x4D, 0x6B, 0x4B].contains(last)
        guard hasUnit || (0x30...0x39).contains(last) else { return false }
        rest.removeLast()
        return areDigits(rest)
    }

    private static func isPorts(_ text: [UInt8]) -> Bool {
        let parts = text.split(separator: 0x2D, maxSplits: 1, omittingEmptySubsequences: false)
        let ports = parts.compactMap { part -> UInt16? in
            part.allSatisfy { (0x30...0x39).contains($0) } ? UInt16(String(decoding: part, as: UTF8.self)) : nil
        }
        return ports.count == parts.count && ports[0] <= ports[ports.count - 1]
    }

    /// `address[@port][#name]`, where what stands before them is an address or a name.
    private static func isServer(_ text: [UInt8], isName: Bool) -> Bool {
        var first = text[...]
        if let mark = text.firstIndex(of: 0x40) {
            first = text[..<mark]
            let port = Array(text[(mark + 1)...].prefix { $0 != 0x23 })
            guard isNumber(port.span) else { return false }
        } else if let mark = text.firstIndex(of: 0x23) {
            first = text[..<mark]
        }
        if isName { return (try? DomainName(presentation: Array(first))) != nil }
        if first.contains(0x3A), let zone = first.firstIndex(of: 0x25) { first = first[..<zone] }
        return IPAddress(text: first) != nil
    }

    private static func isOctets(_ text: Span<UInt8>) -> Bool {
        if text.hasPrefix("ascii_") { return true }
        return text.count % 2 == 0 && text.octets.allSatisfy { Character(UnicodeScalar($0)).isHexDigit && $0 < 0x80 }
    }

    /// Numbers between blanks; nil where something else stands.
    private static func numbers(_ text: [UInt8]) -> [Int32]? {
        var found: [Int32] = []
        for word in text.split(whereSeparator: { isBlank($0) }) {
            let digits = word.first == 0x2D ? word.dropFirst() : word
            guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            found.append(number(Array(word).span))
        }
        return found
    }

    private static func isKeySizes(_ numbers: [Int32]) -> Bool {
        let sizes = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] }
        return !numbers.isEmpty && numbers.count % 2 == 0 && zip(sizes, sizes.dropFirst()).allSatisfy { $0 < $1 }
    }

    private static func isAnchor(_ text: Span<UInt8>) -> Bool {
        guard let record = UnboundReader.record(text.octets) else { return false }
        return record.type == .ds || record.type == RRType(rawValue: 48)
    }
}

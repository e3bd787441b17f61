import DNS
import Policy
import TextScan

/// Sets of addresses for packet filters: an address, `address/length`, `first-last`, several with commas between or behind
/// them (ESET, Kaspersky), or with a name in front `name:first-last` (PeerGuardian); `#` and `;` begin comments.
enum AddressListReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = content(text, line.range)
            guard !rule.isEmpty else { continue }
            guard let ranges = entries(text.extracting(rule).octets) else {
                sink.drop(.notAddresses, text, rule, line.number)
                continue
            }
            sink.add(ranges, entry, text, rule, line.number)
        }
        sink.closeAddresses()
    }

    private static func content(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        let whole = text.trimmedRange(in: line)
        guard !whole.isEmpty, text[whole.lowerBound] != 0x23, text[whole.lowerBound] != 0x3B else {
            return line.lowerBound..<line.lowerBound
        }
        // Names of ranges may hold these marks.
        for index in whole.dropFirst() where text[index] == 0x23 || text[index] == 0x3B {
            if isBlank(text[index - 1]) { return text.trimmedRange(in: whole.lowerBound..<index) }
        }
        return whole
    }

    /// The prefixes that the entries of a line cover; nil when one is none. Names of ranges may have commas in them.
    private static func entries(_ line: [UInt8]) -> [AddressRange]? {
        if let ranges = ranges(line) { return ranges }
        var all: [AddressRange] = []
        let parts = line.split(separator: 0x2C).map { trimmed($0) }.filter { !$0.isEmpty }
        for part in parts {
            guard parts.count <= maximumEntries, let ranges = ranges(Array(part)) else { return nil }
            all += ranges
        }
        return all.isEmpty ? nil : all
    }

    private static let maximumEntries = 1000

    /// The prefixes that an entry covers; nil when it is none.
    static func ranges(_ entry: [UInt8]) -> [AddressRange]? {
        if let address = IPAddress(text: entry) {
            return AddressRange(address, prefixLength: address.isV4 ? 32 : 128).map { [$0] }
        }
        if let slash = entry.lastIndex(of: 0x2F), let address = IPAddress(text: entry[..<slash]) {
            let digits = Array(entry[(slash + 1)...])
            guard let length = digits.span.decimal else { return nil }
            return AddressRange(address, prefixLength: Int(clamping: length)).map { [$0] }
        }
        guard let dash = entry.lastIndex(of: 0x2D),
            let last = IPAddress(text: trimmed(entry[(dash + 1)...]))
        else { return nil }
        let front = entry[..<dash]
        if let first = IPAddress(text: trimmed(front)) { return AddressRange.ranges(from: first, through: last) }
        // A name may have colons in it, as an IPv6 address has.
        let mark = last.isV4 ? front.lastIndex(of: 0x3A) : front.firstIndex(of: 0x3A)
        guard let mark, let first = IPAddress(text: trimmed(front[(mark + 1)...])) else { return nil }
        return AddressRange.ranges(from: first, through: last)
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text
        while let first = text.first, isBlank(first) { text.removeFirst() }
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}

extension Span where Element == UInt8 {
    /// The octets without blanks, tabs and line ends at both sides.
    public var trimmed: Span<UInt8> {
        @_lifetime(copy self)
        get { extracting(trimmedRange(in: 0..<count)) }
    }

    /// The part of `range` without blanks, tabs and line ends at both sides.
    public func trimmedRange(in range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, isBlank(self[start]) { start += 1 }
        while end > start, isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }

    /// The part of `range` up to the first `mark`, without blanks at both sides: a line whose comments begin anywhere.
    public func trimmedRange(in range: Range<Int>, before mark: UInt8) -> Range<Int> {
        let end = extracting(range).firstIndex(of: mark).map { range.lowerBound + $0 } ?? range.upperBound
        return trimmedRange(in: range.lowerBound..<end)
    }

    /// The column of an octet in its line, in octets, counted from 1.
    /// - Complexity: O(octets in front of it in the line)
    public func column(of place: Int) -> Int {
        var start = Swift.min(place, count)
        while start > 0, self[start - 1] != 0x0A { start -= 1 }
        return place - start + 1
    }

    /// The line of an octet, counted from 1.
    /// - Complexity: O(octets in front of it)
    public func line(of place: Int) -> Int {
        var line = 1
        for index in 0..<Swift.min(place, count) where self[index] == 0x0A { line += 1 }
        return line
    }

    /// Whether the octets are exactly those of `text`.
    public func equals(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && hasPrefix(text)
    }

    /// Whether the octets are those of `text`, ASCII letters compared without case.
    public func equalsIgnoringCase(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && hasPrefixIgnoringCase(text)
    }

    /// Whether the octets from `offset` on begin with `text`.
    public func hasPrefix(_ text: StaticString, at offset: Int = 0) -> Bool {
        guard offset >= 0, count - offset >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where unsafe text.utf8Start[index] != self[offset + index] {
            return false
        }
        return true
    }

    /// Whether the octets from `offset` on begin with `text`, ASCII letters compared without case.
    public func hasPrefixIgnoringCase(_ text: StaticString, at offset: Int = 0) -> Bool {
        guard offset >= 0, count - offset >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount
        where unsafe asciiLower(text.utf8Start[index]) != asciiLower(self[offset + index]) {
            return false
        }
        return true
    }

    /// Whether the octets end with `text`.
    public func hasSuffix(_ text: StaticString) -> Bool {
        hasPrefix(text, at: count - text.utf8CodeUnitCount)
    }

    /// Where `text` first occurs at or after `start`.
    /// - Complexity: O(octets × length of text) at worst, one `memchr` scan for usual text
    public func firstRange(of text: StaticString, from start: Int = 0) -> Range<Int>? {
        guard text.utf8CodeUnitCount > 0 else { return nil }
        let first = unsafe text.utf8Start[0]
        var position = start
        while let found = firstIndex(of: first, from: position) {
            if hasPrefix(text, at: found) { return found..<(found + text.utf8CodeUnitCount) }
            position = found + 1
        }
        return nil
    }

    /// The value of 1 to 20 decimal digits and nothing else; nil as well when it exceeds 64 bits.
    public var decimal: UInt64? {
        guard count > 0, count <= 20 else { return nil }
        var value: UInt64 = 0
        // Nineteen digits always fit.
        for index in 0..<Swift.min(count, 19) {
            let digit = self[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt64(digit)
        }
        for index in 19..<Swift.max(count, 19) {
            let digit = self[index] &- 0x30
            guard digit < 10 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// The value of 1 to 16 hexadecimal digits of either case and nothing else.
    public var hexadecimal: UInt64? {
        guard count > 0, count <= 16 else { return nil }
        var value: UInt64 = 0
        for index in 0..<count {
            switch self[index] {
            case let digit where digit &- 0x30 < 10: value = value << 4 | UInt64(digit - 0x30)
            case let letter where asciiLower(letter) &- 0x61 < 6: value = value << 4 | UInt64(asciiLower(letter) - 0x57)
            default: return nil
            }
        }
        return value
    }

    /// A copy of the octets.
    public var octets: [UInt8] {
        unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// The octets as a string; invalid UTF-8 becomes U+FFFD. Not safe to print, see ``TerminalText``.
    public var string: String {
        unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

/// Whether an octet is a blank, a tab, CR, LF, vertical tab or form feed.
@inlinable @inline(__always)
public func isBlank(_ octet: UInt8) -> Bool {
    octet == 0x20 || octet &- 0x09 < 5
}

@inline(__always)
func asciiLower(_ octet: UInt8) -> UInt8 {
    octet &- 0x41 < 26 ? octet | 0x20 : octet
}

extension Range where Bound == Int {
    /// The same stretch so many octets further on: a field of a part of a text becomes a place in the text.
    @inlinable
    public func moved(by offset: Int) -> Range<Int> {
        lowerBound + offset..<upperBound + offset
    }
}

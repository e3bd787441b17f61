internal import CMachine
internal import Glibc

/// Finds the line of an octet: line feeds counted block by block.
struct LineIndex {
    private static let blockSize = 256
    /// Line feeds before each block.
    private var counts: [UInt32] = []

    /// An index of nothing.
    init() {}

    init(_ text: Span<UInt8>) {
        counts.reserveCapacity(text.count / Self.blockSize + 1)
        var total: UInt32 = 0
        var start = 0
        while start < text.count {
            counts.append(total)
            let end = min(start + Self.blockSize, text.count)
            total &+= Self.lineFeeds(text, start..<end)
            start = end
        }
    }

    /// The line of the octet at `offset`, 1-based.
    func line(of offset: Int, _ text: Span<UInt8>) -> Int {
        let block = min(offset / Self.blockSize, counts.count - 1)
        guard block >= 0 else { return 1 }
        return Int(counts[block] + Self.lineFeeds(text, (block * Self.blockSize)..<min(offset, text.count))) + 1
    }

    /// Fetches what ``line(of:_:)`` looks at.
    @inline(__always)
    func prefetch(_ offset: Int, _ text: UnsafeBufferPointer<UInt8>) {
        let block = offset / Self.blockSize
        unsafe counts.withUnsafeBufferPointer { counts in
            if block < counts.count, let base = counts.baseAddress { unsafe cmachine_prefetch(base + block) }
        }
        guard let base = text.baseAddress else { return }
        for place in stride(from: block * Self.blockSize, to: offset, by: 64) { unsafe cmachine_prefetch(base + place) }
    }

    private static func lineFeeds(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
        unsafe text.withUnsafeBufferPointer { buffer in
            var count: UInt32 = 0
            guard let base = buffer.baseAddress else { return 0 }
            var place = unsafe base + range.lowerBound
            let end = unsafe base + range.upperBound
            while unsafe place < end {
                unsafe count &+= place.pointee == 0x0A ? 1 : 0
                unsafe place += 1
            }
            return count
        }
    }

    /// Where the line that holds `offset` ends, blanks at its end left out.
    static func trimmedEnd(_ text: Span<UInt8>, from offset: Int) -> Int {
        var end = firstFeed(text, from: offset)
        while end > offset, isWhite(text[end - 1]) { end -= 1 }
        return end
    }

    /// Whether a rule that ends at `end` certainly ends with its line: a long run of blanks is not looked through, or a
    /// line of many names would be once for each.
    static func endsLine(_ text: Span<UInt8>, _ end: Int) -> Bool {
        var index = end
        while index < text.count, text[index] != 0x0A {
            guard isWhite(text[index]), index - end < 64 else { return false }
            index += 1
        }
        return end == 0 || !isWhite(text[end - 1])
    }

    /// Whether the text has a carriage return that ends a line on its own; then lines are not counted by line feeds.
    static func hasLoneReturns(_ text: Span<UInt8>) -> Bool {
        guard var index = firstReturn(text) else { return false }
        while index < text.count {
            if text[index] == 0x0D, index + 1 == text.count || text[index + 1] != 0x0A { return true }
            index += 1
        }
        return false
    }

    private static func firstFeed(_ text: Span<UInt8>, from start: Int) -> Int {
        unsafe text.extracting(start...).withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, let found = unsafe memchr(base, 0x0A, buffer.count) else {
                return text.count
            }
            return unsafe start + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
        }
    }

    private static func firstReturn(_ text: Span<UInt8>) -> Int? {
        unsafe text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, let found = unsafe memchr(base, 0x0D, buffer.count) else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }

    private static func isWhite(_ octet: UInt8) -> Bool { octet == 0x20 || octet &- 0x09 < 5 }
}

internal import Glibc

/// One line of a text: where it stands, without its terminator.
public struct Line: Equatable, Sendable {
    /// The line number, counted from 1.
    public let number: Int
    /// The octets of the line from the start of the text; cut to the scanner's limit when the line is overlong.
    public let range: Range<Int>
    /// Whether the line was longer than the limit; what lies behind ``range`` was skipped.
    public let isOverlong: Bool
    /// Whether a CR stands in the line where CR ends none.
    public let hasReturn: Bool
}

/// Walks the lines of a text: LF and CRLF end a line, and lone CR unless it is told otherwise; the last line needs no
/// terminator.
///
/// ```swift
/// var lines = LineScanner(text)
/// while let line = lines.next() { handle(text.extracting(line.range)) }
/// ```
public struct LineScanner: ~Escapable {
    /// Octets that a line may have by default.
    public static let defaultMaximumLength = 65_536

    private let text: Span<UInt8>
    private let maximumLength: Int
    private let endsAtReturn: Bool
    private var position = 0
    private var number = 0
    /// The first LF and CR at or after ``position``, so that the text is searched for each only once.
    private var nextFeed = -1
    private var nextReturn = -1
    /// Lines longer than the limit, so far.
    public private(set) var overlongCount = 0

    /// A scanner at the start of `text`; `maximumLength` is in octets. Most engines read lines that LF alone ends:
    /// `endsAtReturn` is false for them, and ``Line/hasReturn`` tells lines that others would take for several.
    @_lifetime(copy text)
    public init(
        _ text: Span<UInt8>,
        maximumLength: Int = LineScanner.defaultMaximumLength,
        endsAtReturn: Bool = true
    ) {
        self.text = text
        self.endsAtReturn = endsAtReturn
        self.maximumLength = maximumLength
    }

    /// Octets consumed, terminators included: for progress.
    public var consumed: Int { position }

    /// The next line, or nil at the end of the text.
    /// - Complexity: O(octets of the line)
    @_lifetime(self: copy self)
    public mutating func next() -> Line? {
        guard position < text.count else { return nil }
        let start = position
        if nextFeed < start { nextFeed = text.firstIndex(of: 0x0A, from: start) ?? text.count }
        if nextReturn < start { nextReturn = text.firstIndex(of: 0x0D, from: start) ?? text.count }
        var end = nextFeed
        position = min(end + 1, text.count)
        var hasReturn = false
        if nextReturn < end {
            if endsAtReturn {
                end = nextReturn
                position = end + 1
                if position < text.count, text[position] == 0x0A { position += 1 }
            } else {
                hasReturn = nextReturn < end - 1
                if text[end - 1] == 0x0D { end -= 1 }
            }
        }
        number += 1
        let isOverlong = end - start > maximumLength
        if isOverlong {
            overlongCount += 1
            end = start + maximumLength
        }
        return Line(number: number, range: start..<end, isOverlong: isOverlong, hasReturn: hasReturn)
    }
}

extension Span where Element == UInt8 {
    /// The first index at or after `start` that holds `octet`, by `memchr`.
    public func firstIndex(of octet: UInt8, from start: Int = 0) -> Int? {
        guard start < count else { return nil }
        return unsafe withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress,
                let found = unsafe memchr(base + start, Int32(octet), buffer.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }
}

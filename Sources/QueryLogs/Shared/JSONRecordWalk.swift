import TextScan

/// Walks the objects of a log: one a line, spread over lines, in an array, or in the arrays of an object around them.
struct JSONRecordWalk: ~Escapable {
    /// Octets that one object may have when it is spread over lines.
    static let maximumRecord = 1 << 20

    /// What stands at a place.
    enum Piece {
        /// An object; the walker's tape holds it.
        case object(Range<Int>, SourcePosition)
        /// A line that is no object, or not whole.
        case fault(Range<Int>, SourcePosition)
        /// A line longer than any record.
        case overlong(Range<Int>, SourcePosition)
    }

    private let octets: Span<UInt8>
    private var position = 0
    private var line = 1
    /// Octets that may still be looked at in vain for the end of an object, so that work stays linear.
    private var budget: Int
    /// The values of the last object.
    private(set) var tape = JSONTape()
    /// Where members stand in the objects.
    let paths = JSONPaths()

    @_lifetime(copy octets)
    init(_ octets: Span<UInt8>) {
        self.octets = octets
        budget = octets.count + 4 * Self.maximumRecord
    }

    /// The next object; what is between objects (brackets and commas of an array around them) is stepped over.
    @_lifetime(self: copy self)
    mutating func next() -> Piece? {
        while position < octets.count {
            let octet = octets[position]
            if octet == 0x0A { line += 1 }
            if isBlank(octet) || octet == 0x2C || octet == 0x5B || octet == 0x5D || octet == 0x1E {
                position += 1
            } else {
                break
            }
        }
        guard position < octets.count else { return nil }
        let start = SourcePosition(record: line, byte: position)
        let end = octets.firstIndex(of: 0x0A, from: position) ?? octets.count
        let rest = octets.extracting(position..<min(end, position + Self.maximumRecord))
        // What stands in front of an object is a prefix; a line without an object is a fault.
        guard let open = rest.firstIndex(of: 0x7B) else { return fault(start, end) }
        if take(position + open, end) { return object(position + open, start) }
        let limit = min(octets.count, position + open + Self.maximumRecord)
        if budget >= limit - position, limit > end, take(position + open, limit) {
            return object(position + open, start)
        }
        budget -= limit - position
        return fault(start, end)
    }

    /// Steps into an object that is none of the log's records: the next one is looked for within it.
    @_lifetime(self: copy self)
    mutating func enter(_ range: Range<Int>, at start: SourcePosition) {
        position = range.lowerBound + 1
        line = start.record
    }

    @_lifetime(self: copy self)
    private mutating func take(_ start: Int, _ end: Int) -> Bool {
        tape.read(octets.extracting(start..<end)) && tape.entries[0].token.kind == .beginObject
    }

    @_lifetime(self: copy self)
    private mutating func object(_ start: Int, _ place: SourcePosition) -> Piece {
        let end = start + tape.consumed
        while let feed = octets.firstIndex(of: 0x0A, from: position), feed < end {
            line += 1
            position = feed + 1
        }
        position = end
        return .object(start..<end, place)
    }

    @_lifetime(self: copy self)
    private mutating func fault(_ start: SourcePosition, _ end: Int) -> Piece {
        position = end
        let range = start.byte..<end
        return range.count > Self.maximumRecord ? .overlong(range, start) : .fault(range, start)
    }
}

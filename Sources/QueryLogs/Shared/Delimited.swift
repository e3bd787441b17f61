import TextScan

/// The columns of one row of delimited text.
struct DelimitedRow {
    /// Columns of one row that are kept.
    static let maximumColumns = 512
    var columns: [[UInt8]]

    /// The text of a column; nil when there is none, or nothing in it.
    func string(_ index: Int?) -> String? {
        guard let index, index < columns.count, !columns[index].isEmpty else { return nil }
        return String(decoding: columns[index], as: UTF8.self)
    }

    /// The octets of a column, none when there is no such column.
    func octets(_ index: Int?) -> [UInt8] {
        guard let index, index < columns.count else { return [] }
        return columns[index]
    }
}

/// Walks rows of delimited text (RFC 4180): fields in quotes may hold separators, doubled quotes and line ends.
struct DelimitedScanner: ~Escapable {
    /// Octets that one row may have.
    static let maximumRow = 65_536

    /// What stands at a place.
    enum Piece {
        case row(DelimitedRow, SourcePosition, Range<Int>)
        case overlong(SourcePosition)
    }

    private let octets: Span<UInt8>
    private let separator: UInt8
    private var position = 0
    private var line = 1
    /// Octets that may still be looked at in vain for the end of a quote, so that work stays linear.
    private var budget: Int

    /// A scanner at the start of a text; `separator` is a comma, tab, bar or semicolon.
    @_lifetime(copy octets)
    init(_ octets: Span<UInt8>, separator: UInt8 = 0x2C) {
        self.octets = octets
        self.separator = separator
        budget = octets.count + 16 * Self.maximumRow
    }

    /// The next row that is not empty.
    @_lifetime(self: copy self)
    mutating func next() -> Piece? {
        while position < octets.count, octets[position] == 0x0A || octets[position] == 0x0D {
            if octets[position] == 0x0A { line += 1 }
            position += 1
        }
        guard position < octets.count else { return nil }
        let start = SourcePosition(record: line, byte: position)
        // When too many quotes had no end, none may span lines any more.
        let end = budget > 0 ? octets.count : octets.firstIndex(of: 0x0A, from: position) ?? octets.count
        let limit = min(end, position + Self.maximumRow)
        var row = DelimitedRow(columns: [])
        var isAtEnd = false
        while !isAtEnd {
            let (field, end) = field(from: position, limit: limit)
            guard let field else {
                budget -= end - start.byte
                return skipLine(start)
            }
            if row.columns.count < DelimitedRow.maximumColumns { row.columns.append(field) }
            isAtEnd = end >= octets.count || octets[end] != separator
            position = isAtEnd ? end : end + 1
        }
        return .row(row, start, start.byte..<position)
    }

    /// A field and where it ends; no field when the row is too long, or its last quote is missing.
    @_lifetime(self: copy self)
    private mutating func field(from start: Int, limit: Int) -> ([UInt8]?, Int) {
        var position = start
        while position < limit, octets[position] == 0x20 { position += 1 }
        var value: [UInt8] = []
        if position < limit, octets[position] == 0x22 {
            var feeds = 0
            position += 1
            while position < limit {
                if octets[position] == 0x22 {
                    guard position + 1 < limit, octets[position + 1] == 0x22 else { break }
                    position += 1
                }
                if octets[position] == 0x0A { feeds += 1 }
                value.append(octets[position])
                position += 1
            }
            guard position < limit else { return (nil, position) }
            line += feeds
            position += 1
        }
        while position < limit, octets[position] != separator, octets[position] != 0x0A {
            value.append(octets[position])
            position += 1
        }
        if position == limit, limit < octets.count, octets[limit] != 0x0A { return (nil, position) }
        while let last = value.last, last == 0x0D || last == 0x20 { value.removeLast() }
        return (value, position)
    }

    @_lifetime(self: copy self)
    private mutating func skipLine(_ start: SourcePosition) -> Piece {
        let end = octets.firstIndex(of: 0x0A, from: start.byte) ?? octets.count
        line = start.record
        position = end
        return .overlong(start)
    }
}

/// A reader of delimited text: says what one row is, and leaves walking, heads and counting to what is shared.
protocol DelimitedLogReader: LogReader {
    /// What is known between rows: which column is what.
    associatedtype State

    /// The octet between columns, as the first octets of a log show.
    func separator(_ sample: Span<UInt8>) -> UInt8
    /// How strong the evidence of ``recognises(_:_:)`` is.
    var evidence: DetectionStrength { get }

    /// The state in front of the first row, and how messages are folded.
    func begin(_ options: LogOptions, _ report: FileReport) -> (State, EventAssembly)

    /// Whether a row is one of this format, or its head, which it takes note of.
    func recognises(_ row: DelimitedRow, _ state: inout State) -> RowKind

    /// Takes a row in.
    func take(_ row: DelimitedRow, at position: SourcePosition, _ state: inout State, _ assembly: inout EventAssembly)
}

/// What a row is to a format.
enum RowKind {
    case foreign
    case head
    case record
}

extension DelimitedLogReader {
    var isBinary: Bool { false }
    func separator(_ sample: Span<UInt8>) -> UInt8 { 0x2C }
    var evidence: DetectionStrength { .certain }

    /// Nine rows in ten must be of the format.
    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        // The sample may end within a row.
        var end = sample.count
        if sample.count >= 65_536 { while end > 0, sample[end - 1] != 0x0A { end -= 1 } }
        let options = LogOptions()
        var (state, _) = begin(options, FileReport(path: "", format: format, bytes: 0))
        var rows = DelimitedScanner(sample.extracting(0..<end), separator: separator(sample))
        var (total, known) = (0, 0)
        var hasHead = false
        while total < 200, let piece = rows.next() {
            total += 1
            guard case .row(let row, _, _) = piece else { continue }
            let kind = recognises(row, &state)
            if kind == .head { hasHead = true }
            if kind != .foreign { known += 1 }
        }
        return known > 0 && (known * 10 >= total * 9 || hasHead && known * 2 >= total) ? evidence : .no
    }

    func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var session = DelimitedLogSession(self, options, report, sample: octets)
        session.readAll(octets, into: &report, emit: emit)
    }

    func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? {
        DelimitedLogSession(self, options, report, sample: sample)
    }
}

extension DelimitedLogReader where State == Void {
    func begin(_ options: LogOptions, _ report: FileReport) -> (Void, EventAssembly) {
        ((), EventAssembly(options, report))
    }
}

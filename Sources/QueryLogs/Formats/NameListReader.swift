import DNS
import TextScan

/// Lists of names to ask: `NAME`, `NAME TYPE` (dnsperf), `rank,name` (top lists) and `query NAME CLASS TYPE` (NSD).
/// Empty lines and those that begin with `#` or `;` are comments.
public struct NameListReader: LogReader {
    /// A reader.
    public init() {}

    /// `names`.
    public var format: LogFormat { .names }
    /// One line for people.
    public var summary: String { "names, one a line: NAME, NAME TYPE or rank,name" }
    /// Names are text.
    public var isBinary: Bool { false }

    /// Possible when nine lines in ten hold a name with a dot.
    public func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        // Records of JSON have dots in them, too.
        if ContentSniff(sample).known == .json { return .no }
        var lines = LineScanner(sample)
        var good = 0
        var total = 0
        while let line = lines.next() {
            // The sample may end within a line.
            if lines.consumed == sample.count, total > 0, sample[sample.count - 1] != 0x0A { break }
            let text = sample.extracting(line.range).trimmed
            if Self.isComment(text) { continue }
            switch line.isOverlong ? .failure("") : Self.parse(text) {
            case .question(let name, _, _):
                total += 1
                if name.labelCount > 1 { good += 1 }
            case .remark: break
            case .failure: total += 1
            }
        }
        return total > 0 && good * 10 >= total * 9 ? .possible : .no
    }

    /// Reads every line on its own.
    public func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var lines = LineScanner(octets)
        while let line = lines.next() {
            let text = octets.extracting(line.range).trimmed
            if Self.isComment(text) { continue }
            report.records += 1
            let position = SourcePosition(record: line.number, byte: line.range.lowerBound)
            if line.isOverlong {
                report.skip("line-too-long", at: position, "the line is longer than \(line.range.count) octets")
                continue
            }
            switch Self.parse(text) {
            case .question(let name, let type, let recordClass):
                report.events += 1
                emit(QueryEvent(name: name, type: type, recordClass: recordClass, position: position))
            case .remark: report.skip("remark")
            case .failure(let hint):
                let shown = TerminalText.escaped(text, limit: 80)
                report.skip("unparsed-line", at: position, "\(hint): \(shown)")
            }
        }
    }

    private enum Parsed {
        case question(DomainName, RRType, RRClass)
        /// A line of a known kind that asks nothing.
        case remark
        case failure(String)
    }

    private static func isComment(_ text: Span<UInt8>) -> Bool {
        text.count == 0 || text[0] == 0x23 || text[0] == 0x3B
    }

    private static func parse(_ text: Span<UInt8>) -> Parsed {
        var scanner = FieldScanner(text)
        guard let first = scanner.next() else { return .remark }
        guard let second = scanner.next() else {
            if text.equals("no_reply") { return .remark }
            return question(text, at: afterRank(text, first), type: nil, recordClass: .in)
        }
        guard let third = scanner.next() else {
            guard let type = RRType(text.extracting(second).string) else { return .failure("no record type") }
            return question(text, at: first, type: type, recordClass: .in)
        }
        guard text.extracting(first).equalsIgnoringCase("query"), let fourth = scanner.next(), scanner.next() == nil,
            let type = RRType(text.extracting(fourth).string)
        else { return .failure("no name with a type") }
        let isChaos = text.extracting(third).equalsIgnoringCase("CH")
        return question(text, at: second, type: type, recordClass: isChaos ? .ch : .in)
    }

    /// What follows `rank,` at the start, or everything.
    private static func afterRank(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        guard let comma = text.firstIndex(of: 0x2C), comma < range.upperBound,
            text.extracting(range.lowerBound..<comma).decimal != nil
        else { return range }
        let rest = text.extracting(comma + 1..<range.upperBound)
        // Some lists go on with more columns.
        let end = rest.firstIndex(of: 0x2C) ?? rest.count
        return (comma + 1)..<(comma + 1 + end)
    }

    private static func question(
        _ text: Span<UInt8>,
        at range: Range<Int>,
        type: RRType?,
        recordClass: RRClass
    ) -> Parsed {
        // Nobody writes such octets into a name but by accident; one that is meant is written as an escape.
        guard !range.contains(where: { text[$0] < 0x20 || text[$0] == 0x7F }) else {
            return .failure("no domain name (a control octet)")
        }
        do throws(NameError) {
            let name = try DomainName(presentation: text.extracting(range).octets)
            return .question(name, type ?? RRType(rawValue: 0), recordClass)
        } catch {
            return .failure("no domain name (\(error))")
        }
    }
}

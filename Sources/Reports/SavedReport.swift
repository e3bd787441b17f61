public import TextScan

/// The records of a report that was saved as JSON or NDJSON, which anybody may have written.
public struct SavedReport: Sendable {
    /// One record with its place.
    public struct Record: Sendable {
        /// Its members.
        public let fields: JSONFields
        /// The record as it is written.
        let value: JSONValue
        /// The line at which its text begins, and the text that offsets are about.
        let line: Int
        let text: Range<Int>
    }

    /// The most octets of a report.
    public static let maximumSize = 256 << 20

    /// The records, in their order.
    public private(set) var records: [Record] = []
    private let path: String
    private let octets: [UInt8]

    /// Reads the records: one a line, or an array of them.
    /// - Throws: what is wrong, with file, line and column.
    public init(_ octets: [UInt8], path: String) throws(SavedReportFault) {
        self.path = path
        self.octets = octets
        guard octets.count <= Self.maximumSize else {
            let text = "more than \(Self.maximumSize >> 20) MiB"
            throw SavedReportFault(Diagnostic(path: path, reason: "report-too-large", text: text))
        }
        let first = octets.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if first == 0x5B { try readArray() } else { try readLines() }
        guard !records.isEmpty else {
            throw SavedReportFault(Diagnostic(path: path, reason: "no-records", text: "there are no records in it"))
        }
    }

    private mutating func readArray() throws(SavedReportFault) {
        let whole = 0..<octets.count
        do throws(JSONFault) {
            let value = try JSONValue.parse(octets.span)
            guard case .array(let elements) = value.content else { return }
            for element in elements {
                records.append(Record(fields: try JSONFields(element), value: element, line: 1, text: whole))
            }
        } catch {
            throw SavedReportFault(error.diagnostic(path, in: octets.span))
        }
    }

    private mutating func readLines() throws(SavedReportFault) {
        var (line, start) = (1, 0)
        while start < octets.count {
            let end = octets[start...].firstIndex(of: 0x0A) ?? octets.count
            let text = start..<end
            do throws(JSONFault) {
                let value = try JSONValue.parse(octets.span.extracting(text))
                records.append(Record(fields: try JSONFields(value), value: value, line: line, text: text))
            } catch {
                throw SavedReportFault(error.diagnostic(path, in: octets.span.extracting(text), line: line))
            }
            (line, start) = (line + 1, end + 1)
        }
    }

    /// A fault in a record with its place in the file.
    public func fault(_ fault: JSONFault, in record: Record) -> SavedReportFault {
        SavedReportFault(fault.diagnostic(path, in: octets.span.extracting(record.text), line: record.line))
    }

    /// Checks that a record says what `body` writes, and nothing else: what this version does not know would be lost.
    public func check(
        _ record: Record,
        _ body: (inout JSONWriter) -> Void
    ) throws(SavedReportFault) {
        var json = JSONWriter()
        json.object { body(&$0) }
        let octets = json.bytes
        guard let written = try? JSONValue.parse(octets.span), let name = record.value.difference(from: written) else {
            return
        }
        throw fault(
            record.fields.fault(name, "does not follow from the rest, or is not known to this version"),
            in: record
        )
    }
}

/// What is wrong with a saved report.
public struct SavedReportFault: Error, Sendable {
    /// Where, and what.
    public let diagnostic: Diagnostic

    init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

extension JSONValue {
    /// The name of the first member of an object that another has not, or has otherwise; nil where both say the same.
    fileprivate func difference(from other: JSONValue) -> String? {
        guard case .object(let own) = content, case .object(let others) = other.content else { return "" }
        let known = Dictionary(others.map { ($0.name, $0.value) }) { first, _ in first }
        for member in own where !(known[member.name].map(member.value.isSame) ?? false) { return member.name }
        let names = Set(own.map(\.name))
        return others.first { !names.contains($0.name) }?.name
    }

    /// Whether both say the same, members in any order.
    private func isSame(_ other: JSONValue) -> Bool {
        switch (content, other.content) {
        case (.null, .null): true
        case (.flag(let left), .flag(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.text(let left), .text(let right)): left == right
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame($1) }
        case (.object, .object): difference(from: other) == nil
        default: false
        }
    }
}

import DNS
import TextScan

/// What OPNsense's logger of Unbound passes on: 13 fields with bars between, or a CSV export of its database.
struct OPNsenseReader: DelimitedLogReader {
    /// `opnsense`.
    var format: LogFormat { .opnsense }
    /// One line for people.
    var summary: String { "rows of OPNsense's Unbound reporting (uuid|time|client|…), or their CSV" }

    /// Bars, or commas in a CSV export.
    func separator(_ sample: Span<UInt8>) -> UInt8 {
        let line = sample.extracting(0..<min(sample.count, sample.firstIndex(of: 0x0A) ?? sample.count))
        return line.firstIndex(of: 0x7C) == nil ? 0x2C : 0x7C
    }

    func recognises(_ row: DelimitedRow, _ state: inout Void) -> RowKind {
        guard row.columns.count == 13 else { return .foreign }
        if row.columns[0].equals("uuid") { return .head }
        let uuid = row.columns[0]
        guard uuid.count == 36, uuid[8] == 0x2D, uuid[13] == 0x2D, Self.time(row) != nil else {
            return .foreign
        }
        return .record
    }

    func take(_ row: DelimitedRow, at position: SourcePosition, _ state: inout Void, _ assembly: inout EventAssembly) {
        guard let name = row.octets(5).domainName else {
            return assembly.report.skip("unparsed-line", at: position, "no domain name in column 6")
        }
        var event = QueryEvent(name: name, type: row.octets(4).recordType ?? RRType(rawValue: 0), position: position)
        event.time = Self.time(row)
        event.client = row.octets(2).socketAddress
        let action = row.octets(6).decimal ?? 0
        // A dropped query gets no answer, whatever the column says.
        if action == 2 {
            event.reply = .none
        } else if let code = row.octets(9).responseCode {
            event.answer(code)
            event.latency = row.octets(10).milliseconds
        }
        if action == 1 || action == 2 {
            event.block = LoggedBlock(source: action == 1 ? "block" : "drop", rule: row.string(8))
        }
        assembly.add(event)
    }

    /// Seconds since 1970, or what DuckDB makes of them.
    private static func time(_ row: DelimitedRow) -> Int64? {
        row.columns[1].read { LogTime.any($0) }
    }
}

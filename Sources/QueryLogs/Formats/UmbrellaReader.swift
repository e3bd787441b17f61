import DNS
import TextScan

/// DNS logs of Cisco Umbrella as CSV: versions of 10 to 16 columns, without a head, every field in quotes.
struct UmbrellaReader: DelimitedLogReader {
    /// `umbrella`.
    var format: LogFormat { .umbrella }
    /// One line for people.
    var summary: String { "DNS log of Cisco Umbrella, CSV of 10 to 16 columns" }

    func recognises(_ row: DelimitedRow, _ state: inout Void) -> RowKind {
        guard row.columns.count >= 10, row.columns.count <= 24 else { return .foreign }
        if row.columns[0].equals("Timestamp") || row.columns[0].equals("timestamp") { return .head }
        let stamp = row.columns[0]
        guard stamp.count == 19, stamp[4] == 0x2D, stamp[10] == 0x20, row.columns[6].contains(0x28) else {
            return .foreign
        }
        let action = row.columns[5]
        let isAction = action.equals("Allowed") || action.equals("Blocked") || action.equals("Proxied")
        return isAction && row.columns[6].recordType != nil ? .record : .foreign
    }

    func take(_ row: DelimitedRow, at position: SourcePosition, _ state: inout Void, _ assembly: inout EventAssembly) {
        guard let name = row.octets(8).domainName, let type = row.octets(6).recordType else {
            return assembly.report.skip("unparsed-line", at: position, "no domain name in column 9")
        }
        var event = QueryEvent(name: name, type: type, position: position)
        // Umbrella's stamps are in UTC.
        event.time = row.columns[0].read { TimeScan.rfc3339($0, assumedOffset: 0) }
        event.client = row.octets(3).socketAddress ?? row.octets(4).socketAddress
        if let code = row.octets(7).responseCode { event.answer(code) }
        if row.columns[5].equals("Blocked") {
            let categories = row.string(12) ?? row.string(9) ?? "Blocked"
            event.block = LoggedBlock(source: categories, rule: row.string(13))
        }
        assembly.add(event)
    }
}

import DNS
import TextScan

/// Query log of Blocky as files (`csv`, `csv-client`), which are separated by tabs in spite of their name.
struct BlockyReader: DelimitedLogReader {
    /// `blocky`.
    var format: LogFormat { .blocky }
    /// One line for people.
    var summary: String { "query log files of Blocky" }

    func separator(_ sample: Span<UInt8>) -> UInt8 { 0x09 }

    private static let kinds: Set<String> = [
        "RESOLVED", "CACHED", "BLOCKED", "CONDITIONAL", "CUSTOMDNS", "HOSTSFILE", "FILTERED", "NOTFQDN", "SPECIAL",
        "SYNTHESIZED", "REBIND", "BOGUS",
    ]

    func recognises(_ row: DelimitedRow, _ state: inout Void) -> RowKind {
        guard row.columns.count >= 10, row.columns.count <= 12, row.columns[0].count == 19 else { return .foreign }
        return Self.kinds.contains(row.columns[8].string) ? .record : .foreign
    }

    /// `TIME CLIENT NAMES MILLISECONDS REASON NAME ANSWER CODE KIND TYPE INSTANCE`
    func take(_ row: DelimitedRow, at position: SourcePosition, _ state: inout Void, _ assembly: inout EventAssembly) {
        guard let name = row.octets(5).domainName, let type = row.octets(9).recordType else {
            return assembly.report.skip("unparsed-line", at: position, "no domain name with a type")
        }
        var event = QueryEvent(name: name, type: type, position: position)
        event.time = assembly.clock.time(of: row.columns[0])
        event.client = row.octets(1).socketAddress
        event.latency = row.octets(3).milliseconds
        if let code = row.octets(7).responseCode {
            event.answer(code, row.octets(6).read { Self.records($0, name, type) })
        }
        let kind = row.columns[8].string
        if ["BLOCKED", "FILTERED", "REBIND"].contains(kind) {
            event.block = LoggedBlock(source: row.string(4) ?? kind)
        }
        assembly.add(event)
    }

    /// `CNAME (cdn.example), A (192.0.2.1)`
    private static func records(_ text: Span<UInt8>, _ name: DomainName, _ type: RRType) -> [AnswerRecord] {
        var chain = AnswerChain(name: name, type: type)
        var position = 0
        while let open = text.firstRange(of: " (", from: position) {
            guard let close = text.firstIndex(of: 0x29, from: open.upperBound) else { break }
            let kind = text.extracting(position..<open.lowerBound).trimmed
            if let type = kind.recordType { chain.append(type, text.extracting(open.upperBound..<close)) }
            position = text.hasPrefix("), ", at: close) ? close + 3 : close + 1
        }
        return chain.records
    }
}

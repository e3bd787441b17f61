import DNS
import SQLite
import TextScan

/// The database of Technitium's app Query Logs (Sqlite), `querylogs.db`.
struct TechnitiumDatabaseReader: LogReader {
    /// `technitiumdb`.
    var format: LogFormat { .technitiumDB }
    /// One line for people.
    var summary: String { "database of Technitium DNS server's Query Logs (Sqlite) app" }
    /// A database is binary.
    var isBinary: Bool { true }

    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        LogDatabase.detect(sample, "dns_logs", "response_type", "qname")
    }

    func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        LogDatabase.read(
            octets,
            options: options,
            report: &report,
            query: Self.query,
            take: Self.take,
            emit: emit
        )
    }

    private static func query(_ database: borrowing Database) -> String {
        let latency = database.has("SELECT response_rtt FROM dns_logs LIMIT 0") ? "response_rtt" : "NULL"
        return """
            SELECT timestamp, client_ip, protocol, response_type, rcode, qname, qtype, qclass, answer, \(latency) \
            FROM dns_logs ORDER BY dlid
            """
    }

    private static func take(_ row: borrowing Database.Row, _ assembly: inout EventAssembly) {
        let position = SourcePosition(record: assembly.report.records, byte: 0)
        if row.isNull(5) { return assembly.report.skip("message-without-question") }
        let text = row.text(5)
        // The root is written as nothing.
        guard let name = text.isEmpty ? .root : text.domainName, let type = UInt16(exactly: row.number(6)) else {
            return assembly.unparsed(text.span, at: position, "no name with a type")
        }
        var event = QueryEvent(
            name: name,
            type: RRType(rawValue: type),
            recordClass: UInt16(exactly: row.number(7)).map { RRClass(rawValue: $0) } ?? .in,
            position: position
        )
        event.time = row.text(0).read { TimeScan.rfc3339($0, assumedOffset: 0) }
        event.client = row.text(1).socketAddress
        event.transport = transport(row.number(2))
        takeAnswer(row, &event)
        assembly.add(event)
    }

    /// DnsTransportProtocol.
    private static func transport(_ number: Int) -> LogTransport? {
        switch number {
        case 0: .udp
        case 1: .tcp
        case 2: .dot
        case 3: .doh
        default: nil
        }
    }

    private static func takeAnswer(_ row: borrowing Database.Row, _ event: inout QueryEvent) {
        // DnsServerResponseType.
        switch row.number(3) {
        case 4: event.block = LoggedBlock(source: "Blocked")
        case 5: event.block = LoggedBlock(source: "UpstreamBlocked")
        case 6: event.block = LoggedBlock(source: "UpstreamBlockedCached")
        case 7:
            event.reply = .none
            return
        default: break
        }
        guard let code = UInt16(exactly: row.number(4)) else { return }
        let text = row.text(8)
        if text.equals("[ZONE TRANSFER]") || text.equals("[TRUNCATED]") {
            event.answer(ResponseCode(rawValue: code))
        } else {
            event.answer(ResponseCode(rawValue: code), text.read { records($0, event.name, event.type) })
        }
        let milliseconds = row.real(9)
        if milliseconds > 0, milliseconds < 3_600_000 { event.latency = Int64(milliseconds * 1000) }
    }

    /// RDATA between commas, in newer versions behind their types.
    private static func records(_ text: Span<UInt8>, _ name: DomainName, _ type: RRType) -> [AnswerRecord] {
        var chain = AnswerChain(name: name, type: type)
        var parts = FieldScanner(text, separator: 0x2C)
        while let part = parts.next() {
            let piece = text.extracting(part).trimmed
            if let blank = piece.firstIndex(of: 0x20), blank > 0, let own = RRType(piece.extracting(0..<blank).string) {
                chain.append(own, piece.extracting((blank + 1)..<piece.count).trimmed)
            } else {
                chain.append(piece)
            }
        }
        return chain.records
    }
}

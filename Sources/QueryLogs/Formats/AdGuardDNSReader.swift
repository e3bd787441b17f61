import DNS
import TextScan

/// Query log of AdGuard DNS, the cloud service and its server: JSON with names of one letter.
struct AdGuardDNSReader: JSONLogReader {
    /// `adguarddns`.
    var format: LogFormat { .adguardDNS }
    /// One line for people.
    var summary: String { "query log of AdGuard DNS (cloud and server), NDJSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        let isOwn = record.has("u") && record.has("n") && record.has("t") && record.has("q") && record.has("f")
        return isOwn && (record.has("rn") || record.has("b") || record.has("i")) ? .certain : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard let name = record.name("n"), let type = record.type("q") else {
            return assembly.report.skip("unparsed-line", at: position, "no name (n) with a type (q)")
        }
        var event = QueryEvent(name: name, type: type, position: position)
        event.time = record.time("t")
        event.client = record.address("ip")
        event.latency = record.integer("e").map { $0 * 1000 }
        if let code = record.responseCode("r") { event.answer(code) }
        // 2 is a query that was blocked, 3 an answer.
        let result = record.integer("f")
        if result == 2 || result == 3 {
            event.block = LoggedBlock(
                source: record.string("l") ?? "blocked",
                rule: record.string("m"),
                isAlias: result == 3
            )
        }
        assembly.add(event)
    }
}

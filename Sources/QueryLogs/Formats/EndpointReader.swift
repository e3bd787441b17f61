import DNS
import TextScan

/// Lookups that agents on endpoints saw: HarfangLab, SentinelOne (Cloud Funnel) and CrowdStrike (`DnsRequest`), NDJSON.
struct EndpointReader: JSONLogReader {
    /// `edr`.
    var format: LogFormat { .edr }
    /// One line for people.
    var summary: String { "lookups seen by HarfangLab, SentinelOne or CrowdStrike, NDJSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        if record.has("requested_name"), record.has("process_image_path") || record.has("log_type") { return .certain }
        if record.has("event.dns.request") { return .certain }
        if record.has("event_simpleName") {
            return record.equals("event_simpleName", "DnsRequest") ? .certain : .likely
        }
        return record.has("event.category") && record.has("src.process.name") ? .likely : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard
            let text = record.octets("requested_name") ?? record.octets("event.dns.request")
                ?? record.octets("DomainName")
        else { return assembly.report.skip("other-event") }
        let (stated, name) = Self.question(text)
        guard let name else {
            return assembly.report.skip("unparsed-line", at: position, "no domain name that was asked for")
        }
        let type = stated ?? record.type("query_type") ?? record.type("RequestType") ?? RRType(rawValue: 0)
        var event = QueryEvent(name: name, type: type, position: position)
        event.time =
            record.time("@event_create_date") ?? record.time("event.time") ?? record.time("timestamp")
            ?? record.time("@timestamp")
        event.process =
            record.string("process_image_path") ?? record.string("src.process.image.path")
            ?? record.string("ContextBaseFileName")
        event.server = record.address("RespondingDnsServer")
        Self.readAnswer(record, &event)
        assembly.add(event)
    }

    /// `NAME`, or `type:  28 NAME`.
    private static func question(_ text: [UInt8]) -> (RRType?, DomainName?) {
        guard text.hasPrefix("type:") else { return (nil, text.domainName) }
        let words = Array(text.dropFirst(5)).read { $0.words(upTo: 2) }
        return words.count == 2 ? (words[0].recordType, words[1].domainName) : (nil, nil)
    }

    private static func readAnswer(_ record: borrowing JSONRecord, _ event: inout QueryEvent) {
        let question = MessageSighting.Question(name: event.name, type: event.type)
        let raw = record.octets("raw_windows_resolver_results") ?? record.octets("event.dns.response") ?? []
        let status = record.integer("QueryStatus").flatMap { UInt64(exactly: $0) }
        if let status, status != 0 {
            let outcome = WindowsOutcome(status, [], question)
            if let code = outcome.code { event.answer(code, outcome.records) } else { event.reply = outcome.reply }
            return
        }
        var results = raw
        for path in ["CNAMERecords", "IP4Records", "IP6Records"] as [StaticString] {
            if let more = record.octets(path) { results += more + [0x3B] }
        }
        if results.isEmpty {
            for address in record.elements(record.index("ip_addresses")) { results += record.octets(address) + [0x3B] }
        }
        // Without results it is not told what became of it.
        guard !results.isEmpty else { return }
        event.answer(.noError, WindowsOutcome(0, results, question).records)
    }
}

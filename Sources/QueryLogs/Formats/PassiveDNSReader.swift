import DNS
import TextScan

/// Passive DNS in the Common Output Format (draft-dulaunoy-dnsop-passive-dns-cof), NDJSON: what was seen to resolve, by
/// nobody in particular.
struct PassiveDNSReader: JSONLogReader {
    /// `cof`.
    var format: LogFormat { .cof }
    /// One line for people.
    var summary: String { "passive DNS, Common Output Format, NDJSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        guard record.has("rrname"), record.has("rrtype"), record.has("rdata") else { return .no }
        return record.has("time_first") || record.has("zone_time_first") ? .certain : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard let name = record.name("rrname"), let type = record.type("rrtype") else {
            return assembly.report.skip("unparsed-line", at: position, "no rrname with a rrtype")
        }
        var event = QueryEvent(name: name, type: type, position: position)
        event.time = record.time("time_last") ?? record.time("time_first")
        var chain = AnswerChain(name: name, type: type)
        for data in record.elements(record.index("rdata")) { chain.append(type, record.octets(data), owner: name) }
        event.answer(.noError, chain.records)
        assembly.add(event)
    }
}

import DNS
import TextScan

/// Query logs of Amazon's Route 53 Resolver with its DNS Firewall, JSON.
struct Route53Reader: JSONLogReader {
    /// `route53`.
    var format: LogFormat { .route53 }
    /// One line for people.
    var summary: String { "query log of Route 53 Resolver and DNS Firewall, JSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        record.has("query_timestamp") && record.has("query_name") && record.has("vpc_id") ? .certain : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard let name = record.name("query_name"), let type = record.type("query_type") else {
            return assembly.report.skip("unparsed-line", at: position, "no query_name with a query_type")
        }
        let recordClass = record.octets("query_class")?.recordClass
        var event = QueryEvent(name: name, type: type, recordClass: recordClass ?? .in, position: position)
        event.time = record.time("query_timestamp")
        event.client = record.address("srcaddr", port: "srcport")
        event.transport = record.octets("transport")?.transport
        if let code = record.responseCode("rcode") {
            var chain = AnswerChain(name: name, type: type)
            for answer in record.elements(record.index("answers")) {
                guard let type = record.type("Type", in: answer) else { continue }
                chain.append(type, record.octets("Rdata", in: answer) ?? [])
            }
            event.answer(code, chain.records)
        }
        if record.equals("firewall_rule_action", "BLOCK") {
            event.block = LoggedBlock(
                source: "DNS Firewall \(record.string("firewall_rule_group_id") ?? "")",
                rule: record.string("firewall_domain_list_id")
            )
        }
        assembly.add(event)
    }
}

import DNS
import TextScan

/// Logs of Olfeo SaaS, JSON; those of its web proxy are left out.
struct OlfeoReader: JSONLogReader {
    /// `olfeo`.
    var format: LogFormat { .olfeo }
    /// One line for people.
    var summary: String { "DNS log of Olfeo SaaS, JSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        record.has("domain") && record.has("category_label") && record.has("policy_name") && record.has("action")
            ? .certain : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard record.equals("type", "dns") else { return assembly.report.skip("other-event") }
        guard let name = record.name("domain") else {
            return assembly.report.skip("unparsed-line", at: position, "no domain name in domain")
        }
        let records = (record.octets("dns_answer") ?? []).read { ZoneText.records($0, name) }
        var event = QueryEvent(name: name, type: records.last?.type ?? RRType(rawValue: 0), position: position)
        event.time = record.time("timestamp")
        event.client = record.address("src_ip", port: "src_port")
        if !records.isEmpty { event.answer(.noError, records) }
        if let action = record.string("action"), action != "allow" {
            event.block = LoggedBlock(
                source: record.string("category_label") ?? action,
                rule: record.string("policy_name")
            )
        }
        assembly.add(event)
    }
}

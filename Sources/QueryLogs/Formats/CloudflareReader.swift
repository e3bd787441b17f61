import DNS
import TextScan

/// Logs of Cloudflare through Logpush: Gateway (`ResolverDecision`), DNS firewall and zones (`ResponseCode`).
struct CloudflareReader: JSONLogReader {
    /// `cloudflare`.
    var format: LogFormat { .cloudflare }
    /// One line for people.
    var summary: String { "Cloudflare Gateway and DNS logs (Logpush), NDJSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        guard record.has("QueryName") else { return .no }
        if record.has("ResolverDecision") { return .certain }
        return record.has("ResponseCode") && record.has("QueryType") && !record.has("TimeGenerated") ? .certain : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard let name = record.name("QueryName"), let type = record.type("QueryType") ?? record.type("QueryTypeName")
        else {
            return assembly.report.skip("unparsed-line", at: position, "no QueryName with a QueryType")
        }
        var event = QueryEvent(name: name, type: type, position: position)
        event.time = record.time("Datetime") ?? record.time("Timestamp")
        event.client = record.address("SrcIP", port: "SrcPort") ?? record.address("SourceIP")
        event.server = record.address("DstIP", port: "DstPort")
        event.transport = record.octets("Protocol")?.transport
        if let milliseconds = record.octets("QueryDurationMs") ?? record.octets("RequestDurationMs") {
            event.latency = milliseconds.milliseconds
        }
        if let code = record.responseCode("RCode") ?? record.responseCode("ResponseCode") {
            event.answer(code)
            if let records = Self.records(record, name, type, code) { event.answers = records }
        }
        if let decision = record.string("ResolverDecision"), decision.lowercased().hasPrefix("blocked") {
            let rule = record.string("PolicyName") ?? record.string("Policy")
            let index = record.index("QueryCategoryNames")
            let categories = record.elements(index).map { String(decoding: record.octets($0), as: UTF8.self) }
            event.block = LoggedBlock(
                source: decision,
                rule: rule ?? (categories.isEmpty ? nil : categories.joined(separator: ", "))
            )
        }
        assembly.add(event)
    }

    /// Whole records in base64 (`RData`), or addresses alone.
    private static func records(
        _ record: borrowing JSONRecord,
        _ name: DomainName,
        _ type: RRType,
        _ code: ResponseCode
    ) -> [AnswerRecord]? {
        guard code == .noError else { return nil }
        var wire: [UInt8] = []
        var count = 0
        for element in record.elements(record.index("RData")).prefix(AnswerChain.maximumRecords) {
            guard let octets = record.octets("data", in: element).flatMap(Encodings.base64) else { continue }
            wire += octets
            count += 1
        }
        // Records alone, read as the answer section of a message.
        let header: [UInt8] = [0, 0, 0x80, 0, 0, 0, UInt8(count >> 8), UInt8(count & 255), 0, 0, 0, 0]
        if count > 0, let reading = try? MessageReading((header + wire).span), reading.fault == nil {
            return reading.answers
        }
        guard let index = record.index("ResolvedIPs") else { return nil }
        var chain = AnswerChain(name: name, type: type)
        for address in record.elements(index) { chain.append(record.octets(address)) }
        return chain.records.isEmpty ? nil : chain.records
    }
}

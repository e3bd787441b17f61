import DNS
import TextScan

/// DNS Security logs of Palo Alto Networks as Strata Logging Service (Cortex Data Lake) forwards them, JSON.
struct PaloAltoReader: JSONLogReader {
    /// `paloalto`.
    var format: LogFormat { .paloalto }
    /// One line for people.
    var summary: String { "DNS Security log of Palo Alto Networks (Strata Logging Service), JSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        guard record.has("LogType") else { return .no }
        if record.equals("LogType", "DNS"), record.has("DNSResolverIP") || record.has("DNSCategory") { return .certain }
        return record.has("LogSourceID") || record.has("DeviceSN") ? .likely : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard record.equals("LogType", "DNS") else { return assembly.report.skip("other-event") }
        // The name is among the fields only where whoever forwards asked for it.
        guard let name = record.name("FQDN") ?? record.name("DNSRequestName") else {
            return assembly.report.skip("no-name")
        }
        let types = (record.string("RecordType") ?? "").split(separator: ",").map { RRType($0) ?? RRType(rawValue: 0) }
        // The last record of an answer has the type asked for, unless it is an alias.
        let asked = types.last.flatMap { $0 == .cname && types.count > 1 ? nil : $0 } ?? RRType(rawValue: 0)
        var event = QueryEvent(name: name, type: asked, position: position)
        event.time = record.time("TimeGenerated") ?? record.time("TimeReceived")
        event.client = record.address("SourceAddress")
        event.server = record.address("DNSResolverIP")
        var chain = AnswerChain(name: name, type: asked)
        for (index, data) in record.elements(record.index("DNSResponse")).enumerated() {
            let octets = record.octets(data)
            if index < types.count { chain.append(types[index], octets) } else { chain.append(octets) }
        }
        if !chain.records.isEmpty {
            event.answer(record.responseCode("DNSResponseCode") ?? .noError, chain.records)
        } else if let code = record.responseCode("DNSResponseCode") {
            event.answer(code)
        }
        let action = record.string("Action") ?? ""
        if ["sinkhole", "block"].contains(where: { action.lowercased().hasPrefix($0) }) {
            event.block = LoggedBlock(source: action, rule: record.string("ThreatName") ?? record.string("DNSCategory"))
        }
        assembly.add(event)
    }
}

import DNS
import TextScan

/// Query logs of Google's Cloud DNS, JSON.
struct GoogleCloudReader: JSONLogReader {
    /// `googlecloud`.
    var format: LogFormat { .googleCloud }
    /// One line for people.
    var summary: String { "query log of Google Cloud DNS, JSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        record.has("jsonPayload.queryName") ? .certain : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard let name = record.name("jsonPayload.queryName"), let type = record.type("jsonPayload.queryType") else {
            return assembly.report.skip("unparsed-line", at: position, "no queryName with a queryType")
        }
        var event = QueryEvent(name: name, type: type, position: position)
        event.time = record.time("timestamp") ?? record.time("receiveTimestamp")
        event.client = record.address("jsonPayload.sourceIP")
        event.server = record.address("jsonPayload.destinationIP")
        event.transport = record.octets("jsonPayload.protocol")?.transport
        event.latency = record.octets("jsonPayload.serverLatency")?.milliseconds
        if let code = record.responseCode("jsonPayload.responseCode") {
            let text = record.octets("jsonPayload.rdata") ?? []
            let records = text.read { ZoneText.records($0, name) }
            // Long answers are cut off with dots.
            if records.isEmpty, !text.isEmpty { event.answer(code) } else { event.answer(code, records) }
        }
        assembly.add(event)
    }
}

import DNS
import TextScan

/// DNS activity of the Open Cybersecurity Schema Framework (class 4003), JSON.
struct OCSFReader: JSONLogReader {
    /// `ocsf`.
    var format: LogFormat { .ocsf }
    /// One line for people.
    var summary: String { "OCSF DNS activity (class 4003), JSON" }

    func begin(_ options: LogOptions, _ report: FileReport) -> EventAssembly {
        EventAssembly(options, report, silence: .isTellingAmongAnswers)
    }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        guard let uid = record.integer("class_uid") else { return .no }
        return uid == 4003 ? .certain : .likely
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard record.integer("class_uid") == 4003 else { return assembly.report.skip("other-event") }
        guard let name = record.name("query.hostname") else {
            return assembly.report.skip("unparsed-line", at: position, "no query.hostname")
        }
        let type = record.type("query.type") ?? RRType(rawValue: 0)
        let question = MessageSighting.Question(
            name: name,
            type: type,
            recordClass: record.octets("query.class")?.recordClass ?? .in
        )
        let client = record.address("src_endpoint.ip", port: "src_endpoint.port")
        let id = record.integer("query.packet_uid").flatMap { UInt16(exactly: $0) } ?? 0
        let time = record.time("time") ?? record.time("time_dt")
        var sighting = MessageSighting(.query, question, client: client, id: id, time: time, at: position)
        sighting.server = record.address("dst_endpoint.ip", port: "dst_endpoint.port")
        sighting.transport = record.octets("connection_info.protocol_name")?.transport
        sighting.process = record.string("actor.process.file.path") ?? record.string("actor.process.name")
        sighting.block = Self.block(record)
        // 1 is a query, 2 an answer, 6 both.
        if record.integer("activity_id") != 2 { assembly.add(sighting) }
        guard let code = record.responseCode("rcode_id") ?? record.responseCode("rcode") else {
            guard sighting.block != nil else { return }
            sighting.role = .remark
            return assembly.add(sighting)
        }
        sighting.role = .response
        if record.integer("activity_id") != 2 { sighting.time = nil }
        sighting.answer(code)
        if let answers = record.index("answers") {
            var chain = AnswerChain(name: name, type: type)
            for answer in record.elements(answers) {
                guard let type = record.type("type", in: answer) else { continue }
                chain.append(type, record.octets("rdata", in: answer) ?? [], ttl: record.ttl("ttl", in: answer))
            }
            sighting.answers = chain.records
        }
        assembly.add(sighting)
    }

    private static func block(_ record: borrowing JSONRecord) -> LoggedBlock? {
        let isDenied = record.integer("action_id") == 2 || record.integer("disposition_id") == 2
        let words = record.string("disposition") ?? record.string("action") ?? "Denied"
        guard isDenied || words == "Blocked" else { return nil }
        return LoggedBlock(
            source: words,
            rule: record.string("firewall_rule.name") ?? record.string("firewall_rule.uid")
        )
    }
}

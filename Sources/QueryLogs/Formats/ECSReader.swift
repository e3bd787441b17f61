import DNS
import TextScan

/// DNS documents of the Elastic Common Schema, as Packetbeat and the modules of Filebeat write them, JSON.
struct ECSReader: JSONLogReader {
    /// `ecs`.
    var format: LogFormat { .ecs }
    /// One line for people.
    var summary: String { "DNS documents of the Elastic Common Schema (Packetbeat, Filebeat), JSON" }

    func begin(_ options: LogOptions, _ report: FileReport) -> EventAssembly {
        EventAssembly(options, report, silence: .isTellingAmongAnswers)
    }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        record.has("dns.question.name") ? .likely : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard let name = record.name("dns.question.name") else {
            return assembly.report.skip("unparsed-line", at: position, "no domain name in dns.question.name")
        }
        let type = record.type("dns.question.type") ?? RRType(rawValue: 0)
        let question = MessageSighting.Question(
            name: name,
            type: type,
            recordClass: record.octets("dns.question.class")?.recordClass ?? .in
        )
        let client =
            record.address("client.ip", port: "client.port") ?? record.address("source.ip", port: "source.port")
        let id = record.integer("dns.id").flatMap { UInt16(exactly: $0) } ?? 0
        var sighting = MessageSighting(
            .query,
            question,
            client: client,
            id: id,
            time: record.time("@timestamp"),
            at: position
        )
        sighting.server =
            record.address("server.ip", port: "server.port")
            ?? record.address("destination.ip", port: "destination.port")
        if [5353, 5355].contains(sighting.server?.port) { return assembly.report.skip("local-discovery") }
        sighting.transport = record.octets("network.transport")?.transport
        sighting.process = record.string("process.executable") ?? record.string("process.name")
        assembly.add(sighting)
        guard let code = record.responseCode("dns.response_code") else { return }
        sighting.role = .response
        sighting.time = nil
        sighting.latency = record.integer("event.duration").map { $0 / 1000 }
        sighting.answer(code)
        if let records = Self.records(record, question) { sighting.answers = records }
        assembly.add(sighting)
    }

    private static func records(
        _ record: borrowing JSONRecord,
        _ question: MessageSighting.Question
    ) -> [AnswerRecord]? {
        var chain = AnswerChain(name: question.name, type: question.type)
        if let answers = record.index("dns.answers") {
            for answer in record.isObject(answers) ? [answers] : record.elements(answers) {
                guard let type = record.type("type", in: answer) else { continue }
                chain.append(
                    type,
                    record.octets("data", in: answer) ?? [],
                    owner: record.name("name", in: answer),
                    ttl: record.ttl("ttl", in: answer)
                )
            }
            return chain.records
        }
        guard let addresses = record.index("dns.resolved_ip") else { return nil }
        for address in record.elements(addresses) { chain.append(record.octets(address)) }
        return chain.records
    }
}

import DNS
import TextScan

/// DNS events of Suricata's `eve.json`, versions 1 (an event for every record of an answer), 2 and 3.
struct SuricataReader: JSONLogReader {
    /// `suricata`.
    var format: LogFormat { .suricata }
    /// One line for people.
    var summary: String { "eve.json of Suricata (events of kind dns)" }

    func begin(_ options: LogOptions, _ report: FileReport) -> EventAssembly {
        EventAssembly(options, report, silence: .isTellingAmongAnswers)
    }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        if record.equals("event_type", "dns"), record.has("dns") { return .certain }
        if record.has("event_type"), record.has("src_ip") || record.has("flow_id") { return .likely }
        // Behind a shipper that renamed the outer members.
        return record.has("dns.type") && (record.has("dns.rrname") || record.has("dns.grouped")) ? .likely : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard let dns = record.index("dns"), record.has("dns.type") || record.has("dns.query") else {
            return assembly.report.skip("other-event")
        }
        var inner = dns
        if !record.has("dns.type"), let first = record.elements(record.index("dns.query")).first { inner = first }
        let isAnswer = record.equals("type", "answer", in: inner) || record.equals("type", "response", in: inner)
        let (client, server) = Self.ends(record, isAnswer)
        if [5353, 5355].contains(server?.port) { return assembly.report.skip("local-discovery") }
        let id = (record.integer("id", in: inner) ?? record.integer("tx_id", in: inner))
            .flatMap { UInt16(exactly: $0) }
        let time = record.time("timestamp") ?? record.time("network.timestamp") ?? record.time("@timestamp")
        guard let question = Self.question(record, inner) else {
            return assembly.report.skip("unparsed-line", at: position, "no name that was asked for")
        }
        var sighting = MessageSighting(
            isAnswer ? .response : .query,
            question,
            client: client,
            id: id ?? 0,
            time: time,
            at: position
        )
        sighting.server = server
        sighting.transport = (record.octets("proto") ?? record.octets("network.transport"))?.transport
        if isAnswer { Self.readAnswer(record, inner, question, &sighting) }
        if sighting.role == .part {
            // Version 1 repeats the record's owner where others have the question.
            var part = sighting
            part.question = nil
            if assembly.pairing.add(part) { return }
        }
        assembly.add(sighting)
    }

    private static func question(_ record: borrowing JSONRecord, _ dns: Int) -> MessageSighting.Question? {
        let first = record.elements(record.index("queries", in: dns)).first ?? dns
        let name = record.name("rrname", in: first) ?? record.name("answers.name", in: dns)
        let type = record.type("rrtype", in: first) ?? record.type("answers.type", in: dns)
        return name.map { MessageSighting.Question(name: $0, type: type ?? RRType(rawValue: 0)) }
    }

    /// Who asked whom: versions differ in whose packet an event of an answer is.
    private static func ends(
        _ record: borrowing JSONRecord,
        _ isAnswer: Bool
    ) -> (client: SocketAddress?, server: SocketAddress?) {
        let source = record.address("src_ip", port: "src_port") ?? record.address("source.ip", port: "source.port")
        let target =
            record.address("dest_ip", port: "dest_port") ?? record.address("destination.ip", port: "destination.port")
        let isFromServer = source?.port == 53 && target?.port != 53
        let isToServer = target?.port == 53 || [5353, 5355].contains(target?.port)
        return isFromServer || isAnswer && !isToServer ? (target, source) : (source, target)
    }

    private static func readAnswer(
        _ record: borrowing JSONRecord,
        _ dns: Int,
        _ question: MessageSighting.Question,
        _ sighting: inout MessageSighting
    ) {
        sighting.rcode = record.responseCode("rcode", in: dns) ?? record.responseCode("response_code", in: dns)
        sighting.flags = flags(record, dns)
        if let authorities = record.index("authorities", in: dns) {
            sighting.hasSOA = record.elements(authorities).contains { record.equals("rrtype", "SOA", in: $0) }
        }
        var chain = AnswerChain(name: question.name, type: question.type)
        if let answers = record.index("answers.data", in: dns) ?? record.index("answers", in: dns) {
            for answer in record.elements(answers) { add(record, answer, to: &chain) }
        } else if let grouped = record.index("grouped", in: dns) {
            // Aliases first, so that the addresses are theirs.
            let kinds = record.elements(grouped).sorted { left, _ in record.key(left) == "CNAME" }
            for kind in kinds {
                guard let type = RRType(record.key(kind)) else { continue }
                for value in record.elements(kind) { chain.append(type, record.octets(value)) }
            }
        } else if record.integer("version", in: dns) == nil, !record.has("flags") {
            if record.has("rdata") || record.index("rdata", in: dns) != nil { add(record, dns, to: &chain) }
            sighting.role = .part
        }
        sighting.answers = chain.records
    }

    private static func add(_ record: borrowing JSONRecord, _ answer: Int, to chain: inout AnswerChain) {
        guard let type = record.type("rrtype", in: answer) else { return }
        chain.append(
            type,
            record.octets("rdata", in: answer) ?? [],
            owner: record.name("rrname", in: answer),
            ttl: record.ttl("ttl", in: answer)
        )
    }

    private static func flags(_ record: borrowing JSONRecord, _ dns: Int) -> ResponseFlags? {
        guard let bits = record.octets("flags", in: dns)?.hexadecimal else { return nil }
        var flags: ResponseFlags = []
        if bits & 0x0400 != 0 { flags.insert(.authoritative) }
        if bits & 0x0200 != 0 { flags.insert(.truncated) }
        if bits & 0x0080 != 0 { flags.insert(.recursionAvailable) }
        if bits & 0x0020 != 0 { flags.insert(.authenticData) }
        return flags
    }
}

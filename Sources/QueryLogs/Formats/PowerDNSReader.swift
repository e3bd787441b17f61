import DNS
import TextScan

/// What PowerDNS Recursor and dnsdist send to a collector (RemoteLogger): messages of dnsmessage.proto, each after its length
/// in two octets.
struct PowerDNSReader: LogReader {
    /// `powerdns`.
    var format: LogFormat { .powerDNS }
    /// One line for people.
    var summary: String { "protobuf messages of PowerDNS Recursor and dnsdist (RemoteLogger)" }
    /// Messages are binary.
    var isBinary: Bool { true }

    /// Certain where every message of the sample is one, and one of them holds a question.
    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        var offset = 0
        var hasQuestion = false
        for _ in 0..<64 {
            guard offset + 2 <= sample.count else { break }
            let end = offset + 2 + Int(sample.uint16(at: offset))
            guard end <= sample.count else { break }
            guard let message = PowerDNSMessage(sample.extracting((offset + 2)..<end)) else { return .no }
            hasQuestion = hasQuestion || message.name != nil
            offset = end
        }
        return hasQuestion ? .certain : .no
    }

    /// Reads all messages; one that is damaged costs itself.
    func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        report.messages = 0
        // Servers leave out answers of their own, and what a slow collector would not take: silence tells nothing.
        var assembly = EventAssembly(options, report)
        var offset = 0
        while offset < octets.count {
            let position = SourcePosition(record: assembly.report.records + 1, byte: offset)
            let start = offset + 2
            let length = start <= octets.count ? Int(octets.uint16(at: offset)) : 0
            guard start <= octets.count, start + length <= octets.count else {
                assembly.report.warn("frames-truncated", at: position, "the file ends within a message")
                break
            }
            assembly.report.records += 1
            assembly.report.messages = assembly.report.records
            if let message = PowerDNSMessage(octets.extracting(start..<(start + length))) {
                Self.take(message, at: position, &assembly)
            } else {
                assembly.report.skip("malformed-message", at: position, "no message of PowerDNS")
            }
            offset = start + length
            assembly.drain(emit)
        }
        assembly.finish(emit)
        report = assembly.report
    }

    private static func take(_ message: PowerDNSMessage, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard message.type <= 2 else { return assembly.report.skip("upstream") }
        guard let name = message.name else { return assembly.report.skip("message-without-question") }
        let question = MessageSighting.Question(
            name: name,
            type: message.recordType,
            recordClass: message.recordClass
        )
        let isResponse = message.type == 2
        var sighting = MessageSighting(
            isResponse ? .response : .query,
            question,
            client: message.client.map { SocketAddress($0, port: message.clientPort) },
            id: message.id,
            time: message.time.microseconds(1),
            at: position
        )
        sighting.server = message.server.map { SocketAddress($0, port: message.serverPort) }
        sighting.transport = message.transport
        sighting.process = message.device
        if isResponse, let response = message.response { takeAnswer(response, &sighting) }
        assembly.add(sighting)
    }

    private static func takeAnswer(_ response: PowerDNSResponse, _ sighting: inout MessageSighting) {
        if let asked = response.queryTime.microseconds(1), let answered = sighting.time, answered >= asked {
            sighting.latency = answered - asked
        }
        guard let code = UInt16(exactly: response.code) else {
            sighting.role = .silence
            return
        }
        sighting.block = sighting.question.flatMap { response.block(of: $0.name) }
        sighting.rcode = ResponseCode(rawValue: code)
        sighting.answers = response.records
        // Servers leave records out unless they are told to send them.
        if response.records.isEmpty { sighting.answer(ResponseCode(rawValue: code)) }
    }
}

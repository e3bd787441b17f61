import DNS
import TextScan

/// dnstap: Frame Streams as `fstrm_capture` and servers write them, or the payload of one frame (dnstap.proto).
struct DnstapReader: LogReader {
    /// Octets that a frame may have: two messages and what is around them.
    private static let maximumFrame = 1 << 18
    /// Octets that a control frame may have (fstrm's own limit).
    private static let maximumControl = 512

    /// `dnstap`.
    var format: LogFormat { .dnstap }
    /// One line for people.
    var summary: String { "dnstap, Frame Streams or one message (BIND, Unbound, Knot, PowerDNS, dnsdist, CoreDNS)" }
    /// Frames are binary.
    var isBinary: Bool { true }

    /// Certain where a stream says what it holds, and where a whole message stands.
    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        if sample.count >= 12, sample.uint32(at: 0) == 0 {
            let length = Int(sample.uint32(at: 4))
            guard (4...Self.maximumControl).contains(length), (1...5).contains(sample.uint32(at: 8)) else { return .no }
            let body = sample.extracting(8..<min(8 + length, sample.count))
            return body.firstRange(of: "protobuf:dnstap.Dnstap") != nil ? .certain : length == 4 ? .likely : .no
        }
        return DnstapMessage(payload: sample) != nil ? .certain : .no
    }

    /// Reads all frames; a frame that is cut or damaged costs itself.
    func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        report.messages = 0
        // Servers leave out answers of their own, and what a slow collector would not take: silence tells nothing.
        var assembly = EventAssembly(options, report)
        if octets.count < 4 || octets.uint32(at: 0) != 0, DnstapMessage(payload: octets) != nil {
            Self.take(octets, at: SourcePosition(record: 1, byte: 0), &assembly)
        } else {
            Self.readFrames(octets, &assembly, emit)
        }
        assembly.finish(emit)
        report = assembly.report
    }

    private static func readFrames(
        _ octets: Span<UInt8>,
        _ assembly: inout EventAssembly,
        _ emit: (QueryEvent) -> Void
    ) {
        var offset = 0
        while offset < octets.count {
            let position = SourcePosition(record: assembly.report.records + 1, byte: offset)
            guard offset + 4 <= octets.count else {
                return assembly.report.warn("frames-truncated", at: position, "the file ends within a length")
            }
            var length = Int(octets.uint32(at: offset))
            let isControl = length == 0
            if isControl {
                offset += 4
                guard offset + 4 <= octets.count else {
                    return assembly.report.warn("frames-truncated", at: position, "the file ends within a length")
                }
                length = Int(octets.uint32(at: offset))
            }
            guard length <= (isControl ? maximumControl : maximumFrame) else {
                return assembly.report.warn(
                    "frames-damaged",
                    at: position,
                    "a frame of \(length) octets; the rest cannot be read"
                )
            }
            offset += 4
            guard offset + length <= octets.count else {
                return assembly.report.warn("frames-truncated", at: position, "the file ends within a frame")
            }
            if !isControl { take(octets.extracting(offset..<(offset + length)), at: position, &assembly) }
            offset += length
            assembly.drain(emit)
        }
    }

    private static func take(_ payload: Span<UInt8>, at position: SourcePosition, _ assembly: inout EventAssembly) {
        assembly.report.records += 1
        assembly.report.messages = assembly.report.records
        guard let message = DnstapMessage(payload: payload) else {
            return assembly.report.skip("malformed-message", at: position, "no message of dnstap")
        }
        switch message.side {
        case .client: take(message, at: position, &assembly)
        case .upstream: assembly.report.skip("upstream")
        case .update: assembly.report.skip("opcode-5")
        case .unknown: assembly.report.skip("unknown-type", at: position, "type \(message.type) of a message")
        }
    }

    private static func take(
        _ message: DnstapMessage,
        at position: SourcePosition,
        _ assembly: inout EventAssembly
    ) {
        guard let octets = message.isResponse ? message.response : message.query else {
            return assembly.report.skip("without-message")
        }
        let reading: MessageReading
        do throws(WireError) {
            reading = try MessageReading(octets.span)
        } catch {
            return assembly.report.skip("malformed-message", at: position, "no DNS message: \(error)")
        }
        guard reading.header.opcode == .query else {
            return assembly.report.skip("opcode-\(reading.header.opcode.rawValue)")
        }
        if let fault = reading.fault {
            let text = "only the records before the fault were read: \(fault)"
            assembly.report.warn("malformed-record", at: position, text)
        }
        var sighting = MessageSighting(
            message.isResponse ? .response : .query,
            reading.question,
            client: message.queryAddress.map { SocketAddress($0, port: message.queryPort) },
            id: reading.header.id,
            time: message.queryTime.microseconds(1000),
            at: position
        )
        sighting.server = message.responseAddress.map { SocketAddress($0, port: message.responsePort) }
        sighting.transport = message.transport
        sighting.block = reading.question.flatMap { message.policy?.block(of: $0.name) }
        if message.isResponse {
            takeAnswer(message, octets, &sighting)
        } else if sighting.block != nil {
            // A query that was left without an answer by a policy.
            assembly.add(sighting)
            sighting.role = .remark
        }
        assembly.add(sighting)
    }

    private static func takeAnswer(_ message: DnstapMessage, _ octets: [UInt8], _ sighting: inout MessageSighting) {
        _ = sighting.answer(message: octets)
        let asked = sighting.time
        sighting.time = message.responseTime.microseconds(1000) ?? asked
        if let asked, let answered = sighting.time, answered >= asked { sighting.latency = answered - asked }
    }
}

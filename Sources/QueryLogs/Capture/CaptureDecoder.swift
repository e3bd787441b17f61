import DNS

/// One captured frame.
struct CapturedFrame {
    var link: LinkType
    /// When it was captured, in microseconds since 1970-01-01 UTC.
    var time: Int64?
    var position: SourcePosition
    /// Whether the capture kept only the beginning of the frame.
    var isCut: Bool
}

/// Turns captured frames into events: link, IP, fragments, UDP and TCP, messages, pairing. Every frame and message that
/// makes no event is counted in the report.
struct CaptureDecoder {
    private let ports: Set<UInt16>
    private var fragments = FragmentStore()
    private var streams = TCPStreams()
    private var pairing: EventPairing
    /// Where the latest TCP segment stood, for what shows only at the end.
    private var lastSegment = SourcePosition(record: 0, byte: 0)

    /// How a message came.
    private struct Envelope {
        var flow: TCPFlow
        var transport: LogTransport
        var time: Int64?
        var position: SourcePosition
        var isCut = false
    }

    init(options: LogOptions) {
        ports = options.ports
        pairing = EventPairing(limits: options.pairing)
    }

    /// Takes in one frame and hands out the events that it completes.
    mutating func add(
        _ frame: CapturedFrame,
        _ octets: Span<UInt8>,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        report.records += 1
        switch LinkLayer.ipOffset(octets, link: frame.link) {
        case .skipped(let reason): report.skip(reason)
        case .ip(let offset): addPacket(frame, octets, at: offset, depth: 0, &report)
        }
        while let event = pairing.next() {
            report.events += 1
            emit(event)
        }
    }

    /// Hands out everything that is left.
    mutating func finish(report: inout FileReport, emit: (QueryEvent) -> Void) {
        for datagram in fragments.finish() { addDatagram(datagram, &report) }
        for (flow, delivery) in streams.finish() {
            let envelope = Envelope(flow: flow, transport: .tcp, time: nil, position: lastSegment)
            addDelivery(delivery, envelope, &report)
        }
        while let event = pairing.finish() {
            report.events += 1
            emit(event)
        }
    }

    private mutating func addPacket(
        _ frame: CapturedFrame,
        _ octets: Span<UInt8>,
        at offset: Int,
        depth: Int,
        _ report: inout FileReport
    ) {
        let packet: IPPacket
        do throws(IPPacket.Failure) {
            packet = try IPPacket(octets, at: offset)
        } catch {
            report.skip(error.reason)
            return
        }
        if let fragment = packet.fragment {
            var copy: [UInt8] = []
            for index in packet.payload { copy.append(octets[index]) }
            report.skip("fragment")
            let datagram = fragments.add(
                packet,
                fragment,
                octets: copy,
                time: frame.time,
                position: frame.position
            )
            if let datagram { addDatagram(datagram, &report) }
            return
        }
        switch packet.proto {
        case 17, 6: addTransport(packet, octets.extracting(packet.payload), frame, &report)
        case 4, 41, 47:
            // Tunnels in tunnels end somewhere.
            guard depth < 4, let inner = Self.tunnelled(packet, octets) else {
                report.skip("not-dns")
                return
            }
            addPacket(frame, octets, at: inner, depth: depth + 1, &report)
        default: report.skip("not-dns")
        }
    }

    /// Where the packet inside of IP-in-IP (RFC 2003, RFC 4213) or GRE (RFC 2784, RFC 2890) starts.
    private static func tunnelled(_ packet: IPPacket, _ octets: Span<UInt8>) -> Int? {
        guard packet.proto == 47 else { return packet.payload.lowerBound }
        let start = packet.payload.lowerBound
        guard packet.payload.count >= 4 else { return nil }
        let flags = octets.uint16(at: start)
        guard flags & 0x0007 == 0, [0x0800, 0x86DD].contains(octets.uint16(at: start + 2)) else { return nil }
        let options = [0x8000, 0x2000, 0x1000].filter { flags & $0 != 0 }.count
        return start + 4 + options * 4
    }

    private mutating func addDatagram(_ datagram: FragmentStore.Datagram, _ report: inout FileReport) {
        if !datagram.isComplete {
            report.warn("fragments-missing", at: datagram.position, "a fragment of this datagram is not in the capture")
        }
        let frame = CapturedFrame(
            link: .raw,
            time: datagram.time,
            position: datagram.position,
            isCut: !datagram.isComplete
        )
        addTransport(datagram.packet, datagram.payload.span, frame, &report, isWhole: false)
    }

    /// - Parameter isWhole: whether the payload is a packet of the capture, to be counted if it holds no DNS.
    private mutating func addTransport(
        _ packet: IPPacket,
        _ payload: Span<UInt8>,
        _ frame: CapturedFrame,
        _ report: inout FileReport,
        isWhole: Bool = true
    ) {
        let isTCP = packet.proto == 6
        guard isTCP || packet.proto == 17 else { return }
        guard payload.count >= (isTCP ? 20 : 8) else {
            if isWhole { report.skip("packet-truncated") }
            return
        }
        let flow = TCPFlow(
            source: SocketAddress(packet.source, port: payload.uint16(at: 0)),
            destination: SocketAddress(packet.destination, port: payload.uint16(at: 2))
        )
        guard let reason = otherProtocol(payload.uint16(at: 0), payload.uint16(at: 2)) else {
            if isTCP {
                addSegment(payload, flow: flow, frame, &report)
            } else {
                let end = udpEnd(payload)
                let envelope = Envelope(
                    flow: flow,
                    transport: .udp,
                    time: frame.time,
                    position: frame.position,
                    isCut: frame.isCut || packet.isCut
                )
                addMessage(payload.extracting(8..<end), envelope, &report)
            }
            return
        }
        if isWhole { report.skip(reason) }
    }

    /// The end of the UDP payload; the length field is trusted if it lies within the packet (RFC 768).
    private func udpEnd(_ payload: Span<UInt8>) -> Int {
        let length = Int(payload.uint16(at: 4))
        return length >= 8 && length <= payload.count ? length : payload.count
    }

    /// Nil for the ports that are searched; else the reason under which a packet is left out.
    private func otherProtocol(_ source: UInt16, _ destination: UInt16) -> String? {
        if ports.contains(source) || ports.contains(destination) { return nil }
        switch (source, destination) {
        case (5353, _), (_, 5353): return "mdns"
        case (5355, _), (_, 5355): return "llmnr"
        case (137, _), (_, 137): return "nbns"
        case (853, _), (_, 853): return "encrypted-dns"
        default: return "not-dns"
        }
    }

    private mutating func addSegment(
        _ payload: Span<UInt8>,
        flow: TCPFlow,
        _ frame: CapturedFrame,
        _ report: inout FileReport
    ) {
        let start = Int(payload[12] >> 4) * 4
        guard start >= 20, start <= payload.count else {
            report.skip("malformed-tcp")
            return
        }
        var octets: [UInt8] = []
        for index in start..<payload.count { octets.append(payload[index]) }
        let flags = payload[13]
        let segment = TCPSegment(
            sequence: payload.uint32(at: 4),
            isSYN: flags & 0x02 != 0,
            isFIN: flags & 0x01 != 0,
            isRST: flags & 0x04 != 0,
            octets: octets
        )
        if octets.isEmpty { report.skip("tcp-without-data") }
        let delivery = streams.add(segment, flow: flow)
        let envelope = Envelope(flow: flow, transport: .tcp, time: frame.time, position: frame.position)
        addDelivery(delivery, envelope, &report)
        lastSegment = frame.position
    }

    private mutating func addDelivery(
        _ delivery: TCPStreams.Delivery,
        _ envelope: Envelope,
        _ report: inout FileReport
    ) {
        if delivery.gaps > 0 {
            report.warn("tcp-gap", at: envelope.position, "octets of a TCP connection are missing; messages are lost")
        }
        if delivery.unframed > 0 { report.skip("tcp-unframed", count: delivery.unframed) }
        for message in delivery.messages { addMessage(message.span, envelope, &report) }
    }

    private mutating func addMessage(_ octets: Span<UInt8>, _ envelope: Envelope, _ report: inout FileReport) {
        report.messages = (report.messages ?? 0) + 1
        let reading: MessageReading
        do throws(WireError) {
            reading = try MessageReading(octets)
        } catch {
            report.skip("malformed-message", at: envelope.position, "no DNS message: \(error)")
            return
        }
        guard reading.header.opcode == .query else {
            report.skip("opcode-\(reading.header.opcode.rawValue)")
            return
        }
        if let fault = reading.fault {
            let reason = envelope.isCut ? "message-cut" : "malformed-record"
            report.warn(reason, at: envelope.position, "only the records before the fault were read: \(fault)")
        }
        let isResponse = reading.header.isResponse
        let sighting = MessageSighting(
            time: envelope.time,
            client: isResponse ? envelope.flow.destination : envelope.flow.source,
            server: isResponse ? envelope.flow.source : envelope.flow.destination,
            transport: envelope.transport,
            id: reading.header.id,
            role: isResponse ? .response : .query,
            question: reading.question,
            rcode: reading.rcode,
            flags: ResponseFlags(reading.header),
            answers: isResponse ? reading.answers : [],
            hasSOA: reading.hasSOA,
            extendedErrors: reading.extendedErrors,
            position: envelope.position
        )
        if !pairing.add(sighting) {
            report.skip(
                "message-without-question",
                at: envelope.position,
                "it holds no question and answers none that is known"
            )
        }
    }
}

extension ResponseFlags {
    /// The flags of a header.
    init(_ header: MessageHeader) {
        self = []
        if header.isAuthoritative { insert(.authoritative) }
        if header.isTruncated { insert(.truncated) }
        if header.recursionAvailable { insert(.recursionAvailable) }
        if header.bits & MessageHeader.authenticDataFlag != 0 { insert(.authenticData) }
    }
}

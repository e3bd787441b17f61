import DNS

/// One direction of a TCP connection.
struct TCPFlow: Hashable {
    var source: SocketAddress
    var destination: SocketAddress
}

/// A TCP segment with its octets (RFC 9293 §3.1).
struct TCPSegment {
    var sequence: UInt32
    var isSYN: Bool
    var isFIN: Bool
    var isRST: Bool
    var octets: [UInt8]
}

/// Puts the octets of TCP connections in order and cuts DNS messages out of them (RFC 1035 §4.2.2): several messages
/// per segment, messages over several segments, segments out of order, twice or missing. Memory is bounded.
struct TCPStreams {
    /// Directions of connections remembered; beyond that the oldest is forgotten.
    static let maximumFlows = 4096
    /// Segments of a direction that may wait for a missing one.
    static let maximumWaiting = 64
    /// Octets of a direction that may wait for a missing segment.
    static let maximumWaitingOctets = 131_072

    /// What a segment brought.
    struct Delivery: Equatable {
        /// Complete messages, without their length prefix.
        var messages: [[UInt8]] = []
        /// Stretches of octets that never came; messages in them are lost.
        var gaps = 0
        /// Segments of which nothing could be used: no message begins where they begin.
        var unframed = 0
    }

    private struct Stream {
        /// The sequence number of the first octet, by which a repeated SYN is known.
        let first: UInt32
        /// The sequence number of the octet after ``buffer``.
        var next: UInt32
        /// Octets in order that are no complete message yet.
        var buffer: [UInt8] = []
        var waiting: [(sequence: UInt32, octets: [UInt8])] = []
        /// Whether it is known where a message begins.
        var isFramed: Bool

        init(first: UInt32, isFramed: Bool) {
            self.first = first
            self.isFramed = isFramed
            next = first
        }
    }

    private var streams: [TCPFlow: Stream] = [:]
    private var order: [TCPFlow] = []

    /// Adds a segment.
    mutating func add(_ segment: TCPSegment, flow: TCPFlow) -> Delivery {
        var delivery = Delivery()
        // The octet after SYN is the first of the data, which SYN may carry itself (RFC 7413).
        let sequence = segment.isSYN ? segment.sequence &+ 1 : segment.sequence
        if segment.isSYN {
            if streams[flow]?.first != sequence { start(flow, Stream(first: sequence, isFramed: true)) }
        } else if streams[flow] == nil, !segment.octets.isEmpty {
            start(flow, Stream(first: sequence, isFramed: false))
        }
        if !segment.octets.isEmpty, var stream = streams[flow] {
            // Taken out while it grows, so that its buffers are not copied.
            streams[flow] = nil
            Self.insert(segment.octets, at: sequence, into: &stream, &delivery)
            streams[flow] = stream
        }
        if segment.isFIN || segment.isRST, var stream = streams[flow] {
            Self.giveUpGaps(&stream, &delivery)
            streams[flow] = stream
        }
        return delivery
    }

    /// What can be saved of connections with gaps after the end of the input.
    mutating func finish() -> [(flow: TCPFlow, delivery: Delivery)] {
        var left: [(TCPFlow, Delivery)] = []
        for flow in order {
            guard var stream = streams.removeValue(forKey: flow) else { continue }
            var delivery = Delivery()
            Self.giveUpGaps(&stream, &delivery)
            if !stream.buffer.isEmpty { delivery.gaps += 1 }
            if delivery != Delivery() { left.append((flow, delivery)) }
        }
        order = []
        return left
    }

    private mutating func start(_ flow: TCPFlow, _ stream: Stream) {
        if streams.updateValue(stream, forKey: flow) == nil { order.append(flow) }
        if order.count > Self.maximumFlows { streams[order.removeFirst()] = nil }
    }

    private static func insert(
        _ octets: [UInt8],
        at sequence: UInt32,
        into stream: inout Stream,
        _ delivery: inout Delivery
    ) {
        let distance = Int(Int32(bitPattern: sequence &- stream.next))
        if distance > 0 {
            stream.waiting.append((sequence, octets))
            let octetCount = stream.waiting.reduce(0) { $0 + $1.octets.count }
            if stream.waiting.count > maximumWaiting || octetCount > maximumWaitingOctets {
                skipGap(&stream, &delivery)
            }
        } else if -distance < octets.count {
            append(octets.dropFirst(-distance), to: &stream, &delivery)
        }
        drainWaiting(&stream, &delivery)
    }

    private static func append(_ octets: ArraySlice<UInt8>, to stream: inout Stream, _ delivery: inout Delivery) {
        stream.next &+= UInt32(octets.count)
        if !stream.isFramed {
            guard looksLikeStart(octets) else {
                delivery.unframed += 1
                return
            }
            stream.isFramed = true
        }
        stream.buffer += octets
        var start = 0
        while stream.buffer.count - start >= 2 {
            let length = Int(stream.buffer[start]) << 8 | Int(stream.buffer[start + 1])
            guard length >= MessageHeader.size else {
                // No DNS message is that short: the frame is lost.
                stream.buffer = []
                stream.isFramed = false
                delivery.unframed += 1
                return
            }
            guard stream.buffer.count - start - 2 >= length else { break }
            delivery.messages.append(Array(stream.buffer[(start + 2)..<(start + 2 + length)]))
            start += 2 + length
        }
        stream.buffer.removeFirst(start)
    }

    private static func drainWaiting(_ stream: inout Stream, _ delivery: inout Delivery) {
        while let index = stream.waiting.firstIndex(where: { Int32(bitPattern: $0.sequence &- stream.next) <= 0 }) {
            let (sequence, octets) = stream.waiting.remove(at: index)
            let known = Int(Int32(bitPattern: stream.next &- sequence))
            if known < octets.count { append(octets.dropFirst(known), to: &stream, &delivery) }
        }
    }

    private static func giveUpGaps(_ stream: inout Stream, _ delivery: inout Delivery) {
        while !stream.waiting.isEmpty {
            skipGap(&stream, &delivery)
            drainWaiting(&stream, &delivery)
        }
    }

    /// Goes on behind the first gap, where with luck a message begins.
    private static func skipGap(_ stream: inout Stream, _ delivery: inout Delivery) {
        let nearest = stream.waiting.min {
            Int32(bitPattern: $0.sequence &- stream.next) < Int32(bitPattern: $1.sequence &- stream.next)
        }
        guard let nearest else { return }
        delivery.gaps += 1
        stream.next = nearest.sequence
        stream.buffer = []
        stream.isFramed = false
    }

    /// Whether a length prefix and a plausible header stand here: one question or none, and a known operation code.
    private static func looksLikeStart(_ octets: ArraySlice<UInt8>) -> Bool {
        let start = Array(octets.prefix(14))
        guard start.count == 14 else { return false }
        let length = Int(start[0]) << 8 | Int(start[1])
        let opcode = start[4] >> 3 & 15
        let questions = Int(start[6]) << 8 | Int(start[7])
        return length >= MessageHeader.size && opcode <= 6 && questions <= 1
    }
}

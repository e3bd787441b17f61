/// Frame Streams (fstrm): data frames after their length, and control frames after a length of 0.
enum FrameStream {
    /// Control frames.
    enum Control: UInt32 {
        case accept = 1
        case start = 2
        case stop = 3
        case ready = 4
        case finish = 5
    }

    /// What the data frames of dnstap hold.
    static let contentType = Array("protobuf:dnstap.Dnstap".utf8)
    /// The longest control frame (fstrm's own limit).
    static let maximumControl = 512
    private static let contentField: UInt32 = 1

    static func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

    /// A control frame; only such that begin something say what data frames hold.
    static func control(_ kind: Control) -> [UInt8] {
        var body = number(kind.rawValue)
        if kind != .stop, kind != .finish {
            body += number(contentField) + number(UInt32(contentType.count)) + contentType
        }
        return number(0) + number(UInt32(body.count)) + body
    }

    /// A data frame.
    static func frame(_ payload: [UInt8]) -> [UInt8] { number(UInt32(payload.count)) + payload }

    /// What comes of octets that should begin with a control frame.
    enum Reading: Equatable {
        /// There is more to come.
        case partial
        /// No control frame, or not one that is understood.
        case broken
        /// A control frame of so many octets, and whether it is about dnstap: says so, or says nothing.
        case control(Control, isForDnstap: Bool, octets: Int)
    }

    /// Reads a control frame.
    static func read(_ octets: [UInt8]) -> Reading {
        func value(_ offset: Int) -> Int { octets[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }
        guard octets.count >= 8 else { return octets.prefix(4).allSatisfy { $0 == 0 } ? .partial : .broken }
        let (escape, length) = (value(0), value(4))
        guard escape == 0, (4...maximumControl).contains(length) else { return .broken }
        guard octets.count >= 8 + length else { return .partial }
        guard let kind = Control(rawValue: UInt32(value(8))) else { return .broken }
        var (position, end) = (12, 8 + length)
        var types: [[UInt8]] = []
        while position < end {
            guard position + 8 <= end, value(position) == contentField, position + 8 + value(position + 4) <= end else {
                return .broken
            }
            let next = position + 8 + value(position + 4)
            types.append(Array(octets[(position + 8)..<next]))
            position = next
        }
        end = position
        return .control(kind, isForDnstap: types.isEmpty || types.contains(contentType), octets: end)
    }
}

/// The writer's end of a connection to who takes dnstap: offer, accept, start, frames, stop, finish. Pure; the clock, in
/// nanoseconds, is the caller's.
struct FrameSession {
    /// How far it is.
    enum Phase: Equatable {
        /// Not connected; tried again at a time.
        case waiting(until: UInt64)
        /// A connection is being made.
        case connecting
        /// What is going to be sent was offered.
        case offered
        /// Frames may be sent.
        case streaming
        /// The end was said.
        case stopping
        /// It is over.
        case over
    }

    /// What the owner does next.
    enum Step: Equatable {
        /// Nothing.
        case none
        /// Connect.
        case connect
        /// Send these octets before everything else.
        case send([UInt8])
        /// Close the connection; what was sent of a frame in part is sent again.
        case close
    }

    /// How far it is.
    private(set) var phase = Phase.waiting(until: 0)
    private var input: [UInt8] = []
    private var since: UInt64 = 0
    private var pause = Self.firstPause

    private static let firstPause: UInt64 = 1_000_000_000
    private static let longestPause: UInt64 = 60_000_000_000
    /// Nanoseconds for which an answer is waited for.
    private static let patience: UInt64 = 5_000_000_000

    /// What has fallen due.
    mutating func tick(now: UInt64) -> Step {
        switch phase {
        case .waiting(let until) where now >= until:
            (phase, since) = (.connecting, now)
            return .connect
        case .connecting, .offered: return now &- since > Self.patience ? failed(now: now) : .none
        default: return .none
        }
    }

    /// The connection is made.
    mutating func connected(now: UInt64) -> Step {
        (phase, since, input) = (.offered, now, [])
        return .send(FrameStream.control(.ready))
    }

    /// Octets have come.
    mutating func received(_ octets: [UInt8], now: UInt64) -> Step {
        input += octets
        switch FrameStream.read(input) {
        case .partial: return .none
        case .control(.accept, true, let count) where phase == .offered:
            input.removeFirst(count)
            (phase, pause) = (.streaming, Self.firstPause)
            return .send(FrameStream.control(.start))
        case .control(.finish, _, _) where phase == .stopping:
            phase = .over
            return .close
        case .control, .broken: return failed(now: now)
        }
    }

    /// The connection is no more, or not to be used.
    mutating func failed(now: UInt64) -> Step {
        guard phase != .stopping, phase != .over else {
            phase = .over
            return .close
        }
        phase = .waiting(until: now + pause)
        pause = min(2 * pause, Self.longestPause)
        return .close
    }

    /// Nothing more is to be sent.
    mutating func stop() -> Step {
        guard phase == .streaming else {
            phase = .over
            return .close
        }
        phase = .stopping
        return .send(FrameStream.control(.stop))
    }
}

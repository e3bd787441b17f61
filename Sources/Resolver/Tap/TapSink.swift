internal import CSockets
internal import Glibc

/// What waits for one dnstap target, and the connection to it. Never waits itself; bounded.
struct TapSink {
    private let target: TapTarget
    private let notice: (@Sendable (String) -> Void)?
    private var session = FrameSession()
    private var descriptor: Int32 = -1
    /// Control frames that go before everything else.
    private var control: [UInt8] = []
    /// Data frames, whole; so many octets of them are written, and the frame that is being written begins there.
    private var frames: [UInt8] = []
    private var written = 0
    private var boundary = 0
    /// Whether it was said that nobody takes it.
    private var hasComplained = false

    /// Octets that may wait.
    static let maximum = 4 << 20
    private static let chunk = 256 << 10
    /// Milliseconds that the end may take.
    private static let patience = 2_000

    /// A sink; a file is opened at once.
    /// - Throws: when it cannot be.
    init(_ target: TapTarget, notice: (@Sendable (String) -> Void)?) throws(ServerError) {
        self.target = target
        self.notice = notice
        guard target.isFile else { return }
        descriptor = target.open()
        guard descriptor >= 0 else { throw .capture(target.description, -descriptor) }
        control = FrameStream.control(.start)
    }

    /// Octets of memory that what waits takes.
    var held: Int { frames.count }

    /// Takes a data frame.
    /// - Returns: how many were lost.
    mutating func append(_ payload: [UInt8]) -> UInt64 {
        guard frames.count - written + payload.count + 4 <= Self.maximum else { return 1 }
        frames += FrameStream.number(UInt32(payload.count))
        frames += payload
        return 0
    }

    /// Connects, shakes hands, writes: as far as that goes without waiting.
    mutating func tick(now: UInt64) {
        guard !target.isFile else { return write(now: now) }
        perform(session.tick(now: now), now: now)
        if session.phase == .connecting, isWritable { perform(session.connected(now: now), now: now) }
        if descriptor >= 0, session.phase != .connecting { receive(now: now) }
        if descriptor >= 0, session.phase != .connecting { write(now: now) }
    }

    private var isWritable: Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard descriptor >= 0, unsafe poll(&polled, 1, 0) > 0 else { return false }
        return patchway_connect_result(descriptor) == 0
    }

    private mutating func perform(_ step: FrameSession.Step, now: UInt64) {
        switch step {
        case .none: return
        case .connect:
            descriptor = target.open()
            if descriptor < 0 {
                complain(-descriptor)
                perform(session.failed(now: now), now: now)
            }
        case .send(let octets):
            control += octets
            if session.phase == .streaming { hasComplained = false }
        case .close:
            if descriptor >= 0 { _ = patchway_close(descriptor) }
            descriptor = -1
            control = []
            written = boundary
        }
    }

    private mutating func complain(_ error: Int32) {
        guard !hasComplained else { return }
        hasComplained = true
        notice?("nobody takes dnstap at \(target): \(systemErrorText(error)); tried again")
    }

    private mutating func receive(now: UInt64) {
        var buffer = [UInt8](repeating: 0, count: FrameStream.maximumControl)
        let count = unsafe patchway_receive(descriptor, &buffer, buffer.count)
        if count == -Int(EAGAIN) || count == -Int(EINTR) { return }
        if count > 0 {
            perform(session.received(Array(buffer[..<count]), now: now), now: now)
        } else {
            complain(count == 0 ? ECONNRESET : Int32(-count))
            perform(session.failed(now: now), now: now)
        }
    }

    private mutating func write(now: UInt64) {
        while !control.isEmpty {
            guard let count = write(control[...], now: now) else { return }
            control.removeFirst(count)
        }
        guard target.isFile || session.phase == .streaming || session.phase == .stopping else { return }
        while written < frames.count {
            guard let count = write(frames[written...], now: now) else { return }
            written += count
            settle()
        }
    }

    /// So many octets are written, or nil when no more can be for now.
    private mutating func write(_ octets: ArraySlice<UInt8>, now: UInt64) -> Int? {
        let count = unsafe octets.withUnsafeBytes { memory -> Int in
            if target.isFile {
                let count = unsafe Glibc.write(descriptor, memory.baseAddress, memory.count)
                return count < 0 ? -Int(errno) : count
            }
            guard let start = memory.baseAddress else { return 0 }
            return unsafe patchway_send(descriptor, start, memory.count)
        }
        if count > 0 { return count }
        // A disk that is full may have room again; a connection that fails is over.
        if !target.isFile, count != -Int(EAGAIN), count != -Int(EINTR) {
            complain(Int32(-count))
            perform(session.failed(now: now), now: now)
        }
        return nil
    }

    /// Finds the frame that is being written, and forgets those before it.
    private mutating func settle() {
        while boundary + 4 <= written {
            let length = frames[boundary..<(boundary + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard boundary + 4 + length <= written else { break }
            boundary += 4 + length
        }
        if boundary == frames.count {
            frames.removeAll(keepingCapacity: frames.capacity <= Self.chunk)
        } else if boundary >= Self.chunk {
            frames.removeFirst(boundary)
        } else {
            return
        }
        written -= boundary
        boundary = 0
    }

    /// Writes what is left within a time, says the end and closes.
    /// - Returns: how many frames were lost.
    mutating func finish() -> UInt64 {
        for _ in 0..<(Self.patience / 10) {
            tick(now: patchway_monotonic_ns())
            let isDone = written == frames.count && control.isEmpty
            if isDone, target.isFile || session.phase != .streaming { break }
            if isDone, session.phase == .streaming { perform(session.stop(), now: patchway_monotonic_ns()) }
            if case .waiting = session.phase, !target.isFile { break }
            usleep(10_000)
        }
        if target.isFile { control = FrameStream.control(.stop); write(now: 0) }
        for _ in 0..<(Self.patience / 10) where session.phase == .stopping {
            tick(now: patchway_monotonic_ns())
            if session.phase == .stopping { usleep(10_000) }
        }
        if descriptor >= 0 { _ = patchway_close(descriptor) }
        descriptor = -1
        return lost
    }

    private var lost: UInt64 {
        var (place, count): (Int, UInt64) = (boundary, 0)
        while place + 4 <= frames.count {
            place += 4 + frames[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
            count += 1
        }
        return count
    }
}

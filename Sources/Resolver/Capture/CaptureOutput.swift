internal import Glibc

/// Where captured queries go, and in what form.
struct CaptureOutput: Sendable {
    /// What is written for a query.
    enum Format: Sendable {
        /// Every record, a JSON line each.
        case records
        /// Names that updates need, a line for people each, repetitions folded.
        case flags
    }

    /// What stands behind the descriptor, which says how it can be written to without waiting.
    private enum Kind: Sendable {
        case file
        case socket
        case other
    }

    /// The descriptor written to.
    let descriptor: Int32
    /// The form.
    let format: Format
    private let kind: Kind
    /// Whether a line that was never ended stands last in the file.
    let isWithinLine: Bool

    /// An output to what is open already; `path` names it where that is a file of its own.
    init(_ descriptor: Int32, _ format: Format, path: String? = nil) {
        self.descriptor = descriptor
        self.format = format
        kind = Self.kind(of: descriptor)
        isWithinLine = kind == .file && path.map(Self.isWithinLine) ?? false
    }

    /// Records, appended to the file at a path; to standard output for `-`. A pipe must have a reader.
    init(recordsTo path: String) throws(ServerError) {
        guard path != "-" else {
            self.init(STDOUT_FILENO, .records)
            return
        }
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw .capture(path, errno) }
        self.init(descriptor, .records, path: path)
    }

    /// Closes what was opened for it.
    func close() {
        if descriptor > STDERR_FILENO { _ = Glibc.close(descriptor) }
    }

    /// Writes as much as can be written at once: so many octets, or less than 0 with `errno`.
    func write(_ octets: ArraySlice<UInt8>) -> Int {
        unsafe octets.withUnsafeBytes { memory in
            switch kind {
            case .file: return unsafe Glibc.write(descriptor, memory.baseAddress, memory.count)
            case .socket:
                return unsafe send(descriptor, memory.baseAddress, memory.count, Int32(MSG_DONTWAIT))
            case .other:
                var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard unsafe poll(&polled, 1, 0) > 0 else {
                    errno = EAGAIN
                    return -1
                }
                // A pipe that is ready takes as much without waiting.
                return unsafe Glibc.write(descriptor, memory.baseAddress, min(memory.count, Int(PIPE_BUF)))
            }
        }
    }

    private static func kind(of descriptor: Int32) -> Kind {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return .other }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFSOCK: .socket
        default: .other
        }
    }

    /// Whether a file ends without the end of a line, as after a disk that was full or a server that was killed.
    private static func isWithinLine(_ path: String) -> Bool {
        let reading = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard reading >= 0 else { return false }
        defer { _ = Glibc.close(reading) }
        var last: UInt8 = 0x0A
        guard lseek(reading, -1, SEEK_END) >= 0, unsafe read(reading, &last, 1) == 1 else { return false }
        return last != 0x0A
    }
}

/// What waits to be written to one output.
struct CaptureQueue {
    private let output: CaptureOutput
    private var octets: [UInt8] = []
    /// Octets of them that are written.
    private var written = 0
    /// Whether what was written last ends within a line that will not be ended.
    private var isBroken: Bool
    /// Whether the first octet that waits only ends such a line.
    private var beginsWithEnd = false
    /// The octet that was written last.
    private var last: UInt8 = 0x0A
    private var flags = FlagFold()

    /// Octets collected before they are written.
    private static let chunk = 64 << 10
    /// Octets that may wait; records beyond are lost.
    private static let maximum = 1 << 20
    /// Time that is given at the end to what has not been taken yet, milliseconds.
    private static let patience = 2_000

    /// Nothing that waits.
    init(_ output: CaptureOutput) {
        self.output = output
        isBroken = output.isWithinLine
    }

    /// Octets of memory that what waits takes.
    var held: Int { octets.count }

    /// Takes a query and its record.
    /// - Returns: how many records were lost.
    mutating func append(_ query: borrowing CapturedQuery, _ record: [UInt8]) -> UInt64 {
        guard octets.count - written < Self.maximum else { return 1 }
        endBrokenLine()
        switch output.format {
        case .records: octets += record
        case .flags: flags.append(query, to: &octets)
        }
        return octets.count - written >= Self.chunk ? flush() : 0
    }

    /// Takes a comparison and its record.
    /// - Returns: how many records were lost.
    mutating func append(_ comparison: JudgedComparison, _ record: [UInt8]) -> UInt64 {
        guard octets.count - written < Self.maximum else { return 1 }
        endBrokenLine()
        switch output.format {
        case .records: octets += record
        case .flags: flags.append(comparison, to: &octets)
        }
        return octets.count - written >= Self.chunk ? flush() : 0
    }

    private mutating func endBrokenLine() {
        guard octets.isEmpty, isBroken else { return }
        octets.append(0x0A)
        (isBroken, beginsWithEnd) = (false, true)
    }

    /// Says what has been folded for long enough; all of it at the end.
    mutating func tick(now: UInt64, isLast: Bool) {
        if output.format == .flags { flags.sayFolded(now: now, isLast: isLast, to: &octets) }
    }

    /// Writes what is taken without waiting.
    /// - Returns: how many records were lost.
    mutating func flush() -> UInt64 {
        while written < octets.count {
            let count = output.write(octets[written...])
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return 0 }
            guard count > 0 else { return giveUp() }
            beginsWithEnd = false
            written += count
            last = octets[written - 1]
            // What is taken slowly but steadily would stay otherwise.
            guard written >= Self.chunk, written < octets.count else { continue }
            octets.removeFirst(written)
            written = 0
        }
        clear()
        return 0
    }

    /// Writes what is taken within a time, for the last time.
    /// - Returns: how many records were lost.
    mutating func finish() -> UInt64 {
        for _ in 0..<(Self.patience / 20) {
            let lost = flush()
            if octets.isEmpty { return lost }
            usleep(20_000)
        }
        return giveUp()
    }

    /// Drops what waits.
    private mutating func giveUp() -> UInt64 {
        let lines = octets[written...].count { $0 == 0x0A } - (beginsWithEnd ? 1 : 0)
        isBroken = beginsWithEnd || last != 0x0A
        clear()
        return UInt64(max(lines, 0))
    }

    private mutating func clear() {
        octets.removeAll(keepingCapacity: true)
        written = 0
        beginsWithEnd = false
    }
}

internal import Glibc
internal import Synchronization

/// Reads the octets of a path as they stand: regular files whole, everything else up to the limit.
enum RawFile {
    /// Regular files of at least this size are mapped; smaller ones are copied, so that they cannot change under us.
    static let mappingThreshold = 64 << 20
    /// Whether standard input was read; what is read once is gone.
    private static let wasRead = Mutex(false)

    static func read(path: String, limits: InputLimits) throws(InputError) -> InputBytes {
        guard let source = InputSources.current else { return try readNow(path: path, limits: limits) }
        return try source.octets(path) { () throws(InputError) in try readNow(path: path, limits: limits) }
    }

    private static func readNow(path: String, limits: InputLimits) throws(InputError) -> InputBytes {
        if path == InputFile.standardInput {
            try takeStandardInput()
            return try stream(STDIN_FILENO, path: path, limits: limits, timeout: nil, waitsBeforeReading: true)
        }
        // Without O_NONBLOCK opening a pipe that nobody writes would wait for ever.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path) }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: throw InputError(path: path, reason: isEmpty(path) ? .isEmptyDirectory : .isDirectory)
        case S_IFREG where status.st_size >= mappingThreshold:
            return try map(descriptor, path: path, size: Int(status.st_size))
        case S_IFREG:
            // Files in /proc say size 0 and yield octets nevertheless; a growing log may exceed its size.
            var limits = limits
            limits.maximumExpandedSize = max(limits.maximumExpandedSize, Int(status.st_size))
            return try stream(
                descriptor,
                path: path,
                limits: limits,
                timeout: limits.idleTimeout,
                expected: Int(status.st_size)
            )
        case let kind:
            return try stream(
                descriptor,
                path: path,
                limits: limits,
                timeout: limits.idleTimeout,
                waitsForWriter: kind == S_IFIFO
            )
        }
    }

    /// Takes standard input, which only one can read.
    static func takeStandardInput() throws(InputError) {
        let isSpent = wasRead.withLock { wasRead in
            defer { wasRead = true }
            return wasRead
        }
        guard !isSpent else { throw InputError(path: InputFile.standardInput, reason: .readBefore) }
    }

    private static func map(_ descriptor: Int32, path: String, size: Int) throws(InputError) -> InputBytes {
        let base = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let base = unsafe base, unsafe base != MAP_FAILED else { throw failure(path) }
        unsafe madvise(base, size, MADV_SEQUENTIAL)
        return unsafe InputBytes(adopting: UnsafeMutableRawBufferPointer(start: base, count: size), isMapping: true)
    }

    private static func stream(
        _ descriptor: Int32,
        path: String,
        limits: InputLimits,
        timeout: Int?,
        expected: Int = 0,
        waitsForWriter: Bool = false,
        waitsBeforeReading: Bool = false
    ) throws(InputError) -> InputBytes {
        var buffer = GrowingBuffer(capacity: max(65_536, expected + 1))
        var hasWaited = false
        while true {
            // A read that waits goes on behind a signal.
            if waitsBeforeReading { try wait(descriptor, path: path, timeout: timeout) }
            let count = unsafe buffer.fill { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                guard buffer.count <= limits.maximumExpandedSize else {
                    throw InputError(path: path, reason: .tooLarge(limit: limits.maximumExpandedSize))
                }
            } else if count < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { throw failure(path) }
                try wait(descriptor, path: path, timeout: timeout)
            } else {
                // A pipe without a writer ends at once; give the writer its time to come.
                guard waitsForWriter, buffer.count == 0, !hasWaited else { break }
                try wait(descriptor, path: path, timeout: timeout)
                hasWaited = true
            }
        }
        guard buffer.count > 0 else { throw InputError(path: path, reason: .empty) }
        return buffer.take()
    }

    /// Milliseconds after which it is looked whether reading is to end: a signal may come just before the call, or to another
    /// thread.
    private static let slice = 100

    static func wait(_ descriptor: Int32, path: String, timeout: Int?) throws(InputError) {
        var left = timeout ?? .max
        while true {
            guard !InputInterruption.isRequested else { throw InputError(path: path, reason: .interrupted) }
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&request, 1, Int32(clamping: min(left, slice)))
            if ready > 0 { return }
            guard ready == 0 || errno == EINTR else { throw failure(path) }
            if ready == 0, timeout != nil { left -= slice }
            if left <= 0 { throw InputError(path: path, reason: .timedOut(milliseconds: timeout ?? 0)) }
        }
    }

    /// Whether a directory has nothing in it; false where that cannot be found out.
    private static func isEmpty(_ path: String) -> Bool {
        guard let directory = unsafe opendir(path) else { return false }
        defer { unsafe closedir(directory) }
        for _ in 0..<3 {
            errno = 0
            // Itself and the one above it are always there.
            guard let entry = unsafe readdir(directory) else { return errno == 0 }
            let name = unsafe (entry.pointee.d_name.0, entry.pointee.d_name.1, entry.pointee.d_name.2)
            guard name.0 == 0x2E, name.1 == 0 || name.1 == 0x2E && name.2 == 0 else { return false }
        }
        return false
    }

    static func failure(_ path: String) -> InputError {
        let code = errno
        switch code {
        case ENOENT, ENOTDIR: return InputError(path: path, reason: .notFound)
        case EACCES, EPERM: return InputError(path: path, reason: .permissionDenied)
        case EISDIR: return InputError(path: path, reason: .isDirectory)
        default:
            let text = unsafe String(cString: strerror(code))
            return InputError(path: path, reason: .system(code: code, text: text))
        }
    }
}

/// Heap memory that grows while octets arrive and then becomes an ``InputBytes`` without a copy.
@safe
struct GrowingBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        unsafe base = malloc(self.capacity)
    }

    deinit {
        unsafe free(base)
    }

    /// Lets `body` fill the free room and adds the number of octets that it returns, if positive.
    mutating func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        if count == capacity { reserve(capacity * 2) }
        guard let base = unsafe base else { return -1 }
        let room = unsafe UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
        let added = unsafe body(room)
        if added > 0 { count += added }
        return added
    }

    /// Adds a copy of `octets`.
    mutating func append(_ octets: UnsafeRawBufferPointer) {
        guard let source = octets.baseAddress else { return }
        if count + octets.count > capacity { reserve(max(capacity * 2, count + octets.count)) }
        guard let base = unsafe base else { return }
        unsafe memcpy(base + count, source, octets.count)
        count += octets.count
    }

    private mutating func reserve(_ capacity: Int) {
        guard let grown = unsafe realloc(base, capacity) else { fatalError("out of memory for \(capacity) octets") }
        unsafe base = grown
        self.capacity = capacity
    }

    /// The octets, shrunk to fit; the buffer is empty afterwards.
    mutating func take() -> InputBytes {
        let fitted = unsafe realloc(base, max(count, 1))
        let bytes = unsafe InputBytes(
            adopting: UnsafeMutableRawBufferPointer(start: fitted ?? base, count: count),
            isMapping: false
        )
        unsafe base = nil
        (count, capacity) = (0, 1)
        unsafe base = malloc(1)
        return bytes
    }
}

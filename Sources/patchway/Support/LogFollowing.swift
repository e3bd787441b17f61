import Glibc
import QueryLogs
import TextScan

/// Reads a log while it grows, until the program is interrupted; of standard input until it ends.
struct LogFollowing: ~Copyable {
    /// Milliseconds between looks at a file that did not grow.
    private static let pause: Int32 = 200
    private static let chunk = 65_536

    private let path: String
    private var log: GrowingLog
    private var descriptor: Int32
    private var state = FollowState()
    private var buffer = [UInt8](repeating: 0, count: chunk)

    init(_ path: String, _ options: LogOptions) throws {
        self.path = path
        log = GrowingLog(path: path, options: options)
        descriptor = path == InputFile.standardInput ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw Failure.usage("\(TerminalText.escaped(path)): cannot be read: \(reason)")
        }
        var status = stat()
        let isKnown = unsafe fstat(descriptor, &status) == 0
        guard descriptor == 0 || isKnown && status.st_mode & S_IFMT == S_IFREG else {
            throw Failure.usage(
                "\(TerminalText.escaped(path)): is no file that grows; --follow takes one, or - for a pipe"
            )
        }
    }

    deinit { if descriptor > 0 { close(descriptor) } }

    /// Reads on until there is an end to it.
    mutating func read(_ emit: (QueryEvent) -> Void) throws -> FileReport {
        do throws(GrowingLog.Refusal) {
            if descriptor == 0 { try readStream(emit) } else { try readFile(emit) }
            return try log.finish(interrupted: Interruption.isRequested, emit: emit)
        } catch {
            throw Failure.undecided("\(TerminalText.escaped(path)): \(error.text)")
        }
    }

    private mutating func readStream(_ emit: (QueryEvent) -> Void) throws(GrowingLog.Refusal) {
        while !Interruption.isRequested {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&request, 1, Self.pause) > 0 else { continue }
            let count = try readOnce(emit)
            if count == 0 || count < 0 && errno != EINTR && errno != EAGAIN { return }
        }
    }

    private mutating func readFile(_ emit: (QueryEvent) -> Void) throws(GrowingLog.Refusal) {
        while !Interruption.isRequested {
            guard let opened = Self.status(of: descriptor) else { return }
            let before = state
            switch state.step(open: opened, named: Self.status(of: path)) {
            case .read: if try readOnce(emit) <= 0 { Self.wait() }
            case .wait: Self.wait()
            case .restart:
                _ = lseek(descriptor, 0, SEEK_SET)
                try log.endFile(emit: emit)
            case .reopen:
                let next = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
                guard next >= 0 else {
                    state = before
                    Self.wait()
                    continue
                }
                close(descriptor)
                descriptor = next
                try log.endFile(emit: emit)
            }
        }
    }

    /// Reads what fits into the buffer; gives back how much.
    private mutating func readOnce(_ emit: (QueryEvent) -> Void) throws(GrowingLog.Refusal) -> Int {
        let descriptor = descriptor
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return count }
        state.didRead(count)
        let added = Array(buffer[..<count])
        try log.take(added.span, emit: emit)
        return count
    }

    private static func wait() { _ = poll(nil, 0, pause) }

    private static func status(of descriptor: Int32) -> FileStatus? {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? FileStatus(status) : nil
    }

    private static func status(of path: String) -> FileStatus? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? FileStatus(status) : nil
    }
}

extension FileStatus {
    fileprivate init(_ status: stat) {
        self.init(identity: [UInt64(status.st_dev), UInt64(status.st_ino)], size: Int(status.st_size))
    }
}

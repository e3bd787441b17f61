import Glibc
import TextScan

/// A file that takes the place of the old one when it is whole, so that nobody reads half of it.
final class OutputFile {
    private let path: String
    private let temporary: String?
    private let descriptor: Int32
    private var fault: Int32 = 0

    /// Opens a file beside the one that is meant; pipes and devices are written to as they are.
    init(_ path: String) throws {
        let resolved = unsafe realpath(path, nil)
        defer { unsafe free(resolved) }
        let target = unsafe resolved.map { unsafe String(cString: $0) } ?? path
        var status = stat()
        let isOther = unsafe stat(target, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
        self.path = target
        temporary = isOther ? nil : "\(target).\(getpid()).new"
        let flags = isOther ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        descriptor = unsafe open(temporary ?? target, flags, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
    }

    /// Whether two paths lead to one file that is there.
    static func isSame(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        guard unsafe stat(one, &first) == 0, unsafe stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino && first.st_mode & S_IFMT == S_IFREG
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes octets; a fault shows in ``finish()``.
    func write(_ octets: Span<UInt8>) {
        guard fault == 0 else { return }
        var offset = 0
        while offset < octets.count {
            let written = unsafe octets.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if written < 0 {
                if errno == EINTR { continue }
                fault = errno
                return
            }
            offset += written
        }
    }

    /// Leaves nothing of what was written behind.
    func discard() {
        if let temporary { _ = unsafe unlink(temporary) }
    }

    /// Puts the file into its place.
    func finish() throws {
        guard let temporary else {
            // Who read a pipe and has gone has what was wanted.
            if fault == 0 || fault == EPIPE { return }
            throw Self.failure(path, fault)
        }
        if fault == 0, unsafe rename(temporary, path) == 0 { return }
        let reason = fault == 0 ? errno : fault
        _ = unsafe unlink(temporary)
        throw Self.failure(path, reason)
    }

    private static func failure(_ path: String, _ code: Int32) -> Failure {
        let reason = unsafe String(cString: strerror(code))
        return .usage("\(TerminalText.escaped(path)): cannot be written: \(reason)")
    }
}

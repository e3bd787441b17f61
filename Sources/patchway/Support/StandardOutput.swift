import Glibc
import Synchronization
import TextScan

/// Buffered standard output that ends the program quietly when nobody reads on (`| head`).
enum StandardOutput {
    private static let buffer = Mutex<[UInt8]>([])

    /// Appends text.
    static func write(_ text: String) { write(Array(text.utf8).span) }

    /// Appends octets; writes them out from 64 KiB on.
    static func write(_ octets: Span<UInt8>) {
        guard OutputCopy.output(octets) else { return }
        buffer.withLock { pending in
            unsafe octets.withUnsafeBufferPointer { unsafe pending.append(contentsOf: $0) }
            if pending.count >= 1 << 16 {
                widenPipe()
                drain(&pending)
            }
        }
    }

    /// Asks for a pipe that holds a megabyte, so that writer and reader wait for each other less; what is none stays as it is.
    private static func widenPipe() { _ = wide }
    /// `F_SETPIPE_SZ` of `fcntl(2)`, which the headers show to GNU sources alone.
    private static let wide = fcntl(1, 1031, 1 << 20)

    /// Writes out what is pending.
    static func flush() { buffer.withLock { drain(&$0) } }

    private static func drain(_ pending: inout [UInt8]) {
        var offset = 0
        while offset < pending.count {
            let written = unsafe pending.withUnsafeBytes { bytes in
                unsafe Glibc.write(1, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if written < 0 {
                if errno == EINTR { continue }
                // The reader has gone, which is no error; but nobody heard that all is well.
                if errno == EPIPE { _exit(ExitStatus.unread.rawValue) }
                if errno == EAGAIN {
                    var request = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
                    _ = unsafe poll(&request, 1, -1)
                    continue
                }
                let reason = unsafe String(cString: strerror(errno))
                StandardError.put("patchway: the report cannot be written: \(reason)")
                _exit(ExitStatus.usage.rawValue)
            }
            offset += written
        }
        pending.removeAll(keepingCapacity: true)
    }
}

/// Standard error, line by line.
enum StandardError {
    /// Writes one line.
    static func line(_ text: String) {
        StandardOutput.flush()
        put(text)
    }

    /// Writes over the line that stands there.
    static func progress(_ text: String) { put("\r\u{1B}[K" + text, end: "", isKept: false) }

    /// Whether who is slow to take what is said is waited for.
    private static let isPatient = Atomic(true)

    /// From here on lines are lost that nobody takes within 200 ms: a server must go on.
    static func becomeImpatient() { isPatient.store(false, ordering: .relaxed) }

    fileprivate static func put(_ text: String, end: String = "\n", isKept: Bool = true) {
        let octets = Array((text + end).utf8)
        guard !isKept || OutputCopy.errors(octets) else { return }
        if !isPatient.load(ordering: .relaxed) {
            var polled = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&polled, 1, 200) > 0 else { return }
        }
        _ = unsafe octets.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}

/// Signals that commands without an event loop care about.
enum Interruption {
    /// Broken pipes show as EPIPE instead of killing the program.
    static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

    /// From here on SIGINT and SIGTERM are noted, so that what is done can be printed; the second one ends the program.
    static func watch() {
        // What handlers use is there before them.
        _ = isRequested
        _ = signal(SIGINT) { _ in Interruption.note() }
        _ = signal(SIGTERM) { _ in Interruption.note() }
        // Whoever started the program may have had them blocked, which is inherited.
        var signals = sigset_t()
        _ = unsafe sigemptyset(&signals)
        _ = unsafe sigaddset(&signals, SIGINT)
        _ = unsafe sigaddset(&signals, SIGTERM)
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Runs in a signal handler: nothing but atomics and `_exit` here.
    private static func note() {
        if InputInterruption.request() { _exit(ExitStatus.interrupted.rawValue) }
    }

    /// Whether a signal came.
    static var isRequested: Bool { InputInterruption.isRequested }
}

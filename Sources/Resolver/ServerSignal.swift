internal import Glibc

/// A signal that a server's owner acts on.
public enum ServerSignal: Sendable {
    /// SIGHUP: read the lists again.
    case reload
    /// SIGTERM: finish what is under way, then end.
    case drain
    /// SIGINT: end now.
    case stop

    private static var handled: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in [SIGHUP, SIGTERM, SIGINT] { unsafe sigaddset(&set, signal) }
        return set
    }

    /// Keeps the signals from ending the process, so that ``next()`` gets them; call it before any thread is started.
    public static func block() {
        // A shell's background job or nohup starts with some of them ignored, and an ignored signal is never waited for.
        for number in [SIGHUP, SIGTERM, SIGINT] { signal(number, SIG_DFL) }
        var set = handled
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for the next of the signals; nil when none came within so many milliseconds.
    public static func next(within milliseconds: Int? = nil) -> ServerSignal? {
        var set = handled
        while true {
            let signal: Int32
            if let milliseconds {
                var time = timespec(tv_sec: milliseconds / 1_000, tv_nsec: milliseconds % 1_000 * 1_000_000)
                signal = unsafe sigtimedwait(&set, nil, &time)
                if signal < 0, errno == EAGAIN { return nil }
            } else {
                signal = unsafe sigwaitinfo(&set, nil)
            }
            switch signal {
            case SIGHUP: return .reload
            case SIGTERM: return .drain
            case SIGINT: return .stop
            default: continue
            }
        }
    }
}

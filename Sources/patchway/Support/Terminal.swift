import Glibc
import Reports

/// What standard output is connected to.
enum Terminal {
    /// `COLUMNS`, where it is a width.
    private static let columns = unsafe getenv("COLUMNS").flatMap { unsafe Int(String(cString: $0)) }
        .flatMap { (1...10_000).contains($0) ? $0 : nil }

    /// Reads `COLUMNS` before anybody else does: the parser of arguments does not go on where a page has no columns.
    static func takeColumns() {
        _ = columns
        unsafe setenv("COLUMNS", "80", 1)
    }

    /// The style for text: colour only on a terminal without `NO_COLOR`; `COLUMNS` wide where that is said, else as wide as
    /// the terminal, 100 columns elsewhere.
    static func style(isVerbose: Bool) -> TextStyle {
        if let fixed = RunConditions.fixed {
            return TextStyle(
                isColoured: fixed.isColoured,
                width: fixed.width,
                isFitted: fixed.isFitted,
                isVerbose: isVerbose
            )
        }
        let isTerminal = isatty(1) == 1
        // https://no-color.org: present and not empty.
        let noColour = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
        var size = winsize()
        let answered = unsafe ioctl(1, UInt(TIOCGWINSZ), &size)
        let known = isTerminal && answered == 0 && size.ws_col > 0
        let width = columns ?? (known ? Int(size.ws_col) : nil)
        return TextStyle(
            isColoured: isTerminal && !noColour,
            width: width ?? 100,
            isFitted: width != nil,
            isVerbose: isVerbose
        )
    }
}

/// The cost of a run so far.
enum RunCost {
    private static let start = ContinuousClock.now

    /// Starts the clock; call once at the beginning of a command.
    static func begin() { _ = start }

    /// Milliseconds since ``begin()``.
    static var elapsedMilliseconds: Int {
        let elapsed = ContinuousClock.now - start
        let now = Int(elapsed.components.seconds) * 1000 + Int(elapsed.components.attoseconds / 1_000_000_000_000_000)
        return RunConditions.elapsed(now)
    }

    /// The largest resident size of this process, octets.
    static var peakMemoryBytes: Int {
        var usage = rusage()
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return RunConditions.memory(Int(usage.ru_maxrss) * 1024)
    }
}

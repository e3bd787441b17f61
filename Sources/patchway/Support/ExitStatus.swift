import Glibc

/// The exit codes of every command.
enum ExitStatus: Int32, Error {
    /// Asked, and nothing wrong.
    case fine = 0
    /// A finding at or above `--fail-on`.
    case finding = 1
    /// Usage or configuration error.
    case usage = 2
    /// Could not decide.
    case undecided = 3
    /// Internal error.
    case failure = 4
    /// Interrupted, after flushing what is done.
    case interrupted = 130

    func exit() -> Never { Glibc.exit(rawValue) }
}

/// A sentence for standard error and the exit code it means.
struct Failure: Error {
    var status: ExitStatus
    var text: String

    /// A usage or configuration error.
    static func usage(_ text: String) -> Failure { Failure(status: .usage, text: text) }
    /// Something could not be read or decided.
    static func undecided(_ text: String) -> Failure { Failure(status: .undecided, text: text) }
}

import Glibc
import TextScan

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
    /// Nobody reads on what is written; as of programs that SIGPIPE ends.
    case unread = 141

    func exit() -> Never { Glibc.exit(rawValue) }
}

/// A sentence for standard error and the exit code it means.
struct Failure: Error {
    var status: ExitStatus
    var text: String
    /// The same for records, where it is about an input.
    var diagnostics: [Diagnostic] = []

    /// A usage or configuration error.
    static func usage(_ text: String, _ diagnostics: [Diagnostic] = []) -> Failure {
        Failure(status: .usage, text: text, diagnostics: diagnostics)
    }
    /// A word that is none of the known ones, with the nearest of them.
    static func unknown(_ word: String, of option: String, _ what: String, _ known: [String]) -> Failure {
        let words = known.map { TerminalText.escaped($0) }
        let nearest = NearestWord.hint(word, words)
        return usage(
            "\(option) \(TerminalText.escaped(word)): \(what)\(nearest); one of \(words.joined(separator: ", "))"
        )
    }
    /// The program was interrupted before there was anything to print.
    static func interrupted(_ diagnostic: Diagnostic) -> Failure {
        Failure(
            status: .interrupted,
            text:
                "interrupted; \(TerminalText.escaped(diagnostic.path)): was not read to its end, so nothing is decided",
            diagnostics: [diagnostic]
        )
    }
    /// Something could not be read or decided.
    static func undecided(_ text: String) -> Failure { Failure(status: .undecided, text: text) }
}

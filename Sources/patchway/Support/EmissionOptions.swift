import ArgumentParser
import Catalog
import Replay
import Reports
import TextScan

/// What is written of the state of a run.
struct EmissionOptions: ParsableArguments {
    /// What is written.
    enum Emission: String, CaseIterable, ExpressibleByArgument {
        case report, partial
    }

    @Option(
        name: .customLong("emit"),
        help: "report, or partial: the state of the run as records for `patchway merge`, and no report."
    )
    var emission = Emission.report

    var isPartial: Bool { emission == .partial }

    /// A partial has one form.
    func check(_ output: ReportOutputOptions) throws {
        guard isPartial, output.format != .text else { return }
        throw Failure.usage(
            "--emit partial has a form of its own; give -o to the `patchway merge` that makes the report"
        )
    }
}

/// What reports keep back.
struct RedactionOptions: ParsableArguments {
    @Flag(
        name: .customLong("redact"),
        help: """
            Put pseudonyms in place of clients, internal names, private addresses in answers, words of the log and names of \
            captures: in reports, partials and on standard error. Update names and the names known behind them stay, and so \
            do the lists that are given.
            """
    )
    var isRedacted = false

    @Option(
        name: .customLong("redact-key"),
        help: ArgumentHelp(
            """
            A file of at least \(Redaction.leastKey) octets that nobody can guess: the same key gives the same pseudonyms, so \
            that partials belong together. Without it each run has a key of its own, which is forgotten.
            """,
            valueName: "file"
        )
    )
    var keyFile: String?

    /// The redaction that the options ask for.
    func redaction(_ catalog: EndpointCatalog) throws -> Redaction? {
        guard let keyFile else { return isRedacted ? Redaction(catalog) : nil }
        guard isRedacted else { throw Failure.usage("--redact-key is for --redact") }
        guard let redaction = Redaction(catalog, key: try Inputs.octets(keyFile)) else {
            throw Failure.usage(
                "--redact-key \(TerminalText.escaped(keyFile)): has less than \(Redaction.leastKey) octets; "
                    + "`head -c 32 /dev/urandom` makes a key"
            )
        }
        return redaction
    }
}

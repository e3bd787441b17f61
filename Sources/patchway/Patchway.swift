import ArgumentParser
import TextScan

/// The root command; see `Commands/` for one file a subcommand.
@main
struct Patchway: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patchway",
        abstract: "Shows, proves and fixes where DNS filtering breaks the names software updates depend on.",
        discussion: """
            Exit codes, everywhere: 0 asked and nothing wrong; 1 a finding at or above --fail-on \
            (check: only where it is given); 2 usage or \
            configuration error; 3 could not decide; 4 internal error; 130 interrupted.
            """,
        version: Version.text,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "Live:",
                subcommands: [ServeCommand.self]
            ),
            CommandGroup(
                name: "Offline:",
                subcommands: [
                    AuditCommand.self, GateCommand.self, CoverCommand.self, AllowCommand.self, CheckCommand.self,
                    ReplayCommand.self, MergeCommand.self, DiffCommand.self, ExplainCommand.self, ConvertCommand.self,
                    VerifyCommand.self, ReportCommand.self,
                ]
            ),
            CommandGroup(
                name: "Data:",
                subcommands: [CatalogCommand.self, ConfigCommand.self, FetchCommand.self]
            ),
        ]
    )

    static func main() {
        Interruption.ignoreBrokenPipes()
        Terminal.takeColumns()
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            try Arguments.checkCommand(arguments)
            var command = try parseAsRoot(Arguments.withSignedCodes(arguments))
            if let evident = command as? any EvidentCommand, let folder = evident.evidence.folder {
                throw try EvidenceRun(folder, arguments: arguments).record { status(running: evident) }
            }
            try command.run()
            StandardOutput.flush()
        } catch let status as ExitStatus {
            StandardOutput.flush()
            status.exit()
        } catch let failure as Failure {
            StandardOutput.flush()
            StandardError.line("patchway: \(failure.text)")
            failure.status.exit()
        } catch {
            StandardOutput.flush()
            exit(parsing: error)
        }
    }

    /// Runs a command that is parsed, says what is wrong, and gives its exit code.
    static func status(running command: any ParsableCommand) -> ExitStatus {
        var command = command
        do {
            try command.run()
            return .fine
        } catch let status as ExitStatus {
            return status
        } catch let failure as Failure {
            StandardError.line("patchway: \(failure.text)")
            return failure.status
        } catch {
            StandardError.line("patchway: \(sentence(for: error))")
            return .usage
        }
    }

    /// Help and version are no errors; everything else the parser throws is a usage error.
    private static func exit(parsing error: any Error) -> Never {
        guard exitCode(for: error) != .success else {
            StandardOutput.write(HelpText.page(for: error) + "\n")
            StandardOutput.flush()
            ExitStatus.fine.exit()
        }
        StandardError.line("patchway: \(sentence(for: error))")
        ExitStatus.usage.exit()
    }

    /// What the parser says, in the form of all other faults, with the page that has more.
    private static func sentence(for error: any Error) -> String {
        // Of several readings of the words the first one is said.
        let first = message(for: error).split(separator: "\n").first.map(String.init) ?? ""
        let said = first.replacing(". Did you mean", with: "; did you mean").replacing("'", with: "`")
        let page = fullMessage(for: error).split(separator: "See '").last?.prefix { $0 != "'" } ?? "patchway --help"
        let text = TerminalText.escaped(said.prefix(1).lowercased() + said.dropFirst())
        return "\(text)\(text.hasSuffix("?") ? "" : ";") `\(page)` says more"
    }
}

/// The version of the tool, in headers and `--version`.
enum Version {
    static let text = "0.1.0"
}

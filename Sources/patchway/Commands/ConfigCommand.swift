import ArgumentParser
import Policy
import Settings
import TextScan

/// `patchway config`: configuration files.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check a configuration file.",
        subcommands: [Check.self]
    )

    /// `patchway config check FILE`.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Read a configuration and its lists; faults have file:line:column."
        )

        @Argument(help: "A configuration file.")
        var file: String

        func run() throws {
            let (configuration, diagnostics) = ConfigurationYAML.parse(try Inputs.octets(file), path: file)
            for diagnostic in diagnostics { StandardError.line(diagnostic.description) }
            guard diagnostics.isEmpty else { throw ExitStatus.usage }
            let loaded = try LoadedStack.load(configuration.layers)
            loaded.announce()
            StandardOutput.write(
                "\(TerminalText.escaped(file)): fine; layers: \(configuration.layers.count), rules: \(loaded.stack.ruleCount)\n"
            )
        }
    }
}

import ArgumentParser
import DNS
import FilterLists
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
            let (configuration, faults) = try ConfigurationFile.parse(file)
            for fault in faults { StandardError.line(fault.description) }
            guard faults.isEmpty else { throw ExitStatus.usage }
            let (rules, unsupported) = try load(configuration)
            var notes = unsupported > 0 ? "; NOT evaluated: \(unsupported), so verdicts may be missing" : ""
            if let engine = configuration.origin {
                notes += "; \(engine.rawValue)'s upstreams and ports are not taken over, so `serve` needs --upstream"
            } else if configuration.upstreams.isEmpty {
                notes += "; no upstreams, so `serve` needs --upstream"
            }
            let places = configuration.listen + configuration.listenTLS + configuration.listenHTTPS
            if configuration.allowsRemote != true, places.contains(where: { !$0.address.isLoopback }) {
                notes += "; others can reach a listen address, so `serve` needs --allow-remote"
            }
            let word = unsupported > 0 ? "read" : "fine"
            StandardOutput.write(
                "\(TerminalText.escaped(file)): \(word); layers: \(configuration.layers.count), rules: \(rules)\(notes)\n"
            )
            if unsupported > 0 { throw ExitStatus.undecided }
        }

        /// Loads every layer, so that all lists that cannot be read are named at once, each with its place.
        private func load(_ configuration: Configuration) throws -> (rules: Int, unsupported: Int) {
            var (rules, unsupported) = (0, 0)
            var worst: ExitStatus?
            for layer in configuration.layers {
                do {
                    let loaded = try LoadedStack.load([layer], of: file)
                    loaded.announce()
                    // What the configuration itself states has its place in it.
                    for diagnostic in loaded.reports.flatMap(\.dropped) where diagnostic.path == file {
                        StandardError.line(diagnostic.description)
                    }
                    rules += loaded.stack.ruleCount
                    unsupported += loaded.unsupportedRules
                } catch let failure as Failure {
                    let name = TerminalText.escaped(file)
                    StandardError.line((failure.text.hasPrefix(name) ? "" : name + ": ") + failure.text)
                    if worst != .usage { worst = failure.status }
                }
            }
            if let worst { throw worst }
            return (rules, unsupported)
        }
    }
}

import ArgumentParser
import Catalog
import DNS
import Findings
import Policy
import Reports
import Settings
import TextScan

/// `patchway catalog`: the names that updates need.
struct CatalogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "List, show and check the catalog of update names.",
        subcommands: [List.self, Show.self, Allow.self, Lint.self]
    )

    /// `patchway catalog list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "One line per endpoint.")

        @OptionGroup var catalog: CatalogOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let catalog = try catalog.load()
            var records = RecordStream(output.format, write: StandardOutput.write)
            if output.format != .text { records.begin(catalog) }
            for endpoint in catalog.endpoints {
                if output.format == .text {
                    StandardOutput.write(EndpointText.row(endpoint, style: output.style))
                } else {
                    records.record("endpoint") { endpoint.write(to: &$0, sources: catalog.sources) }
                }
            }
            if output.format == .text {
                StandardOutput.write(
                    "\(catalog.label), \(catalog.knownHosts.count) known hosts, \(catalog.chains.edges.count) aliases\n"
                )
            }
            if output.format != .text { records.end() }
        }
    }

    /// `patchway catalog show NAME`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "What the catalog knows about a name."
        )

        @Argument(help: "A name.")
        var name: String

        @OptionGroup var catalog: CatalogOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let catalog = try catalog.load()
            var input = NameInput()
            try input.add(name)
            guard let name = input.items.first?.name else { return }
            let endpoints = catalog.endpoints(matching: name, includingShared: true)
            if output.format == .text {
                StandardOutput.write(EndpointText.about(name, catalog: catalog, style: output.style))
            } else {
                var records = RecordStream(output.format, write: StandardOutput.write)
                records.begin(catalog)
                for endpoint in endpoints {
                    records.record("endpoint") { endpoint.write(to: &$0, sources: catalog.sources) }
                }
                records.end()
            }
            guard endpoints.isEmpty else { return }
            StandardError.line("patchway: \(name): no name of the catalog\(catalog.nearestHint(name))")
            throw ExitStatus.undecided
        }
    }

    /// `patchway catalog allow`.
    struct Allow: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "allow",
            abstract: "Rules of an engine that let every name of the catalog pass, whatever lists there are.",
            discussion: """
                Files made so, a file a profile for policy zones, Unbound and dnsmasq, are in Zones/passthru. The fewest exceptions \
                for the lists that somebody has are found by `patchway allow`.
                """
        )

        @Option(
            name: .customLong("engine"),
            help: "The engine that reads the rules: \(engines.joined(separator: ", "))."
        )
        var engine: String

        @OptionGroup var catalog: CatalogOptions

        private static let engines = Engine.allCases.filter { !LayerException.scopes(of: $0).isEmpty }.map(\.rawValue)

        func run() throws {
            let selected = try catalog.load()
            guard let engine = Engine(rawValue: engine), let rules = PassThrough(engine, catalog: selected) else {
                throw Failure.unknown(self.engine, of: "--engine", "no engine with exceptions", Self.engines)
            }
            guard !rules.exceptions.isEmpty else {
                throw Failure.usage("no endpoint of the catalog is left to write rules for")
            }
            StandardOutput.write(rules.text(comment: heading(rules, selected)))
        }

        /// What it is, how it was made and how it is used.
        private func heading(_ rules: PassThrough, _ selected: EndpointCatalog) -> String {
            var command = ["patchway", "catalog", "allow", "--engine", engine]
            if let path = catalog.path { command += ["--catalog", path] }
            command += catalog.services.flatMap { ["--for", $0] } + catalog.profiles.flatMap { ["--profile", $0] }
            var lines = [
                "Lets pass the names that updates need\(catalog.profiles.isEmpty ? "" : ": \(who(selected))").",
                "Made by `\(command.joined(separator: " "))` from the catalog of \(selected.label).",
                "",
            ]
            lines += rules.notes
            if !rules.unsaid.isEmpty {
                lines += [
                    "",
                    "Patterns that the engine cannot say, of which the names that are known stand here and no others:",
                ]
                lines += rules.unsaid.map { "  \($0.text)" }
            }
            return lines.map { TerminalText.escaped($0) }.joined(separator: "\n")
        }

        private func who(_ selected: EndpointCatalog) -> String {
            catalog.profiles.map { selected.profiles[Profile(rawValue: $0)] ?? $0 }.joined(separator: "; ")
        }
    }

    /// `patchway catalog lint FILE`.
    struct Lint: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lint",
            abstract: "Check a catalog file; faults have file:line:column."
        )

        @Argument(help: "A catalog file.")
        var file: String

        func run() throws {
            let octets = try Inputs.octets(file)
            let (parts, faults) = CatalogYAML.parse(octets, path: file)
            let (catalog, _) = BuiltInCatalog.assemble([parts], fingerprinting: [octets])
            let warnings = CatalogLint.warnings(parts, catalog: catalog, path: file)
            for fault in faults { StandardOutput.write("error: \(fault.description)\n") }
            for warning in warnings { StandardOutput.write("warning: \(warning.description)\n") }
            StandardOutput.write(
                "\(parts.endpoints.count) endpoints, \(faults.count) errors, \(warnings.count) warnings\n"
            )
            if !faults.isEmpty { throw ExitStatus.usage }
        }
    }
}

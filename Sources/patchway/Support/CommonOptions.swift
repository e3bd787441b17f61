import ArgumentParser
import Catalog
import DNS
import Reports
import Settings
import TextScan

extension OutputFormat {
    /// The form that a word names.
    fileprivate static func read(_ word: String, among formats: [OutputFormat]) throws -> OutputFormat {
        guard let format = formats.first(where: { $0.rawValue == word }) else {
            let known = formats.map(\.rawValue)
            throw ValidationError("one of \(known.joined(separator: ", "))\(NearestWord.hint(word, known))")
        }
        return format
    }
}

/// Options of every command that prints a report.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "text, json or ndjson.",
        transform: { try OutputFormat.read($0, among: [.text, .json, .ndjson]) }
    )
    var format: OutputFormat = .text

    @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Print every name instead of the first few.")
    var isVerbose = false

    var style: TextStyle { Terminal.style(isVerbose: isVerbose) }
}

/// The same of commands whose reports come in every form.
struct ReportOutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: """
            text, json, ndjson, csv (a row a finding), md (Markdown), html (one page that needs nothing else), sarif (code \
            scanning), junit (build servers) or github (annotations of Actions).
            """,
        transform: { try OutputFormat.read($0, among: OutputFormat.allCases) }
    )
    var format: OutputFormat = .text

    @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Print every name instead of the first few.")
    var isVerbose = false

    var style: TextStyle { Terminal.style(isVerbose: isVerbose) }
}

/// The same of commands that print verdicts, which make a table, too.
struct VerdictOutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "text, json, ndjson or csv.",
        transform: { try OutputFormat.read($0, among: [.text, .json, .ndjson, .csv]) }
    )
    var format: OutputFormat = .text

    @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Print every name instead of the first few.")
    var isVerbose = false

    var style: TextStyle { Terminal.style(isVerbose: isVerbose) }
}

/// Options of every command that needs the catalog.
struct CatalogOptions: ParsableArguments {
    @Option(name: .customLong("catalog"), help: "Use this catalog file instead of the built-in one.")
    var path: String?

    @Option(name: .customLong("for"), help: "Only this service, such as windows-update; repeatable.")
    var services: [String] = []

    @Option(name: .customLong("profile"), help: "Only what this profile needs, such as client-direct; repeatable.")
    var profiles: [String] = []

    /// The options, with the file of a configuration where they name none.
    func over(_ file: Configuration) -> CatalogOptions {
        var options = self
        options.path = path ?? file.catalog
        return options
    }

    /// The catalog that the options ask for.
    func load() throws -> EndpointCatalog {
        let catalog = try selection(of: loadWhole())
        RunVersions.note("catalog", catalog.label)
        return catalog
    }

    /// The part of a catalog that the options ask for.
    func selection(of whole: EndpointCatalog) throws -> EndpointCatalog {
        for service in services where whole.services[Service(rawValue: service)] == nil {
            let known = whole.services.keys.map(\.rawValue).sorted()
            throw Failure.unknown(service, of: "--for", "no such service in the catalog", known)
        }
        for profile in profiles where whole.profiles[Profile(rawValue: profile)] == nil {
            let known = whole.profiles.keys.map(\.rawValue).sorted()
            throw Failure.unknown(profile, of: "--profile", "no such profile", known)
        }
        guard !services.isEmpty || !profiles.isEmpty else { return whole }
        return whole.selecting(
            services: services.isEmpty ? nil : Set(services.map(Service.init)),
            profiles: profiles.isEmpty ? nil : Set(profiles.map(Profile.init))
        )
    }

    /// The catalog that the options ask for a part of.
    func loadWhole() throws -> EndpointCatalog {
        guard let path else { return BuiltInCatalog.load().catalog }
        let (catalog, diagnostics) = BuiltInCatalog.load(endpoints: try Inputs.octets(path), path: path)
        guard diagnostics.isEmpty else {
            throw Failure.usage(diagnostics.map(\.description).joined(separator: "\npatchway: "))
        }
        return catalog
    }
}

extension EndpointCatalog {
    /// What the `header` record calls this catalog.
    var label: String { "\(endpoints.count) endpoints, \(fingerprint)" }
}

/// Small inputs read whole.
enum Inputs {
    /// The octets of a file; archives are unpacked, only their first member counts.
    static func octets(_ path: String) throws -> [UInt8] {
        let input = try input(path)
        return input.bytes.span.octets
    }

    /// The octets of a text in UTF-8 without a byte order mark, whatever it is encoded in.
    static func text(_ path: String) throws -> [UInt8] {
        let decoded = TextDecoding.decode(try input(path))
        return decoded.span.octets
    }

    private static func input(_ path: String) throws -> Input {
        do throws(InputError) {
            let set = try InputFile.read(path: path)
            guard let first = set.inputs.first else { throw InputError(path: path, reason: .empty) }
            return first
        } catch {
            throw failure(error)
        }
    }

    /// What a command fails with where an input cannot be read.
    static func failure(_ error: InputError) -> Failure {
        error.reason == .interrupted
            ? Failure.interrupted(error.diagnostic) : Failure.usage(error.diagnostic.description)
    }
}

extension RRType {
    /// Reads a comma-separated list of types.
    static func list(_ text: String) throws -> [RRType] {
        var types: [RRType] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let type = RRType(part) else {
                throw Failure.usage(
                    "--qtype: `\(TerminalText.escaped(String(part)))` is no record type; write A,AAAA,HTTPS"
                )
            }
            if !types.contains(type) { types.append(type) }
        }
        return types
    }
}

extension Severity {
    /// What the values of `--fail-on` are.
    static let failOnValues = """
        critical, high, medium, unknown, low, none; none is the lowest, of names that are no update matter, so it fails on \
        every one
        """

    /// Reads the value of `--fail-on`.
    init(option: String) throws {
        guard let severity = Severity(rawValue: option) else {
            let known = Severity.allCases.sorted(by: >).map(\.rawValue)
            throw Failure.unknown(option, of: "--fail-on", "no such severity", known)
        }
        self = severity
    }
}

extension EndpointCatalog {
    /// `; did you mean `NAME`?` where a documented name or a known host is near.
    func nearestHint(_ name: DomainName) -> String {
        let known = endpoints.map(\.pattern.text) + knownHosts.map(\.name.description)
        return NearestWord.hint(name.description, known)
    }
}

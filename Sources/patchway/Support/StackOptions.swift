import ArgumentParser
import Catalog
import FilterLists
import Policy
import Reports
import Settings
import TextScan

/// Options that name a stack: pairs of lists and engines in layer order, or a file.
struct StackOptions: ParsableArguments {
    @Option(
        name: .customLong("list"),
        help:
            "A list, or several of one layer separated by commas; repeat it for further layers, nearest the client first."
    )
    var lists: [String] = []

    @Option(
        name: .customLong("engine"),
        help: """
            The engine that reads the list: \(Engine.allCases.map(\.rawValue).joined(separator: ", ")). Give one for all \
            lists, or one per --list. Without it the engine follows from the list's format, and is named.
            """
    )
    var engines: [String] = []

    @Option(name: .customLong("block-mode"), help: "The engine's block mode, such as nxdomain; its default without it.")
    var blockMode: String?

    @OptionGroup var allowing: AllowListOptions

    @Option(name: .customLong("stack"), help: "A configuration file whose layers are the stack.")
    var stack: String?

    /// Whether any layer is asked for.
    var isEmpty: Bool { lists.isEmpty && stack == nil && allowing.isEmpty }

    /// The stack that the options ask for.
    func requested(as options: ListFormatOptions? = nil) throws -> Configuration.Stack {
        let format = try options?.format.map(ListFormat.init(option:))?.id
        let role = try options?.role.map(ListRole.init(option:))
        guard let stack else { return Configuration.Stack(layers: try layersOfLists(format, role)) }
        guard format == nil, role == nil else {
            throw Failure.usage("--stack names formats and roles itself; --format and --role are for --list")
        }
        guard lists.isEmpty, engines.isEmpty, blockMode == nil, allowing.isEmpty else {
            throw Failure.usage(
                "--stack and --list/--engine/--block-mode/--allow-list both name a stack; give one of them"
            )
        }
        var requested = try ConfigurationFile.read(stack).stack
        requested.file = stack
        return requested
    }

    private func layersOfLists(_ format: String?, _ role: ListRole?) throws -> [Configuration.Layer] {
        guard engines.count <= 1 || engines.count == lists.count else {
            throw Failure.usage(
                "\(engines.count) engines for \(lists.count) lists; give one --engine per --list, or one for all"
            )
        }
        guard lists.count <= LoadedStack.maximumLayers else { throw LoadedStack.tooManyLayers(lists.count) }
        guard allowing.isEmpty || lists.count == 1 else {
            throw Failure.usage(
                lists.isEmpty
                    ? "--allow-list belongs to the layer of a --list; give that, too"
                    : "--allow-list with \(lists.count) layers: write a stack file, in which each has lists with `role: allow`"
            )
        }
        return try lists.enumerated().map { index, paths in
            let word = engines.isEmpty ? nil : engines[engines.count == 1 ? 0 : index]
            return Configuration.Layer(
                engine: try word.map(Engine.init(option:)),
                blockMode: blockMode,
                lists: Self.paths(paths).map { Configuration.List(path: $0, format: format, role: role) }
                    + allowing.lists
            )
        }
    }

    /// The paths of a text with commas between them; a comma is part of a name where what stands in front of it is no file, and a
    /// longer part of the text is one.
    private static func paths(_ text: String) -> [String] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        var found: [String] = []
        var start = 0
        while start < parts.count {
            var end = start + 1
            if parts.count > 1, FileIdentity(String(parts[start])) == nil {
                let longer = (end..<min(parts.count, start + 8)).last {
                    FileIdentity(parts[start...$0].joined(separator: ",")) != nil
                }
                end = longer.map { $0 + 1 } ?? end
            }
            found.append(parts[start..<end].joined(separator: ","))
            start = end
        }
        return found.filter { !$0.isEmpty }
    }
}

/// The option that names lists of names to allow.
struct AllowListOptions: ParsableArguments {
    @Option(name: .customLong("allow-list"), help: "A list of names to allow, of the same layer; repeatable.")
    var paths: [String] = []

    /// Whether there are none.
    var isEmpty: Bool { paths.isEmpty }
    /// The lists.
    var lists: [Configuration.List] { paths.map { Configuration.List(path: $0, role: .allow) } }
}

/// The option that says what format lists have, for commands whose other input has none.
struct ListFormatOptions: ParsableArguments {
    @Option(
        name: .customLong("format"),
        help:
            "Read every list as this format: \(ListFormat.all.map(\.id).joined(separator: ", ")). Told by content without it."
    )
    var format: String?

    @Option(
        name: .customLong("role"),
        help: """
            Whether the lists name what is blocked or what is let pass: block or allow. Without it that follows from \
            the engine and the list's name.
            """
    )
    var role: String?
}

extension ListRole {
    /// Reads the value of `--role`.
    init(option: String) throws {
        guard let role = ListRole(rawValue: option), role == .block || role == .allow else {
            throw Failure.unknown(option, of: "--role", "no such role", ["block", "allow"])
        }
        self = role
    }
}

extension Engine {
    /// Reads the value of `--engine`.
    init(option: String) throws {
        guard let engine = Engine(rawValue: option) else {
            throw Failure.unknown(option, of: "--engine", "no such engine", Engine.allCases.map(\.rawValue))
        }
        self = engine
    }
}

extension ListFormat {
    /// Reads the value of `--format`.
    init(option: String) throws {
        guard let format = ListFormat.named(option) else {
            throw Failure.unknown(option, of: "--format", "no such list format", ListFormat.all.map(\.id))
        }
        self = format
    }
}

/// Configuration files.
enum ConfigurationFile {
    /// Reads a file; faults are a usage error with their places.
    static func read(_ path: String) throws -> Configuration {
        let (configuration, faults) = try parse(path)
        guard faults.isEmpty else {
            throw Failure.usage(faults.map(\.description).joined(separator: "\npatchway: "), faults)
        }
        return configuration
    }

    /// Reads a file; its faults are in the order of their places. A list is none of such files.
    static func parse(_ path: String) throws -> (configuration: Configuration, faults: [Diagnostic]) {
        let (configuration, found) = ConfigurationYAML.parse(try Inputs.octets(path), path: path)
        if !found.isEmpty, let text = MisplacedFile.listAsStack(path) { throw Failure.usage(text) }
        return (configuration, found.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) })
    }
}

extension LayerRequest {
    /// A configured layer; `leavesOthersOpen` as in ``LayerOptions``.
    init(_ layer: Configuration.Layer, leavesOthersOpen: Bool) {
        self.init(
            lists: layer.lists.map { list in
                var input = ListInput(
                    path: list.path,
                    role: list.role,
                    format: list.format.flatMap(ListFormat.named),
                    groups: list.groups,
                    octets: list.octets
                )
                input.leavesRoleOpen = list.leavesRoleOpen
                input.minutes = list.minutes
                input.zonePolicy = list.zonePolicy
                input.rules = list.rules
                input.notEvaluated = list.notEvaluated
                input.notices = list.notices
                input.mayBeEmpty = list.mayBeEmpty
                input.formatFollows = list.formatFollows
                return input
            },
            engine: layer.engine,
            blockMode: layer.blockMode,
            options: LayerOptions(
                blockAddresses: layer.blockAddresses,
                blockTTL: layer.blockTTL,
                schedules: layer.schedules,
                clients: layer.clients.map { ClientGroups($0.map { .init(clients: $0.client, groups: $0.groups) }) },
                specialNames: layer.specialNames,
                checksNames: layer.checksNames,
                maximumErrors: layer.maximumErrors,
                leavesOthersOpen: leavesOthersOpen
            )
        )
    }
}

extension SourceReport {
    /// The report on a list whose rules about addresses in answers met none, nor those about clients' unless one is known.
    init(withoutAnswers report: ListReport, knowsClient: Bool) {
        self.init(report)
        if report.clientRules > 0, !knowsClient { unsupported[Self.clientAddress, default: 0] += report.clientRules }
        if report.answerRules > 0 { unsupported[Self.answerAddress, default: 0] += report.answerRules }
    }

    /// The report on a list.
    init(_ report: ListReport) {
        self.init(
            path: report.path,
            format: report.format.id,
            reading: report.reading,
            engine: report.engine.rawValue,
            records: report.lines,
            events: report.rules,
            skipped: report.ignored,
            unsupported: report.unsupported,
            bytes: report.octets
        )
    }
}

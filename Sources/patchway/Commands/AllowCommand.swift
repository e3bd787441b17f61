import ArgumentParser
import Audit
import Catalog
import DNS
import FilterLists
import Findings
import Policy
import Reports
import Settings
import TextScan

/// `patchway allow`: the fewest exceptions with which lists let every needed name pass.
struct AllowCommand: EvidentCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow",
        abstract: "Find the fewest exceptions with which every needed name passes, in the engine's syntax, with proof.",
        discussion: """
            The LISTs are those of one engine, read together; with --stack each layer of a configuration file gets a set of \
            its own. Of sets with as few exceptions the one is taken whose exceptions, each by itself, may open the fewest \
            other names of the lists. No exception is wider than a documented wildcard. What is found is compiled into the \
            layers, and these are asked; that each is needed is asked, in layers of more than 2,000 rules, of the rules that \
            needed names meet.

            -o rules writes the exceptions alone, ready for a file.

            Exit codes: 0 every name from --fail-on on passes, with a set that is proven to be the smallest; 1 one stays blocked \
            whatever exceptions are made; 3 something is not known, or not proven.
            """
    )

    @Argument(help: "Filter lists of one engine.")
    var lists: [String] = []

    @OptionGroup var listReading: ListReadingOptions
    @OptionGroup var allowing: AllowListOptions

    @Option(name: .customLong("stack"), help: "A configuration file in place of lists.")
    var stack: String?

    @Option(name: .customLong("layer"), help: "Only this layer of the stack: 1 is nearest the client.")
    var layer: Int?

    @Option(name: .customLong("names"), help: "These names (NAME a line) are needed, instead of the catalog's.")
    var namesFile: String?

    @Option(
        name: .customLong("chains"),
        help: "Also these aliases (name<TAB>alias a line) may stand behind names."
    )
    var chainsFile: String?

    @Option(name: .customLong("qtype"), help: "Record types; owners of service records are asked for SRV, too.")
    var types = "A,AAAA,HTTPS"

    @Flag(
        name: .customLong("narrow"),
        help: "Name every name; no exception for a whole wildcard, where the engine can do without."
    )
    var isNarrow = false

    @Option(
        name: .customLong("fail-on"),
        help: "Exit 1 from this severity of a name on that stays blocked: \(Severity.failOnValues)."
    )
    var failOn = "low"

    @OptionGroup var catalogOptions: CatalogOptions
    @OptionGroup var client: ContextOptions
    @OptionGroup var output: ExceptionOutputOptions
    @OptionGroup var evidence: EvidenceOptions

    func run() throws {
        RunCost.begin()
        Interruption.watch()
        guard !lists.isEmpty || stack != nil else { throw Failure.usage("no lists; give LIST… or --stack FILE") }
        let threshold = try Severity(option: failOn)
        let types = try RRType.list(types)
        let catalog = try catalogOptions.load()
        let chains = try chains(catalog)
        let (names, faults) = try AuditName.requested(namesFile, catalog)
        let needs = names.map { ExceptionNeed($0, types: types, chains: chains) }
        let loaded = try output.format.reporting(catalog) { try LoadedStack.load(try requestedStack()) }
        let contexts = try contexts(loaded)
        let numbers = try layers(of: loaded, contexts)
        for fault in faults { StandardError.line(fault.description) }
        var run = AllowRun(
            loaded: loaded,
            catalog: catalog,
            needs: needs,
            contexts: contexts,
            isNarrow: isNarrow,
            output: output
        )
        run.plan(numbers)
        guard !Interruption.isRequested else {
            StandardError.line("patchway: interrupted; nothing is decided")
            throw ExitStatus.interrupted
        }
        let summary = run.summary(types)
        try run.write(summary)
        if let worst = summary.worst, worst >= threshold { throw ExitStatus.finding }
        if !summary.isCertain || !faults.isEmpty || loaded.emptied > 0 { throw ExitStatus.undecided }
    }

    private func requestedStack() throws -> Configuration.Stack {
        guard let stack else {
            let reading = try listReading.reading()
            let inputs = lists.map {
                Configuration.List(path: $0, format: reading.format?.id, role: reading.role)
            }
            let layer = Configuration.Layer(
                engine: reading.engine,
                blockMode: reading.blockMode,
                lists: inputs + allowing.lists
            )
            return Configuration.Stack(layers: [layer])
        }
        guard lists.isEmpty, allowing.isEmpty, listReading.isEmpty else {
            throw Failure.usage("--stack names lists, engines, formats and roles itself; give it alone")
        }
        var requested = try ConfigurationFile.read(stack).stack
        requested.file = stack
        return requested
    }

    private func chains(_ catalog: EndpointCatalog) throws -> ChainGraph {
        guard let chainsFile else { return catalog.chains }
        let (edges, faults) = ChainsFile.parse(try Inputs.octets(chainsFile), path: chainsFile)
        guard faults.isEmpty else {
            throw Failure.usage(faults.map(\.description).joined(separator: "\npatchway: "), faults)
        }
        return ChainGraph(catalog.chains.edges + edges)
    }

    /// Who asks: every group of clients that fares by itself, or the one that is given.
    private func contexts(_ loaded: LoadedStack) throws -> [QueryContext] {
        let asked = try client.context()
        guard stack != nil || client.group == nil else {
            throw Failure.usage("--group is one of a stack file's; give --stack FILE")
        }
        let groups = loaded.contexts(asked, group: client.group).map(\.context)
        return groups.isEmpty ? [try loaded.narrowed(asked, group: client.group)] : groups
    }

    /// The layers that somebody passes, or the one that is asked about.
    private func layers(of loaded: LoadedStack, _ contexts: [QueryContext]) throws -> [Int] {
        let passed = loaded.layers.indices.filter { number in
            contexts.contains { $0.layers >> UInt64(number) & 1 == 1 }
        }
        guard let layer else { return passed }
        guard loaded.layers.indices.contains(layer - 1) else {
            throw Failure.usage("--layer \(layer): the stack has \(loaded.layers.count) layers, counted from 1")
        }
        return [layer - 1]
    }
}

/// Output of exceptions: a report, records, or the rules themselves.
struct ExceptionOutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "text, json, ndjson, or rules: the exceptions alone, as the engine reads them.",
        transform: { word in
            if word == "rules" { return Form(format: .text, isRules: true) }
            guard let format = OutputFormat(rawValue: word), format == .text || format.isRecords else {
                throw ValidationError("one of text, json, ndjson, rules")
            }
            return Form(format: format, isRules: false)
        }
    )
    var form = Form(format: .text, isRules: false)

    @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Print every name instead of the first few.")
    var isVerbose = false

    /// What is written.
    struct Form: Sendable {
        var format: OutputFormat
        var isRules: Bool
    }

    var format: OutputFormat { form.format }
    var isRules: Bool { form.isRules }
    var style: TextStyle { Terminal.style(isVerbose: isVerbose) }
}

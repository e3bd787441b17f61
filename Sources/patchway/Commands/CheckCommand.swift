import ArgumentParser
import Catalog
import DNS
import Findings
import Policy
import Reports
import TextScan

/// `patchway check`: the verdict of a stack on names.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what a stack answers for names, per record type."
    )

    @Argument(help: "Names to check.")
    var names: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: "A file of NAME or NAME TYPE lines; - is standard input."
    )
    var file: String?

    @Option(name: .customLong("qtype"), help: "Record types for names without one.")
    var types = "A,AAAA,HTTPS"

    @Option(name: .customLong("chains"), help: "A file of owner<TAB>target lines: the CNAME chains behind the names.")
    var chains: String?

    @Flag(name: .customLong("known-chains"), help: "Check the aliases that the catalog knows behind the names, too.")
    var usesKnownChains = false

    @Option(name: .customLong("fail-on"), help: "Exit 1 when a catalog name of this severity or worse does not pass.")
    var failOn: String?

    @OptionGroup var stack: StackOptions
    @OptionGroup var client: ContextOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        RunCost.begin()
        var input = NameInput()
        for name in names { try input.add(name) }
        if let file { try input.read(file) }
        guard !input.items.isEmpty else {
            for diagnostic in input.diagnostics { StandardError.line(diagnostic.description) }
            throw Failure.usage("no names; give NAME… or -f FILE")
        }
        guard !stack.isEmpty else {
            throw Failure.usage("no stack; give --list FILE [--engine ENGINE] or --stack FILE")
        }
        let loaded = try LoadedStack.load(try stack.layers())
        loaded.announce()
        for diagnostic in input.diagnostics { StandardError.line(diagnostic.description) }
        let threshold = try failOn.map(Severity.init(option:))
        let catalog = try catalog.load()
        var run = CheckRun(
            loaded: loaded,
            catalog: catalog,
            chains: try ChainInput(path: chains),
            usesKnownChains: usesKnownChains,
            context: try client.context(),
            output: output
        )
        let defaults = try RRType.list(types)
        for item in input.items {
            for type in item.type.map({ [$0] }) ?? defaults { run.check(item.name, type) }
        }
        run.finish(skipped: input.diagnostics.count)
        if let threshold, let worst = run.worst, worst >= threshold { throw ExitStatus.finding }
        let isCertain = run.isDecided && loaded.unsupportedRules == 0 && input.diagnostics.isEmpty
        if !isCertain { throw ExitStatus.undecided }
    }
}

/// One check: decides and prints name by name.
private struct CheckRun: ~Copyable {
    private let loaded: LoadedStack
    private let catalog: EndpointCatalog
    private let chains: ChainInput
    private let usesKnownChains: Bool
    private let context: QueryContext
    private let style: TextStyle
    private let isText: Bool
    private var records: RecordStream
    private var totals: [VerdictKind: Int] = [:]
    private var uncheckedNames: Set<DomainName> = []
    /// The worst severity among catalog names that do not pass.
    private(set) var worst: Severity?

    init(
        loaded: LoadedStack,
        catalog: EndpointCatalog,
        chains: ChainInput,
        usesKnownChains: Bool,
        context: QueryContext,
        output: OutputOptions
    ) {
        self.loaded = loaded
        self.catalog = catalog
        self.chains = chains
        self.usesKnownChains = usesKnownChains
        self.context = context
        style = output.style
        isText = output.format == .text
        records = RecordStream(output.format, write: StandardOutput.write)
        if !isText { records.begin(catalog, stack: loaded.label) }
    }

    /// Whether every verdict so far is one.
    var isDecided: Bool { totals[.unsupported] == nil }

    mutating func check(_ name: DomainName, _ type: RRType) {
        let record = decide(name, type)
        totals[record.verdict.kind, default: 0] += 1
        if !record.verdict.kind.isPass, let severity = catalog.endpoint(matching: name)?.severity {
            worst = max(worst ?? severity, severity)
        }
        if isText {
            StandardOutput.write(VerdictText.line(record, style: style))
        } else {
            records.record("verdict") { record.write(to: &$0) }
        }
    }

    private mutating func decide(_ name: DomainName, _ type: RRType) -> VerdictRecord {
        let given = chains.chain(of: name)
        guard given.isEmpty else {
            let verdict = loaded.stack.verdict(name, type: type, chain: given, context: context)
            return VerdictRecord(name: name, type: type, verdict: verdict, chain: given)
        }
        guard usesKnownChains else {
            let verdict = loaded.stack.verdict(name, type: type, context: context)
            if verdict.kind == .pass, !catalog.chains.edges(from: name).isEmpty { uncheckedNames.insert(name) }
            return VerdictRecord(name: name, type: type, verdict: verdict)
        }
        let decision = loaded.stack.decision(
            name,
            type: type,
            over: catalog.chains.chains(from: name).map(\.edges),
            context: context
        )
        return VerdictRecord(
            name: name,
            type: type,
            verdict: decision.verdict,
            chain: decision.considered.map(\.target)
        )
    }

    mutating func finish(skipped: Int) {
        let unsupported = loaded.unsupportedRules
        guard !isText else {
            if !uncheckedNames.isEmpty {
                StandardError.line(
                    "patchway: names with known aliases that were not checked: \(uncheckedNames.count); --known-chains does"
                )
            }
            if unsupported > 0 {
                StandardError.line(
                    "patchway: rules that could not be evaluated: \(unsupported); a pass holds only as far as the others go"
                )
            }
            return
        }
        let totals = totals
        let unchecked = uncheckedNames.count
        records.record("summary") {
            $0.member("verdicts", totals.values.reduce(0, +))
            $0.member(
                "by_verdict",
                counts: Dictionary(uniqueKeysWithValues: totals.map { ($0.key.description, $0.value) })
            )
            $0.member("skipped_lines", skipped)
            $0.member("unsupported_rules", unsupported)
            $0.member("names_with_unchecked_aliases", unchecked)
            $0.member("elapsed_ms", RunCost.elapsedMilliseconds)
            $0.member("peak_rss_bytes", RunCost.peakMemoryBytes)
        }
        records.finish()
    }
}

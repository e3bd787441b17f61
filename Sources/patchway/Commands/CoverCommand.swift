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

/// `patchway cover`: whether lists of names to allow let every name of documented wildcards through.
struct CoverCommand: EvidentCommand {
    static let configuration = CommandConfiguration(
        commandName: "cover",
        abstract:
            "Prove that an allow-list lets every name of documented wildcards through, or name the shortest it stops.",
        discussion: """
            The LISTs are those of one product, read together. For every pattern of the catalog either all names are let \
            through by a rule, at any depth and in the product's own reading of stars, or the shortest name that is not is \
            named, with the verdict of its matcher.

            Exit codes: 0 every pattern is covered; 1 one is not (see --fail-on); 3 of one neither is known.
            """
    )

    @Argument(help: "Lists of names to allow, of one product.")
    var lists: [String] = []

    @Option(name: .customLong("stack"), help: "A configuration file in place of lists; its stack has one layer.")
    var stack: String?

    @Option(
        name: .customLong("engine"),
        help: "The product that reads the lists: \(CoverageQuestion.engines.map(\.rawValue).joined(separator: ", "))."
    )
    var engine: String?

    @Option(name: .customLong("format"), help: "The format of the lists; told by content without it.")
    var format: String?

    @Option(
        name: .customLong("role"),
        help:
            "Whether the lists name what is blocked or what is let pass: block or allow; that of the product without it."
    )
    var role: String?

    @OptionGroup var allowing: AllowListOptions

    @Option(name: .customLong("qtype"), help: "Record types.")
    var types = "A,AAAA,HTTPS"

    @Option(
        name: .customLong("fail-on"),
        help: "Exit 1 from this severity of a pattern on that is not covered: \(Severity.failOnValues)."
    )
    var failOn = "low"

    @OptionGroup var catalogOptions: CatalogOptions
    @OptionGroup var client: ContextOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var evidence: EvidenceOptions

    func run() throws {
        RunCost.begin()
        Interruption.watch()
        guard !lists.isEmpty || stack != nil || !allowing.isEmpty else {
            throw Failure.usage("no lists; give LIST… or --stack FILE")
        }
        let threshold = try Severity(option: failOn)
        let types = try RRType.list(types)
        let context = try client.context()
        guard client.group == nil else {
            throw Failure.usage("--group is one of a stack of layers; cover asks one layer")
        }
        let whole = try catalogOptions.loadWhole()
        let catalog = try catalogOptions.selection(of: whole)
        let loaded = try output.format.reporting(catalog) {
            try LoadedStack.load([try requestedLayer()], leavesOthersOpen: false)
        }
        let endpoints = Self.endpoints(of: catalog)
        guard !endpoints.isEmpty else { throw Failure.usage("no endpoint of the catalog is left to ask about") }
        let question = try question(loaded, endpoints, types, context)
        var found: [EndpointCoverage] = []
        for endpoint in endpoints {
            if Interruption.isRequested { break }
            found.append(question.coverage(of: endpoint, in: catalog))
        }
        let run = CoverRun(
            loaded: loaded,
            catalog: catalog,
            gaps: Self.gaps(catalog, of: whole),
            types: types,
            output: output
        )
        let summary = run.write(found, missing: endpoints.count - found.count)
        if found.count < endpoints.count {
            StandardError.line("patchway: interrupted; patterns not asked about: \(endpoints.count - found.count)")
            throw ExitStatus.interrupted
        }
        if let worst = summary.worst, worst >= threshold { throw ExitStatus.finding }
        if !summary.isCertain { throw ExitStatus.undecided }
    }

    /// What is wrong with the patterns that are asked about, beside all others of the catalog.
    private static func gaps(_ selected: EndpointCatalog, of whole: EndpointCatalog) -> [PatternGap] {
        let patterns = Set(selected.endpoints.map(\.pattern))
        return whole.gaps.filter { $0.pattern.map(patterns.contains) ?? true }
    }

    /// Patterns that are not shared, each once: the first of several entries.
    private static func endpoints(of catalog: EndpointCatalog) -> [Endpoint] {
        var seen: Set<EndpointPattern> = []
        return catalog.endpoints.filter { !$0.isShared && seen.insert($0.pattern).inserted }
    }

    private static let firewalls: [Engine] = [.panOS, .zscaler, .fortiGate, .umbrella]

    /// The layer that the options ask for.
    private func requestedLayer() throws -> Configuration.Layer {
        guard let stack else {
            let format = try format.map(ListFormat.init(option:))?.id
            let engine = try engine.map(Engine.init(option:))
            // Lists of firewalls do not say it, and are asked about as that.
            let role =
                try role.map(ListRole.init(option:)) ?? engine.flatMap { Self.firewalls.contains($0) ? .allow : nil }
            return Configuration.Layer(
                engine: engine,
                lists: lists.map { Configuration.List(path: $0, format: format, role: role) } + allowing.lists
            )
        }
        guard lists.isEmpty, allowing.isEmpty, engine == nil, format == nil, role == nil else {
            throw Failure.usage("--stack names lists, engine, formats and roles itself; give it alone")
        }
        let layers = try ConfigurationFile.read(stack).layers
        guard layers.count == 1 else {
            throw Failure.usage(
                "\(TerminalText.escaped(stack)): has \(layers.count) layers; cover asks one, so give its lists, with --engine"
            )
        }
        return layers[0]
    }

    private func question(
        _ loaded: LoadedStack,
        _ endpoints: [Endpoint],
        _ types: [RRType],
        _ context: QueryContext
    ) throws -> CoverageQuestion {
        let layer = loaded.stack.layers[0]
        guard CoverageQuestion.engines.contains(layer.engine) else {
            let known = CoverageQuestion.engines.map(\.rawValue).joined(separator: ", ")
            throw Failure.usage(
                "\(layer.engine.rawValue): what its rules let through is not proven yet; --engine names one of \(known)"
            )
        }
        // Of a list of names to allow, what is not evaluated may only allow more.
        let isIncomplete = loaded.reports.contains {
            $0.unsupportedCount > 0 && $0.role != .allow && $0.role != .exempt
        }
        let question = CoverageQuestion(
            layer,
            patterns: endpoints.map(\.pattern),
            types: types,
            context: context,
            isIncomplete: isIncomplete
        )
        guard question.allowsAnything else {
            let names = loaded.reports.map { TerminalText.escaped($0.path) }.joined(separator: ", ")
            throw Failure.usage(
                "\(names): no rule lets a name through; --role allow reads lists as names to allow"
            )
        }
        return question
    }
}

/// Writes what was found.
private struct CoverRun {
    let loaded: LoadedStack
    let catalog: EndpointCatalog
    let gaps: [PatternGap]
    let types: [RRType]
    let output: OutputOptions

    func write(_ found: [EndpointCoverage], missing: Int) -> CoverageSummary {
        let summary = CoverageSummary(found, types: types, unsupportedRules: loaded.unsupportedRules)
        if output.format.isRecords { writeRecords(found, summary, missing) } else { writeText(found, summary) }
        return summary
    }

    private func writeText(_ found: [EndpointCoverage], _ summary: CoverageSummary) {
        let text = CoverageText(style: output.style)
        loaded.writeFiles(output.style, isVerbose: output.isVerbose)
        StandardOutput.write(text.product(loaded.stack.layers[0].profile))
        StandardOutput.write(text.endpoints(found) + text.gaps(gaps) + text.summary(summary))
    }

    private func writeRecords(_ found: [EndpointCoverage], _ summary: CoverageSummary, _ missing: Int) {
        var records = RecordStream(output.format, write: StandardOutput.write)
        records.begin(catalog, stack: loaded.label)
        loaded.writeFiles(to: &records)
        let profile = loaded.stack.layers[0].profile
        records.record("product") {
            $0.member("engine", profile.engine.rawValue)
            $0.member("basis", profile.basis)
        }
        for entry in found { records.record("coverage") { entry.write(to: &$0) } }
        for gap in gaps { records.record("gap") { gap.write(to: &$0) } }
        records.end {
            summary.write(to: &$0)
            if missing > 0 {
                $0.member("interrupted", true)
                $0.member("patterns_not_asked", missing)
            }
        }
    }
}

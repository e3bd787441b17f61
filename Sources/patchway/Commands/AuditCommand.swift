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

/// `patchway audit`: lists against the catalog, its known hosts and their aliases.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Find the rules of filter lists that break update names.",
        discussion: """
            Each LIST is audited on its own; archives (.gz .xz .zst .zip) are read directly. With --stack the layers of a \
            configuration file are audited together.
            """
    )

    @Argument(help: "Filter lists.")
    var lists: [String] = []

    @Option(
        name: .customLong("engine"),
        help: "The engine that reads the lists; without it each list's format decides."
    )
    var engine: String?

    @Option(name: .customLong("block-mode"), help: "The engine's block mode.")
    var blockMode: String?

    @Option(name: .customLong("stack"), help: "Audit the layers of this configuration file together.")
    var stack: String?

    @Option(name: .customLong("names"), help: "Audit these names (NAME a line) instead of the catalog's.")
    var namesFile: String?

    @Option(name: .customLong("qtype"), help: "Record types.")
    var types = "A,AAAA,HTTPS"

    @Option(
        name: .customLong("fail-on"),
        help: "Exit 1 from this severity on: critical, high, medium, unknown, low, none."
    )
    var failOn = "low"

    @OptionGroup var catalogOptions: CatalogOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        RunCost.begin()
        guard !lists.isEmpty || stack != nil else { throw Failure.usage("no lists; give LIST… or --stack FILE") }
        guard let threshold = Severity(rawValue: failOn) else {
            throw Failure.usage(
                "--fail-on \(TerminalText.escaped(failOn)): one of critical, high, medium, unknown, low, none"
            )
        }
        let catalog = try catalogOptions.load()
        let auditor = Auditor(
            names: try names(catalog),
            types: try RRType.list(types),
            chains: catalog.chains
        )
        var run = AuditRun(auditor: auditor, output: output, catalog: catalog)
        Interruption.watch()
        if let stack {
            run.audit(try LoadedStack.load(try ConfigurationFile.read(stack).layers), path: stack)
        }
        let engine = try engine.map(Engine.init(option:))
        for path in lists {
            if Interruption.isRequested { break }
            run.audit(path, engine: engine, blockMode: blockMode)
        }
        run.finish()
        if Interruption.isRequested { throw ExitStatus.interrupted }
        throw run.status(threshold: threshold)
    }

    private func names(_ catalog: EndpointCatalog) throws -> [AuditName] {
        guard let namesFile else { return AuditName.all(of: catalog) }
        var input = NameInput()
        try input.read(namesFile)
        for diagnostic in input.diagnostics { StandardError.line(diagnostic.description) }
        guard !input.items.isEmpty else { throw Failure.usage("\(namesFile): no names in it") }
        return input.items.map {
            AuditName(
                name: $0.name,
                endpoint: catalog.endpoint(matching: $0.name),
                origin: catalog.knownHost($0.name) == nil ? nil : .known
            )
        }
    }
}

/// One audit: reads, decides, prints list by list, so that memory holds one list at a time.
private struct AuditRun: ~Copyable {
    private let auditor: Auditor
    private let isText: Bool
    private let text: AuditText
    private var records: RecordStream
    private var summary: AuditSummary

    init(auditor: Auditor, output: OutputOptions, catalog: EndpointCatalog) {
        self.auditor = auditor
        isText = output.format == .text
        text = AuditText(style: output.style, errors: isText ? ErrorSymbols.load() : [:])
        records = RecordStream(output.format, write: StandardOutput.write)
        summary = AuditSummary(names: auditor.names.count)
        guard !isText else { return }
        let header = RunHeader(version: Version.text, catalog: catalog.label)
        records.record("header") { header.write(to: &$0) }
    }

    mutating func audit(_ path: String, engine: Engine?, blockMode: String?) {
        do throws(ListError) {
            for result in try LayerLoader.loadEach(path, engine: engine, blockMode: blockMode) {
                switch result {
                case .success(let loaded):
                    audit(
                        LoadedStack(
                            stack: CompiledStack(layers: [loaded.layer]),
                            reports: loaded.reports,
                            diagnostics: loaded.diagnostics
                        ),
                        path: path
                    )
                case .failure(let error): unreadable(error)
                }
            }
        } catch {
            unreadable(error)
        }
    }

    private mutating func unreadable(_ error: ListError) {
        summary.addUnreadable(reason: error.id)
        report(error.diagnostic)
    }

    mutating func audit(_ loaded: LoadedStack, path: String) {
        let findings = auditor.findings(loaded.stack)
        for diagnostic in loaded.diagnostics { report(diagnostic) }
        for (index, report) in loaded.reports.enumerated() {
            let own =
                loaded.reports.count == 1
                ? findings : findings.filter { $0.verdict.matched?.rule.list == report.path }
            let source = SourceReport(report)
            summary.add(source, own, diagnostics: report.ignored.merging(report.unsupported, uniquingKeysWith: +))
            if isText {
                StandardOutput.write((index == 0 ? "" : "\n") + text.list(source, own) + "\n")
                continue
            }
            records.record("file") { source.write(to: &$0) }
            for finding in own { records.record("finding") { finding.write(to: &$0) } }
            for diagnostic in report.diagnostics { records.whole { diagnostic.write(to: &$0) } }
        }
    }

    private mutating func report(_ diagnostic: Diagnostic) {
        if isText {
            StandardError.line(diagnostic.description)
        } else {
            records.whole { diagnostic.write(to: &$0) }
        }
    }

    mutating func finish() {
        if isText {
            StandardOutput.write(text.summary(summary))
        } else {
            let totals = summary
            records.record("summary") {
                totals.write(
                    to: &$0,
                    elapsedMilliseconds: RunCost.elapsedMilliseconds,
                    peakMemoryBytes: RunCost.peakMemoryBytes
                )
            }
            records.finish()
        }
    }

    /// A finding outweighs what could not be decided; nothing undecided is ever reported as fine.
    func status(threshold: Severity) -> ExitStatus {
        if summary.worst(atLeast: threshold) > 0 { return .finding }
        return summary.unreadable > 0 || summary.undecided > 0 || summary.unsupportedRules > 0 ? .undecided : .fine
    }
}

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
struct AuditCommand: EvidentCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Find the rules of filter lists that break update names.",
        discussion: """
            Each LIST is audited on its own; archives (.gz .xz .zst .zip) are read directly. Of a folder of categories in \
            squidGuard's form (UT1, Shalla) each category is a list. With --stack the layers of a configuration file are \
            audited together. With --equivalent the LISTs are builds of one list, and compared as policies.
            """
    )

    @Argument(help: "Filter lists, or folders of categories.")
    var lists: [String] = []

    @OptionGroup var listReading: ListReadingOptions

    @Option(name: .customLong("stack"), help: "Audit the layers of this configuration file together.")
    var stack: String?

    @Option(name: .customLong("names"), help: "Audit these names (NAME a line) instead of the catalog's.")
    var namesFile: String?

    @Option(name: .customLong("qtype"), help: "Record types.")
    var types = "A,AAAA,HTTPS"

    @Option(
        name: .customLong("fail-on"),
        help: "Exit 1 from this severity of a finding on: \(Severity.failOnValues)."
    )
    var failOn = "low"

    @OptionGroup var equivalence: EquivalenceOptions
    @OptionGroup var catalogOptions: CatalogOptions
    @OptionGroup var client: ContextOptions
    @OptionGroup var output: ReportOutputOptions
    @OptionGroup var evidence: EvidenceOptions

    func run() throws {
        RunCost.begin()
        Interruption.watch()
        try equivalence.check()
        guard !lists.isEmpty || stack != nil else { throw Failure.usage("no lists; give LIST… or --stack FILE") }
        let threshold = try Severity(option: failOn)
        guard !lists.isEmpty || listReading.isEmpty else {
            throw Failure.usage(
                "--stack names engines, formats and roles itself; --engine, --format, --role and --block-mode are for LIST…"
            )
        }
        var reading = try listReading.reading()
        reading.leavesOthersOpen = true
        let catalog = try catalogOptions.load()
        if equivalence.isAsked { return try compare(reading, catalog, failOn: threshold) }
        let (names, faults) = try AuditName.requested(namesFile, catalog)
        let layers = try output.format.reporting(catalog) {
            try stack.map {
                var requested = try ConfigurationFile.read($0).stack
                requested.file = $0
                return try LoadedStack.load(requested)
            }
        }
        let asked = try client.context()
        guard layers != nil || client.group == nil else {
            throw Failure.usage("--group is one of a stack file's; give --stack FILE")
        }
        let groups = layers?.contexts(asked, group: client.group) ?? []
        let context = groups.isEmpty ? try layers?.narrowed(asked, group: client.group) ?? asked : asked
        let auditor = Auditor(
            names: names,
            types: try RRType.list(types),
            chains: catalog.chains,
            context: context,
            wildcards: namesFile == nil ? catalog : nil
        )
        var audited = 0
        var run = AuditRun(auditor: auditor, output: output, catalog: catalog, stack: layers?.label)
        run.note(faults)
        if let layers { run.audit(layers, groups) }
        let paths = lists.flatMap { run.categories($0) ?? [$0] }
        for path in paths {
            if Interruption.isRequested || run.isCutShort { break }
            run.audit(path, reading)
            if run.isCutShort { break }
            audited += 1
        }
        // Those of a stack are audited together.
        let isStackMissing = run.isCutShort && paths.isEmpty
        let missing = isStackMissing ? layers?.reports.count ?? 0 : paths.count - audited
        run.finish(missing: missing, threshold: threshold)
        if missing > 0 {
            let all = isStackMissing ? missing : paths.count
            StandardError.line("patchway: interrupted; lists not audited: \(missing) of \(all)")
            throw ExitStatus.interrupted
        }
        let status = run.status(threshold: threshold)
        // A name that could not be read was not audited.
        throw status == .fine && (!faults.isEmpty || layers?.emptied ?? 0 > 0) ? .undecided : status
    }

    private func compare(_ reading: ListReading, _ catalog: EndpointCatalog, failOn: Severity) throws {
        guard stack == nil, namesFile == nil, client.group == nil else {
            throw Failure.usage("--equivalent compares LISTs; it takes no --stack, --names and --group")
        }
        try EquivalenceRun(
            options: equivalence,
            reading: reading,
            catalog: catalog,
            types: try RRType.list(types),
            context: try client.context(),
            output: output,
            failOn: failOn
        ).run(lists)
    }
}

/// One audit: reads, decides, prints list by list, so that memory holds one list at a time.
private struct AuditRun: ~Copyable {
    private let auditor: Auditor
    private let format: OutputFormat
    private let isVerbose: Bool
    private var output: AuditOutput
    private var records: RecordStream
    private var summary: AuditSummary
    /// Lists that could not be audited because the command line is wrong about them.
    private var misused = 0
    /// Whether a list was not read to its end.
    private(set) var isCutShort = false

    init(auditor: Auditor, output: ReportOutputOptions, catalog: EndpointCatalog, stack: String?) {
        self.auditor = auditor
        format = output.format
        isVerbose = output.isVerbose
        records = RecordStream(output.format, write: StandardOutput.write)
        summary = AuditSummary(names: auditor.names.count)
        var header = RunHeader(version: Version.text, catalog: catalog.label, stack: stack)
        header.report = "audit"
        self.output = AuditOutput(
            format,
            style: output.style,
            errors: format == .text ? ErrorSymbols.load() : [:],
            header: header,
            write: StandardOutput.write
        )
        if format.isRecords { records.record("header") { header.write(to: &$0) } }
    }

    /// The categories in a folder; nil when the path is none of such.
    mutating func categories(_ path: String) -> [String]? {
        guard let found = CategoryTree(path) else { return nil }
        note(found.diagnostics)
        // What was not looked at was not audited.
        if found.isCut { summary.addUnreadable(reason: CategoryTree.cutReason) }
        return found.categories
    }

    mutating func audit(_ path: String, _ reading: ListReading) {
        do throws(ListError) {
            let (results, faults) = try LayerLoader.loadEach(path, reading)
            note(faults)
            for result in results {
                switch result {
                case .success(let loaded):
                    audit(
                        LoadedStack(
                            layers: [loaded],
                            reports: loaded.reports,
                            diagnostics: loaded.diagnostics
                        )
                    )
                case .failure(let error): unreadable(error)
                }
            }
        } catch {
            unreadable(error)
        }
    }

    private mutating func unreadable(_ error: ListError) {
        if case .input(let error) = error.reason, error.reason == .interrupted { isCutShort = true }
        summary.addUnreadable(reason: error.id)
        let misplaced = MisplacedFile.otherAsList(error)
        if misplaced != nil || !error.isUndecided { misused += 1 }
        let diagnostic = misplaced ?? error.diagnostic
        let alarm = Report.Alarm(id: Report.Alarm.notCompared, path: diagnostic.path, text: diagnostic.text)
        output.note(alarm)
        if format.isRecords { records.record("alarm") { alarm.write(to: &$0) } }
        report(diagnostic)
    }

    /// Reports and counts what belongs to no list.
    mutating func note(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics { report(diagnostic) }
        summary.add(diagnostics: diagnostics)
    }

    mutating func audit(_ loaded: LoadedStack, _ groups: [(name: String, context: QueryContext)] = []) {
        if groups.isEmpty { RunVersions.note("list", loaded.label) }
        let outcome = auditor.audit(loaded.stack, for: groups, while: { !Interruption.isRequested })
        let contexts = Dictionary(groups.map { ($0.name, $0.context) }, uniquingKeysWith: { first, _ in first })
        let tried = FixTrial(loaded, auditor).tried(outcome.findings) { finding in
            finding.groups.first.flatMap { contexts[$0] } ?? auditor.context
        }
        guard !outcome.isCutShort, var findings = tried else {
            // What is not whole is not told.
            isCutShort = true
            return
        }
        note(furtherRules(outcome))
        summary.add(patternRules: outcome.unspelledRules)
        note(loaded.diagnostics)
        for (index, report) in loaded.reports.enumerated() {
            // Each finding belongs to one list, even when two layers read the same file.
            let isLast = index == loaded.reports.count - 1
            let belongs: (Finding) -> Bool = { isLast || report.isBlamed(for: $0) }
            let own = findings.filter(belongs)
            findings.removeAll(where: belongs)
            let source = SourceReport(
                withoutAnswers: report,
                knowsClient: auditor.context.client?.address != nil
            )
            summary.add(source, own, diagnostics: source.skipped.merging(source.unsupported, uniquingKeysWith: +))
            if report.notices.contains(where: { $0.reason == AssumedRole.engine.rawValue }) { summary.addAssumed() }
            guard format.isRecords else {
                for diagnostic in isVerbose ? report.diagnostics : report.notices { self.report(diagnostic) }
                output.add(source, own, open: report.notEvaluated)
                continue
            }
            records.record("file") { source.write(to: &$0) }
            for finding in own { records.record("finding") { finding.write(to: &$0) } }
            for diagnostic in report.diagnostics { records.whole { diagnostic.write(to: &$0) } }
        }
    }

    /// Says how many rules there are no findings for.
    private mutating func furtherRules(_ outcome: AuditOutcome) -> [Diagnostic] {
        outcome.furtherRules.sorted { $0.key < $1.key }.map { path, count in
            summary.add(furtherWildcardRules: count)
            return Diagnostic(
                path: path,
                reason: "more-wildcard-rules",
                text:
                    "\(Auditor.mostListedNames) names below documented wildcards that only the lists spell out are listed; "
                    + "rules that break others: \(count)"
            )
        }
    }

    private mutating func report(_ diagnostic: Diagnostic) {
        if format.isRecords {
            records.whole { diagnostic.write(to: &$0) }
        } else {
            StandardError.line(diagnostic.description)
        }
    }

    mutating func finish(missing: Int, threshold: Severity) {
        if format.isRecords {
            let totals = summary
            records.record("summary") {
                if missing > 0 {
                    $0.member("interrupted", true)
                    $0.member("lists_not_audited", missing)
                }
                totals.write(
                    to: &$0,
                    elapsedMilliseconds: RunCost.elapsedMilliseconds,
                    peakMemoryBytes: RunCost.peakMemoryBytes
                )
            }
            records.finish()
        } else {
            output.finish(summary, missing: missing, failOn: threshold)
        }
    }

    /// A list that was not audited outweighs findings in others, and these outweigh rules that could not be evaluated; nothing
    /// undecided is ever reported as fine.
    func status(threshold: Severity) -> ExitStatus {
        if misused > 0 { return .usage }
        if summary.unreadable > 0 { return .undecided }
        if summary.worst(atLeast: threshold) > 0 { return .finding }
        return summary.isCertain ? .fine : .undecided
    }
}

extension ListReport {
    /// Whether rules of a class can be this list's: the parts of a Pi-hole database's own lists share their path.
    private func mayHold(_ ruleClass: RuleClass) -> Bool {
        switch ruleClass {
        case .ownAllow: role == .exempt && format != .regex
        case .ownBlock: role == .deny && format != .regex
        case .ownAllowRegex: role == .exempt && format == .regex
        case .ownBlockRegex: role == .deny && format == .regex
        default: true
        }
    }

    /// Whether a rule of this list made the finding.
    fileprivate func isBlamed(for finding: Finding) -> Bool {
        guard let rule = finding.verdict.matched?.rule else { return false }
        return rule.list == path && rule.engine == engine && mayHold(rule.ruleClass)
    }
}

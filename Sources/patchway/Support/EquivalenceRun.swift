import ArgumentParser
import Audit
import Catalog
import DNS
import FilterLists
import Findings
import Policy
import Reports
import TextScan

/// Options of `audit --equivalent`.
struct EquivalenceOptions: ParsableArguments {
    @Flag(
        name: .customLong("equivalent"),
        help: """
            Compare the LISTs as builds of one list: which names fare otherwise in them than in the first, and why. Each is \
            read by the engine that its format is made for, or by that of --engine.
            """
    )
    var isAsked = false

    @Flag(name: .customLong("every-engine"), help: "With --equivalent: read each list by every engine that can.")
    var readsByEvery = false

    @Option(name: .customLong("show"), help: "With --equivalent: name so many differences of each kind.")
    var shown: Int?

    /// Refuses options that are for others.
    func check() throws {
        guard isAsked else {
            guard !readsByEvery, shown == nil else {
                throw Failure.usage("--every-engine and --show are for --equivalent")
            }
            return
        }
        if let shown, !(0...1_000_000).contains(shown) {
            throw Failure.usage("--show \(shown): names, from 0 to 1000000")
        }
    }
}

/// Compares builds of a list.
struct EquivalenceRun {
    let options: EquivalenceOptions
    let reading: ListReading
    let catalog: EndpointCatalog
    let types: [RRType]
    let context: QueryContext
    let output: ReportOutputOptions
    let failOn: Severity

    /// How many differences of a kind are named without `--show`.
    private static let shown = 5

    func run(_ paths: [String]) throws {
        let loaded = try output.format.reporting(catalog) { try load(paths) }
        guard loaded.count > 1 else {
            throw Failure.usage("--equivalent compares builds of a list; give two, or one with --every-engine")
        }
        let found = PolicyEquivalence(
            loaded.map { CompiledStack(layers: [$0.layer]) },
            catalog: catalog,
            types: types,
            context: context,
            shown: options.shown ?? (output.isVerbose ? 100 : Self.shown),
            while: { !Interruption.isRequested }
        )
        // What is not whole is not told.
        guard !found.isCutShort else {
            StandardError.line("patchway: interrupted; the builds were not compared")
            throw ExitStatus.interrupted
        }
        let sources = loaded.flatMap(\.reports).map {
            SourceReport(withoutAnswers: $0, knowsClient: context.client?.address != nil)
        }
        let report = EquivalenceReport(
            builds: loaded.map { .init(path: $0.reports.first?.path ?? "", engine: $0.layer.engine) },
            comparisons: found.comparisons,
            asked: found.asked,
            types: types,
            unsupportedRules: sources.reduce(0) { $0 + $1.unsupported.values.reduce(0, +) }
        )
        write(report, sources, loaded)
        if report.comparisons.contains(where: { $0.worst(atLeast: failOn) > 0 }) { throw ExitStatus.finding }
        if !report.isDecided { throw ExitStatus.undecided }
    }

    // MARK: - Lists

    private func load(_ paths: [String]) throws -> [LoadedLayer] {
        try paths.flatMap { path in
            let first = try load(path, reading.engine)
            guard options.readsByEvery, let format = first.reports.first?.format else { return [first] }
            let others = Engine.allCases.filter { $0 != first.layer.engine && $0.profile.formats.contains(format.id) }
            return [first]
                + others.compactMap { engine in
                    do throws(ListError) {
                        return try layer(path, engine)
                    } catch {
                        StandardError.line("\(error.description); \(engine.rawValue) is left out")
                        return nil
                    }
                }
        }
    }

    private func layer(_ path: String, _ engine: Engine?) throws(ListError) -> LoadedLayer {
        var list = ListInput(path: path, role: reading.role ?? .block, format: reading.format)
        list.leavesRoleOpen = reading.role == nil
        return try LayerLoader.load([list], engine: engine, blockMode: reading.blockMode)
    }

    private func load(_ path: String, _ engine: Engine?) throws -> LoadedLayer {
        do throws(ListError) {
            return try layer(path, engine)
        } catch {
            if error.isInterruption { throw Failure.interrupted(error.diagnostic) }
            if let hint = MisplacedFile.otherAsList(error) { throw Failure.usage(hint.description, [hint]) }
            throw Failure(
                status: error.isUndecided ? .undecided : .usage,
                text: error.description,
                diagnostics: [error.diagnostic]
            )
        }
    }

    // MARK: - Output

    private func write(_ equivalence: EquivalenceReport, _ sources: [SourceReport], _ loaded: [LoadedLayer]) {
        let reports = loaded.flatMap(\.reports)
        let diagnostics =
            reports.flatMap { output.isVerbose ? $0.diagnostics : $0.notices } + loaded.flatMap(\.diagnostics)
        if output.format.isRecords {
            var records = RecordStream(output.format, write: StandardOutput.write)
            records.begin(catalog)
            for source in sources { records.record("file") { source.write(to: &$0) } }
            for diagnostic in reports.flatMap(\.diagnostics) + loaded.flatMap(\.diagnostics) {
                records.whole { diagnostic.write(to: &$0) }
            }
            equivalence.write(to: &records)
            return records.end {
                $0.member("differing", equivalence.differing)
                $0.member("asked", equivalence.asked)
                $0.member("qtypes", types.map(\.description))
                $0.member("unsupported_rules", equivalence.unsupportedRules)
                $0.member("equivalent", equivalence.isEqual)
            }
        }
        for diagnostic in diagnostics { StandardError.line(diagnostic.description) }
        guard output.format != .text else {
            return StandardOutput.write(EquivalenceText(style: output.style).text(equivalence, sources))
        }
        var report = Report(title: "Equivalence", header: RunHeader(version: Version.text, catalog: catalog.label))
        report.sources = sources
        report.facts = equivalence.facts
        report.sections = equivalence.sections
        let text = report.rendered(output.format, isVerbose: output.isVerbose, failOn: failOn)
        StandardOutput.write(text ?? "")
    }
}

import ArgumentParser
import FilterLists
import Policy
import Reports
import Settings
import TextScan

/// `patchway convert`: the rules of lists, as their engine understands them, in the syntax of another.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write the rules of lists for another engine: the same verdicts, or a rule is left out and named.",
        discussion: """
            Exit codes: 0 every rule is written; 1 rules were left out, because the format cannot say them; 3 the lists \
            hold rules that cannot be evaluated, or none of them can be said.
            """
    )

    @Argument(help: "Lists, in order, all of one engine.")
    var lists: [String] = []

    @Option(name: .customLong("stack"), help: "A configuration file in place of lists; its stack has one layer.")
    var stack: String?

    @Option(
        name: .customLong("to"),
        help: "The format: \(ExportFormat.all.map { "\($0.id) (\($0.title))" }.joined(separator: ", "))."
    )
    var target: String

    @Option(
        name: .customLong("engine"),
        help: "The engine that reads the lists; without it that of the first one's format."
    )
    var engine: String?

    @Option(name: .customLong("format"), help: "The format of the lists; found out without it.")
    var format: String?

    @Option(name: .customLong("block-mode"), help: "The engine's block mode, whose answers are kept where possible.")
    var blockMode: String?

    @OptionGroup var allowing: AllowListOptions
    @OptionGroup var client: ContextOptions

    @Flag(name: .customLong("allowing"), help: "Write the file of rules that allow, where a format has one of its own.")
    var isAllowing = false

    @Option(name: [.customShort("o"), .customLong("output")], help: "The file to write; standard output without it.")
    var output: String?

    @Option(name: .customLong("report"), help: "Write what was left out to this file, as NDJSON records.")
    var report: String?

    func run() throws {
        RunCost.begin()
        Interruption.watch()
        guard let target = ExportFormat.named(target) else {
            throw Failure.unknown(target, of: "--to", "no such format", ExportFormat.all.map(\.id))
        }
        guard !lists.isEmpty || stack != nil else { throw Failure.usage("no lists; give LIST… or --stack FILE") }
        if isAllowing, !target.keepsAllowApart {
            throw Failure.usage("--allowing: \(target.id) keeps all rules in one file")
        }
        let loaded = try LoadedStack.load([try requestedLayer()], leavesOthersOpen: false)
        if Interruption.isRequested { Self.cutShort() }
        loaded.announce()
        let layer = loaded.stack.layers[0]
        let context = try client.context()
        let report = try write(layer, target, context)
        let conversion = Conversion(
            layer: layer,
            target: target,
            report: report,
            unsupported: loaded.unsupportedRules,
            context: context,
            knowsClient: context.client != nil || context.minuteOfWeek != nil,
            isAllowing: isAllowing
        )
        conversion.announce(output)
        if let place = self.report { try conversion.write(to: place, loaded.reports) }
        if report.omittedCount > 0 { throw report.lines == 0 ? ExitStatus.undecided : ExitStatus.finding }
        if loaded.unsupportedRules > 0 { throw ExitStatus.undecided }
    }

    /// The layer that the options ask for.
    private func requestedLayer() throws -> Configuration.Layer {
        guard let stack else {
            let format = try format.map { try ListFormat(option: $0) }?.id
            return Configuration.Layer(
                engine: try engine.map(Engine.init(option:)),
                blockMode: blockMode,
                lists: lists.map { Configuration.List(path: $0, format: format) }
                    + allowing.lists
            )
        }
        guard lists.isEmpty, allowing.isEmpty, engine == nil, format == nil, blockMode == nil else {
            throw Failure.usage("--stack names lists, engine, formats and block mode itself; give it alone")
        }
        let layers = try ConfigurationFile.read(stack).layers
        guard layers.count == 1 else {
            throw Failure.usage(
                "\(TerminalText.escaped(stack)): has \(layers.count) layers; a list is that of one engine, so give the lists "
                    + "of one layer, with --engine"
            )
        }
        return layers[0]
    }

    private func write(
        _ layer: CompiledLayer,
        _ target: ExportFormat,
        _ context: QueryContext
    ) throws -> ExportReport {
        for list in lists + allowing.paths where output.map({ OutputFile.isSame(list, $0) }) ?? false {
            throw Failure.usage("\(TerminalText.escaped(output ?? "")): is a list that is read; give another --output")
        }
        let file = try output.map { try OutputFile($0) }
        let report = LayerExporter.export(
            layer,
            to: target,
            allowing: isAllowing,
            for: context,
            while: { _ in !Interruption.isRequested },
            write: { octets in
                // What was left when a signal came is not whole.
                guard !Interruption.isRequested else { return }
                if let file { file.write(octets) } else { StandardOutput.write(octets) }
            }
        )
        if Interruption.isRequested {
            file?.discard()
            Self.cutShort()
        }
        try file?.finish()
        return report
    }

    private static func cutShort() -> Never {
        StandardOutput.flush()
        StandardError.line("patchway: interrupted; what was written is not whole, and no file is put into its place")
        ExitStatus.interrupted.exit()
    }
}

/// What a conversion gave, in words and records.
private struct Conversion {
    /// The id under which rules for some clients are left out.
    private static let clientReason = "client"
    /// Up to how many rules are written in every other format to count what it can say.
    private static let mostCounted = 10_000

    let layer: CompiledLayer
    let target: ExportFormat
    let report: ExportReport
    let unsupported: Int
    let context: QueryContext
    let knowsClient: Bool
    /// Whether the file of rules that allow is written.
    let isAllowing: Bool

    /// One line each for what was written, left out and changed.
    func announce(_ output: String?) {
        var line =
            "\(output.map { TerminalText.escaped($0) } ?? "standard output"): \(target.title) for \(target.engine.rawValue)"
        // What is said adds up to the rules of the lists.
        let shared = report.written == report.lines ? "" : " for \(report.written) of them"
        line += "; rules: \(report.rules), lines: \(report.lines)\(shared)"
        if report.verbatim > 0 { line += ", as they stand: \(report.verbatim)" }
        if report.omittedCount > 0 { line += ", LEFT OUT: " + Self.counts(report.omitted) }
        StandardError.line(line)
        if report.omittedExceptionCount > 0, report.lines > 0 {
            StandardError.line(
                "patchway: EXCEPTIONS LEFT OUT: \(Self.counts(report.omittedExceptions)); what is written may block names "
                    + "that the lists let pass"
            )
        }
        if report.lines == 0 {
            StandardError.line(
                "patchway: no rule is written: what there is blocks nothing and lets nothing pass" + others
            )
        }
        if report.overruled > 0 {
            StandardError.line(
                "patchway: rules that others of the lists overrule, so that they need no line: \(report.overruled)"
            )
        }
        let shown = report.diagnostics.prefix(20)
        for diagnostic in shown { StandardError.line(diagnostic.description) }
        if report.omittedCount > shown.count {
            StandardError.line("patchway: rules left out that are not named here: \(report.omittedCount - shown.count)")
        }
        if report.otherClients > 0 {
            StandardError.line(
                "patchway: rules that do not count for the client or hour given, and are not written: \(report.otherClients)"
            )
        }
        if !knowsClient, report.omitted[Self.clientReason] ?? 0 > 0 {
            StandardError.line(
                "patchway: rules for some clients or hours: --client, --client-tag and --at write them for one"
            )
        }
        if report.elsewhere > 0 {
            StandardError.line(
                "patchway: rules for the other one of two files: \(report.elsewhere); "
                    + (isAllowing
                        ? "without --allowing the one that blocks is written" : "--allowing writes the one that allows")
            )
        }
        if report.changedAnswers > 0 {
            StandardError.line(
                "patchway: rules whose names stay blocked with another answer: \(report.changedAnswers); \(target.engine.rawValue) has none like it"
            )
        }
        if unsupported > 0 {
            let counted = report.others > 0 ? ", of which \(report.others) stand among the rules" : ""
            StandardError.line(
                "patchway: rules that could not be evaluated and are not written: \(unsupported)\(counted)"
            )
        }
        if looksAtAliases(layer.engine.profile.chain) != looksAtAliases(target.engine.profile.chain) {
            let (one, other) = (layer.engine.rawValue, target.engine.rawValue)
            StandardError.line(
                "patchway: \(one) and \(other) do not look at aliases alike; names behind aliases may fare differently"
            )
        }
    }

    /// Which formats can say some of the rules that this one cannot, and of lists that are not large how many.
    private var others: String {
        let isCounted = report.rules <= Self.mostCounted
        let able = ExportFormat.all.filter { $0.id != target.id }.compactMap { format -> String? in
            let other = LayerExporter.export(
                layer,
                to: format,
                for: context,
                while: { !Interruption.isRequested && (isCounted || $0.lines == 0) },
                write: { _ in }
            )
            guard other.lines > 0 else { return nil }
            return isCounted ? "\(format.id) (\(other.written) of \(other.rules))" : format.id
        }
        if Interruption.isRequested { return "; interrupted before all other formats were tried" }
        if able.isEmpty { return "; no other format can say them either" }
        return "; formats that can say rules of these lists: \(able.joined(separator: ", "))"
    }

    private static func counts(_ reasons: [String: Int]) -> String {
        reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
    }

    private func looksAtAliases(_ chain: ChainInspection) -> Bool { chain != .never }

    func write(to place: String, _ sources: [ListReport]) throws {
        let file = try OutputFile(place)
        var records = RecordStream(.ndjson, write: file.write)
        records.record("header") {
            $0.member("tool", "patchway")
            $0.member("version", Version.text)
        }
        for source in sources { records.record("file") { SourceReport(source).write(to: &$0) } }
        for diagnostic in report.diagnostics { records.whole { diagnostic.write(to: &$0) } }
        records.record("summary") {
            $0.member("engine", layer.engine.rawValue)
            $0.member("to", target.id)
            $0.member("to_engine", target.engine.rawValue)
            $0.member("rules", report.rules)
            $0.member("lines", report.lines)
            $0.member("written", report.written)
            $0.member("overruled", report.overruled)
            $0.member("left_out", counts: report.omitted)
            $0.member("left_out_exceptions", counts: report.omittedExceptions)
            $0.member("written_as_they_stand", report.verbatim)
            $0.member("for_other_clients", report.otherClients)
            $0.member("in_other_file", report.elsewhere)
            $0.member("changed_answers", report.changedAnswers)
            $0.member("unsupported_rules", unsupported)
            $0.member("elapsed_ms", RunCost.elapsedMilliseconds)
            $0.member("peak_rss_bytes", RunCost.peakMemoryBytes)
        }
        records.finish()
        try file.finish()
    }
}

import ArgumentParser
import Catalog
import DNS
import Findings
import Glibc
import Policy
import QueryLogs
import Replay
import Reports
import Settings
import TextScan

/// `patchway replay`: captured logs, as observed and under a stack.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Say what broke in captures and query logs, and what a stack would break.",
        discussion: """
            Formats are told by content; compressed files and zip archives are read directly; what syslog, journals, \
            containers and collectors put around lines is taken off.

            With --what-if, --minus or --swap the exit code says whether a name is newly broken: 0 none, 1 some, 3 not decided.

            \(LogFormats.all.map { "\($0.format.rawValue): \($0.summary)" }.joined(separator: "\n"))
            """
    )

    @Argument(help: "Captures and logs; - is standard input.")
    var captures: [String] = []

    @Option(name: .customLong("fail-on"), help: "Exit 1 from this severity of a finding on: \(Severity.failOnValues).")
    var failOn = "low"

    @OptionGroup var reading: LogReadingOptions
    @OptionGroup var stack: StackOptions
    @OptionGroup var change: StackChangeOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        RunCost.begin()
        guard !captures.isEmpty else { throw Failure.usage("no captures; give CAPTURE…") }
        let threshold = try Severity(option: failOn)
        let options = try reading.options()
        let catalog = try catalog.load()
        let requested = stack.isEmpty ? Configuration.Stack(layers: []) : try stack.requested()
        let loaded = stack.isEmpty ? nil : try LoadedStack.load(requested)
        loaded?.announce()
        let context = try loaded?.narrowed(.unknown, takesClient: false) ?? .unknown
        let changed =
            change.isEmpty
            ? nil : try LoadedStack.load(try change.applied(to: requested, loaded, engines: stack.engines))
        changed?.announce(besides: loaded)
        let otherContext = try changed?.narrowed(.unknown, takesClient: false) ?? .unknown
        var replayer = Replayer(catalog: catalog, stack: loaded?.stack, context: context)
        var run = ReplayRun(output: output, header: header(catalog, loaded))
        run.other = changed.map { ($0.stack, otherContext) }
        loaded?.announceClientRules(.unknown)
        Interruption.watch()
        for path in captures where !Interruption.isRequested {
            run.read(path, options, into: &replayer)
        }
        let findings = run.finish(replayer, hasStack: loaded != nil, of: captures.count)
        if Interruption.isRequested { throw ExitStatus.interrupted }
        if findings.contains(where: { $0.rule != .undecided && $0.severity >= threshold }) { throw ExitStatus.finding }
        if run.misused > 0 { throw ExitStatus.usage }
        let isCertain =
            findings.allSatisfy { $0.rule != .undecided }
            && [loaded, changed].allSatisfy { stack in
                (stack?.unsupportedRules ?? 0) == 0 && (stack?.stack.addressRuleCount ?? 0) == 0
                    && (stack?.clientRules(.unknown) ?? 0) == 0
            }
        // Without a stack all that is asked is what the captures tell.
        let tellsNothing = loaded == nil && changed == nil && replayer.untold == replayer.totals.updateEvents
        if tellsNothing, replayer.totals.updateEvents > 0 { throw ExitStatus.undecided }
        if run.unreadable > 0 || run.silent > 0 || run.damaged > 0 || replayer.totals.overflow > 0 || !isCertain {
            throw ExitStatus.undecided
        }
    }

    private func header(_ catalog: EndpointCatalog, _ loaded: LoadedStack?) -> RunHeader {
        RunHeader(version: Version.text, catalog: catalog.label, stack: loaded?.label)
    }
}

/// One replay's output.
private struct ReplayRun: ~Copyable {
    private let isText: Bool
    private let text: ReplayText
    private var records: RecordStream
    /// Captures that could not be read.
    private(set) var unreadable = 0
    /// Of these, the ones that the command line is wrong about.
    private(set) var misused = 0
    /// Captures that were read and hold no query.
    private(set) var silent = 0
    /// Captures of which a part could not be read.
    private(set) var damaged = 0
    /// Whether a capture was not read to its end.
    private var isCutShort = false
    /// The stack to compare with.
    var other: (stack: CompiledStack, context: QueryContext)?

    init(output: OutputOptions, header: RunHeader) {
        isText = output.format == .text
        text = ReplayText(style: output.style)
        records = RecordStream(output.format, write: StandardOutput.write)
        if !isText { records.record("header") { header.write(to: &$0) } }
    }

    mutating func read(_ path: String, _ options: LogOptions, into replayer: inout Replayer) {
        do throws(InputError) {
            let reports = try QueryLog.read(path: path, options: options) { event in
                if Interruption.isRequested { cutShort(path, replayer) }
                replayer.add(event)
            }
            for report in reports { file(report, isGuessed: options.format == nil) }
        } catch {
            if error.reason == .interrupted { cutShort(path, replayer) }
            unreadable += 1
            if error.isMisuse { misused += 1 }
            diagnostic(error.diagnostic)
        }
    }

    /// A capture may be long: what it gave so far is printed, and the program ends.
    private mutating func cutShort(_ path: String, _ replayer: borrowing Replayer) -> Never {
        diagnostic(Diagnostic(path: path, reason: "interrupted", text: "was not read to its end"))
        isCutShort = true
        _ = finish(replayer, hasStack: replayer.hasStack, of: 0)
        StandardOutput.flush()
        ExitStatus.interrupted.exit()
    }

    private mutating func file(_ report: FileReport, isGuessed: Bool) {
        if report.format == .unknown {
            unreadable += 1
        } else if report.events == 0 {
            silent += 1
        }
        if report.isDamaged { damaged += 1 }
        let source = SourceReport(report)
        if isText {
            StandardOutput.write(text.file(source))
        } else {
            records.record("file") { source.write(to: &$0) }
        }
        if isGuessed, let misplaced = MisplacedFile.listAsLog(report) { diagnostic(misplaced) }
        for found in report.diagnostics.diagnostics { diagnostic(found) }
        if report.format != .unknown, report.events == 0 {
            diagnostic(
                Diagnostic(path: report.path, reason: "no-queries", text: "holds no DNS query; is it the right file?")
            )
        }
    }

    private mutating func diagnostic(_ diagnostic: Diagnostic) {
        if isText {
            StandardError.line(diagnostic.description)
        } else {
            records.whole { diagnostic.write(to: &$0) }
        }
    }

    private static func totals(_ replayer: borrowing Replayer) -> String {
        let totals = replayer.totals
        var text =
            "update names asked for: \(replayer.updateNames), in \(totals.updateEvents) of \(totals.events) queries"
        text += "; clients: \(totals.clients.count); no live check was made\n"
        if totals.searchSuffixed > 0 {
            text += "queries with a search suffix behind an update name: \(totals.searchSuffixed), not counted\n"
        }
        if totals.overflow > 0 { text += "queries left out, too many different names: \(totals.overflow)\n" }
        if totals.clientOverflow > 0 {
            text += "queries that no client is charged with, too many clients: \(totals.clientOverflow)\n"
        }
        if replayer.untold > 0 {
            text += "queries of which the captures do not tell what came of them: \(replayer.untold)\n"
        }
        return text
    }

    /// What is said where there is no finding in what was captured: never that all is well where that is not known.
    private func nothingObserved(_ replayer: borrowing Replayer) -> String {
        let totals = replayer.totals
        if replayer.untold == totals.updateEvents { return "nothing can be said: no answer is told" }
        if isCutShort { return "nothing wrong in what was read so far" }
        return totals.overflow > 0 || replayer.untold > 0
            ? "nothing wrong in what is told of them" : "nothing wrong in what was captured"
    }

    /// Prints everything; gives back the findings that decide: those that another stack would bring, where one is asked for,
    /// else all.
    mutating func finish(_ replayer: borrowing Replayer, hasStack: Bool, of captures: Int) -> [Finding] {
        let observed = replayer.observed()
        let under = replayer.underStack()
        let changes = other.map { replayer.changes(to: $0.stack, context: $0.context) } ?? []
        let all = other == nil ? observed + under : changes.filter { $0.kind != .freed }.map(\.finding)
        let broken = Set(observed.map(\.name))
        guard isText else {
            finishRecords(replayer, observed + under, changes, broken)
            return all
        }
        if captures > 0, unreadable == captures {
            StandardOutput.write(
                "Nothing was replayed.\n\(captures) capture\(captures == 1 ? "" : "s") could not be read.\n"
            )
            return all
        }
        StandardOutput.write(Self.totals(replayer))
        let nothing = replayer.totals.updateEvents == 0 ? "no update name was asked for" : nil
        StandardOutput.write(text.section("As observed", observed, none: nothing ?? nothingObserved(replayer)))
        StandardOutput.write(text.clients(replayer.clients()))
        if hasStack {
            StandardOutput.write(
                text.section("Under the stack", under, none: nothing ?? "no update name asked for would break")
            )
        }
        if other != nil {
            for (kind, title) in [
                (StackChange.Kind.broken, "Newly broken"), (.freed, "Freed"), (.undecided, "Undecided"),
            ] {
                let part = changes.filter { $0.kind == kind }
                if kind == .undecided, part.isEmpty { continue }
                StandardOutput.write(
                    text.section(
                        title,
                        part.map { ($0.finding, $0.hours) },
                        broken: kind == .broken ? broken : [],
                        none: nothing ?? (replayer.totals.overflow > 0 ? "none of those looked at" : "none")
                    )
                )
            }
        }
        return all
    }

    private mutating func finishRecords(
        _ replayer: borrowing Replayer,
        _ findings: [Finding],
        _ changes: [StackChange],
        _ broken: Set<DomainName>
    ) {
        for finding in findings { records.record("finding") { finding.write(to: &$0) } }
        for change in changes {
            records.record("change") {
                $0.member("change", change.kind.rawValue)
                change.finding.write(to: &$0)
                $0.member("hours", change.hours)
                if change.kind == .broken { $0.member("broken_already", broken.contains(change.finding.name)) }
            }
        }
        for client in replayer.clients() { records.record("client") { client.write(to: &$0) } }
        let compared = other == nil ? nil : Dictionary(grouping: changes, by: \.kind.rawValue).mapValues(\.count)
        let totals = replayer.totals
        let names = replayer.updateNames
        let untold = replayer.untold
        let failed = (unreadable: unreadable, silent: silent)
        let bySeverity = Dictionary(grouping: findings, by: \.severity.rawValue).mapValues(\.count)
        records.end {
            $0.member("findings", findings.count)
            $0.member("by_severity", counts: bySeverity)
            $0.member("events", totals.events)
            $0.member("update_events", totals.updateEvents)
            $0.member("update_names", names)
            $0.member("clients", totals.clients.count)
            $0.member("search_suffix_events", totals.searchSuffixed)
            $0.member("overflow_events", totals.overflow)
            $0.member("uncharged_events", totals.clientOverflow)
            $0.member("untold_events", untold)
            $0.member("unreadable_captures", failed.unreadable)
            $0.member("captures_without_queries", failed.silent)
            if let compared { $0.member("changes", counts: compared) }
        }
    }
}

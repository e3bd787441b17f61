import ArgumentParser
import Catalog
import Replay
import Reports
import Settings
import TextScan

/// `patchway merge`: one report of many replays.
struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Make one report of partials that replay --emit partial wrote.",
        discussion: """
            The report is that of one run over everything, whatever was read together and in which order of partials: inputs \
            are named by their format alone. --list and --stack have to be those of the replays, if these had any; partials \
            that were made without a stack can be merged under each. --emit partial writes one partial of all of them.
            """
    )

    @Argument(help: "Partials; - is standard input.")
    var partials: [String] = []

    @Option(name: .customLong("fail-on"), help: "Exit 1 from this severity of a finding on: \(Severity.failOnValues).")
    var failOn = "low"

    @OptionGroup var stack: StackOptions
    @OptionGroup var change: StackChangeOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var emission: EmissionOptions
    @OptionGroup var output: ReportOutputOptions

    func run() throws {
        RunCost.begin()
        guard !partials.isEmpty else { throw Failure.usage("no partials; give PARTIAL…") }
        let threshold = try Severity(option: failOn)
        try emission.check(output)
        let stacks = try ReplayStacks(stack, change, catalog, emission.isPartial ? .text : output.format)
        var replayer = stacks.replayer()
        var identity: PartialIdentity?
        Interruption.watch()
        for path in partials {
            if Interruption.isRequested { throw ExitStatus.interrupted }
            try Self.read(path, into: &replayer, &identity, stacks)
        }
        guard !emission.isPartial else {
            if let identity { replayer.writePartial(identity, write: StandardOutput.write) }
            return
        }
        throw report(replayer, stacks, threshold)
    }

    /// Takes one partial; a report without one of them would be a wrong one, so nothing is reported then.
    private static func read(
        _ path: String,
        into replayer: inout Replayer,
        _ identity: inout PartialIdentity?,
        _ stacks: ReplayStacks
    ) throws {
        let set: InputSet
        do throws(InputError) {
            set = try InputFile.read(path: path, limits: InputLimits(maximumExpandedSize: 1 << 30))
        } catch {
            if error.reason == .interrupted { throw ExitStatus.interrupted }
            throw Failure(status: error.isMisuse ? .usage : .undecided, text: error.description)
        }
        for input in set.inputs {
            var isRefused = false
            let known = identity
            var found: PartialIdentity?
            let fault = replayer.mergePartial(input.bytes.span, path: input.path) { header in
                found = header
                var expected = known ?? stacks.identity(redaction: header.redaction)
                // What was made without a stack can be judged by any.
                if known == nil, header.stack == nil { expected.stack = nil }
                let objection = expected.objection(to: header)
                isRefused = objection != nil
                return objection
            }
            if let fault { throw Failure(status: isRefused ? .usage : .undecided, text: fault.description) }
            identity = known ?? found
        }
        if let refused = set.diagnostics.first { throw Failure.undecided(refused.description) }
    }

    private func report(_ replayer: borrowing Replayer, _ stacks: ReplayStacks, _ threshold: Severity) -> ExitStatus {
        let header = RunHeader(version: Version.text, catalog: stacks.catalog.label, stack: stacks.loaded?.label)
        var written = ReplayOutput(output, header: header, isPartial: false)
        for source in SourceReport.all(replayer.sources) { written.source(source) }
        let (unreadable, cutShort) = (replayer.unreadable, replayer.cutShort)
        if unreadable + cutShort > 0 {
            written.diagnostic(
                Diagnostic(
                    path: "partials",
                    reason: "incomplete",
                    text: "captures that could not be read: \(unreadable), not to their end: \(cutShort)"
                )
            )
        }
        let found = ReplayReport(replayer, stacks, isCutShort: cutShort > 0)
        written.finish(found, hasCost: false) {
            $0.member("unreadable_captures", unreadable)
            $0.member("captures_cut_short", cutShort)
        }
        let status = found.status(threshold, stacks)
        let isWhole = unreadable + cutShort == 0 && !replayer.sources.isDamaged && !replayer.sources.isSilent
        return status == .fine && !isWhole ? .undecided : status
    }
}
        let undated = replayer.undated
            if undated > 0 { $0.member("undated_events", undated) }

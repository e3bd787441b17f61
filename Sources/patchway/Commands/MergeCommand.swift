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
        Interruption.watch()
        guard !partials.isEmpty else { throw Failure.usage("no partials; give PARTIAL…") }
        let threshold = try Severity(option: failOn)
        try emission.check(output)
        let stacks = try ReplayStacks(stack, change, catalog, emission.isPartial ? .text : output.format)
        var replayer = stacks.replayer()
        var identity: PartialIdentity?
        var (paths, remarks) = GivenFiles.once(partials)
        var known: [Fingerprint: String] = [:]
        for (done, path) in paths.enumerated() {
            do {
                if Interruption.isRequested { throw ExitStatus.interrupted }
                remarks += try Self.read(path, into: &replayer, &identity, stacks, &known)
            } catch ExitStatus.interrupted {
                let missing = "\(paths.count - done) of \(paths.count)"
                StandardError.line("patchway: interrupted; partials not merged: \(missing), so there is no report")
                throw ExitStatus.interrupted
            }
        }
        guard !emission.isPartial else {
            for remark in remarks { StandardError.line(remark.description) }
            if let identity { replayer.writePartial(identity, write: StandardOutput.write) }
            return
        }
        throw report(replayer, stacks, remarks, threshold)
    }

    /// Takes one partial; a report without one of them would be a wrong one, so nothing is reported then.
    /// - Returns: what is remarkable: copies of partials that were taken before.
    private static func read(
        _ path: String,
        into replayer: inout Replayer,
        _ identity: inout PartialIdentity?,
        _ stacks: ReplayStacks,
        _ taken: inout [Fingerprint: String]
    ) throws -> [Diagnostic] {
        var remarks: [Diagnostic] = []
        let set: InputSet
        do throws(InputError) {
            set = try InputFile.read(path: path, limits: InputLimits(maximumExpandedSize: 1 << 30))
        } catch {
            if error.reason == .interrupted { throw ExitStatus.interrupted }
            throw Failure(status: error.isMisuse ? .usage : .undecided, text: error.description)
        }
        for input in set.inputs {
            var fingerprint = Fingerprint()
            fingerprint.add(input.bytes.span)
            if let other = taken.updateValue(input.path, forKey: fingerprint) {
                let text =
                    "holds the same as \(TerminalText.escaped(other)); leave it out if it is a copy: both are counted"
                remarks.append(Diagnostic(path: input.path, reason: "same-partial", text: text))
            }
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
        return remarks
    }

    private func report(
        _ replayer: borrowing Replayer,
        _ stacks: ReplayStacks,
        _ remarks: [Diagnostic],
        _ threshold: Severity
    ) -> ExitStatus {
        let header = RunHeader(version: Version.text, catalog: stacks.catalog.label, stack: stacks.loaded?.label)
        var written = ReplayOutput(output, header: header, isPartial: false)
        for source in SourceReport.all(replayer.sources) { written.source(source) }
        for remark in remarks { written.diagnostic(remark) }
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
        let undated = replayer.undated
        written.finish(found, hasCost: false, failOn: threshold) {
            if undated > 0 { $0.member("undated_events", undated) }
            $0.member("unreadable_captures", unreadable)
            $0.member("captures_cut_short", cutShort)
        }
        let status = found.status(threshold, stacks)
        let isWhole = unreadable + cutShort == 0 && !replayer.sources.isDamaged && !replayer.sources.isSilent
        return status == .fine && !isWhole ? .undecided : status
    }
}

import ArgumentParser
import Catalog
import QueryLogs
import Replay
import Reports
import Settings

/// `patchway replay`: captured logs, as observed and under a stack.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Say what broke in captures and query logs, and what a stack would break.",
        discussion: """
            Formats are told by content; compressed files and zip archives are read directly; what syslog, journals, \
            containers and collectors put around lines is taken off.

            With --what-if, --minus or --swap the exit code says whether a name is newly broken: 0 none, 1 some, 3 not decided.

            With --emit partial the state of the run is written, and no report: `patchway merge` makes the report of many, \
            read at different times or places. It is the same as that of one run over everything, whatever captures were read \
            together and in which order. A log of lines may also be cut where no query is open, that is where ten seconds lie \
            between lines: what of one query is on both sides is counted on both. Not to be cut are formats with a heading \
            (Zeek, CSV), documents, and logs of which one part tells how others are read (dates of the debug log of Windows, \
            answers that are shown of some queries only). Logs without a year need --year, that of the first line of each part.

            With --follow the last capture is a log that grows: the others are read to their ends first, then it is read as \
            lines come, through rotation (renamed, or cut short and written anew), until Ctrl-C prints the report. Memory does not \
            grow with it. Of - the end is waited for. Questions without an answer by then may still be answered: nothing is \
            said of them. Logs of lines can be followed, and neither captures of packets nor databases nor compressed files.

            \(LogFormats.all.map { "\($0.format.rawValue): \($0.summary)" }.joined(separator: "\n"))
            """
    )

    @Argument(help: "Captures and logs; - is standard input.")
    var captures: [String] = []

    @Option(name: .customLong("fail-on"), help: "Exit 1 from this severity of a finding on: \(Severity.failOnValues).")
    var failOn = "low"

    @Flag(name: .customLong("follow"), help: "Read the last capture while it grows, until Ctrl-C prints the report.")
    var follows = false

    @Option(name: .customLong("jobs"), help: "Captures to read at a time; as many as there are processors without it.")
    var jobs: Int?

    @OptionGroup var reading: LogReadingOptions
    @OptionGroup var stack: StackOptions
    @OptionGroup var change: StackChangeOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var emission: EmissionOptions
    @OptionGroup var redaction: RedactionOptions
    @OptionGroup var output: ReportOutputOptions

    func run() throws {
        RunCost.begin()
        Interruption.watch()
        guard !captures.isEmpty else { throw Failure.usage("no captures; give CAPTURE…") }
        let threshold = try Severity(option: failOn)
        let options = try reading.options()
        let threads = try ReplayJobs.threads(jobs)
        try emission.check(output)
        let stacks = try ReplayStacks(stack, change, catalog, emission.isPartial ? .text : output.format)
        var run = ReplayRun(
            stacks,
            options,
            output,
            redaction: try redaction.redaction(stacks.catalog),
            isPartial: emission.isPartial
        )
        let others = follows ? captures.dropLast() : captures
        try run.read(others, besides: follows ? captures.last : nil, jobs: threads)
        var missing = run.missing
        if follows, let last = captures.last {
            // Of a log that is followed an interruption is the end.
            if Interruption.isRequested { missing += 1 } else { try run.follow(last) }
        }
        let status = run.finish(threshold)
        if missing > 0 {
            StandardError.line(
                "patchway: interrupted; captures that were not read to their end: \(missing) of \(captures.count)"
            )
            throw ExitStatus.interrupted
        }
        throw status != .finding && run.misused > 0 ? .usage : status
    }
}

import Catalog
import Findings
import Policy
import QueryLogs
import Replay
import Reports
import TextScan

/// One replay: reads captures, and says at the end, or when it is interrupted, what they tell.
struct ReplayRun: ~Copyable {
    private let stacks: ReplayStacks
    private var options: LogOptions
    private let isRedacted: Bool
    private var output: ReplayOutput
    private var replayer: Replayer
    /// Captures, in their order: under `--redact` they are named by it.
    private var captures: [String] = []
    /// Captures that the command line is wrong about.
    private(set) var misused = 0
    /// Captures that were read and hold no query.
    private var silent = 0
    /// Captures of which a part could not be read.
    private var damaged = 0
    /// Captures that were not read to their end, because the program was interrupted.
    private(set) var missing = 0

    init(
        _ stacks: ReplayStacks,
        _ options: LogOptions,
        _ output: ReportOutputOptions,
        redaction: Redaction?,
        isPartial: Bool
    ) {
        self.stacks = stacks
        self.options = options
        isRedacted = redaction != nil
        let header = RunHeader(version: Version.text, catalog: stacks.catalog.label, stack: stacks.loaded?.label)
        self.output = ReplayOutput(output, header: header, isPartial: isPartial)
        replayer = stacks.replayer(redaction)
        self.options.isCountedOnly = replayer.countsOnly
    }

    /// Reads captures, so many at a time; each file once, and the one that is followed not before.
    mutating func read(_ given: [String], besides followed: String?, jobs: Int) throws {
        var (paths, remarks) = GivenFiles.once((followed.map { [$0] } ?? []) + given)
        if followed != nil { paths.removeFirst() }
        if isRedacted, !remarks.isEmpty {
            let text = "the same file was given more than once (\(remarks.count) times too often), and counts once"
            remarks = [Diagnostic(path: "captures", reason: "given-twice", text: text)]
        }
        for remark in remarks { output.diagnostic(remark) }
        guard !paths.isEmpty else { return }
        let (outcomes, replayers) = try ReplayJobs(paths, options).run(threads: min(jobs, paths.count), replayer)
        for other in replayers { replayer.merge(other) }
        for (path, outcome) in zip(paths, outcomes) {
            captures.append(path)
            switch outcome {
            case .read(let reports):
                for report in reports { file(report) }
            case .refused(let error):
                replayer.noteUnreadable()
                if error.isMisuse { misused += 1 }
                diagnostic(error.diagnostic)
            case .cutShort:
                diagnostic(Diagnostic(path: path, reason: "interrupted", text: "was not read to its end"))
                replayer.noteCutShort()
                missing += 1
            case .unread:
                captures.removeLast()
                replayer.noteCutShort()
                missing += 1
            }
        }
    }

    /// Reads a log while it grows, until there is an end to it.
    mutating func follow(_ path: String) throws {
        captures.append(path)
        do {
            var following = try LogFollowing(path, options)
            file(try following.read { replayer.add($0) })
        } catch let failure as Failure where isRedacted {
            throw Failure(
                status: failure.status,
                text: failure.text.replacing(TerminalText.escaped(path), with: shown(path))
            )
        }
    }

    private mutating func file(_ report: FileReport) {
        replayer.note(report)
        if report.format == .unknown {
            replayer.noteUnreadable()
        } else if report.events == 0 {
            silent += 1
        }
        if report.isDamaged { damaged += 1 }
        var source = SourceReport(report)
        if isRedacted { source.path = shown(source.path) }
        output.source(source)
        if options.format == nil, let misplaced = MisplacedFile.listAsLog(report) { diagnostic(misplaced) }
        for found in report.diagnostics.diagnostics { diagnostic(found) }
        if report.format != .unknown, report.events == 0 {
            diagnostic(
                Diagnostic(path: report.path, reason: "no-queries", text: "holds no DNS query; is it the right file?")
            )
        }
    }

    /// What stands for a path where names of files are nobody's business.
    private func shown(_ path: String) -> String { isRedacted ? "capture \(captures.count)" : path }

    private mutating func diagnostic(_ diagnostic: Diagnostic) {
        guard isRedacted else { return output.diagnostic(diagnostic) }
        // It may quote the capture.
        output.diagnostic(
            Diagnostic(
                path: shown(diagnostic.path),
                line: diagnostic.line,
                column: diagnostic.column,
                byte: diagnostic.byte,
                reason: diagnostic.reason,
                text: "says what only a run without --redact shows"
            )
        )
    }

    /// Prints everything, a partial or a report; gives back the exit code that the findings mean.
    @discardableResult
    mutating func finish(_ threshold: Severity = .low) -> ExitStatus {
        guard !output.isPartial else {
            replayer.writePartial(stacks.identity(redaction: replayer.redactionID), write: StandardOutput.write)
            return replayer.unreadable > 0 || damaged > 0 ? .undecided : .fine
        }
        let found = ReplayReport(replayer, stacks, isCutShort: missing > 0)
        if !captures.isEmpty, missing == 0, replayer.unreadable == captures.count {
            output.nothing(
                "Nothing was replayed.\n\(captures.count) capture\(captures.count == 1 ? "" : "s") could not be read.\n"
            )
            if output.isText { return .undecided }
        }
        let (unreadable, silent, undated, missing) = (replayer.unreadable, silent, replayer.undated, missing)
        output.finish(found, failOn: threshold) {
            if undated > 0 { $0.member("undated_events", undated) }
            if missing > 0 {
                $0.member("interrupted", true)
                $0.member("captures_not_read", missing)
            }
            $0.member("unreadable_captures", unreadable)
            $0.member("captures_without_queries", silent)
        }
        let status = found.status(threshold, stacks)
        return status == .fine && (unreadable > 0 || silent > 0 || damaged > 0) ? .undecided : status
    }
}

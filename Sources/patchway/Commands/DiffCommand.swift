import ArgumentParser
import Catalog
import Findings
import QueryLogs
import Replay
import Reports
import TextScan

/// `patchway diff`: two captures beside each other.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract:
            "Say what one of two captures shows to be broken and the other does not: VPN off and on, before and after.",
        discussion: """
            Captures are in any of the formats of replay. Questions are aligned by name and type, and an answer is judged beside \
            the other capture's usable ones, those of the same hour first: shared addresses, shared aliases, other data alone and \
            what is broken only at times are counted apart and are no finding.
            Exit codes: 0 nothing is broken in one alone; 1 something is; 3 nothing could be compared, or a part not be read.
            """
    )

    @Argument(help: "The first capture, and the second.")
    var captures: [String] = []

    @Option(name: .customLong("fail-on"), help: "Exit 1 from this severity of a finding on: \(Severity.failOnValues).")
    var failOn = "low"

    @OptionGroup var reading: LogReadingOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        RunCost.begin()
        guard captures.count == 2 else { throw Failure.usage("give two captures, A and B") }
        let threshold = try Severity(option: failOn)
        let options = try reading.options()
        let catalog = try catalog.load()
        var run = DiffRun(
            output: output,
            header: RunHeader(version: Version.text, catalog: catalog.label),
            catalog,
            captures
        )
        Interruption.watch()
        var sides = [CaptureSide(catalog: catalog), CaptureSide(catalog: catalog)]
        var unread = captures.count
        for (index, path) in captures.enumerated() where !Interruption.isRequested {
            try run.read(path, options, into: &sides, index)
            unread -= 1
        }
        let compared = CaptureComparison(sides[0], sides[1], catalog: catalog)
        run.finish(compared)
        if unread > 0 {
            StandardError.line("patchway: interrupted; captures not read: \(unread) of \(captures.count)")
            throw ExitStatus.interrupted
        }
        if (compared.inFirst + compared.inSecond).contains(where: { $0.severity >= threshold }) {
            throw ExitStatus.finding
        }
        let isWhole = run.damaged == 0 && sides.allSatisfy { $0.overflow == 0 }
        if !isWhole || compared.counts.compared == 0 { throw ExitStatus.undecided }
    }
}

/// One comparison's output.
private struct DiffRun: ~Copyable {
    private let isText: Bool
    private let text: ReplayText
    private var records: RecordStream
    /// Captures of which a part could not be read.
    private(set) var damaged = 0

    private let catalog: EndpointCatalog
    private let captures: [String]

    init(output: OutputOptions, header: RunHeader, _ catalog: EndpointCatalog, _ captures: [String]) {
        self.catalog = catalog
        self.captures = captures
        isText = output.format == .text
        text = ReplayText(style: output.style)
        records = RecordStream(output.format, write: StandardOutput.write)
        if !isText { records.record("header") { header.write(to: &$0) } }
    }

    /// Reads one of two captures.
    mutating func read(
        _ path: String,
        _ options: LogOptions,
        into sides: inout [CaptureSide],
        _ index: Int
    ) throws {
        do throws(InputError) {
            let reports = try QueryLog.read(path: path, options: options) { event in
                if Interruption.isRequested { cutShort(path, sides) }
                sides[index].add(event)
            }
            for report in reports { file(report, isGuessed: options.format == nil) }
        } catch {
            if error.reason == .interrupted { cutShort(path, sides) }
            throw Failure(status: error.isMisuse ? .usage : .undecided, text: error.diagnostic.description)
        }
    }

    /// A capture may be long: what both gave so far is compared and printed, and the program ends.
    private mutating func cutShort(_ path: String, _ sides: [CaptureSide]) -> Never {
        diagnostic(Diagnostic(path: path, reason: "interrupted", text: "was not read to its end"))
        finish(CaptureComparison(sides[0], sides[1], catalog: catalog))
        StandardOutput.flush()
        ExitStatus.interrupted.exit()
    }

    private mutating func diagnostic(_ diagnostic: Diagnostic) {
        if isText {
            StandardError.line(diagnostic.description)
        } else {
            records.whole { diagnostic.write(to: &$0) }
        }
    }

    private mutating func file(_ report: FileReport, isGuessed: Bool) {
        let source = SourceReport(report)
        if isText {
            StandardOutput.write(text.file(source))
        } else {
            records.record("file") { source.write(to: &$0) }
        }
        if report.isDamaged || report.events == 0 { damaged += 1 }
        if isGuessed, let misplaced = MisplacedFile.listAsLog(report) { diagnostic(misplaced) }
        for found in report.diagnostics.diagnostics { diagnostic(found) }
    }

    mutating func finish(_ compared: borrowing CaptureComparison) {
        let sides = [(captures[0], compared.inFirst), (captures[1], compared.inSecond)]
        let counts = compared.counts
        guard isText else {
            for (path, findings) in sides {
                for finding in findings {
                    records.record("finding") {
                        $0.member("capture", path)
                        finding.write(to: &$0)
                    }
                }
            }
            let total = sides.reduce(0) { $0 + $1.1.count }
            records.end {
                $0.member("findings", total)
                for (name, count, _) in Self.members(counts) { $0.member(name, count) }
            }
            return
        }
        StandardOutput.write(table(counts))
        // Where nothing was compared nothing is said to be fine.
        for (path, findings) in sides where counts.compared > 0 || !findings.isEmpty {
            StandardOutput.write(
                text.section("Broken in \(TerminalText.escaped(path)) alone", findings, none: "nothing", owners: true)
            )
        }
    }

    /// What came of the questions, a line each; what came of none is left out.
    private func table(_ counts: CaptureComparison.Counts) -> String {
        let alone = "\(counts.onlyFirst) and \(counts.onlySecond)"
        var lines = text.fit("questions (name and type) in both: \(counts.compared); in one alone: \(alone)") + "\n"
        for (_, count, words) in Self.members(counts).dropFirst() where count > 0 && !words.isEmpty {
            let indent = String(repeating: " ", count: max(0, 8 - String(count).count))
            let hanging = String(repeating: " ", count: 10 - indent.count)
            lines += text.fit("\(count)  \(words)", indent: indent, hanging: hanging) + "\n"
        }
        if counts.compared == 0 {
            lines += text.fit("nothing can be compared: no update name was asked for in both") + "\n"
        }
        return "\n" + lines
    }

    /// Counts with their names in records, and in words.
    private static func members(_ counts: CaptureComparison.Counts) -> [(name: String, count: Int, words: String)] {
        [
            ("questions_compared", counts.compared, ""),
            ("broken_in_one", counts.broken, "broken in one alone, and not only because data differs"),
            ("broken_in_both", counts.brokenInBoth, "broken in both"),
            ("agreed", counts.agreed, "answered alike"),
            (
                "acquitted", counts.acquitted,
                "other addresses beside a shared one or a shared alias [D17, D18]: no filter"
            ),
            ("different", counts.different, "other data and nothing else [D20]: never a filter by itself"),
            ("flapping", counts.flapping, "broken at times only [D22]"),
            ("unstable", counts.unstable, "answers of one capture do not agree with each other [D21]"),
            ("undecided", counts.undecided, "not decided: a log does not tell enough"),
            ("only_in_first", counts.onlyFirst, ""), ("only_in_second", counts.onlySecond, ""),
        ]
    }
}

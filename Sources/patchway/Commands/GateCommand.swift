import ArgumentParser
import Audit
import Catalog
import DNS
import Findings
import Foundation
import Policy
import Reports
import Revisions
import Settings
import TextScan

/// `patchway gate`: what a new version of a list breaks that the old one did not.
struct GateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Stop a release of a filter list that breaks update names which the old version let pass.",
        discussion: """
            OLD and NEW are two versions of a list, or two folders of lists, whose files are taken together by their paths. Each is \
            audited as by `audit`; what both break is counted and no finding. A file that comes breaks what it blocks.
            Besides names the new version as a whole is looked at: whole top-level domains, much growth or shrinkage, a page \
            instead of a list, a cut end. --repo compares revisions, and --history says when breaks came in and left. What is known and wanted goes into a --baseline, with a reason and a last day.
            Exit codes: 0 nothing new breaks; 1 something does, or an alarm; 3 something could not be read or decided.
            """
    )

    @Argument(help: "The old version: a list or a folder of lists, - for none; with --repo a revision.")
    var old: String?

    @Argument(help: "The new version.")
    var new: String?

    @Option(name: .customLong("repo"), help: "Compare two revisions of a local repository; --path names the lists.")
    var repository: String?

    @Option(
        name: .customLong("history"),
        help: "Walk through the versions of --path in a local repository: when each break came in and left."
    )
    var history: String?

    @Option(name: .customLong("path"), help: "A list in the repository; repeatable.")
    var paths: [String] = []

    @Option(name: .customLong("revision"), help: "With --history: back from this revision.")
    var revision = "HEAD"

    @Option(name: .customLong("fail-on"), help: "Exit 1 from this severity of a finding on: \(Severity.failOnValues).")
    var failOn = "low"

    @Option(
        name: .customLong("max-growth"),
        help: "By how many percent the rules of a list may grow; without it to twice as many and 1,000 more."
    )
    var maximumGrowth: Int?

    @Option(name: .customLong("baseline"), help: "YAML: what is known to break and accepted, why and until when.")
    var baselineFile: String?

    @Option(
        name: .customLong("write-baseline"),
        help: "Write a baseline that accepts what is found, for 90 days; give its entries their reasons."
    )
    var writtenBaseline: String?

    @Option(name: .customLong("qtype"), help: "Record types.")
    var types = "A,AAAA,HTTPS"

    @OptionGroup var listReading: ListReadingOptions
    @OptionGroup var catalogOptions: CatalogOptions
    @OptionGroup var client: ContextOptions
    @OptionGroup var output: ReportOutputOptions

    func run() throws {
        RunCost.begin()
        Interruption.watch()
        let threshold = try Severity(option: failOn)
        if history != nil {
            guard old == nil, repository == nil, baselineFile == nil, writtenBaseline == nil, maximumGrowth == nil
            else {
                throw Failure.usage("--history takes no OLD and NEW, no --repo, --max-growth and baselines")
            }
            guard !paths.isEmpty else { throw Failure.usage("--history needs --path LIST") }
        }
        if let maximumGrowth, !(0...1_000_000).contains(maximumGrowth) {
            throw Failure.usage("--max-growth \(maximumGrowth): percent, from 0 to 1000000")
        }
        guard client.group == nil else { throw Failure.usage("--group is one of a stack file's; a gate has none") }
        let reading = try listReading.reading()
        let catalog = try catalogOptions.load()
        let baseline = try readBaseline()
        let auditor = Auditor(
            names: AuditName.all(of: catalog),
            types: try RRType.list(types),
            chains: catalog.chains,
            context: try client.context(),
            wildcards: catalog
        )
        if let history {
            return try GateHistory(auditor: auditor, reading: reading, output: output, failOn: threshold).run(
                try Self.open(history),
                paths,
                from: revision,
                header: RunHeader(version: Version.text, catalog: catalog.label)
            )
        }
        let folders = try folders()
        var run = GateRun(
            auditor: auditor,
            catalog: catalog,
            reading: reading,
            growth: maximumGrowth,
            baseline: baseline
        )
        run.note(folders)
        for pair in folders.pairs where !Interruption.isRequested { run.compare(pair) }
        let outcome = run.finish(header: RunHeader(version: Version.text, catalog: catalog.label))
        // What is not whole is not kept.
        if let writtenBaseline, !Interruption.isRequested { try write(outcome, baseline, to: writtenBaseline) }
        GateOutput(output: output, failOn: threshold).write(outcome)
        if Interruption.isRequested {
            StandardError.line("patchway: interrupted; not all lists were compared")
            throw ExitStatus.interrupted
        }
        throw outcome.status(threshold: threshold)
    }

    /// What is compared.
    private func folders() throws -> ReleaseFiles.Folders {
        guard let old, let new else { throw Failure.usage("give two versions, OLD and NEW") }
        guard let repository else {
            guard paths.isEmpty else {
                throw Failure.usage("--path is a list in a repository; give --repo or --history")
            }
            return try ReleaseFiles.pairs(old: old, new: new)
        }
        guard !paths.isEmpty else { throw Failure.usage("--repo needs --path LIST") }
        let opened = try Self.open(repository)
        return ReleaseFiles.Folders(pairs: try paths.map { try ReleaseFiles.pair($0, old: old, new: new, in: opened) })
    }

    private static func open(_ path: String) throws -> Repository {
        do {
            return try Repository(path)
        } catch {
            throw Failure.usage(TerminalText.escaped("\(path): is no repository of git: \(error)", limit: 1_000))
        }
    }

    private func readBaseline() throws -> Baseline {
        guard let baselineFile else { return Baseline() }
        let (baseline, diagnostics) = Baseline.parse(try Inputs.octets(baselineFile), path: baselineFile)
        guard diagnostics.isEmpty else {
            throw Failure.usage(diagnostics.map(\.description).joined(separator: "\npatchway: "), diagnostics)
        }
        return baseline
    }

    private func write(_ outcome: GateOutcome, _ baseline: Baseline, to path: String) throws {
        let day = TimeText.rfc3339(microseconds: GateRun.now + 90 * 86_400_000_000).prefix(10)
        let text = Baseline.text(
            baseline.entries.filter { $0.until >= GateRun.today },
            and: outcome.acceptable,
            reason: "accepted when the baseline was written; say why",
            until: String(day)
        )
        let file = try OutputFile(path)
        let octets = Array(text.utf8)
        file.write(octets.span)
        try file.finish()
    }
}

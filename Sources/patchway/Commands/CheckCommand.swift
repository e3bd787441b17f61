import ArgumentParser
import DNS
import LDNS
import Policy
import Reports
import TextScan

/// `patchway check`: the verdict of a stack on names.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what a stack answers for names, per record type."
    )

    @Argument(help: "Names to check.")
    var names: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: "A file of NAME or NAME TYPE lines; - is standard input."
    )
    var file: String?

    @Option(name: .customLong("qtype"), help: "Record types for names without one.")
    var types = "A,AAAA,HTTPS"

    @Option(name: .customLong("chains"), help: "A file of owner<TAB>target lines: the CNAME chains behind the names.")
    var chains: String?

    @OptionGroup var stack: StackOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        RunCost.begin()
        var input = NameInput()
        for name in names { try input.add(name) }
        if let file { try input.read(file) }
        guard !input.items.isEmpty else {
            for diagnostic in input.diagnostics { StandardError.line(diagnostic.description) }
            throw Failure.usage("no names; give NAME… or -f FILE")
        }
        guard !stack.isEmpty else {
            throw Failure.usage("no stack; give --list FILE [--engine ENGINE] or --stack FILE")
        }
        let loaded = try LoadedStack.load(try stack.layers())
        loaded.announce()
        for diagnostic in input.diagnostics { StandardError.line(diagnostic.description) }
        let chains = try ChainInput(path: chains)
        let defaults = try RRType.list(types)
        var totals: [VerdictKind: Int] = [:]
        var records = RecordStream(output.format, write: StandardOutput.write)
        let isText = output.format == .text
        if !isText {
            let header = RunHeader(
                version: Version.text,
                catalog: try catalog.load().label,
                stack: loaded.label
            )
            records.record("header") { header.write(to: &$0) }
        }
        for item in input.items {
            let chain = chains.chain(of: item.name)
            for type in item.type.map({ [$0] }) ?? defaults {
                let verdict = loaded.stack.verdict(item.name, type: type, chain: chain)
                totals[verdict.kind, default: 0] += 1
                let record = VerdictRecord(name: item.name, type: type, verdict: verdict, chain: chain)
                if isText {
                    StandardOutput.write(VerdictText.line(record, style: output.style))
                } else {
                    records.record("verdict") { record.write(to: &$0) }
                }
            }
        }
        finish(&records, totals, isText, skipped: input.diagnostics.count, unsupported: loaded.unsupportedRules)
        if totals[.unsupported] != nil { throw ExitStatus.undecided }
    }

    private func finish(
        _ records: inout RecordStream,
        _ totals: [VerdictKind: Int],
        _ isText: Bool,
        skipped: Int,
        unsupported: Int
    ) {
        guard !isText else { return }
        records.record("summary") {
            $0.member("verdicts", totals.values.reduce(0, +))
            $0.member(
                "by_verdict",
                counts: Dictionary(uniqueKeysWithValues: totals.map { ($0.key.description, $0.value) })
            )
            $0.member("skipped_lines", skipped)
            $0.member("unsupported_rules", unsupported)
            $0.member("elapsed_ms", RunCost.elapsedMilliseconds)
            $0.member("peak_rss_bytes", RunCost.peakMemoryBytes)
        }
        records.finish()
    }
}

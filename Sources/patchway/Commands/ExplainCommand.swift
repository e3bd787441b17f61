import ArgumentParser
import Catalog
import DNS
import Findings
import Policy
import Reports
import Settings
import TextScan

/// `patchway explain`: what an error code says, or how a verdict comes about.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain a Windows Update error code, or derive the verdict on a name.",
        discussion: "Codes are read as 0x8024402c, 8024402C or signed decimal (-2145107924)."
    )

    @Argument(help: "An error code or a name.")
    var subject: String

    @Option(name: .customLong("qtype"), help: "Record types for a name.")
    var types = "A,AAAA,HTTPS"

    @OptionGroup var stack: StackOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        RunCost.begin()
        let isMarked = subject.hasPrefix("0x") || subject.hasPrefix("0X") || subject.hasPrefix("-")
        if let code = ErrorCode(subject), isMarked || stack.isEmpty { return try explain(code) }
        guard !isMarked else {
            throw Failure.usage("`\(TerminalText.escaped(subject))` is no 32-bit error code such as 0x8024402c")
        }
        var input = NameInput()
        try input.add(subject)
        guard let name = input.items.first?.name else { return }
        try explain(name)
    }

    private func explain(_ code: ErrorCode) throws {
        let table = BuiltInCatalog.errors().table
        let explanation = table.explain(code)
        var records = RecordStream(output.format, write: StandardOutput.write)
        if output.format != .text {
            records.begin(try catalog.load())
        }
        switch (explanation, output.format) {
        case (.known(let error), .text):
            StandardOutput.write(ErrorText.known(error, sources: table.sources, style: output.style))
        case (.unknown(let code, let facts), .text):
            StandardOutput.write(ErrorText.unknown(code, facts: facts))
        case (.known(let error), _):
            records.record("error_code") { error.write(to: &$0, sources: table.sources) }
        case (.unknown(let code, let facts), _):
            records.record("error_code") {
                $0.member("code", code.description)
                $0.member("known", false)
                $0.member("facts", facts)
            }
        }
        if output.format != .text { records.end() }
        if case .unknown = explanation { throw ExitStatus.undecided }
    }

    private func explain(_ name: DomainName) throws {
        let catalog = try catalog.load()
        let loaded = try LoadedStack.load(try stack.layers())
        loaded.announce()
        let types = try RRType.list(types)
        let chains = catalog.chains.chains(from: name).map(\.edges)
        var records = RecordStream(output.format, write: StandardOutput.write)
        let isText = output.format == .text
        if isText {
            StandardOutput.write(EndpointText.about(name, catalog: catalog, style: output.style))
        } else {
            records.begin(catalog, stack: stack.isEmpty ? nil : loaded.label)
            for endpoint in catalog.endpoints(matching: name, includingShared: true) {
                records.record("endpoint") { endpoint.write(to: &$0) }
            }
        }
        var isDecided = true
        for type in stack.isEmpty ? [] : types {
            let decision = loaded.stack.decision(name, type: type, over: chains)
            if decision.verdict.kind == .unsupported { isDecided = false }
            let aliases = decision.considered.map(\.target)
            let record = VerdictRecord(name: name, type: type, verdict: decision.verdict, chain: aliases)
            if isText {
                StandardOutput.write(VerdictText.derivation(record, style: output.style))
            } else {
                records.record("verdict") { record.write(to: &$0) }
            }
        }
        if !isText { records.end() }
        if !isDecided { throw ExitStatus.undecided }
    }
}

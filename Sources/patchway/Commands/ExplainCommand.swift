import ArgumentParser
import Catalog
import DNS
import Policy
import Reports
import Settings
import TextScan

/// `patchway explain`: what an error code says, or how a verdict comes about.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain a Windows Update error code, or derive the verdict on a name.",
        discussion: "Codes are read as 0x8024402c, 8024402C or signed decimal (write `-- -2145107924`)."
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
        if let code = ErrorCode(subject), stack.isEmpty { return try explain(code) }
        var input = NameInput()
        try input.add(subject)
        guard let name = input.items.first?.name else { return }
        try explain(name)
    }

    private func explain(_ code: ErrorCode) throws {
        let table = BuiltInCatalog.errors().table
        let explanation = table.explain(code)
        var records = RecordStream(output.format, write: StandardOutput.write)
        switch (explanation, output.format) {
        case (.known(let error), .text):
            StandardOutput.write(ErrorText.known(error, sources: table.sources, style: output.style))
        case (.unknown(let code, let facts), .text):
            StandardOutput.write(ErrorText.unknown(code, facts: facts))
        case (.known(let error), _):
            records.record("error_code") { error.write(to: &$0, sources: table.sources) }
            records.finish()
        case (.unknown(let code, let facts), _):
            records.record("error_code") {
                $0.member("code", code.description)
                $0.member("known", false)
                $0.member("facts", facts)
            }
            records.finish()
        }
        if case .unknown = explanation { throw ExitStatus.undecided }
    }

    private func explain(_ name: DomainName) throws {
        let catalog = try catalog.load()
        let loaded = try LoadedStack.load(try stack.layers())
        loaded.announce()
        let chains = catalog.chains.chains(from: name)
        var records = RecordStream(output.format, write: StandardOutput.write)
        if output.format == .text {
            StandardOutput.write(EndpointText.about(name, catalog: catalog, style: output.style))
        }
        guard !stack.isEmpty else {
            if output.format != .text { records.finish() }
            return
        }
        for type in try RRType.list(types) {
            let record = Self.decide(name, type, loaded.stack, chains.map(\.aliases))
            if output.format == .text {
                StandardOutput.write(VerdictText.derivation(record, style: output.style))
            } else {
                records.record("verdict") { record.write(to: &$0) }
            }
        }
        records.finish()
    }

    /// The first known chain that does not pass, or the verdict on the name alone.
    private static func decide(
        _ name: DomainName,
        _ type: RRType,
        _ stack: CompiledStack,
        _ chains: [[DomainName]]
    ) -> VerdictRecord {
        let direct = stack.verdict(name, type: type)
        guard direct.kind == .pass else { return VerdictRecord(name: name, type: type, verdict: direct) }
        for chain in chains {
            let verdict = stack.verdict(name, type: type, chain: chain)
            if !verdict.kind.isPass { return VerdictRecord(name: name, type: type, verdict: verdict, chain: chain) }
        }
        return VerdictRecord(name: name, type: type, verdict: direct, chain: chains.first ?? [])
    }
}

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

    @Argument(help: "Error codes, symbols such as WU_E_NO_CONNECTION, or names.")
    var subjects: [String]

    @Option(name: .customLong("qtype"), help: "Record types for a name.")
    var types = "A,AAAA,HTTPS"

    @OptionGroup var chains: ChainOptions
    @OptionGroup var stack: StackOptions
    @OptionGroup var format: ListFormatOptions
    @OptionGroup var client: ContextOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: VerdictOutputOptions

    func run() throws {
        RunCost.begin()
        Interruption.watch()
        var undecided = false
        var records = RecordStream(output.format, write: StandardOutput.write)
        guard output.format != .csv || !stack.isEmpty else {
            throw Failure.usage("-o csv is a table of verdicts; give --list FILE or --stack FILE, or another -o")
        }
        let catalog = try catalog.load()
        let loaded = try output.format.reporting(catalog) { try LoadedStack.load(try stack.requested(as: format)) }
        loaded.announce(namesRules: !output.format.isRecords, isVerbose: output.isVerbose)
        let given = try chains.load()
        if output.format.isRecords { records.begin(catalog, stack: stack.isEmpty ? nil : loaded.label) }
        if output.format == .csv { StandardOutput.write(VerdictTable.heading) }
        var done = 0
        for subject in subjects {
            if Interruption.isRequested { break }
            let isDecided =
                if let code = try code(subject) {
                    try explain(code, subject, &records)
                } else {
                    try explain(subject, catalog, loaded, given, &records)
                }
            if !isDecided { undecided = true }
            done += 1
        }
        let missing = subjects.count - done
        if output.format.isRecords {
            for diagnostic in loaded.lineDiagnostics { records.whole { diagnostic.write(to: &$0) } }
            records.end { if missing > 0 { $0.member("interrupted", true) } }
        }
        if missing > 0 {
            StandardError.line("patchway: interrupted; not explained: \(missing) of \(subjects.count)")
            throw ExitStatus.interrupted
        }
        if undecided || loaded.emptied > 0 { throw ExitStatus.undecided }
    }

    /// The code that a subject is, by number or by symbol; nil when it may be a name.
    private func code(_ subject: String) throws -> ErrorCode? {
        let isMarked = subject.hasPrefix("0x") || subject.hasPrefix("0X") || subject.hasPrefix("-")
        if let code = ErrorCode(subject), isMarked || stack.isEmpty { return code }
        guard !isMarked else {
            throw Failure.usage("`\(TerminalText.escaped(subject))` is no 32-bit error code such as 0x8024402c")
        }
        let symbol = subject.uppercased()
        return BuiltInCatalog.errors().table.errors.first { $0.symbols.contains(symbol) }?.code
    }

    private func explain(_ code: ErrorCode, _ subject: String, _ records: inout RecordStream) throws -> Bool {
        guard output.format != .csv else {
            throw Failure.usage("-o csv is a table of verdicts on names; error codes are told as text, json or ndjson")
        }
        let table = BuiltInCatalog.errors().table
        switch (table.explain(code), output.format) {
        case (.known(let error), .text):
            StandardOutput.write(ErrorText.known(error, sources: table.sources, style: output.style))
        case (.unknown(let code, let facts), .text):
            StandardOutput.write(ErrorText.unknown(code, facts: facts, style: output.style))
        case (.known(let error), _):
            records.record("error_code") { error.write(to: &$0, sources: table.sources) }
        case (.unknown(let code, let facts), _):
            records.record("error_code") {
                $0.member("code", code.description)
                $0.member("known", false)
                $0.member("facts", facts)
            }
        }
        guard case .unknown = table.explain(code) else { return true }
        // A plain number is a code in decimal, as event logs print it; few are meant so that begin like one in hexadecimal.
        let isDecimal = subject.hasPrefix("80") && subject.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let digits = subject.utf8.count - (isDecimal ? 0 : 2)
        if isDecimal || subject.lowercased().hasPrefix("0x"), digits < 8 {
            StandardError.line(
                "patchway: \(TerminalText.escaped(subject)) has \(digits) digits; codes have eight (0x8024402c): was it cut?"
            )
        }
        return false
    }

    private func explain(
        _ subject: String,
        _ catalog: EndpointCatalog,
        _ loaded: LoadedStack,
        _ given: ChainInput,
        _ records: inout RecordStream
    ) throws -> Bool {
        var input = NameInput()
        try input.add(subject)
        guard let name = input.items.first?.name else { return false }
        let endpoints = catalog.endpoints(matching: name, includingShared: true)
        if stack.isEmpty, endpoints.isEmpty {
            let symbols = BuiltInCatalog.errors().table.errors.flatMap(\.symbols)
            let nearest = NearestWord.hint(subject, symbols)
            StandardError.line(
                "patchway: \(name): no known error code or symbol, and no name of the catalog"
                    + (nearest.isEmpty ? catalog.nearestHint(name) : nearest)
                    + "; codes look like 0x8024402c, and --list FILE gives the verdict of a list"
            )
            return false
        }
        if output.format == .text {
            StandardOutput.write(EndpointText.about(name, catalog: catalog, style: output.style))
        } else if output.format.isRecords {
            for endpoint in endpoints {
                records.record("endpoint") { endpoint.write(to: &$0, sources: catalog.sources) }
            }
        }
        return stack.isEmpty ? true : try derive(name, catalog, loaded, given, &records)
    }

    private static func flip(
        _ outcome: Removals.Outcome,
        _ verdict: Verdict,
        _ name: DomainName,
        _ loaded: LoadedStack,
        _ decide: (CompiledStack) -> Verdict
    ) -> VerdictFlip {
        let fixes = verdict.fixes(for: name).filter {
            $0.isRemoval || $0.isFetching || FixTrial.works($0, verdict, loaded, decide)
        }
        var flip = VerdictFlip(
            rules: outcome.rules,
            kind: outcome.verdict,
            // A removal is what was tried.
            exceptions: fixes.filter { !$0.isRemoval && !$0.isFetching }.map(\.text),
            layer: verdict.matched?.layer ?? 0
        )
        flip.need = fixes.first(where: \.isFetching)?.text
        return flip
    }

    private func derive(
        _ name: DomainName,
        _ catalog: EndpointCatalog,
        _ loaded: LoadedStack,
        _ given: ChainInput,
        _ records: inout RecordStream
    ) throws -> Bool {
        let chains = catalog.chains.chains(from: name).map(\.edges)
        let context = try loaded.narrowed(try client.context(), group: client.group)
        var isDecided = loaded.unsupportedRules == 0 && loaded.clientRules(context) == 0
        loaded.announceClientRules(context)
        let types = try RRType.list(types)
        var removals = Removals(loaded)
        var awaitsAddresses = false
        for type in types {
            let behind = given.behind(name, type)
            if !behind.ends {
                ChainInput.announceEndless([name])
                isDecided = false
            }
            // What is known of the name's aliases stands back behind what is given.
            let decide: (CompiledStack) -> (verdict: Verdict, aliases: [DomainName]) = { stack in
                guard behind.isEmpty else {
                    let verdict = stack.verdict(name, type: type, over: behind, context: context)
                    return (stack.settled(verdict, type, over: given, context: context), behind.aliases)
                }
                let decision = stack.decision(name, type: type, over: chains, context: context)
                let verdict = stack.settled(decision.verdict, type, over: given, context: context)
                return (verdict, decision.considered.map(\.target))
            }
            let decision = decide(loaded.stack)
            if behind.addresses == nil, loaded.stack.awaitsAddresses(type) { awaitsAddresses = true }
            if decision.verdict.kind == .unsupported { isDecided = false }
            var record = VerdictRecord(name: name, type: type, verdict: decision.verdict, chain: decision.aliases)
            let outcome = try removals.outcome(decision.verdict) { decide($0).verdict }
            record.flip = outcome.map {
                Self.flip($0, decision.verdict, name, loaded) { decide($0).verdict }
            }
            switch output.format {
            case .text: StandardOutput.write(VerdictText.derivation(record, style: output.style))
            case .csv: StandardOutput.write(VerdictTable.row(record))
            default: records.record("verdict") { record.write(to: &$0) }
            }
        }
        if awaitsAddresses { loaded.announceAddressRules() }
        return isDecided && !awaitsAddresses
    }
}

import ArgumentParser
import Catalog
import DNS
import Findings
import Policy
import Reports
import TextScan

/// `patchway check`: the verdict of a stack on names.
struct CheckCommand: EvidentCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what a stack answers for names, per record type."
    )

    @Argument(help: "Names to check.")
    var names: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: "A file of NAME or NAME TYPE lines; - is standard input, whose lines are answered as they come."
    )
    var file: String?

    @Option(name: .customLong("qtype"), help: "Record types for names without one.")
    var types = "A,AAAA,HTTPS"

    @OptionGroup var chains: ChainOptions

    @Flag(name: .customLong("known-chains"), help: "Check the aliases that the catalog knows behind the names, too.")
    var usesKnownChains = false

    @Option(
        name: .customLong("fail-on"),
        help: "Exit 1 when a catalog name of this severity or worse does not pass: \(Severity.failOnValues)."
    )
    var failOn: String?

    @OptionGroup var stack: StackOptions
    @OptionGroup var format: ListFormatOptions
    @OptionGroup var client: ContextOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: VerdictOutputOptions
    @OptionGroup var evidence: EvidenceOptions

    func run() throws {
        RunCost.begin()
        Interruption.watch()
        var input = NameInput()
        for name in names { try input.add(name) }
        if let file, !NameStream.streams(file) { try input.read(file) }
        var stream = NameStream.streams(file) ? try NameStream() : nil
        while input.isEmpty, try stream?.read(into: &input) ?? false {}
        guard !input.isEmpty else {
            for diagnostic in input.diagnostics { StandardError.line(diagnostic.description) }
            throw Failure.usage(
                file.map { "\(TerminalText.escaped($0)): no line of it is a name; write NAME or NAME TYPE lines" }
                    ?? "no names; give NAME… or -f FILE"
            )
        }
        guard !stack.isEmpty else {
            throw Failure.usage("no stack; give --list FILE [--engine ENGINE] or --stack FILE")
        }
        let catalog = try catalog.load()
        let loaded = try output.format.reporting(catalog) { try LoadedStack.load(try stack.requested(as: format)) }
        loaded.announce(namesRules: !output.format.isRecords, isVerbose: output.isVerbose)
        for diagnostic in input.diagnostics { StandardError.line(diagnostic.description) }
        var said: Set<String> = []
        input.announceSpellings(besides: &said)
        let threshold = try failOn.map(Severity.init(option:))
        let context = try loaded.narrowed(try client.context(), group: client.group)
        var run = CheckRun(
            loaded: loaded,
            catalog: catalog,
            chains: try chains.load(),
            usesKnownChains: usesKnownChains,
            context: context,
            watchesSeverity: threshold != nil,
            output: output,
            differences: GroupDifferences(loaded, try client.context(), group: client.group)
        )
        let defaults = try RRType.list(types)
        run.check(input, defaults)
        var (given, faults) = (input.indices.count, input.faultCount)
        var isCut = false
        while !isCut {
            StandardOutput.flush()
            var more = NameInput()
            do {
                guard try stream?.read(into: &more) ?? false else { break }
            } catch let failure as Failure where failure.status == .interrupted {
                isCut = true
            }
            for diagnostic in more.diagnostics { StandardError.line(diagnostic.description) }
            more.announceSpellings(besides: &said)
            run.check(more, defaults)
            given += more.indices.count
            faults += more.faultCount
        }
        let missing = given - run.checked
        run.finish(skipped: faults, missing: missing, isCut: isCut)
        if missing > 0 || isCut {
            let rest = isCut ? "; standard input was not read to its end" : ""
            StandardError.line("patchway: interrupted; names not checked: \(missing) of \(given)\(rest)")
            throw ExitStatus.interrupted
        }
        if let threshold, let worst = run.worst, worst >= threshold { throw ExitStatus.finding }
        loaded.announceClientRules(context)
        let isCertain =
            run.isDecided && loaded.clientRules(context) == 0 && loaded.unsupportedRules == 0
            && faults == 0
        if !isCertain { throw ExitStatus.undecided }
    }
}

/// One check: decides and prints name by name.
private struct CheckRun: ~Copyable {
    private let loaded: LoadedStack
    private let catalog: EndpointCatalog
    private let chains: ChainInput
    private let usesKnownChains: Bool
    private let context: QueryContext
    private let style: TextStyle
    private let format: OutputFormat
    private var records: RecordStream
    private let watchesSeverity: Bool
    private var writer: VerdictWriter
    private let owners: NameSieve
    private var totals = [Int](repeating: 0, count: VerdictKind.allCases.count)
    /// Whether a rule about addresses might have met an answer that nobody showed.
    private var awaitsAddresses = false
    private var uncheckedNames: Set<DomainName> = []
    /// Names whose aliases run in a loop, or further than they are followed.
    private var endlessNames: Set<DomainName> = []
    /// The groups of clients that nobody asked for.
    private var differences: GroupDifferences
    /// Names that were checked for all their types.
    private(set) var checked = 0
    /// The worst severity among catalog names that do not pass.
    private(set) var worst: Severity?

    init(
        loaded: LoadedStack,
        catalog: EndpointCatalog,
        chains: ChainInput,
        usesKnownChains: Bool,
        context: QueryContext,
        watchesSeverity: Bool,
        output: VerdictOutputOptions,
        differences: GroupDifferences
    ) {
        self.differences = differences
        self.loaded = loaded
        self.catalog = catalog
        self.chains = chains
        self.usesKnownChains = usesKnownChains
        self.context = context
        self.watchesSeverity = watchesSeverity
        writer = VerdictWriter(loaded.stack, context: context)
        owners = NameSieve(catalog.chains.edges.map(\.owner))
        style = output.style
        format = output.format
        records = RecordStream(output.format, write: StandardOutput.write)
        if format.isRecords { records.begin(catalog, stack: loaded.label) }
        if format == .csv { StandardOutput.write(VerdictTable.heading) }
    }

    /// Whether every verdict so far is one.
    var isDecided: Bool {
        !awaitsAddresses && endlessNames.isEmpty && totals[Int(VerdictKind.unsupported.rawValue)] == 0
    }

    mutating func check(_ input: borrowing NameInput, _ types: [RRType]) {
        var progress = Progress("names", of: input.indices.count)
        guard format.isRecords, !usesKnownChains, chains.isEmpty else {
            for index in input.indices {
                if Interruption.isRequested { return }
                progress.note(index)
                let name = input.name(index)
                for type in input.type(index).map({ [$0] }) ?? types { check(name, type) }
                checked += 1
            }
            return
        }
        var batch = NameBatch()
        for index in input.indices {
            if batch.count == 0, Interruption.isRequested { return }
            progress.note(index)
            batch.append { input.fill(&$0, index) }
            guard batch.isFull || index == input.indices.last else { continue }
            loaded.stack.prefetch(&batch, wholeChains: true)
            let first = index + 1 - batch.count
            records.gather()
            for place in 0..<batch.count {
                batch.with(place) { name, hashes in
                    writer.begin(name)
                    if let own = input.type(first + place) {
                        check(name, hashes, own)
                    } else {
                        for type in types { check(name, hashes, type) }
                    }
                }
            }
            records.handOut()
            checked += batch.count
            batch.removeAll()
        }
    }

    private mutating func check(_ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes, _ type: RRType) {
        let decision = loaded.stack.decideAnyAddress(
            of: name,
            type: type,
            context: context,
            after: loaded.stack.decide(name, hashes, type: type, context: context)
        )
        awaitsAddresses = awaitsAddresses || loaded.stack.awaitsAddresses(type)
        count(decision.kind)
        if !differences.isEmpty { differences.note(name, type, decidedIn: context) }
        if watchesSeverity, !decision.kind.isPass { watch(name.name) }
        if decision.kind == .pass, owners.mayContain(name), noteUnchecked(name.name) {
            var record = VerdictRecord(
                name: name.name,
                type: type,
                verdict: loaded.stack.verdict(name.name, type: type, context: context)
            )
            Self.addUncheckedNote(&record.verdict)
            return records.record("verdict") { record.write(to: &$0) }
        }
        records.whole { writer.write(decision, on: name, hashes, type: type, to: &$0) }
    }

    private mutating func check(_ name: DomainName, _ type: RRType) {
        let record = decide(name, type)
        count(record.verdict.kind)
        if !differences.isEmpty { differences.note(NameBuffer(name), type, decidedIn: context) }
        if watchesSeverity, !record.verdict.kind.isPass { watch(name) }
        switch format {
        case .text: StandardOutput.write(VerdictText.line(record, style: style))
        case .csv: StandardOutput.write(VerdictTable.row(record))
        default: records.record("verdict") { record.write(to: &$0) }
        }
    }

    private mutating func count(_ kind: VerdictKind) { totals[Int(kind.rawValue)] += 1 }

    private mutating func watch(_ name: DomainName) {
        let severity = catalog.endpoint(matching: name)?.severity ?? .none
        worst = max(worst ?? severity, severity)
    }

    /// Whether the catalog knows aliases behind a name; those that pass are counted.
    private mutating func noteUnchecked(_ name: DomainName) -> Bool {
        guard !catalog.chains.edges(from: name).isEmpty else { return false }
        uncheckedNames.insert(name)
        return true
    }

    /// Says in records and rows what text says once at the end.
    private static func addUncheckedNote(_ verdict: inout Verdict) {
        let note = "aliases that the catalog knows behind the name were not checked; --known-chains does"
        verdict.note = verdict.note.map { "\($0); \(note)" } ?? note
    }

    private mutating func decide(_ name: DomainName, _ type: RRType) -> VerdictRecord {
        var record = decideUnsettled(name, type)
        record.verdict = loaded.stack.settled(record.verdict, type, over: chains, context: context)
        return record
    }

    private mutating func decideUnsettled(_ name: DomainName, _ type: RRType) -> VerdictRecord {
        let given = chains.behind(name, type)
        if !given.ends { endlessNames.insert(name) }
        guard given.isEmpty else {
            let verdict = loaded.stack.verdict(name, type: type, over: given, context: context)
            if given.addresses == nil { awaitsAddresses = awaitsAddresses || loaded.stack.awaitsAddresses(type) }
            return VerdictRecord(name: name, type: type, verdict: verdict, chain: given.aliases)
        }
        guard usesKnownChains else {
            var verdict = loaded.stack.verdict(name, type: type, context: context)
            awaitsAddresses = awaitsAddresses || loaded.stack.awaitsAddresses(type)
            if verdict.kind == .pass, noteUnchecked(name), format != .text { Self.addUncheckedNote(&verdict) }
            return VerdictRecord(name: name, type: type, verdict: verdict)
        }
        let decision = loaded.stack.decision(
            name,
            type: type,
            over: catalog.chains.chains(from: name).map(\.edges),
            context: context
        )
        awaitsAddresses = awaitsAddresses || loaded.stack.awaitsAddresses(type)
        return VerdictRecord(
            name: name,
            type: type,
            verdict: decision.verdict,
            chain: decision.considered.map(\.target)
        )
    }

    mutating func finish(skipped: Int, missing: Int, isCut: Bool) {
        let unsupported = loaded.unsupportedRules
        differences.announce()
        if awaitsAddresses { loaded.announceAddressRules() }
        ChainInput.announceEndless(endlessNames)
        guard format.isRecords else {
            if !uncheckedNames.isEmpty {
                StandardError.line(
                    "patchway: names with known aliases that were not checked: \(uncheckedNames.count); --known-chains does"
                )
            }
            if unsupported > 0 {
                StandardError.line(
                    "patchway: rules that could not be evaluated: \(unsupported); a pass holds only as far as the others go"
                )
            }
            return
        }
        var counts: [String: Int] = [:]
        for kind in VerdictKind.allCases where totals[Int(kind.rawValue)] > 0 {
            counts[kind.description] = totals[Int(kind.rawValue)]
        }
        for diagnostic in loaded.lineDiagnostics { records.whole { diagnostic.write(to: &$0) } }
        let (reasons, dropped) = (loaded.unsupportedByReason, loaded.droppedByReason)
        let verdicts = totals.reduce(0, +)
        let clientRules = loaded.clientRules(context)
        let answerRules = awaitsAddresses ? loaded.stack.addressRuleCount : 0
        let (unchecked, endless) = (uncheckedNames.count, endlessNames.count)
        records.record("summary") {
            $0.member("verdicts", verdicts)
            $0.member("by_verdict", counts: counts)
            $0.member("skipped_lines", skipped)
            $0.member("unsupported_rules", unsupported)
            if !reasons.isEmpty { $0.member("unsupported", counts: reasons) }
            if !dropped.isEmpty { $0.member("dropped_by_engine", counts: dropped) }
            $0.member("undecided_client_address_rules", clientRules)
            $0.member("undecided_answer_address_rules", answerRules)
            $0.member("names_with_unchecked_aliases", unchecked)
            $0.member("names_with_endless_aliases", endless)
            if missing > 0 || isCut {
                $0.member("interrupted", true)
                $0.member("names_not_checked", missing)
            }
            $0.member("elapsed_ms", RunCost.elapsedMilliseconds)
            $0.member("peak_rss_bytes", RunCost.peakMemoryBytes)
        }
        records.finish()
    }
}

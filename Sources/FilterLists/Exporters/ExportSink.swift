import DNS
import Policy
public import TextScan

/// What a conversion gave.
public struct ExportReport: Sendable {
    /// Rules of the lists.
    public var rules = 0
    /// Lines written, the heading not counted.
    public var lines = 0
    /// Rules that are not written, or not for all names they decide, by reason id.
    public var omitted: [String: Int] = [:]
    /// The same rules by their number in the layer.
    public var omittedRules: Set<Int> = []
    /// Those of them that let names pass, by reason id: what is written may block names that the lists do not.
    public var omittedExceptions: [String: Int] = [:]
    /// Rules that are written as they stand, because the engine stays the same.
    public var verbatim = 0
    /// Rules that do not count for the client that was given.
    public var otherClients = 0
    /// Rules that stronger ones of the lists overrule, so that there is nothing to write.
    public var overruled = 0
    /// Rules that belong into the other one of two files.
    public var elsewhere = 0
    /// Rules whose names are blocked as before, but not with the same answer.
    public var changedAnswers = 0
    /// The first of what was left out, with line numbers; bounded.
    public var diagnostics: [Diagnostic] = []

    /// Rules that are not evaluated, and counted as that already.
    public var others = 0
    /// Rules that the lines come from; several may make one, or one several.
    public var written: Int { max(0, rules - others - omittedCount - overruled - otherClients - elsewhere) }

    /// All rules that are not written as they are.
    public var omittedCount: Int { omitted.values.reduce(0, +) }
    /// All of them that let names pass.
    public var omittedExceptionCount: Int { omittedExceptions.values.reduce(0, +) }
}

/// Where exporters put their lines, and what they leave out.
struct ExportSink: ~Copyable {
    let layer: CompiledLayer
    /// The target without any list.
    private let bare: CompiledLayer?
    private let isWanted: (ExportReport) -> Bool
    private let flush: (Span<UInt8>) -> Void
    private var pending: [UInt8] = []
    private var collector = DiagnosticCollector(keptPerReason: 20)
    private(set) var report = ExportReport()
    private var changed: Set<Int> = []
    private var written: Set<WrittenPlace> = []
    private var addressEntries: Set<WrittenPlace> = []
    /// Octets of a command that takes several rules.
    private let commandLength: Int?
    /// Commands that take more rules.
    private var commands: [[UInt8]] = []

    /// A place in a list.
    private struct WrittenPlace: Hashable {
        var list: Int
        var start: Int
    }

    /// Whether nothing is written or counted: a name above the one at hand is only looked at.
    var isSilent = false

    init(
        _ layer: CompiledLayer,
        for target: ExportFormat,
        while isWanted: @escaping (ExportReport) -> Bool,
        flush: @escaping (Span<UInt8>) -> Void
    ) {
        self.layer = layer
        self.isWanted = isWanted
        let nothing = ListInput(path: "", format: target.listFormat ?? .domains, octets: Array("\n".utf8))
        bare = try? LayerLoader.load([nothing], engine: target.engine, mayBeEmpty: true).layer
        self.flush = flush
        if case .rules(let syntax) = target.syntax { commandLength = syntax.commandLength } else { commandLength = nil }
        report.rules = layer.ruleCount
        // Most rules that are not evaluated are no part of that number.
        let evaluated = layer.compiledRules.count { !layer.isOfEngine($0) && !layer.isOpen($0) }
        report.others = max(0, report.rules - evaluated - layer.addressRules.count)
    }

    /// Whether more is wanted.
    var goesOn: Bool { isWanted(report) }

    /// Whether the layer denies that a name above one exists.
    func denies(aboveOf name: DomainName, _ types: [RRType]) -> Bool {
        sequence(first: name, next: \.parent).dropFirst().contains { above in
            types.contains { layer.decideByNames(above, type: $0).kind == .nxdomain }
        }
    }

    /// Whether the target answers a name itself where no list says anything (its special-use names and zones).
    func isAnsweredByTarget(_ name: DomainName) -> Bool {
        bare?.decide(NameBuffer(name), type: .a).kind.isPass == false
    }

    /// Writes a line; the line feed is added.
    mutating func line(_ text: [UInt8]) {
        guard !isSilent else { return }
        guard let commandLength else { return putLine(text) }
        let blanks = text.indices.filter { text[$0] == 0x20 }.prefix(2)
        guard blanks.count == 2, let end = blanks.last else { return putLine(text) }
        guard let place = commands.firstIndex(where: { $0.starts(with: text[...end]) }) else {
            return commands.append(text)
        }
        if commands[place].count + text.count - end > commandLength {
            putLine(commands[place])
            commands[place] = text
        } else {
            commands[place] += text[end...]
        }
    }

    private mutating func putLine(_ text: [UInt8]) {
        report.lines += 1
        put(text)
    }

    /// Writes a line of the heading.
    mutating func heading(_ text: String) { put(Array(text.utf8)) }

    private mutating func put(_ text: [UInt8]) {
        pending += text
        pending.append(0x0A)
        if pending.count >= 1 << 16 { drain() }
    }

    private mutating func drain() {
        flush(pending.span)
        pending.removeAll(keepingCapacity: true)
    }

    /// Counts a rule that is left out, once, by the first reason; one that is not evaluated is counted as that already.
    mutating func omit(_ rule: Int?, _ reason: Omission) {
        guard !isSilent, let rule else { return }
        guard report.omittedRules.insert(rule).inserted, !layer.isOpen(rule) else { return }
        // An entry about addresses may stand for many ranges.
        if layer.addressRules.contains(rule), !addressEntries.insert(writtenPlace(rule)).inserted { return }
        // Rules about addresses are none about names.
        let isKnown = reason != .unknown || !layer.compiledRules.contains(rule)
        let reason = isKnown ? reason : whyUnknown(rule)
        let letsPass = layer.action(rule).letsPass
        if letsPass { report.omittedExceptions[reason.id, default: 0] += 1 }
        let (reference, place) = (layer.reference(rule), layer.place(rule))
        let text = layer.lists[place.list].octets
        collector.add(reason.id) {
            Diagnostic(
                path: reference.list,
                line: reference.line,
                column: text.span.column(of: place.text.lowerBound),
                reason: reason.id,
                text: "'\(TerminalText.escaped(reference.text, limit: 120))' is left out: \(reason.text)"
                    + (letsPass ? "; what it lets pass may be blocked by what is written" : "")
            )
        }
    }

    /// Why it is not known what a rule does with all names that it is about.
    private func whyUnknown(_ rule: Int) -> Omission {
        if layer.isInZoneForSomeClients(rule) { return .client }
        let content = layer.content(rule)
        if let reason = Omission(of: content) { return reason }
        guard layer.findsStarsByNeighbours, content.action != .unsupported, case .name(.below, _) = content.subject
        else { return .unknown }
        return .neighbours
    }

    /// Writes a rule as its list states it, once for each place.
    mutating func verbatim(_ rule: Int) {
        guard !isSilent else { return }
        guard written.insert(writtenPlace(rule)).inserted else { return }
        report.verbatim += 1
        line(Array(layer.reference(rule).text.utf8))
    }

    private func writtenPlace(_ rule: Int) -> WrittenPlace {
        let place = layer.place(rule)
        return WrittenPlace(list: place.list, start: place.text.lowerBound)
    }

    /// Counts a rule that does not count for the client that was given.
    mutating func noteOtherClient() {
        if !isSilent { report.otherClients += 1 }
    }

    /// Counts a rule that others overrule everywhere.
    mutating func noteOverruled() {
        if !isSilent { report.overruled += 1 }
    }

    /// Counts a rule whose names get another answer than before.
    mutating func noteChangedAnswer(_ rule: Int?) {
        guard !isSilent, let rule, changed.insert(rule).inserted else { return }
        report.changedAnswers += 1
    }

    /// Counts a rule that the other file takes.
    mutating func noteElsewhere() {
        if !isSilent { report.elsewhere += 1 }
    }

    /// Writes out what is left and gives the report.
    consuming func finish() -> ExportReport {
        for command in commands { putLine(command) }
        drain()
        var report = report
        report.omitted = collector.counts
        report.diagnostics = collector.diagnostics
        return report
    }
}

extension RuleAction {
    /// Whether it takes names out of what others block, or sends them to a server that answers.
    var letsPass: Bool {
        switch self {
        case .allow, .route: true
        case .localZone(let type):
            switch type {
            case .transparent, .typeTransparent, .alwaysTransparent, .inform: true
            default: false
            }
        default: false
        }
    }
}

extension ExportSink {
    /// Leaves out every rule that decides about a node and is not inherited.
    mutating func omitAll(_ node: PolicyNode, _ reason: Omission, besides inherited: TypedEffects) {
        if node.own != inherited { omitAll(node.ownRules, reason) }
        if node.below != inherited { omitAll(node.belowRules, reason) }
    }

    mutating func omitAll(_ rules: [Int?], _ reason: Omission) {
        for rule in rules { omit(rule, reason) }
    }

    /// Writes lines for effects; notes when an answer that is the mode's becomes another.
    mutating func write(_ lines: [String], _ effects: TypedEffects, _ rules: [Int?], _ types: [RRType]) {
        for text in lines { line(Array(text.utf8)) }
        if DnsmasqWriter.changesAnswer(effects, types) { noteChangedAnswer(rules.compactMap { $0 }.first) }
    }
}

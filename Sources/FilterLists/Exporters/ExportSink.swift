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
    /// Rules that belong into the other one of two files.
    public var elsewhere = 0
    /// Rules whose names are blocked as before, but not with the same answer.
    public var changedAnswers = 0
    /// The first of what was left out, with line numbers; bounded.
    public var diagnostics: [Diagnostic] = []

    /// All rules that are not written as they are.
    public var omittedCount: Int { omitted.values.reduce(0, +) }
}

/// Where exporters put their lines, and what they leave out.
struct ExportSink: ~Copyable {
    let layer: CompiledLayer
    private let flush: (Span<UInt8>) -> Void
    private var pending: [UInt8] = []
    private var collector = DiagnosticCollector(keptPerReason: 20)
    private(set) var report = ExportReport()
    private var changed: Set<Int> = []
    /// Whether nothing is written or counted: a name above the one at hand is only looked at.
    var isSilent = false

    init(_ layer: CompiledLayer, flush: @escaping (Span<UInt8>) -> Void) {
        self.layer = layer
        self.flush = flush
        report.rules = layer.ruleCount
    }

    /// Writes a line; the line feed is added.
    mutating func line(_ text: [UInt8]) {
        guard !isSilent else { return }
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

    /// Counts a rule that is left out, once, by the first reason.
    mutating func omit(_ rule: Int?, _ reason: Omission) {
        guard !isSilent, let rule else { return }
        guard report.omittedRules.insert(rule).inserted else { return }
        let reference = layer.reference(rule)
        collector.add(reason.id) {
            Diagnostic(
                path: reference.list,
                line: reference.line,
                reason: reason.id,
                text: "'\(TerminalText.escaped(reference.text, limit: 120))' is left out: \(reason.text)"
            )
        }
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
        drain()
        var report = report
        report.omitted = collector.counts
        report.diagnostics = collector.diagnostics
        return report
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

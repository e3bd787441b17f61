import Catalog
import FilterLists
import Policy
import Settings
import TextScan

/// A compiled stack and what its lists were read as.
struct LoadedStack {
    var stack: CompiledStack
    var layers: [LoadedLayer]
    var reports: [ListReport]
    var diagnostics: [Diagnostic]
    /// Layers whose lists hold no rule: they stand empty, and what they would do is not known.
    var emptied = 0
    /// Which layers clients pass.
    var groups = StackGroups.none

    /// A stack of layers.
    init(layers: [LoadedLayer], reports: [ListReport], diagnostics: [Diagnostic]) {
        stack = CompiledStack(layers: layers.map(\.layer))
        self.layers = layers
        self.reports = reports
        self.diagnostics = diagnostics
    }

    /// The most layers of a stack.
    static let maximumLayers = 64

    /// What is wrong with more layers.
    static func tooManyLayers(_ count: Int) -> Failure {
        .usage("\(count) layers; a stack has at most \(maximumLayers), give lists of one engine separated by commas")
    }

    /// Loads a stack with its groups of clients.
    ///
    /// Of several layers of a file one whose lists hold no rule is said and left empty, unless `needsRules`.
    static func load(_ stack: Configuration.Stack, needsRules: Bool = false) throws -> LoadedStack {
        if let file = stack.file, stack.layers.isEmpty {
            StandardError.line(
                "patchway: \(TerminalText.escaped(file)): has no layers, so there is no filter: every name passes"
            )
        }
        let toleratesEmpty = stack.file != nil && stack.layers.count > 1 && !needsRules
        var loaded = try load(stack.layers, of: stack.file, toleratesEmpty: toleratesEmpty)
        loaded.groups = StackGroups(stack.groups)
        RunVersions.note("stack", loaded.label)
        return loaded
    }

    /// Loads the layers, of a file where one names them; the first list that cannot be read ends it.
    ///
    /// `leavesOthersOpen`: see ``LayerOptions``; those who ask which names entries let pass do not want it.
    static func load(
        _ layers: [Configuration.Layer],
        of file: String? = nil,
        toleratesEmpty: Bool = false,
        leavesOthersOpen: Bool = true
    ) throws -> LoadedStack {
        guard layers.count <= maximumLayers else { throw tooManyLayers(layers.count) }
        var emptied = 0
        let requests = layers.map { LayerRequest($0, leavesOthersOpen: leavesOthersOpen) }
        let compiled = try zip(layers, LayerLoader.loadAll(requests)).map { layer, result in
            do throws(ListError) {
                return try result.get()
            } catch {
                if error.isInterruption { throw Failure.interrupted(error.diagnostic) }
                let place = file.flatMap { ListPlace(error, layer, $0) }
                if toleratesEmpty, error.isEmptiness, let empty = try? Self.empty(layer) {
                    emptied += 1
                    StandardError.line(
                        "patchway: \(place?.prefix ?? "")\(error.description); the layer does nothing, the others decide"
                    )
                    return empty
                }
                if let hint = MisplacedFile.otherAsList(error) {
                    throw Failure.usage((place?.prefix ?? "") + hint.description, [hint])
                }
                let status: ExitStatus = error.isUndecided ? .undecided : .usage
                throw Failure(
                    status: status,
                    text: (place?.prefix ?? "") + (file == nil ? error.description : Self.inKeys(error.description))
                        + (place?.hint ?? ""),
                    diagnostics: [error.diagnostic]
                )
            }
        }
        var reports = compiled.flatMap(\.reports)
        // A stack file has keys in place of options.
        if file != nil {
            for index in reports.indices { reports[index].detection = Self.inKeys(reports[index].detection) }
        }
        var loaded = LoadedStack(
            layers: compiled,
            reports: reports,
            diagnostics: compiled.flatMap(\.diagnostics)
        )
        loaded.emptied = emptied
        return loaded
    }

    /// A layer without rules.
    private static func empty(_ layer: Configuration.Layer) throws(ListError) -> LoadedLayer {
        let engine = layer.engine ?? .pihole
        let format = ListFormat.all.first {
            engine.profile.formats.contains($0.id) && $0.id != ListFormat.gravityDatabase.id
        }
        return try LayerLoader.load(
            [ListInput(path: layer.lists.first?.path ?? "", format: format, octets: [0x0A])],
            engine: engine,
            mayBeEmpty: true
        )
    }

    /// A hint about options as one about the keys of a stack file.
    private static func inKeys(_ text: String) -> String {
        text.replacing("--engine chooses", with: "`engine:` chooses").replacing("--format says", with: "`format:` says")
    }

    /// The first rules of every list that are not evaluated, and the first lines that its engine drops.
    var lineDiagnostics: [Diagnostic] { reports.flatMap { $0.notEvaluated + $0.dropped } }

    /// Lines and words of all lists that their engines drop, by reason.
    var droppedByReason: [String: Int] {
        reports.reduce(into: [:]) { $0.merge($1.ignored, uniquingKeysWith: +) }
    }

    /// Rules of all lists that could not be evaluated, by reason.
    var unsupportedByReason: [String: Int] {
        reports.reduce(into: [:]) { $0.merge($1.unsupported, uniquingKeysWith: +) }
    }

    /// Rules of all lists that could not be evaluated.
    var unsupportedRules: Int { emptied + reports.reduce(0) { $0 + $1.unsupportedCount } }

    /// One sentence a list on standard error: what it was read as. Never silent, so that no engine is guessed unseen. The
    /// rules that are not evaluated follow with their places, the first few of every reason.
    ///
    /// `other` has been said already.
    func announce(namesRules: Bool = true, isVerbose: Bool = false, besides other: LoadedStack? = nil) {
        let known = Set(other?.reports.map(\.path) ?? [])
        for report in reports where !known.contains(report.path) {
            var line = "\(TerminalText.escaped(report.path)): \(report.reading); rules: \(report.rules)"
            let settings = report.ignored["option"] ?? 0
            let dropped = report.ignored.filter { $0.key != "option" }
            if !dropped.isEmpty { line += ", dropped by the engine: \(Self.counts(dropped))" }
            if settings > 0 { line += ", settings that decide nothing: \(settings)" }
            if report.unsupportedCount > 0 { line += ", NOT evaluated: \(Self.counts(report.unsupported))" }
            StandardError.line(line)
            for notice in report.notices { StandardError.line(notice.description) }
            if namesRules { announceNotEvaluated(report, isVerbose: isVerbose) }
            if namesRules, isVerbose { announceDropped(report) }
        }
        for diagnostic in diagnostics { StandardError.line(diagnostic.description) }
    }

    /// Rules of one reason that are named where not all are asked for.
    private static let namedPerReason = 3

    private func announceNotEvaluated(_ report: ListReport, isVerbose: Bool) {
        var seen: [String: Int] = [:]
        var named = 0
        for diagnostic in report.notEvaluated {
            seen[diagnostic.reason, default: 0] += 1
            guard isVerbose || seen[diagnostic.reason, default: 0] <= Self.namedPerReason else { continue }
            StandardError.line(diagnostic.description)
            named += 1
        }
        let rest = report.unsupportedCount - named
        guard rest > 0 else { return }
        let more = !isVerbose && named < report.notEvaluated.count ? "; -v names more" : ""
        StandardError.line(
            "\(TerminalText.escaped(report.path)): rules not evaluated that are not named here: \(rest)\(more)"
        )
    }

    private func announceDropped(_ report: ListReport) {
        for diagnostic in report.dropped { StandardError.line(diagnostic.description) }
        let rest = report.ignoredCount - report.dropped.count
        guard rest > 0 else { return }
        StandardError.line("\(TerminalText.escaped(report.path)): dropped lines that are not named here: \(rest)")
    }

    /// Rules about the address of a client that nobody gave.
    func clientRules(_ context: QueryContext) -> Int {
        guard context.client?.address == nil else { return 0 }
        return stack.layers.reduce(0) { $0 + $1.addressRuleCount(.client) }
    }

    /// Says that the client's address matters, where nobody gave it.
    func announceClientRules(_ context: QueryContext) {
        let count = clientRules(context)
        guard count > 0 else { return }
        StandardError.line(
            "patchway: rules about the client's address: \(count); decided for a client that none of them names, "
                + "--client ADDRESS decides for one"
        )
    }

    /// Says what `serve` does not know of its clients, where rules ask for it.
    func announceClientRules() {
        for layer in stack.layers where layer.asksForClientNames {
            StandardError.line(
                "patchway: \(layer.engine.rawValue) has rules for clients by name or tag, of which only addresses are known "
                    + "here: names that they may decide are answered truthfully and flagged as unsupported"
            )
        }
    }

    /// Says that the addresses of real answers matter, where nobody gave them.
    func announceAddressRules() {
        StandardError.line(
            "patchway: rules about addresses in answers: \(stack.addressRuleCount); a pass holds only where the real "
                + "addresses meet none (check --chains FILE takes name<TAB>address)"
        )
    }

    private static func counts(_ reasons: [String: Int]) -> String {
        reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
    }

    /// How many rules it has, for people.
    var ruleWords: String { stack.ruleCount == 1 ? "1 rule" : "\(stack.ruleCount) rules" }

    /// What the `header` record calls this stack.
    var label: String {
        var fingerprint = Fingerprint()
        for layer in stack.layers {
            fingerprint.add(layer.engine.rawValue.utf8)
            fingerprint.add(layer.blockMode.utf8)
            for list in layer.lists { fingerprint.add(list.octets.span) }
        }
        let engines = stack.layers.map(\.engine.rawValue).joined(separator: " > ")
        return "\(engines), \(ruleWords), \(fingerprint)"
    }
}

import Audit
import DNS
import FilterLists
import Findings
import Policy

/// Tries what findings propose: the layers are compiled with the exceptions, or without the rules, and asked again. What does
/// not let its names pass is not proposed.
struct FixTrial {
    /// How often rules that come to light behind removed ones are removed, too.
    static let rounds = 5
    /// Up to how many exceptions stand for a pattern that breaks names.
    private static let mostExceptions = 3

    private let loaded: LoadedStack
    private let auditor: Auditor

    init(_ loaded: LoadedStack, _ auditor: Auditor) {
        self.loaded = loaded
        self.auditor = auditor
    }

    /// The findings with those fixes alone that let their names pass; a rule for which no exception does is to be removed,
    /// and those that then decide with it.
    /// - Parameter context: who asks where a group of clients is audited.
    /// - Returns: nil where the program was interrupted
    func tried(_ findings: [Finding], context: (Finding) -> QueryContext) -> [Finding]? {
        var findings = findings
        for layer in loaded.layers.indices where !Interruption.isRequested {
            let places = findings.indices.filter {
                findings[$0].verdict.matched?.layer == layer && findings[$0].rule != .undecided
            }
            guard !places.isEmpty else { continue }
            var open: [Int] = []
            // What the catalog documents as a pattern has one exception where several names would have one each.
            let wide = Self.subtrees(places, findings)
            for (place, fix) in wide { findings[place].triedFixes = [fix] }
            var broken = trial(places, findings, layer, context)
            let failed = Set(wide.filter { broken == nil || broken?[$0.key] != nil }.map(\.value.text))
            if !failed.isEmpty {
                for (place, fix) in wide where failed.contains(fix.text) { findings[place].triedFixes = nil }
                broken = trial(places, findings, layer, context)
            }
            for place in places {
                let fixes = findings[place].fixes
                guard let broken, line(of: findings[place], layer) != nil, broken[place] == nil else {
                    open.append(place)
                    continue
                }
                findings[place].triedFixes = fixes
            }
            let patterns = manyExceptions(places, findings, layer).subtracting(open)
            for (place, fix) in removals(open + patterns.sorted(), findings, layer, context) {
                // The exceptions do, too.
                if fix == nil, patterns.contains(place) { continue }
                findings[place].triedFixes = fix.map { [$0] } ?? []
            }
        }
        return Interruption.isRequested ? nil : findings
    }

    /// Exceptions for whole patterns, by the places of findings: those that stand for more than one name.
    private static func subtrees(_ places: [Int], _ findings: [Finding]) -> [Int: Fix] {
        var found: [String: [(place: Int, fix: Fix)]] = [:]
        for place in places {
            guard let fix = findings[place].subtreeFix else { continue }
            found[fix.text, default: []].append((place, fix))
        }
        var wide: [Int: Fix] = [:]
        for group in found.values where Set(group.map { findings[$0.place].name }).count > 1 {
            for (place, fix) in group where !findings[place].isMadeUp { wide[place] = fix }
        }
        return wide
    }

    /// Places of findings about patterns over the text of names of which one would have many exceptions: without the pattern
    /// there need be none.
    private func manyExceptions(_ places: [Int], _ findings: [Finding], _ number: Int) -> Set<Int> {
        let layer = loaded.stack.layers[number]
        let groups = Dictionary(grouping: places) { findings[$0].verdict.matched?.number ?? -1 }
        var found: Set<Int> = []
        for (rule, places) in groups where layer.compiledRules.contains(rule) {
            if case .name = layer.content(rule).subject { continue }
            let texts = Set(places.flatMap { findings[$0].fixes.map(\.text) })
            if texts.count > Self.mostExceptions { found.formUnion(places) }
        }
        return found
    }

    /// What still decides in a layer with the exceptions of its findings; nil where there are none, or it cannot be compiled.
    private func trial(
        _ places: [Int],
        _ findings: [Finding],
        _ layer: Int,
        _ context: (Finding) -> QueryContext
    ) -> [Int: MatchedRule]? {
        var seen: Set<String> = []
        let lines = places.compactMap { line(of: findings[$0], layer) }
            .filter { seen.insert("\($0.list) \($0.text)").inserted }
        guard !lines.isEmpty, let mended = try? loaded.layers[layer].adding(lines) else { return nil }
        return broken(places, findings, mended, context)
    }

    /// What still decides about names of findings in a layer as it would be, by the places of the findings.
    private func broken(
        _ places: [Int],
        _ findings: [Finding],
        _ layer: LoadedLayer,
        _ context: (Finding) -> QueryContext
    ) -> [Int: MatchedRule] {
        let stack = CompiledStack(layers: [layer.layer])
        var found: [Int: MatchedRule] = [:]
        for place in places where !Interruption.isRequested {
            let finding = findings[place]
            var context = context(finding)
            context.layers = ~0
            let types = Set(finding.brokenTypes)
            for still in auditor.findings(stack, about: finding, for: context) {
                guard found[place] == nil, !types.isDisjoint(with: still.brokenTypes) else { continue }
                found[place] = still.verdict.matched
            }
        }
        return found
    }

    /// What has to be removed for findings to be none, by their places; nil where that does not help.
    private func removals(
        _ places: [Int],
        _ findings: [Finding],
        _ number: Int,
        _ context: (Finding) -> QueryContext
    ) -> [(place: Int, fix: Fix?)] {
        let layer = loaded.layers[number]
        // Places stay the same in what is compiled without rules; their numbers do not.
        var compiled = loaded.stack.layers[number]
        var removed: [Int: [RulePlace]] = [:]
        var rules: [Int: [RuleReference]] = [:]
        var next: [Int: MatchedRule] = [:]
        for place in places { next[place] = findings[place].verdict.matched }
        for _ in 0..<Self.rounds where !next.isEmpty && !Interruption.isRequested {
            for (place, matched) in next {
                guard let rule = matched.number, !compiled.isOfEngine(rule), case let text = compiled.place(rule),
                    text.list < layer.listCount, !text.text.isEmpty,
                    case let entry = matched.entries.first,
                    removed[place]?.contains(where: {
                        $0.list == text.list && $0.text == text.text && $0.entry == entry
                    }) != true
                else {
                    next[place] = nil
                    removed[place] = []
                    continue
                }
                removed[place, default: []].append(RulePlace(list: text.list, text: text.text, entry: entry))
                rules[place, default: []].append(matched.rule)
            }
            let all = removed.values.flatMap { $0 }
            guard !next.isEmpty, let without = try? layer.without(all) else { break }
            next = broken(Array(next.keys), findings, without, context)
            compiled = without.layer
        }
        return places.map { place in
            guard next[place] == nil, let gone = removed[place], !gone.isEmpty, let rules = rules[place] else {
                return (place, nil)
            }
            return (place, Self.removal(rules, gone.compactMap(\.entry)))
        }
    }

    /// - Parameter entries: the values that go in place of rules, where there are any.
    private static func removal(_ rules: [RuleReference], _ entries: [ListEntry]) -> Fix {
        if entries.count == rules.count { return Fix(engine: rules[0].engine, text: Fix.removal(entries)) }
        let lists = rules.reduce(into: [String]()) { if !$0.contains($1.list) { $0.append($1.list) } }
        let text = lists.map { list in
            let lines = Set(rules.filter { $0.list == list }.map(\.line)).sorted()
            return Fix.removal(lines, of: list)
        }.joined(separator: " and ")
        return Fix(engine: rules[0].engine, text: text)
    }

    /// Whether an exception keeps its layer from deciding about a name; others may.
    static func works(
        _ fix: Fix,
        _ verdict: Verdict,
        _ loaded: LoadedStack,
        _ decide: (CompiledStack) -> Verdict
    ) -> Bool {
        guard let matched = verdict.matched, let rule = matched.number else { return false }
        let place = loaded.stack.layers[matched.layer].place(rule)
        guard place.list < loaded.layers[matched.layer].listCount,
            let line = line(of: fix, list: place.list, rule: place.text),
            let mended = try? loaded.layers[matched.layer].adding([line])
        else { return false }
        var layers = loaded.stack.layers
        layers[matched.layer] = mended.layer
        let then = decide(CompiledStack(layers: layers))
        return then.kind.isPass || then.matched?.layer != matched.layer
    }

    /// The line that an exception is; nil for removals.
    private func line(of finding: Finding, _ layer: Int) -> AddedLine? {
        guard let fix = finding.fixes.first, let rule = finding.verdict.matched?.number else { return nil }
        let place = loaded.stack.layers[layer].place(rule)
        guard place.list < loaded.layers[layer].listCount else { return nil }
        return Self.line(of: fix, list: place.list, rule: place.text)
    }

    /// What has to be written where for an exception to count; nil for removals.
    static func line(of fix: Fix, list: Int, rule: Range<Int>) -> AddedLine? {
        func own(_ prefix: String, _ format: ListFormat, _ role: ListRole, _ line: (Substring) -> String) -> AddedLine?
        {
            guard fix.text.hasPrefix(prefix) else { return nil }
            let text = line(fix.text.dropFirst(prefix.count))
            return AddedLine(list: list, text: text, place: .ownList(format, role))
        }
        if fix.isRemoval || fix.isFetching { return nil }
        switch fix.engine {
        case .pihole:
            return own("pihole allow ", .domains, .exempt) { String($0) }
                ?? own("pihole allow-wild ", .regex, .exempt) { "(\\.|^)\($0.replacing(".", with: "\\."))$" }
        case .adguardHome: return own("", .adblock, .block) { String($0) }
        case .blocky: return own("allowlists: ", .wildcard, .allow) { String($0) }
        case .technitium: return own("allowed zone: ", .domains, .allow) { String($0) }
        case .dnscryptProxy: return own("allowed-names: ", .dnscrypt, .allow) { String($0) }
        case .knotPolicy:
            let text = fix.text.split(separator: " in front of line ").first.map(String.init) ?? ""
            return AddedLine(list: list, text: text, place: .inFrontOf(rule.lowerBound))
        default: return AddedLine(list: list, text: fix.text, place: .end)
        }
    }
}

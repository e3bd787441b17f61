public import Catalog
import DNS
public import Findings
public import Policy
import TextScan

/// What a list of names to allow does with documented patterns, for people.
public struct CoverageText: Sendable {
    private let style: TextStyle
    private let indent = String(repeating: " ", count: 12)

    /// A renderer.
    public init(style: TextStyle) { self.style = style }

    /// One list that was read.
    public func list(_ source: SourceReport) -> String {
        var counts = counted(source.events, "rule")
        if !source.skipped.isEmpty { counts += "; lines skipped: " + reasons(source.skipped) }
        if !source.unsupported.isEmpty { counts += "; NOT evaluated: " + reasons(source.unsupported) }
        return style.fit(style.bold(TerminalText.escaped(source.path))) + "\n"
            + style.wrap(source.reading, indent: "  ") + "\n" + style.wrap(counts, indent: "  ") + "\n"
    }

    /// What is known of the product that reads the lists.
    public func product(_ profile: EngineProfile) -> String {
        style.wrap("\(profile.engine.rawValue): \(profile.basis)", indent: "  ") + "\n"
    }

    /// What became of endpoints: those that are not covered first, the worst of them in front.
    public func endpoints(_ all: [EndpointCoverage]) -> String {
        var text = ""
        let worstFirst = all.enumerated().sorted {
            ($0.element.endpoint.severity, $1.offset) > ($1.element.endpoint.severity, $0.offset)
        }.map(\.element)
        let wildcards = worstFirst.filter { $0.endpoint.pattern.kind != .exact }
        for entry in wildcards where entry.coverage.isMissed { text += "\n" + wildcard(entry) }
        for entry in wildcards where !entry.coverage.isMissed && !entry.coverage.isCovered {
            text += "\n" + wildcard(entry)
        }
        let covered = wildcards.filter(\.coverage.isCovered)
        if !covered.isEmpty {
            text += "\n  let through, every name at any depth:\n"
            for entry in covered { text += self.covered(entry) }
        }
        let names = worstFirst.filter { $0.endpoint.pattern.kind == .exact }
        text += single(names.filter(\.coverage.isMissed), "not let through")
        text += single(names.filter { !$0.coverage.isMissed && !$0.coverage.isCovered }, "not known to be let through")
        return text
    }

    private func wildcard(_ entry: EndpointCoverage) -> String {
        let pattern = TerminalText.escaped(entry.endpoint.pattern.text)
        let verb = entry.coverage.isMissed ? "is NOT covered" : "is not proven to be covered"
        let head = "\(pattern) \(verb) (\(entry.endpoint.phase.rawValue))"
        var text = "  \(style.severity(entry.endpoint.severity)) "
        text += style.wrap(head, indent: indent).dropFirst(indent.count) + "\n"
        switch entry.coverage.outcome {
        case .covered: break
        case .missed(let example, let isShortest):
            let what = "\(example.name) is not let through\(isShortest ? " (no shorter name is stopped)" : "")"
            text += style.wrap(what + ": " + why(example), indent: indent) + "\n"
        case .open(let doubt): text += style.wrap(why(doubt), indent: indent) + "\n"
        }
        guard !entry.stoppedNames.isEmpty else { return text }
        let count = "\(grouped(entry.stoppedNames.count)) of \(grouped(entry.knownNames.count))"
        return text + style.wrap("known names that are not let through: \(count)", indent: indent) + "\n"
            + style.list(entry.stoppedNames.map(\.description), indent: indent + "  ") + "\n"
    }

    private func why(_ example: Coverage.Example) -> String {
        guard let rule = example.verdict.matched?.rule else { return "no rule is about it" }
        return "\(example.type) \(example.verdict.kind), by \(place(rule)): \(words(rule))"
    }

    private func why(_ doubt: Coverage.Doubt) -> String {
        switch doubt {
        case .example(let example):
            guard let rule = example.verdict.matched?.rule else {
                return "what becomes of \(example.name) is not known"
            }
            return "what becomes of \(example.name) is not known, for \(place(rule)): \(words(rule))"
        case .rule(let rule): return "which names this rule may stop is not known: \(place(rule)): \(words(rule))"
        case .notEvaluated: return "rules that are not evaluated may stop names"
        case .tooLarge: return "the rules tell more names apart than are looked at"
        }
    }

    private func covered(_ entry: EndpointCoverage) -> String {
        let rules = entry.coverage.rules
        let shown = style.isVerbose ? rules : Array(rules.prefix(2))
        var text = TerminalText.escaped(entry.endpoint.pattern.text)
        if !shown.isEmpty {
            text += ", by " + shown.map { "\(place($0)): \(words($0))" }.joined(separator: "; ")
        }
        if shown.count < rules.count { text += " and \(counted(rules.count - shown.count, "rule")) more" }
        return style.wrap(text, indent: "    ") + "\n"
    }

    private func single(_ entries: [EndpointCoverage], _ what: String) -> String {
        guard !entries.isEmpty else { return "" }
        let names = entries.map { "\($0.endpoint.pattern.text) (\($0.endpoint.severity.rawValue))" }
        return "\n" + style.wrap("\(what), of documented names: \(grouped(entries.count))", indent: "  ") + "\n"
            + style.list(names.map { TerminalText.escaped($0) }, indent: "    ", limit: 12) + "\n"
    }

    private func place(_ rule: RuleReference) -> String { "\(TerminalText.escaped(rule.list)):\(rule.line)" }
    private func words(_ rule: RuleReference) -> String { TerminalText.escaped(rule.text, limit: 2_000) }

    /// Documented patterns that cannot match what exists.
    public func gaps(_ gaps: [PatternGap]) -> String {
        guard !gaps.isEmpty else { return "" }
        var text = "\n" + style.wrap("Documented patterns that miss names that exist:", indent: "") + "\n"
        for gap in gaps {
            guard let first = gap.names.first else { continue }
            let more = gap.names.count > 1 ? " and \(counted(gap.names.count - 1, "name")) like it" : ""
            let names = TerminalText.escaped(first.description) + more
            guard let pattern = gap.pattern else {
                text += style.wrap("no pattern matches \(names)", indent: "  ") + "\n"
                continue
            }
            var line = "\(TerminalText.escaped(pattern.text)) does not match \(names)"
            if let wide = gap.coveredBy { line += "; \(TerminalText.escaped(wide.text)) does" }
            text += style.wrap(line, indent: "  ") + "\n"
        }
        return text
    }

    /// The last lines.
    public func summary(_ summary: CoverageSummary) -> String {
        var lines: [String] = []
        for (count, noun) in [(summary.wildcards, "wildcard"), (summary.names, "documented name")] where count.total > 0
        {
            var line = "\(counted(count.total, noun)): \(grouped(count.covered)) covered, \(grouped(count.missed)) not"
            if count.open > 0 { line += ", \(grouped(count.open)) not known" }
            lines.append(style.bold(line) + ".")
        }
        let types = summary.types.map(\.description).joined(separator: ", ")
        lines.append("Names are those of letters, digits, - and _, of up to 253 octets, asked for \(types).")
        if summary.unsupportedRules > 0 {
            lines.append("\(counted(summary.unsupportedRules, "rule")) could not be evaluated.")
        }
        return "\n" + lines.map { style.wrap($0, indent: "", hanging: "") + "\n" }.joined()
    }
}

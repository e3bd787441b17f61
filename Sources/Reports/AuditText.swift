public import Catalog
import DNS
public import Findings
import Policy
public import TextScan

/// The audit of one list for people: findings grouped by the rule that is to blame.
public struct AuditText: Sendable {
    let style: TextStyle
    private let errors: [ErrorCode: String]

    /// A renderer; `errors` gives the symbol of an error code.
    public init(style: TextStyle, errors: [ErrorCode: String]) {
        self.style = style
        self.errors = errors
    }

    /// One list with its findings.
    /// - Parameter open: why rules of it are not evaluated, as far as it is kept.
    public func list(_ source: SourceReport, _ findings: [Finding], open: [Diagnostic] = []) -> String {
        var counts = counted(source.events, "rule")
        if !source.skipped.isEmpty { counts += "; lines skipped: " + reasons(source.skipped) }
        if !source.unsupported.isEmpty { counts += "; NOT evaluated: " + reasons(source.unsupported) }
        var text = style.fit(style.bold(TerminalText.escaped(source.path))) + "\n"
        text += style.wrap(source.reading, indent: "  ") + "\n" + style.wrap(counts, indent: "  ") + "\n"
        guard !findings.isEmpty else {
            return text
                + (source.unsupported.isEmpty ? "  no update name breaks\n" : "  no update name is known to break\n")
        }
        text += rules(findings, open: open)
        // What no rule says and every verdict of the engine depends on.
        let limits = Set(findings.compactMap { $0.verdict.matched?.rule.engine.profile.answerStyle.limit })
        for limit in limits.sorted() { text += "\n" + style.wrap("limit: " + limit, indent: "  ") + "\n" }
        return text
    }

    /// Findings, rule by rule.
    func rules(_ findings: [Finding], open: [Diagnostic] = []) -> String {
        var text = ""
        for group in Self.byRule(findings.filter { $0.origin != .listed }) { text += "\n" + rule(group, open) }
        return text + wildcards(findings.filter { $0.origin == .listed })
    }

    private static func byRule(_ findings: [Finding]) -> [[Finding]] {
        struct Key: Hashable {
            var list: String
            var line: Int
            var alias: Bool
            var rule: String
            var outcomes: [TypeOutcome]
            var groups: [String]
            /// Which value of a list holds, for one.
            var note: String?
        }
        let groups = Dictionary(grouping: findings) {
            Key(
                list: $0.verdict.matched?.rule.list ?? "",
                line: $0.verdict.matched?.rule.line ?? 0,
                alias: !$0.chain.isEmpty,
                rule: $0.rule.rawValue,
                outcomes: $0.outcomes,
                groups: $0.groups,
                note: $0.verdict.note
            )
        }
        return groups.sorted { left, right in
            let worst = (left.value.map(\.severity).max() ?? .none, right.value.map(\.severity).max() ?? .none)
            if worst.0 != worst.1 { return worst.0 > worst.1 }
            let places = ((left.key.list, left.key.line), (right.key.list, right.key.line))
            if places.0 != places.1 { return places.0 < places.1 }
            // The rule's own names before its aliases; beyond that any order will do that is always the same.
            return (left.key.rule, left.value.first?.name.description ?? "", left.key.groups.joined(separator: "\n"))
                > (right.key.rule, right.value.first?.name.description ?? "", right.key.groups.joined(separator: "\n"))
        }.map(\.value)
    }

    private func rule(_ group: [Finding], _ open: [Diagnostic]) -> String {
        guard let first = group.max(by: { $0.severity < $1.severity }), let matched = first.verdict.matched else {
            return ""
        }
        let place = "\(TerminalText.escaped(matched.rule.list)):\(matched.rule.line)"
        let indent = String(repeating: " ", count: 12)
        let rule = TerminalText.escaped(matched.rule.text, limit: 2_000)
        var text = "  \(style.severity(first.severity))"
        let isFar = style.isFitted ? style.wrap("\(place):", indent: indent) : "\(indent)\(place):"
        text += indent.count + place.count < style.width ? " \(place):" : "\n" + isFar
        // Behind a long place there would be no room for the rule.
        let isBehind = style.width - 14 - place.count >= min(TextStyle.leastRuleColumns, rule.count)
        text += isBehind ? " " : "\n" + indent
        text += style.rule(rule, behind: isBehind ? 14 + place.count : indent.count, indent: indent + "  ") + "\n"
        let names = Array(Set(group.map(Self.shownName))).sorted()
        let phases = Set(group.compactMap { $0.endpoint?.phase.rawValue }).sorted().joined(separator: ", ")
        let through = first.chain.isEmpty ? "" : " through an alias"
        let verb = first.rule == .undecided ? "may break" : first.reach.verb
        let what = "\(verb) \(phases.isEmpty ? "" : phases + ": ")\(counted(names.count, "name"))\(through)"
        text += style.wrap(what, indent: indent) + "\n"
        text += style.list(names, indent: indent + "  ") + "\n"
        text += style.wrap(outcomes(first), indent: indent + "  ") + "\n"
        if !first.groups.isEmpty {
            let names = first.groups.map { TerminalText.escaped($0) }.joined(separator: ", ")
            text += style.wrap("for clients of: \(names)", indent: indent) + "\n"
        }
        if first.rule == .undecided, let why = Self.why(matched.rule, open) {
            text += style.wrap("why: \(why)", indent: indent) + "\n"
        }
        if !first.chain.isEmpty { text += chain(first, indent, isExample: names.count > 1) }
        if let note = first.verdict.note {
            text += style.wrap("note: " + TerminalText.escaped(note, limit: 400), indent: indent) + "\n"
        }
        let codes = first.clientErrors.map { code in code.description + (errors[code].map { " " + $0 } ?? "") }
        if !codes.isEmpty { text += style.wrap("client: " + codes.joined(separator: ", "), indent: indent) + "\n" }
        return text + fixes(group, indent)
    }

    /// Why a rule is not evaluated, with what can be done.
    private static func why(_ rule: RuleReference, _ open: [Diagnostic]) -> String? {
        let reasons = open.filter { $0.path == rule.list && $0.line == rule.line }
        guard let reason = reasons.first else { return nil }
        let hint = "; mend that in the list, or name the engine that reads it with --engine"
        return reason.text + (reason.reason == "refused-zone" ? hint : "")
    }

    /// A made-up name stands for every name of its pattern, so the pattern is shown.
    private static func shownName(_ finding: Finding) -> String {
        finding.madeUpPattern.map { TerminalText.escaped($0.text) } ?? finding.name.description
    }

    private func outcomes(_ finding: Finding) -> String {
        finding.outcomes.map { outcome in
            outcome.type.description + " " + (outcome.kind.isPass ? "passes" : outcome.kind.description)
        }.joined(separator: ", ")
    }

    /// What mends the whole group, each line once.
    func fixes(_ group: [Finding], _ indent: String) -> String {
        var seen: Set<String> = []
        let all = group.flatMap(\.fixes).map(\.text).filter { seen.insert($0).inserted }
        let shown = style.isVerbose ? all : Array(all.prefix(Self.shownFixes))
        var text = shown.map { style.wrap("fix: \(TerminalText.escaped($0))", indent: indent) + "\n" }.joined()
        if shown.count < all.count { text += "\(indent)fix: \(grouped(all.count - shown.count)) more like these\n" }
        let own = Set(group.map(\.name))
        for name in Set(group.compactMap(\.widening)).subtracting(own).sorted() {
            text += style.wrap("(wider than *.\(name): \(name) passes with it, too)", indent: indent + "  ") + "\n"
        }
        return text
    }

    private static let shownFixes = 3

    private func chain(_ finding: Finding, _ indent: String, isExample: Bool) -> String {
        let hops = ([finding.name] + finding.chain.map(\.target)).map(\.description)
        let isSeen = finding.chain.allSatisfy { $0.basis == .observed }
        let basis = isSeen ? "seen" : "inferred from the name's shape"
        let date = finding.chain.lastSeen.map { "last seen \(TerminalText.escaped($0))" } ?? "undated"
        let via = "via \(isExample ? "for example " : "")\(hops.joined(separator: " → "))"
        return style.wrap(via, indent: indent, hanging: "    ") + "\n"
            + style.wrap("(\(basis), \(date))", indent: indent + "    ", hanging: "") + "\n"
    }

    /// The last lines: what breaks over all lists.
    public func summary(_ summary: AuditSummary) -> String {
        var lines: [String] = []
        if summary.lists == 0 {
            lines.append("Nothing was audited.")
        } else if summary.brokenNames == 0 {
            lines.append(
                (summary.isCertain && summary.wildcardRules == 0
                    ? "No update name breaks" : "No update name is known to break")
                    + ": \(counted(summary.names, "name")) checked against \(counted(summary.lists, "list"))."
            )
        } else {
            lines.append(
                "\(style.bold("\(grouped(summary.brokenNames)) of \(counted(summary.names, "name")) broken")) by "
                    + "\(counted(summary.rules, "rule")) in \(grouped(summary.brokenLists)) of "
                    + "\(counted(summary.lists, "list")) (\(summary.severityWords))."
            )
        }
        if summary.wildcardRules > 0 {
            let rules = counted(summary.wildcardRules, "rule")
            lines.append("\(rules) may break names below documented wildcards that only the lists spell out.")
        }
        if summary.patternRules > 0 {
            let rules = counted(summary.patternRules, "pattern")
            lines.append("\(rules) tried on these names and on made-up ones alone: others below wildcards may match.")
        }
        if summary.degradedNames > 0 {
            let names = counted(summary.degradedNames, "name")
            lines.append("\(names) degraded: addresses pass, other record types do not.")
        }
        if summary.undecided > 0 {
            lines.append("\(counted(summary.undecided, "name")) could not be decided.")
        }
        if summary.unsupportedRules > 0 {
            lines.append("\(counted(summary.unsupportedRules, "rule")) could not be evaluated and may break more.")
        }
        let addressRules = summary.clientAddressRules + summary.answerAddressRules
        if addressRules > 0 {
            lines.append("\(counted(addressRules, "rule")) about addresses of clients or answers may break more.")
        }
        if summary.assumed > 0 {
            let lists = counted(summary.assumed, "list")
            lines.append("\(lists) may name what is let pass or what is blocked; --role says which.")
        }
        if summary.unreadable > 0 { lines.append("\(counted(summary.unreadable, "list")) could not be read.") }
        return lines.map { style.wrap($0, indent: "", hanging: "") + "\n" }.joined()
    }
}

extension Finding.Reach {
    /// What a rule does to the names it takes this much from.
    var verb: String {
        switch self {
        case .everything: "breaks"
        case .ipv4: "breaks over IPv4"
        case .ipv6: "breaks over IPv6"
        case .otherTypes: "degrades"
        }
    }
}

extension [ChainEdge] {
    /// Until when the whole chain was seen: a chain is as old as its oldest step; nil when no step has a date.
    var lastSeen: String? { compactMap { $0.sightings.compactMap(\.when).max() }.min() }
}

import DNS
public import Findings
import Policy
import TextScan

/// The fewest exceptions with which needed names pass, for people, with what proves it.
public struct ExceptionText: Sendable {
    private let style: TextStyle

    /// A renderer.
    public init(style: TextStyle) { self.style = style }

    /// The exceptions of one layer.
    public func plan(_ plan: ExceptionPlan, of layers: Int) -> String {
        let blocked = Set(plan.blocked.map(\.name)).count
        let open = Set(plan.open.map(\.name)).count
        var text = "\n" + (layers > 1 ? "layer \(plan.layer + 1), " : "") + plan.engine.rawValue
        guard blocked + open > 0 else { return text + ": blocks none of the names\n" }
        text += ": blocks \(counted(blocked, "name"))"
        text = style.bold(text) + "\n"
        if !plan.members.isEmpty { text += members(plan) }
        text += remaining(plan) + self.open(plan)
        return text
    }

    private func members(_ plan: ExceptionPlan) -> String {
        var text = style.wrap("\(counted(plan.members.count, "exception")); \(bound(plan))", indent: "  ") + "\n"
        if let place = ExceptionFile.place(of: plan.engine) {
            text += style.wrap("they go to: \(place)", indent: "  ") + "\n"
        }
        for member in plan.members {
            text += "\n    " + style.rule(member.exception.line, behind: 4, indent: "      ") + "\n"
            let names = member.names.map { TerminalText.escaped($0.description) }
            text += style.wrap("for \(counted(names.count, "name"))", indent: "      ") + "\n"
            text += style.list(names, indent: "        ") + "\n"
            text += style.wrap(witness(member), indent: "      ") + "\n"
            guard !member.opened.isEmpty else { continue }
            let opened = member.opened.map { TerminalText.escaped($0.description) }
            text += style.wrap("also opens \(counted(opened.count, "name")) of the lists", indent: "      ") + "\n"
            text += style.list(opened, indent: "        ") + "\n"
        }
        if plan.openedCount > 0, plan.unspelledRules > 0 {
            let what = counted(plan.unspelledRules, "rule")
            text +=
                "\n" + style.wrap("what they open of \(what) that spell out no names is not listed", indent: "  ")
                + "\n"
        }
        return text
    }

    /// Why fewer would not do.
    private func bound(_ plan: ExceptionPlan) -> String {
        let (search, count) = (plan.search, plan.members.count)
        guard search.isProven else {
            return "NOT proven to be the fewest: at least \(grouped(search.lowerBound)) are needed "
                + "(\(counted(search.nodes, "place")) of the search were looked at)"
        }
        guard plan.isMinimal else { return "NOT every one of them was seen to be needed" }
        if search.independent.count == count {
            return "fewer cannot do: lower bound \(grouped(count)), as no two of "
                + "\(counted(count, "name")) can be freed by one exception"
        }
        return "fewer cannot do: lower bound \(grouped(count)), by a search of all sets of "
            + "\(counted(search.candidates, "exception")) (\(counted(search.nodes, "place")))"
    }

    private func witness(_ member: ExceptionPlan.Member) -> String {
        guard let witness = member.witness else { return "nothing was seen to be blocked without it" }
        let name = TerminalText.escaped(witness.name.description)
        var text = "without it: \(name) \(witness.type) \(witness.verdict.kind)"
        if let matched = witness.verdict.matched {
            text += ", by \(rule(matched.rule))"
            if matched.relation == .cname {
                text += ", because of its alias \(TerminalText.escaped(matched.element.description))"
            }
        }
        return text
    }

    private func rule(_ rule: RuleReference) -> String {
        "\(TerminalText.escaped(rule.list)):\(rule.line): \(TerminalText.escaped(rule.text, limit: 2_000))"
    }

    /// What no exception frees, rule by rule, with what would.
    private func remaining(_ plan: ExceptionPlan) -> String {
        guard !plan.remaining.isEmpty else { return "" }
        let names = Set(plan.remaining.map(\.name)).count
        let why =
            plan.hasNoSyntax
            ? "\(plan.engine.rawValue) has no exceptions; names that stay blocked"
            : "no exception of \(plan.engine.rawValue) that was tried frees these names"
        var text = "\n" + style.wrap("\(why): \(grouped(names))", indent: "  ") + "\n"
        for (rule, needs) in Self.byRule(plan.remaining) {
            if let rule { text += style.wrap(self.rule(rule), indent: "    ") + "\n" }
            text += style.list(Self.names(needs), indent: "      ") + "\n"
            let fix = needs.first.flatMap { $0.verdict.fixes(for: $0.name).first { $0.isRemoval } }
            if let fix { text += style.wrap("would help: \(TerminalText.escaped(fix.text))", indent: "      ") + "\n" }
        }
        return text
    }

    private func open(_ plan: ExceptionPlan) -> String {
        guard !plan.open.isEmpty else { return "" }
        let names = Self.names(plan.open)
        return "\n"
            + style.wrap(
                "not known whether they pass, with or without exceptions: \(grouped(names.count))",
                indent: "  "
            )
            + "\n" + style.list(names, indent: "    ") + "\n"
    }

    private static func names(_ needs: [BlockedNeed]) -> [String] {
        var seen: Set<DomainName> = []
        return needs.map(\.name).filter { seen.insert($0).inserted }.map { TerminalText.escaped($0.description) }
    }

    /// In the order in which rules come first.
    private static func byRule(_ needs: [BlockedNeed]) -> [(rule: RuleReference?, needs: [BlockedNeed])] {
        var found: [(rule: RuleReference?, needs: [BlockedNeed])] = []
        for need in needs {
            let rule = need.verdict.matched?.rule
            if let known = found.firstIndex(where: { $0.rule == rule }) {
                found[known].needs.append(need)
            } else {
                found.append((rule, [need]))
            }
        }
        return found
    }

    /// The last lines.
    public func summary(_ summary: ExceptionSummary) -> String {
        let (blocked, remaining, open) = (summary.blockedNames, summary.remainingNames, summary.openNames)
        var lines = [
            style.bold(
                "\(grouped(blocked.count)) of \(counted(summary.names, "name")) blocked; with "
                    + "\(counted(summary.rules, "exception")) \(grouped(summary.names - remaining.count - open.count)) pass, "
                    + "\(grouped(remaining.count)) stay blocked, \(grouped(open.count)) not known."
            )
        ]
        if summary.rules > 0 {
            lines.append(
                summary.isMinimal
                    ? "No smaller set frees as much (lower bound \(grouped(summary.lowerBound))); of such sets it is the one whose exceptions, each by itself, may open the fewest listed names."
                    : "Whether a smaller set frees as much is not proven (lower bound \(grouped(summary.lowerBound)))."
            )
        }
        lines.append(
            "Checked by compiling \(counted(summary.layers, "layer")) with them, for \(summary.types.map(\.description).joined(separator: ", ")), over all known chains."
        )
        if summary.unsupportedRules > 0 {
            lines.append("\(counted(summary.unsupportedRules, "rule")) could not be evaluated.")
        }
        return "\n" + lines.map { style.wrap($0, indent: "", hanging: "") + "\n" }.joined()
    }
}

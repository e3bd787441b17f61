import Catalog
import DNS
import Findings
import Policy
import TextScan

/// Builds of one list beside each other, for people.
public struct EquivalenceText: Sendable {
    private let style: TextStyle

    /// A renderer.
    public init(style: TextStyle) { self.style = style }

    /// The report.
    public func text(_ report: EquivalenceReport, _ sources: [SourceReport]) -> String {
        let lists = CoverageText(style: style)
        var text = sources.map(lists.list).joined()
        for (index, comparison) in report.comparisons.enumerated() where comparison.differing > 0 {
            let pair = [report.builds[0], report.builds[index + 1]].map { TerminalText.escaped($0.label) }
            text += "\n" + style.fit(style.bold("\(pair[1]) beside \(pair[0])")) + "\n"
            for (kind, count) in comparison.kinds {
                let head = "by \(pair[kind.blocking]) alone: \(counted(count, "name")), \(kind.reason.rawValue): "
                text += style.wrap(head + kind.reason.words, indent: "  ") + "\n"
                let shown = comparison.shown.filter { $0.blocking == kind.blocking && $0.reason == kind.reason }
                for difference in shown { text += self.text(difference, pair) }
                if shown.count < count {
                    text += "    and \(counted(count - shown.count, "name")) more; --show names more\n"
                }
            }
        }
        text += "\n"
        for fact in report.facts {
            text += style.wrap(TerminalText.escaped(fact, limit: 2_000), indent: "", hanging: "") + "\n"
        }
        let verdict =
            report.differing > 0
            ? "The builds are not equivalent."
            : report.isEqual
                ? "The builds are equivalent." : "Nothing is known to differ, and not everything could be decided."
        return text + style.bold(verdict) + "\n"
    }

    private func text(_ difference: PolicyDifference, _ labels: [String]) -> String {
        let types = difference.types.map(\.description).joined(separator: ", ")
        let made = difference.isMadeUp ? " (made up)" : ""
        var text = style.wrap("\(difference.name) \(types)\(made)", indent: "    ") + "\n"
        if !difference.chain.isEmpty {
            let hops = ([difference.name] + difference.chain.map(\.target)).map(\.description)
            text += style.wrap("via \(hops.joined(separator: " → "))", indent: "      ", hanging: "    ") + "\n"
        }
        for side in [difference.blocking, 1 - difference.blocking] {
            let words = TerminalText.escaped(difference.words(side), limit: 2_000)
            let place = difference.sides[side].verdict.matched == nil ? labels[side] + ": " : ""
            text += style.wrap(place + words, indent: "      ") + "\n"
        }
        return text
    }
}

import Catalog
import Findings
import Policy
import Replay
import Reports

/// The report of a replay or merge, and what its exit code depends on.
struct ReplayReport {
    private(set) var report: Report
    let totals: ReplayTotals
    /// Changes by kind; nil where no other stack was asked for.
    private(set) var changed: [String: Int]?
    /// The findings that decide: those that another stack would bring, where one is asked for, else all.
    private(set) var deciding: [Finding]

    /// What a replayer has taken so far, judged by the stacks.
    init(_ replayer: borrowing Replayer, _ stacks: ReplayStacks, isCutShort: Bool) {
        totals = replayer.totals
        let header = RunHeader(version: Version.text, catalog: stacks.catalog.label, stack: stacks.loaded?.label)
        report = Report(title: "Replay", header: header)
        report.facts = Self.facts(totals, replayer.redactionID)
        report.isWhole = !isCutShort && replayer.unreadable + replayer.cutShort == 0
        // A page is read apart from what is said on standard error.
        if replayer.unreadable > 0 { report.facts.append("captures that could not be read: \(replayer.unreadable)") }
        if replayer.cutShort > 0 {
            report.facts.append("captures that were not read to their end: \(replayer.cutShort)")
        }
        if replayer.undated > 0 { report.facts.append("queries without a time that can be read: \(replayer.undated)") }
        let isUnread = totals.events == 0 && replayer.unreadable > 0
        let nothing =
            isUnread ? "nothing could be read" : totals.updateEvents == 0 ? "no update name was asked for" : nil
        let observed = replayer.observed()
        let under = replayer.underStack()
        report.sections = [
            Report.Section(
                id: "observed",
                title: "As observed",
                rows: observed.map { Report.Row($0) },
                none: nothing ?? Self.nothingObserved(totals, isCutShort)
            )
        ]
        if stacks.loaded != nil {
            let none = totals.redactedChains > 0 ? "is known to break" : "would break"
            report.sections.append(
                Report.Section(
                    id: "stack",
                    title: "Under the stack",
                    rows: under.map { Report.Row($0) },
                    none: nothing ?? "no update name asked for \(none)"
                )
            )
        }
        deciding = observed + under
        report.clients = replayer.clients()
        report.timeline = replayer.timelineBuckets
        if let other = stacks.other {
            let changes = replayer.changes(to: other.stack, context: other.context)
            add(changes, observed, nothing)
        }
    }

    private mutating func add(_ changes: [StackChange], _ observed: [Finding], _ nothing: String?) {
        let broken = Set(observed.map(\.name))
        changed = Dictionary(grouping: changes, by: \.kind.rawValue).mapValues(\.count)
        deciding = changes.filter { $0.kind != .freed }.map(\.finding)
        for (kind, title) in [(StackChange.Kind.broken, "Newly broken"), (.freed, "Freed"), (.undecided, "Undecided")] {
            let part = changes.filter { $0.kind == kind }
            if kind == .undecided, part.isEmpty { continue }
            report.sections.append(
                Report.Section(
                    id: kind.rawValue,
                    title: title,
                    rows: part.map {
                        Report.Row(
                            $0.finding,
                            hours: $0.hours,
                            wasBroken: kind == .broken && broken.contains($0.finding.name)
                        )
                    },
                    none: nothing ?? (totals.overflow > 0 ? "none of those looked at" : "none")
                )
            )
        }
    }

    private static func facts(_ totals: ReplayTotals, _ redaction: String?) -> [String] {
        var facts = [
            "update names asked for: \(totals.updateNames), in \(totals.updateEvents) of \(totals.events) queries; "
                + "clients: \(totals.clients); no live check was made"
        ]
        if totals.searchSuffixed > 0 {
            facts.append("queries with a search suffix behind an update name: \(totals.searchSuffixed), not counted")
        }
        if totals.overflow > 0 { facts.append("queries left out, too many different names: \(totals.overflow)") }
        if totals.clientOverflow > 0 {
            facts.append("queries that no client is charged with, too many clients: \(totals.clientOverflow)")
        }
        if totals.untold > 0 {
            facts.append("queries of which the captures do not tell what came of them: \(totals.untold)")
        }
        if let redaction {
            facts.append(
                "clients and internal names are pseudonyms (key \(redaction)); clients are addresses of 100::/64"
            )
        }
        if totals.redactedChains > 0 {
            facts.append(
                "update names with a redacted alias, which no list can be asked about: \(totals.redactedChains)"
            )
        }
        return facts
    }

    /// What is said where there is no finding in what was captured: never that all is well where that is not known.
    private static func nothingObserved(_ totals: ReplayTotals, _ isCutShort: Bool) -> String {
        if totals.untold == totals.updateEvents { return "nothing can be said: no answer is told" }
        if isCutShort { return "nothing wrong in what was read so far" }
        return totals.overflow > 0 || totals.untold > 0
            ? "nothing wrong in what is told of them" : "nothing wrong in what was captured"
    }

    /// The exit code, as far as the findings and the stacks go.
    func status(_ threshold: Severity, _ stacks: ReplayStacks) -> ExitStatus {
        if deciding.contains(where: { $0.rule != .undecided && $0.severity >= threshold }) { return .finding }
        // Without a stack all that is asked is what the captures tell.
        let tellsNothing = stacks.loaded == nil && stacks.changed == nil && totals.untold == totals.updateEvents
        if tellsNothing, totals.updateEvents > 0 { return .undecided }
        let isOpen = deciding.contains { $0.rule == .undecided } || totals.overflow > 0
        let isUnasked = totals.redactedChains > 0 && (stacks.loaded != nil || stacks.changed != nil)
        return isOpen || isUnasked || !stacks.isCertain ? .undecided : .fine
    }
}

import Audit
import Catalog
import DNS
import Downloads
import FilterLists
import Findings
import Foundation
import Policy
import Reports
import Settings
import TextScan

/// What a gate came to.
struct GateOutcome {
    var report: Report
    var diagnostics: [Diagnostic] = []
    /// Lists that could not be read, or have more rules that are not evaluated than before.
    var undecided = 0
    /// Paths at which there is nothing.
    var misused = 0

    /// Findings of a section that nobody accepted.
    func rows(_ section: String) -> [Report.Row] {
        (report.section(section)?.rows ?? []).filter { $0.accepted == nil }
    }

    /// What a baseline would have to accept.
    var acceptable: [Baseline.New] {
        let rows = rows("broken") + rows("open")
        var seen: Set<String> = []
        let findings = rows.map { (name: Optional($0.finding.name), rule: $0.finding.verdict.matched?.rule.text) }
            .filter { seen.insert("\($0.name?.description ?? "") \($0.rule ?? "")").inserted }
        return findings.map { Baseline.New(name: $0.name, rule: $0.rule) }
            + openAlarms.map { Baseline.New(alarm: $0.id, list: $0.path) }
    }

    /// Alarms about a new version that nobody accepted.
    var openAlarms: [Report.Alarm] {
        report.alarms.filter { $0.accepted == nil && $0.id != Report.Alarm.notCompared }
    }

    func status(threshold: Severity) -> ExitStatus {
        if misused > 0 { return .usage }
        let isBroken = rows("broken").contains { $0.finding.severity >= threshold }
        if isBroken || !openAlarms.isEmpty { return .finding }
        return undecided > 0 || !rows("open").isEmpty ? .undecided : .fine
    }
}

/// Compares versions of lists, one after the other.
struct GateRun {
    private let auditor: Auditor
    private let catalog: EndpointCatalog
    private let reading: ListReading
    private let growth: Int?
    private let baseline: Baseline
    private var used: Set<Int> = []
    private var sections: [String: [Report.Row]] = [:]
    private var sources: [SourceReport] = []
    private var alarms: [Report.Alarm] = []
    private var diagnostics: [Diagnostic] = []
    private var facts: [String] = []
    private var undecided = 0
    private var misused = 0
    private var compared = 0

    /// Microseconds since 1970.
    static var now: Int64 { Int64(Date().timeIntervalSince1970) * 1_000_000 }
    /// Today, `YYYY-MM-DD`.
    static var today: String { String(TimeText.rfc3339(microseconds: now).prefix(10)) }
    private let today = Self.today

    init(auditor: Auditor, catalog: EndpointCatalog, reading: ListReading, growth: Int?, baseline: Baseline) {
        self.auditor = auditor
        self.catalog = catalog
        self.reading = reading
        self.growth = growth
        self.baseline = baseline
    }

    mutating func compare(_ pair: ReleaseFiles.Pair) {
        if let new = pair.new { lookAtOctets(new, beside: pair.old) }
        // Of what could not be read nothing is known: it neither breaks nor frees.
        guard let old = load(pair.old, isNew: false), let new = load(pair.new, isNew: true) else { return }
        let isSingle = old.count == 1 && new.count == 1
        let keys = isSingle ? [""] : Set(old.keys).union(new.keys).sorted()
        for key in keys where !Interruption.isRequested {
            let sides = isSingle ? (old.values.first, new.values.first) : (old[key], new[key])
            compare(sides.0, sides.1)
        }
    }

    /// The lists of a file, by what they are called in it; nil where one could not be read.
    private mutating func load(_ version: ReleaseFiles.Version?, isNew: Bool) -> [String: LoadedLayer]? {
        guard let version else { return [:] }
        var lists: [String: LoadedLayer] = [:]
        do throws(ListError) {
            if let octets = version.octets {
                lists[""] = try LayerLoader.load(octets, named: version.path, reading)
                return lists
            }
            let (results, faults) = try LayerLoader.loadEach(version.path, reading)
            diagnostics += faults
            for result in results {
                let loaded = try result.get()
                lists[String(loaded.reports.first?.path.dropFirst(version.path.count) ?? "")] = loaded
            }
            return lists
        } catch {
            unreadable(error, isNew)
            return nil
        }
    }

    private mutating func unreadable(_ error: ListError, _ isNew: Bool) {
        undecided += 1
        let diagnostic = error.diagnostic
        diagnostics.append(diagnostic)
        if !error.isUndecided { misused += 1 }
        if isNew, error.isUndecided {
            alarm("unreadable", diagnostic.path, diagnostic.text)
        } else {
            // Nothing is wrong with the new version, and nothing is known of it.
            alarms.append(Report.Alarm(id: Report.Alarm.notCompared, path: diagnostic.path, text: diagnostic.text))
        }
    }

    /// What octets tell that rules do not.
    private mutating func lookAtOctets(_ version: ReleaseFiles.Version, beside old: ReleaseFiles.Version?) {
        let new = version.ends
        if UpdateGuard.isPage(new) { alarm("page", version.path, "it is a page for people and no list") }
        if old?.ends.last == 0x0A, let last = new.last, last != 0x0A {
            alarm("truncated", version.path, "its last line has no end, and the old version's has; the file may be cut")
        }
    }

    private mutating func compare(_ old: LoadedLayer?, _ new: LoadedLayer?) {
        if let new {
            note(new, after: old)
            lookAtCoverage(new, after: old)
        } else if let old {
            facts.append("\(old.reports.first?.path ?? ""): is no more in the new version.")
        }
        let stacks = [old, new].map { $0.map { CompiledStack(layers: [$0.layer]) } }
        if let stack = stacks[1] { lookAtReach(stack, after: stacks[0], path: new?.reports.first?.path ?? "") }
        let found = ReleaseComparison(auditor, old: stacks[0], new: stacks[1], while: { !Interruption.isRequested })
        // What is not whole is not told.
        guard !found.isCutShort else { return }
        compared += 1
        if found.further.new > 0 {
            facts.append(
                "\(new?.reports.first?.path ?? ""): rules about names below wildcards that are not told apart: "
                    + "\(found.further.new), before \(found.further.old)."
            )
            // They may be others than before.
            undecided += 1
        }
        var broken = found.broken
        if let new {
            let loaded = LoadedStack(layers: [new], reports: new.reports, diagnostics: [])
            broken = FixTrial(loaded, auditor).tried(broken) { _ in auditor.context } ?? broken
        }
        add(broken, "broken", .new)
        add(found.open, "open", .new)
        add(found.freed, "freed", .absent)
        add(found.unchanged, "unchanged", .unchanged)
    }

    private mutating func add(_ findings: [Finding], _ section: String, _ change: Report.Change) {
        for finding in findings {
            var row = Report.Row(finding)
            row.change = change
            if change == .new {
                let rule = finding.verdict.matched?.rule
                let entry = baseline.entry(name: finding.name, rule: rule?.text, list: rule?.list, on: today)
                row.accepted = entry.flatMap { accept($0) }
            }
            sections[section, default: []].append(row)
        }
    }

    /// The reason of an entry of the baseline; nil when its time is over.
    private mutating func accept(_ entry: Int) -> String? {
        used.insert(entry)
        let entry = baseline.entries[entry]
        return entry.until >= today ? entry.reason : nil
    }

    private mutating func alarm(_ id: String, _ path: String, _ text: String) {
        let entry = baseline.entry(alarm: id, list: path, on: today)
        alarms.append(Report.Alarm(id: id, path: path, text: text, accepted: entry.flatMap { accept($0) }))
    }

    /// How many rules of a layer are not evaluated.
    static func openRules(_ layer: LoadedLayer, _ auditor: Auditor) -> Int {
        layer.reports.map { source($0, auditor) }.reduce(0) { $0 + $1.unsupported.values.reduce(0, +) }
    }

    private static func source(_ report: ListReport, _ auditor: Auditor) -> SourceReport {
        SourceReport(withoutAnswers: report, knowsClient: auditor.context.client?.address != nil)
    }

    /// Rules and how they are read, beside the old version.
    private mutating func note(_ new: LoadedLayer, after old: LoadedLayer?) {
        sources += new.reports.map { Self.source($0, auditor) }
        diagnostics += new.reports.flatMap(\.notices) + new.diagnostics
        guard let report = new.reports.first else { return }
        let (open, openBefore) = (Self.openRules(new, auditor), old.map { Self.openRules($0, auditor) } ?? 0)
        if open > 0 { facts.append("\(report.path): rules that are not evaluated: \(open), before \(openBefore).") }
        if open > openBefore { undecided += 1 }
        guard let before = old?.reports.first else { return }
        let (now, then) = (report.rules, before.rules)
        if let objection = UpdateGuard.size(now, after: then, growth: growth) {
            alarm(objection.id, report.path, objection.text)
        }
        if report.format != before.format || report.engine != before.engine {
            facts.append(
                "\(report.path): read as \(report.format.id) for \(report.engine.rawValue), before as \(before.format.id) "
                    + "for \(before.engine.rawValue)."
            )
        }
        facts.append("\(report.path): rules \(now), before \(then).")
    }

    private mutating func lookAtReach(_ new: CompiledStack, after old: CompiledStack?, path: String) {
        let names = auditor.names.map(\.name)
        let reach = ListReach.blockedDomains(new, names: names, context: auditor.context)
        let before = old.map { ListReach.blockedDomains($0, names: names, context: auditor.context) }
        let domains = reach.domains.filter { before?.domains.contains($0) != true }
        guard !domains.isEmpty else { return }
        if reach.isEverything { return alarm("catch-all", path, "it lets no name pass, whatever it is") }
        let more = domains.count > 5 ? " and \(domains.count - 5) more" : ""
        alarm(
            "top-level",
            path,
            "it lets no name below these pass: \(domains.prefix(5).map { "." + $0 }.joined(separator: ", "))\(more)"
        )
    }

    /// What a list of names to allow lets through no longer, at any depth below the documented patterns.
    private mutating func lookAtCoverage(_ new: LoadedLayer, after old: LoadedLayer?) {
        let path = new.reports.first?.path ?? ""
        guard new.reports.contains(where: { $0.role == .allow }) else { return }
        guard let old, CoverageQuestion.engines.contains(new.layer.engine) else {
            facts.append("\(path): names what is let pass; patchway cover says whether that is all that updates need.")
            return
        }
        let endpoints = catalog.endpoints.filter { !$0.isShared }
        let questions = [old, new].map { layer in
            CoverageQuestion(
                layer.layer,
                patterns: endpoints.map(\.pattern),
                types: auditor.types,
                context: auditor.context,
                isIncomplete: layer.reports.contains { !$0.notEvaluated.isEmpty }
            )
        }
        var lost: [String] = []
        var isOpen = false
        for endpoint in endpoints where !Interruption.isRequested {
            guard questions[0].coverage(of: endpoint.pattern).isCovered else { continue }
            let coverage = questions[1].coverage(of: endpoint.pattern)
            if coverage.isMissed {
                lost.append(endpoint.pattern.text)
            } else if !coverage.isCovered {
                isOpen = true
            }
        }
        if isOpen { undecided += 1 }
        guard !lost.isEmpty else { return }
        let more = lost.count > 5 ? " and \(lost.count - 5) more" : ""
        alarm(
            "coverage",
            path,
            "it no longer lets all names of these through: \(lost.prefix(5).joined(separator: ", "))\(more)"
        )
    }

    /// Takes what was found out about the folders.
    mutating func note(_ folders: ReleaseFiles.Folders) {
        diagnostics += folders.diagnostics
        if folders.isCut { undecided += 1 }
    }

    /// The report of everything compared.
    mutating func finish(header: RunHeader) -> GateOutcome {
        var report = Report(title: "Gate", header: header)
        report.isWhole = !Interruption.isRequested
        report.sources = sources
        report.alarms = alarms
        let titles = [
            ("broken", "Newly broken", "no update name breaks that did not before"),
            ("open", "Newly undecided", "nothing that was decided is open now"),
            ("freed", "Freed", "nothing passes that did not before"),
            ("unchanged", "Unchanged, broken before and now", "nothing was broken before"),
        ]
        for (id, title, none) in titles {
            let rows = (sections[id] ?? []).sorted {
                ($0.finding.severity, $1.finding.name) > ($1.finding.severity, $0.finding.name)
            }
            report.sections.append(Report.Section(id: id, title: title, rows: rows, none: none))
        }
        // Nothing compared is not nothing broken.
        let isNothing = compared == 0 && undecided == 0
        var outcome = GateOutcome(
            report: report,
            diagnostics: diagnostics,
            undecided: undecided + (isNothing ? 1 : 0),
            misused: misused
        )
        outcome.report.facts = facts + baselineFacts + [Self.words(outcome, compared)]
        return outcome
    }

    private var baselineFacts: [String] {
        baseline.entries.enumerated().compactMap { index, entry in
            let place = "\(baseline.path):\(entry.line)"
            if entry.until < today { return "\(place): the acceptance ended on \(entry.until)." }
            return used.contains(index) ? nil : "\(place): nothing found needs this acceptance."
        }
    }

    private static func words(_ outcome: GateOutcome, _ compared: Int) -> String {
        func names(_ section: String) -> Int { Set(outcome.rows(section).map(\.finding.name)).count }
        let accepted = outcome.report.sections.flatMap(\.rows).filter { $0.accepted != nil }
        var text = "\(compared) \(compared == 1 ? "list" : "lists") compared: names newly broken \(names("broken")), "
        text += "freed \(names("freed")), unchanged \(names("unchanged")), undecided \(names("open"))"
        if !accepted.isEmpty { text += ", accepted \(Set(accepted.map(\.finding.name)).count)" }
        let alarms = outcome.openAlarms.count
        return text + (alarms > 0 ? "; alarms \(alarms)." : ".")
    }
}

extension ReleaseFiles.Version {
    /// The first octets and the last.
    fileprivate var ends: [UInt8] {
        if let octets { return Array(octets.prefix(512) + octets.suffix(1)) }
        guard let file = FileManager.default.contents(atPath: path) else { return [] }
        return Array(file.prefix(512) + file.suffix(1))
    }
}

import Catalog
public import DNS
public import Findings
public import Policy
import TextScan

/// Builds of one list beside each other, for every form of report.
public struct EquivalenceReport: Sendable {
    /// A build: a list, and the engine that reads it.
    public struct Build: Sendable, Equatable {
        /// The path as given.
        public var path: String
        /// The engine.
        public var engine: Engine

        /// A build.
        public init(path: String, engine: Engine) {
            self.path = path
            self.engine = engine
        }

        /// `PATH (ENGINE)`.
        public var label: String { "\(path) (\(engine.rawValue))" }
    }

    /// The builds, that which the others are held against first.
    public var builds: [Build]
    /// What came of every build but the first.
    public var comparisons: [BuildComparison]
    /// Names asked, and the types they were asked for.
    public var asked: Int
    /// The types.
    public var types: [RRType]
    /// Rules of all builds that could not be evaluated.
    public var unsupportedRules: Int

    /// A report.
    public init(builds: [Build], comparisons: [BuildComparison], asked: Int, types: [RRType], unsupportedRules: Int) {
        self.builds = builds
        self.comparisons = comparisons
        self.asked = asked
        self.types = types
        self.unsupportedRules = unsupportedRules
    }

    /// Whether nothing is open.
    public var isDecided: Bool { unsupportedRules == 0 && comparisons.allSatisfy(\.isDecided) }
    /// Whether nothing differs and nothing is open.
    public var isEqual: Bool { differing == 0 && isDecided }
    /// Names that differ in any build.
    public var differing: Int { comparisons.reduce(0) { $0 + $1.differing } }

    /// What is to be said of the whole, a sentence each.
    public var facts: [String] {
        var facts: [String] = []
        for (index, comparison) in comparisons.enumerated() {
            let pair = "\(builds[index + 1].label) beside \(builds[0].label)"
            var line = "\(pair): \(counted(comparison.differing, "name")) differ"
            if comparison.following > 0 {
                line += ", and with them names made up below: \(grouped(comparison.following))"
            }
            line += "; alike \(grouped(comparison.equal))"
            if comparison.otherMode > 0 { line += ", blocked with another answer \(grouped(comparison.otherMode))" }
            if comparison.undecided > 0 { line += ", undecided \(grouped(comparison.undecided))" }
            facts.append(line + ".")
            if let line = comparison.truncatedFrom {
                let count = comparison.counts[DifferenceKind(blocking: 0, reason: .truncated)] ?? 0
                facts.append(
                    "\(builds[index + 1].path): has none of the last \(counted(count, "name")) of \(builds[0].path), from "
                        + "line \(line) on, and all before: it may be cut."
                )
            }
            if comparison.openPatterns > 0 {
                facts.append(
                    "\(pair): \(counted(comparison.openPatterns, "pattern")) not the same in both, tried on these names alone."
                )
            }
        }
        let types = types.map(\.description).joined(separator: ", ")
        facts.append("\(counted(asked, "name")) asked for \(types).")
        if unsupportedRules > 0 { facts.append("\(counted(unsupportedRules, "rule")) could not be evaluated.") }
        return facts
    }

    /// The differences as findings, a section for each build but the first.
    public var sections: [Report.Section] {
        comparisons.enumerated().map { index, comparison in
            let pair = [builds[0], builds[index + 1]]
            let rows = comparison.shown.map { Report.Row($0.finding(of: pair.map(\.label))) }
            let worstFirst = rows.enumerated().sorted {
                ($0.element.finding.severity, $1.offset) > ($1.element.finding.severity, $0.offset)
            }
            var section = Report.Section(
                id: "difference",
                title: "\(pair[1].label) beside \(pair[0].label)",
                rows: worstFirst.map(\.element),
                none: comparison.isDecided ? "nothing differs" : "nothing is known to differ"
            )
            section.notes = comparison.kinds.map { kind, count in
                "blocked by \(pair[kind.blocking].label) alone: \(counted(count, "name")): \(kind.reason.rawValue), \(kind.reason.words)"
            }
            return section
        }
    }

    /// Writes the `comparison` and `difference` records.
    public func write(to records: inout RecordStream) {
        for (index, comparison) in comparisons.enumerated() {
            let pair = [builds[0], builds[index + 1]]
            records.record("comparison") { json in
                for (key, build) in zip(["first", "other"], pair) {
                    json.object(key) {
                        $0.member("path", build.path)
                        $0.member("engine", build.engine.rawValue)
                    }
                }
                comparison.write(to: &json)
            }
            for difference in comparison.shown {
                records.record("difference") { json in
                    json.member("reason", difference.reason.rawValue)
                    json.member("blocked_by", pair[difference.blocking].path)
                    json.member("made_up", difference.isMadeUp)
                    for (key, side) in zip(["first", "other"], zip(pair, difference.sides)) {
                        json.object(key) {
                            $0.member("path", side.0.path)
                            $0.member("engine", side.0.engine.rawValue)
                            $0.member("verdict", side.1.verdict.kind.description)
                            side.1.verdict.matched?.write("matched", to: &$0)
                        }
                    }
                    if let mention = difference.mention {
                        json.object("mention") {
                            $0.member("list", mention.path)
                            $0.member("line", mention.line)
                            $0.member("text", mention.text)
                        }
                    }
                    json.object("finding") { difference.finding(of: pair.map(\.label)).write(to: &$0) }
                }
            }
        }
    }
}

extension BuildComparison {
    /// How often names differ, by which build blocks and why, in the order of the reasons.
    var kinds: [(kind: DifferenceKind, count: Int)] {
        [0, 1].flatMap { blocking in
            DifferenceReason.allCases.compactMap { reason in
                let kind = DifferenceKind(blocking: blocking, reason: reason)
                return counts[kind].map { (kind, $0) }
            }
        }
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.member("differing", differing)
        json.member("following", following)
        json.member("equal", equal)
        json.member("other_block_answer", otherMode)
        json.member("undecided", undecided)
        json.member("open_patterns", openPatterns)
        if let truncatedFrom { json.member("truncated_from", truncatedFrom) }
        json.array("reasons") { array in
            for (kind, count) in kinds {
                array.object {
                    $0.member("blocked_by", kind.blocking == 0 ? "first" : "other")
                    $0.member("reason", kind.reason.rawValue)
                    $0.member("names", count)
                }
            }
        }
    }
}

extension PolicyDifference {
    /// The difference as a finding about the build that blocks.
    func finding(of labels: [String]) -> Finding {
        let own = sides[blocking]
        let differing = Set(types)
        var finding = Finding(
            rule: .differs,
            name: name,
            outcomes: own.outcomes.filter { differing.contains($0.type) || $0.kind.isPass },
            verdict: own.verdict,
            evidence: chain.allSatisfy { $0.basis == .observed } ? (chain.isEmpty ? .proven : .strong) : .weak,
            endpoint: endpoint,
            chain: chain,
            detail: "\(labels[1 - blocking]): \(words(1 - blocking)) [\(reason.rawValue)]"
        )
        // Nothing is to be let pass: the builds are to agree.
        finding.triedFixes = []
        return finding
    }

    /// What a build does, and by which line.
    func words(_ side: Int) -> String {
        let verdict = sides[side].verdict
        var text = verdict.kind.description
        if let rule = verdict.matched?.rule {
            text += " by \(rule.list):\(rule.line): \(rule.text)"
        } else {
            text += ", no rule decides"
        }
        if side != blocking, let mention { text += "; \(mention.description) makes no rule" }
        return text
    }
}

extension DifferenceReason {
    /// Why, for people.
    public var words: String {
        switch self {
        case .missing: "the other has nothing about it"
        case .truncated: "the other has nothing from there on, and may be cut"
        case .dropped: "the other has a line about it, of which its engine makes no rule"
        case .badfilter: "a $badfilter rule of the other takes it back"
        case .subtree: "the other is about the name above alone, and not about what lies below"
        case .below: "the other is about what lies below alone, and not about the name"
        case .exception: "an exception of the other has none beside it"
        case .narrowException: "the exception of the other reaches further"
        case .weakException: "an exception is there as well, and a stronger rule wins"
        case .type: "the other is about the name, and not for this record type"
        case .alias: "one looks at the aliases of the name, and blocks one"
        case .pattern: "a pattern that the other has nothing like"
        case .engine: "what the engine has of its own"
        case .answer: "both answer by themselves, and otherwise"
        }
    }
}

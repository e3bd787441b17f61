import DNS
public import Findings
import Policy

/// What an audit of one stack found.
public struct AuditOutcome: Sendable {
    /// The findings, in the order of the names; those about names that only rules spell out behind the others.
    public internal(set) var findings: [Finding] = []
    /// How many rules break names below documented wildcards that there are no findings for, because there are too many of
    /// them; by the path of the list.
    public private(set) var furtherRules: [String: Int] = [:]
    /// How many rules do not spell out which names they are about, and were tried on known and made-up names alone.
    public internal(set) var unspelledRules = 0
    /// Whether it ended before everything was asked.
    public internal(set) var isCutShort = false

    /// The lines of rules about names that only they spell out: those of findings, and those of further names.
    var (shown, further): (Set<RuleLine>, Set<RuleLine>) = ([], [])

    init() {}

    /// Adds what was found for a group of clients.
    /// - Parameter places: where findings about a name stand.
    mutating func merge(_ other: AuditOutcome, of group: String, _ places: inout [DomainName: [Int]]) {
        for var finding in other.findings {
            if let known = places[finding.name]?.first(where: { findings[$0].isTheSame(as: finding) }) {
                findings[known].groups.append(group)
                continue
            }
            finding.groups = [group]
            places[finding.name, default: []].append(findings.count)
            findings.append(finding)
        }
        shown.formUnion(other.shown)
        further.formUnion(other.further)
        isCutShort = isCutShort || other.isCutShort
    }

    /// Of the findings from a place on keeps the first for each rule: names that were made up alike say the same.
    mutating func keepOnePerRule(from first: Int, _ stack: CompiledStack) {
        var told: Set<RuleLine> = []
        let kept = findings[first...].filter { finding in
            RuleLine(finding.verdict.matched, stack).map { told.insert($0).inserted } ?? true
        }
        findings.replaceSubrange(first..., with: kept)
    }

    /// Counts the rules that no finding is about.
    mutating func countFurther(in stack: CompiledStack) {
        furtherRules = [:]
        for line in further.subtracting(shown) {
            furtherRules[stack.layers[line.layer].lists[line.list].path, default: 0] += 1
        }
    }
}

/// The line of a list of a stack that a rule stands in.
struct RuleLine: Hashable {
    var layer: Int
    var list: Int
    var line: Int

    /// The line of a rule by its number.
    init(_ layer: Int, _ rule: Int, _ stack: CompiledStack) {
        let place = stack.layers[layer].place(rule)
        (self.layer, list, line) = (layer, place.list, place.line)
    }

    /// The line of the rule that decided; nil where none did.
    init?(_ matched: MatchedRule?, _ stack: CompiledStack) {
        guard let matched, let rule = matched.number else { return nil }
        self.init(matched.layer, rule, stack)
    }
}

extension Finding {
    /// Whether the same rule does the same to the same name.
    fileprivate func isTheSame(as other: Finding) -> Bool {
        rule == other.rule && outcomes == other.outcomes && verdict.matched == other.verdict.matched
            && chain == other.chain
    }
}

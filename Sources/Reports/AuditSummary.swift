public import Catalog
import DNS
public import Findings
import Policy
public import TextScan

/// The totals of an audit.
public struct AuditSummary: Sendable {
    /// Names checked.
    public private(set) var names: Int
    /// Lists audited.
    public private(set) var lists = 0
    /// Lists that could not be read.
    public private(set) var unreadable = 0
    /// Lists that were taken for what nobody said that they are.
    public private(set) var assumed = 0
    /// Lists with findings.
    public private(set) var brokenLists = 0
    /// Findings by severity, undecided ones included.
    public private(set) var bySeverity: [Severity: Int] = [:]
    /// Findings by severity without the undecided ones.
    public private(set) var decided: [Severity: Int] = [:]
    /// Rules that could not be evaluated, as `check` counts them.
    public private(set) var unsupportedRules = 0
    /// Rules about the address of a client that nobody gave, and about addresses of answers that nobody has seen.
    public private(set) var (clientAddressRules, answerAddressRules) = (0, 0)
    /// Rules that do not spell out which names they are about, and were tried on known and made-up names alone.
    public private(set) var patternRules = 0
    private var broken: Set<DomainName> = []
    /// The worst severity of each broken name.
    private var worst: [DomainName: Severity] = [:]
    private var degraded: Set<DomainName> = []
    private var open: Set<DomainName> = []
    private var blamed: Set<String> = []
    private var belowWildcards: Set<String> = []
    private var furtherWildcardRules = 0
    private var byDiagnostic: [String: Int] = [:]

    /// Totals over `names` names, nothing audited yet.
    public init(names: Int) { self.names = names }

    /// Names that lose their addresses, of one family or both, under at least one list.
    public var brokenNames: Int { broken.count }
    /// Names that lose other records only, such as HTTPS.
    public var degradedNames: Int { degraded.subtracting(broken).count }
    /// Names that are not known to be broken, and cannot be shown to be fine.
    public var undecided: Int { open.subtracting(broken).count }
    /// Whether everything asked was decided: all lists read, all rules evaluated.
    public var isCertain: Bool {
        lists > 0 && unreadable == 0 && assumed == 0 && undecided == 0
            && unsupportedRules + clientAddressRules + answerAddressRules == 0
    }
    /// Rules with findings.
    public var rules: Int { blamed.count }
    /// Rules about names below documented patterns that nothing else knows.
    public var wildcardRules: Int { belowWildcards.count + furtherWildcardRules }
    /// Findings.
    public var findings: Int { bySeverity.values.reduce(0, +) }

    /// Adds one list.
    public mutating func add(_ source: SourceReport, _ found: [Finding], diagnostics: [String: Int]) {
        lists += 1
        let (clients, answers) = (
            source.unsupported[SourceReport.clientAddress] ?? 0, source.unsupported[SourceReport.answerAddress] ?? 0
        )
        clientAddressRules += clients
        answerAddressRules += answers
        unsupportedRules += source.unsupported.values.reduce(0, +) - clients - answers
        byDiagnostic.merge(diagnostics, uniquingKeysWith: +)
        if found.contains(where: { $0.rule != .undecided && $0.rule != .blockedWildcard }) { brokenLists += 1 }
        for finding in found {
            bySeverity[finding.severity, default: 0] += 1
            guard finding.rule != .undecided else {
                // Of names that were not asked for it is said how many rules are not evaluated.
                if finding.origin != .listed { open.insert(finding.name) }
                continue
            }
            decided[finding.severity, default: 0] += 1
            guard finding.rule != .blockedWildcard else {
                if let rule = finding.verdict.matched?.rule { belowWildcards.insert("\(rule.list):\(rule.line)") }
                continue
            }
            if finding.reach == .otherTypes {
                degraded.insert(finding.name)
            } else {
                broken.insert(finding.name)
                worst[finding.name] = max(worst[finding.name] ?? finding.severity, finding.severity)
            }
            if let rule = finding.verdict.matched?.rule { blamed.insert("\(rule.list):\(rule.line)") }
        }
    }

    /// Counts diagnostics that belong to no list, such as those on a file of names.
    public mutating func add(diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics { byDiagnostic[diagnostic.reason, default: 0] += 1 }
    }

    /// Counts a list that could not be read.
    public mutating func addUnreadable(reason: String) {
        unreadable += 1
        byDiagnostic[reason, default: 0] += 1
    }

    /// Counts rules below documented patterns that no finding is about, because there are too many.
    public mutating func add(furtherWildcardRules count: Int) { furtherWildcardRules += count }

    /// Counts rules that do not spell out which names they are about.
    public mutating func add(patternRules count: Int) { patternRules += count }

    /// Counts a list that may be one of names to allow or to block.
    public mutating func addAssumed() { assumed += 1 }

    /// Takes from a summary record what no other record says.
    mutating func restore(_ fields: JSONFields) throws(JSONFault) {
        unreadable = try fields.count("unreadable_lists")
        assumed = try fields.optionalCount("assumed_roles") ?? 0
        patternRules = try fields.optionalCount("pattern_rules") ?? 0
        let rules = try fields.count("wildcard_rules")
        guard rules >= belowWildcards.count else { throw fields.fault("wildcard_rules", "is less than there are") }
        furtherWildcardRules = rules - belowWildcards.count
        byDiagnostic = try fields.counts("diagnostics")
    }

    /// Findings at or above a severity; undecided ones do not count.
    public func worst(atLeast threshold: Severity) -> Int {
        decided.filter { $0.key >= threshold }.values.reduce(0, +)
    }

    /// Broken names by their worst severity, for people.
    var severityWords: String {
        let names = Dictionary(grouping: worst.values, by: \.self).mapValues(\.count)
        return Severity.allCases.sorted(by: >).compactMap { severity in
            names[severity].map { "\(severity.rawValue) \($0)" }
        }.joined(separator: ", ")
    }

    /// Writes the members of the `summary` record.
    public func write(to json: inout JSONWriter, elapsedMilliseconds: Int, peakMemoryBytes: Int) {
        json.member("findings", findings)
        let severities = Dictionary(uniqueKeysWithValues: bySeverity.map { ($0.key.rawValue, $0.value) })
        json.member("by_severity", counts: severities)
        json.member("names", names)
        json.member("broken_names", brokenNames)
        json.member("degraded_names", degradedNames)
        json.member("undecided_names", undecided)
        json.member("rules", rules)
        json.member("wildcard_rules", wildcardRules)
        if patternRules > 0 { json.member("pattern_rules", patternRules) }
        json.member("lists", lists)
        json.member("broken_lists", brokenLists)
        json.member("unreadable_lists", unreadable)
        json.member("unsupported_rules", unsupportedRules)
        json.member("undecided_client_address_rules", clientAddressRules)
        json.member("undecided_answer_address_rules", answerAddressRules)
        if assumed > 0 { json.member("assumed_roles", assumed) }
        json.member("diagnostics", counts: byDiagnostic)
        json.member("elapsed_ms", elapsedMilliseconds)
        json.member("peak_rss_bytes", peakMemoryBytes)
    }
}

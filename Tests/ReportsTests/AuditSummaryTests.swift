import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import Reports
import Testing
import TextScan

@Suite struct AuditSummaryTests {
    static func finding(_ name: String, _ rule: FindingRule, _ outcomes: [TypeOutcome]) throws -> Finding {
        var finding = try HostileInput.finding(name: name, text: "list.txt")
        finding.rule = rule
        finding.outcomes = outcomes
        return finding
    }

    static let broken = [TypeOutcome(type: .a, kind: .sinkhole)]
    static let degraded = [TypeOutcome(type: .https, kind: .nodata), TypeOutcome(type: .a, kind: .pass)]

    static func text(_ summary: AuditSummary) -> String { AuditText(style: TextStyle(), errors: [:]).summary(summary) }

    @Test func undecidedFindingsAreNeitherBrokenNorFine() throws {
        var summary = AuditSummary(names: 10)
        let source = HostileInput.source("list.txt")
        summary.add(source, [try Self.finding("a.update.example", .undecided, Self.broken)], diagnostics: [:])
        #expect(summary.brokenNames == 0)
        #expect(summary.undecided == 1)
        #expect(summary.brokenLists == 0)
        #expect(summary.rules == 0)
        #expect(summary.findings == 1)
        #expect(summary.worst(atLeast: .none) == 0)
        #expect(!summary.isCertain)
        let text = Self.text(summary)
        #expect(
            text == "No update name is known to break: 10 names checked against 1 list.\n1 name could not be decided.\n"
        )
    }

    /// Rules about addresses are told apart from those that are not evaluated, as `check` tells them; neither is fine.
    @Test(arguments: [
        (["client-address": 2, "answer-address": 3, "client": 4], 4, 2, 3), (["answer-address": 1], 0, 0, 1),
        (["client-address": 1], 0, 1, 0), (["client": 1], 1, 0, 0),
    ])
    func rulesAboutAddresses(unsupported: [String: Int], rules: Int, clients: Int, answers: Int) {
        var summary = AuditSummary(names: 10)
        var source = HostileInput.source("list.txt")
        source.unsupported = unsupported
        summary.add(source, [], diagnostics: [:])
        #expect(summary.unsupportedRules == rules && !summary.isCertain)
        #expect(summary.clientAddressRules == clients && summary.answerAddressRules == answers)
        #expect(Self.text(summary).contains("about addresses") == (clients + answers > 0))
        #expect(Self.text(summary).contains("could not be evaluated") == (rules > 0))
    }

    @Test func degradedNamesAreSaidApart() throws {
        var summary = AuditSummary(names: 10)
        let found = [
            try Self.finding("a.update.example", .blockedName, Self.degraded),
            try Self.finding("b.update.example", .blockedName, Self.broken),
            try Self.finding("b.update.example", .blockedName, Self.degraded),
        ]
        summary.add(HostileInput.source("list.txt"), found, diagnostics: [:])
        #expect(summary.brokenNames == 1)
        #expect(summary.degradedNames == 1)
        #expect(summary.worst(atLeast: .high) == 3)
        #expect(summary.worst(atLeast: .critical) == 0)
        #expect(Self.text(summary).contains("1 of 10 names broken by 1 rule in 1 of 1 list (high 1)."))
        #expect(Self.text(summary).contains("1 name degraded"))
    }

    @Test func nothingIsClaimedAboutWhatWasNotRead() throws {
        var summary = AuditSummary(names: 10)
        summary.addUnreadable(reason: "not-found")
        #expect(Self.text(summary) == "Nothing was audited.\n1 list could not be read.\n")
        #expect(!summary.isCertain)
        summary.add(HostileInput.source("list.txt"), [], diagnostics: [:])
        #expect(Self.text(summary).hasPrefix("No update name is known to break"))
        var fine = AuditSummary(names: 10)
        fine.add(HostileInput.source("list.txt"), [], diagnostics: ["not-a-name": 3])
        #expect(Self.text(fine) == "No update name breaks: 10 names checked against 1 list.\n")
        #expect(fine.isCertain)
    }
}

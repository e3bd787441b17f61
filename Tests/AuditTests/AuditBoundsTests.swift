import Audit
import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import Testing

/// What large and hostile lists cost an audit.
struct AuditBoundsTests {
    private static let most = Auditor.mostListedNames

    private func auditor() throws -> Auditor {
        let catalog = try Samples.catalog([try Samples.endpoint("*.update.example")], hosts: ["www.update.example"])
        return Auditor(names: AuditName.all(of: catalog), chains: catalog.chains, wildcards: catalog)
    }

    /// Of names that only rules spell out the first ones have findings; the rules that break others are counted, each once,
    /// and neither those that let names pass nor those that are to blame for known names.
    @Test func namesBelowWildcards() throws {
        var lines = ["address=/www.update.example/"]
        lines += (0..<(Self.most + 50)).map { "address=/h\($0).update.example/" }
        lines += (0..<10).map { "server=/p\($0).update.example/#" }
        lines += ["address=/a.more.update.example/b.more.update.example/", "address=/c.www.update.example/"]
        let outcome = try auditor().audit(try Samples.stack(.dnsmasq, lines.joined(separator: "\n")))
        let listed = outcome.findings.filter { $0.origin == .listed }
        #expect(listed.map(\.name.description) == (0..<Self.most).map { "h\($0).update.example" })
        #expect(outcome.findings.count == Self.most + 1 && !outcome.isCutShort)
        #expect(Array(outcome.furtherRules.values) == [52])
    }

    /// Rules that are not evaluated take no finding from those that are.
    @Test func openRulesAreApart() throws {
        let open = (0..<(Self.most + 5)).map { "||o\($0).update.example^$client=x" }
        let lines = (open + ["||a.update.example^"]).joined(separator: "\n")
        let outcome = try auditor().audit(try Samples.stack(.adguardHome, lines))
        #expect(outcome.findings.count { $0.rule == .undecided } == Self.most)
        #expect(outcome.findings.filter { $0.rule == .blockedWildcard }.map(\.name.description) == ["a.update.example"])
        #expect(outcome.furtherRules.isEmpty)
    }

    /// It is asked before each name whether to go on, the names of lists among them.
    @Test(arguments: [0, 1, 5])
    func isCutShort(after asked: Int) throws {
        let lines = (0..<100).map { "address=/h\($0).update.example/" }.joined(separator: "\n")
        var left = asked
        let outcome = try auditor().audit(
            try Samples.stack(.dnsmasq, lines),
            while: {
                left -= 1
                return left >= 0
            }
        )
        #expect(outcome.isCutShort && outcome.findings.count == max(0, asked - 1))
    }

    /// Groups of clients share the findings, and a rule that breaks names for several is counted once.
    @Test func groups() throws {
        let lines = (0..<(Self.most + 7)).map { "address=/h\($0).update.example/" }.joined(separator: "\n")
        let groups = ["one", "two"].map { (name: $0, context: QueryContext.unknown) }
        let outcome = try auditor().audit(try Samples.stack(.dnsmasq, lines), for: groups)
        #expect(outcome.findings.count == Self.most && outcome.findings.allSatisfy { $0.groups == ["one", "two"] })
        #expect(Array(outcome.furtherRules.values) == [7])
    }

    /// Patterns that spell out no names are counted: those that block, of lists.
    @Test func patternsAreCounted() throws {
        let lines = "/^x[0-9]/\n@@/^y[0-9]/\n||z*.example^\n||a.example^\n/[a-z]q/"
        #expect(try auditor().audit(try Samples.stack(.adguardHome, lines)).unspelledRules == 2)
    }
}

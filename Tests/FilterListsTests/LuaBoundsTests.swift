import FilterLists
import Policy
import Suites
import Testing

/// What large and hostile configurations in Lua cost.
struct LuaBoundsTests {
    /// A table in a variable is looked at whole wherever it is named: a file that has more looked at than a large one holds
    /// leaves every name open.
    @Test(arguments: [(10, VerdictKind.nxdomain), (1_200, .unsupported)])
    func tablesInVariables(mentions: Int, kind: VerdictKind) throws {
        let names = (0..<1_000).map { "'n\($0).zz'" }.joined(separator: ",")
        let rule = "addAction(t, RCodeAction(DNSRCode.NXDOMAIN))\n"
        let text = "t = {\(names)}\n" + String(repeating: rule, count: mentions)
        let layer = try readList(text, .dnsdist, .dnsdist)
        #expect(try layer.verdict("n0.zz").kind == kind)
        #expect(layer.reports.contains { $0.unsupported["too-many-parts"] != nil } == (kind == .unsupported))
    }

    /// The same with a condition in a variable.
    @Test(arguments: [(10, VerdictKind.nxdomain), (350, .unsupported)])
    func conditionsInVariables(mentions: Int, kind: VerdictKind) throws {
        let names = (0..<1_000).map { "QNameRule('n\($0).zz')" }.joined(separator: ",")
        let rule = "addAction(c, RCodeAction(DNSRCode.NXDOMAIN))\n"
        let text = "c = OrRule({\(names)})\n" + String(repeating: rule, count: mentions)
        #expect(try readList(text, .dnsdist, .dnsdist).verdict("n0.zz").kind == kind)
    }
}

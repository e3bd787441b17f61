import Foundation
import Suites
import TestSupport
import Testing

/// The kinds of suites that ask a running server, on cases of our own.
@Suite(.timeLimit(.minutes(2))) struct ServedSuitesTests {
    private static let folder = Fixtures.folder("suites")

    @Test(arguments: [
        ("malformed-queries", 11, 0), ("evil-upstream", 13, 0), ("edns-compliance", 8, 0), ("wire", 7, 1),
    ])
    func ownCasesPass(name: String, passed: Int, notApplicable: Int) throws {
        let score = try #require(try CaseSuite.score(of: Self.folder.appendingPathComponent(name)))
        #expect(score.failures.isEmpty, "\(score.report)")
        #expect(score.passed == passed)
        #expect(score.notApplicable.values.reduce(0, +) == notApplicable)
    }

    /// Every expectation turned round must fail, so that a suite that passes says something.
    @Test(arguments: [
        ("malformed-queries", "DROP", "ANSWER", 2), ("malformed-queries", "FORMERR", "ANSWER", 4),
        ("evil-upstream", "IGNORE\t", "scrub\t", 3), ("evil-upstream", "scrub", "SERVFAIL", 1),
        ("edns-compliance", "NOERROR", "BADVERS", 3), ("edns-compliance", "no OPT", "OPT v0", 2),
    ])
    func otherExpectationsFail(name: String, what: String, with: String, failures: Int) throws {
        let source = Self.folder.appendingPathComponent(name).appendingPathComponent("cases.tsv")
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("suite-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = try String(contentsOf: source, encoding: .utf8).replacing(what, with: with)
        try text.write(to: folder.appendingPathComponent("cases.tsv"), atomically: true, encoding: .utf8)
        let score = try #require(try CaseSuite.score(of: folder))
        #expect(score.failures.count >= failures, "\(score.report)")
    }
}

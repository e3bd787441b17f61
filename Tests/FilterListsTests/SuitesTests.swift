import Foundation
import Suites
import TestSupport
import Testing

/// Cases of other projects, and answers of running engines; `Scripts/suite` prints their figures.
@Suite(.enabled(if: SharedSuites.root != nil, Comment(rawValue: SharedSuites.absence)))
struct SuitesTests {
    @Test(arguments: [
        ("data/suites/adguard-dns", 114), ("data/suites/other-lists", 47), ("data/suites/pihole-ftl", 29),
        ("data/suites/engine-verdicts", 46_725), ("facts/filters", 337), ("data/suites/bind-rpz", 42),
        ("data/suites/unbound-rpl", 52), ("data/suites/malformed-queries", 52), ("data/suites/evil-upstream", 20),
        ("data/suites/edns-compliance", 17), ("data/suites/wire", 480),
    ])
    func applicableCasesPass(folder: String, least: Int) throws {
        let root = try #require(SharedSuites.root)
        let score = try #require(try CaseSuite.score(of: root.appendingPathComponent(folder)))
        print(score.report)
        #expect(score.failures.isEmpty, "\(score.report)")
        #expect(score.passed >= least, "the suite shrank")
    }
}

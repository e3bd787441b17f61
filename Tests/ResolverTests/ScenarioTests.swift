import Foundation
import TestSupport
import Testing

@testable import Resolver

/// What becomes of answers over time; each fixture begins with why.
@Suite(.timeLimit(.minutes(4))) struct ScenarioTests {
    @Test(arguments: Fixtures.files("scenarios", ending: ".txt"))
    func goesAsTold(file: URL) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.hasPrefix("# "), "a scenario begins with why")
        let faults = try Scenario(text).run()
        #expect(faults.isEmpty, "\(file.lastPathComponent): \(faults.joined(separator: "; "))")
    }

    @Test func aScenarioThatDoesNotHoldFails() throws {
        let faults = try Scenario("upstream 0 * NOERROR a.zz A 192.0.2.1 60\nask a.zz A\ngets NXDOMAIN\nasked 2\n")
            .run()
        #expect(faults.count == 2)
    }
}

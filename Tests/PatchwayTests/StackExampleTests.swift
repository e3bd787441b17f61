import Foundation
import TestSupport
import Testing

/// The stack files that show how an engine is described.
@Suite struct StackExampleTests {
    private static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.folder("stacks").path))?.sorted() ?? []

    @Test(arguments: names) func isFine(name: String) throws {
        let file = Fixtures.folder("stacks").appendingPathComponent("\(name)/patchway.yaml").path
        let result = try Patchway.run(["config", "check", file])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains(": fine; layers: "))
    }

    @Test func thereAreSome() { #expect(!Self.names.isEmpty) }
}

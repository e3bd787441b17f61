import Foundation
import Policy
import TestSupport
import Testing

/// The worked example of every engine: `Zones/examples/ENGINE.yaml`, whose comment shows commands and what they print.
/// `UPDATE_GOLDEN=1 swift test` writes what they print anew.
@Suite struct EngineExampleTests {
    private static func place(_ engine: Engine) -> String { "Zones/examples/\(engine.rawValue).yaml" }

    private static func text(_ engine: Engine) throws -> String {
        String(
            decoding: try Data(contentsOf: Fixtures.packageRoot.appendingPathComponent(place(engine))),
            as: UTF8.self
        )
    }

    @Test(arguments: Engine.allCases) func isFine(engine: Engine) throws {
        let result = try Patchway.run(["config", "check", Self.place(engine)])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("\(Self.place(engine)): fine; layers: 1, rules: "))
    }

    /// What the comment says of the engine is all that there is.
    @Test(arguments: Engine.allCases) func namesFormatsAndModes(engine: Engine) throws {
        let words = try Self.text(engine).split(separator: "\n").prefix { $0 != "#" }.map { $0.dropFirst(2) }
            .joined(separator: " ")
        let modes = engine.profile.blockModes.map(\.name)
        #expect(words.contains("Formats: \(engine.profile.formats.joined(separator: ", "))."))
        #expect(words.contains("Block modes: \(modes.joined(separator: ", ")).") == (modes.count > 1))
    }

    @Test(arguments: Engine.allCases) func printsWhatItSays(engine: Engine) throws {
        let text = try Self.text(engine)
        var printed: [Substring] = []
        var commands = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("#   ") else {
                printed.append(line)
                continue
            }
            guard line.hasPrefix("#   $ ") else { continue }
            let result = try Patchway.shell(String(line.dropFirst("#   $ ".count)))
            // What no entry of a firewall's list lets pass is not decided.
            let isOpen = [Engine.panOS, .zscaler, .fortiGate, .umbrella].contains(engine)
            #expect(result.status == (isOpen ? 3 : 0) && !result.output.isEmpty, "\(result.errors)")
            printed.append(line)
            printed += result.output.split(separator: "\n").map { Substring("#   \($0)") }
            commands += 1
        }
        let now = printed.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try Data(now.utf8).write(to: Fixtures.packageRoot.appendingPathComponent(Self.place(engine)))
        }
        #expect(now == text, "UPDATE_GOLDEN=1 writes it anew")
        #expect(commands > 0 && text.contains("  - engine: \(engine.rawValue)\n"))
    }
}

import Foundation
import Testing

/// A layer of a stack whose lists hold no rule: it is said, the others decide, and the run is no proof of anything.
@Suite struct EmptyLayerTests {
    /// The path of a stack file with these lists, one a layer.
    private static func stack(_ lists: [(name: String, text: String)], _ id: String) throws -> String {
        for list in lists { _ = try Patchway.file("\(id)-\(list.name)", list.text.utf8) }
        let layers = lists.map { "  - {engine: pihole, lists: [\(id)-\($0.name)]}\n" }.joined()
        return try Patchway.file("\(id).yaml", ("layers:\n" + layers).utf8)
    }

    @Test(arguments: ["", "# nothing yet\n", "! nothing\n\n"]) func othersGoOn(text: String) throws {
        let file = try Self.stack([("empty", text), ("ads", "ads.example\n")], "hollow\(text.utf8.count)")
        for command in [["check", "ads.example"], ["explain", "ads.example"]] {
            let result = try Patchway.run(command + ["--stack", file, "--qtype", "A"])
            #expect(result.status == 3, "\(command)")
            #expect(result.output.contains("ads.example A sinkhole"), "\(result.output)")
            #expect(result.errors.contains(":2:30: "), "\(result.errors)")
            #expect(result.errors.contains("the layer does nothing, the others decide"), "\(result.errors)")
        }
        #expect(try Patchway.run(["audit", "--stack", file]).status == 3)
        // Nothing is served that may be less than was meant.
        let served = try Patchway.run(["serve", "--config", file, "--upstream", "192.0.2.1", "--listen", "127.0.0.1:0"])
        #expect(served.status == 3, "\(served.errors)")
    }

    /// A stack that has nothing else is none.
    @Test func alone() throws {
        let file = try Self.stack([("empty", "# nothing\n")], "hollow-alone")
        let result = try Patchway.run(["check", "ads.example", "--stack", file])
        #expect(result.status == 3 && result.output.isEmpty, "\(result.output)")
    }
}

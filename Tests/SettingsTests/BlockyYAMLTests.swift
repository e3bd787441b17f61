import Foundation
import Policy
import Settings
import TestSupport
import Testing
import TextScan

/// Blocky's configuration, with whatever octets it has.
@Suite struct BlockyYAMLTests {
    private static func octets() throws -> [UInt8] {
        Array(try Data(contentsOf: Fixtures.folder("blocky").appendingPathComponent("config.yml")))
    }

    @Test func isALayerOfItsLists() throws {
        let (configuration, diagnostics) = ConfigurationYAML.parse(try Self.octets(), path: "etc/config.yml")
        #expect(diagnostics.isEmpty)
        let layer = try #require(configuration.layers.first)
        #expect(configuration.layers.count == 1)
        #expect(layer.engine == .blocky)
        #expect(layer.blockMode == "custom")
        #expect(layer.blockTTL == 90)
        #expect(layer.clients?.map(\.client) == ["default", "192.0.2.16/28", "kids*"])
        #expect(
            layer.lists.map(\.path) == [
                "etc/ads.txt", "etc/config.yml", "etc/evening.txt", "etc/config.yml", "etc/config.yml",
                "etc/config.yml",
            ]
        )
        #expect(layer.lists.map(\.groups) == [["ads"], ["ads"], ["evening"], ["ads"], ["school"], []])
        #expect(layer.lists[2].minutes == [1200..<1440, 1440..<1830, 9840..<10_080, 0..<390])
        #expect(layer.lists[5].rules?.count == 5)
    }

    @Test(
        arguments: [
            ("blocking:\n  blockTTL: 1m\n", 5), ("blocking:\n  loading:\n    maxErrorsPerSource: 2\n", 2),
            ("blocking:\n  loading:\n    maxErrorsPerSource: -1\n", nil), ("blocking:\n  maxErrorsPerFile: 9\n", 9),
        ] as [(String, Int?)]
    )
    func errorLimits(yaml: String, limit: Int?) throws {
        let (configuration, diagnostics) = ConfigurationYAML.parse(Array(yaml.utf8), path: "c")
        #expect(diagnostics.isEmpty)
        #expect(try #require(configuration.layers.first).maximumErrors == limit)
    }

    @Test func errorLimitsAreNumbers() {
        let yaml = "blocking:\n  loading:\n    maxErrorsPerSource: many\n"
        #expect(ConfigurationYAML.parse(Array(yaml.utf8), path: "c").diagnostics.map(\.line) == [3])
    }

    @Test(arguments: [
        ("90s", 90), ("6h", 21_600), ("1h30m", 5400), ("15", 900), ("1.5h", 5400), ("500ms", 0), ("0s", 0),
    ])
    func durations(text: String, seconds: UInt32) {
        let yaml = "blocking:\n  blockTTL: \(text)\n"
        #expect(ConfigurationYAML.parse(Array(yaml.utf8), path: "c").configuration.layers.first?.blockTTL == seconds)
    }

    @Test(arguments: [
        "hostsFile: {sources: []}\n", "filtering: {queryTypes: [AAAA]}\n",
        "upstreams: {groups: {default: [192.0.2.1]}}\n",
        "specialUseDomains: {enable: false}\n", "upstream: {default: [192.0.2.1]}\n",
    ])
    func isToldByItsKeys(text: String) {
        let (configuration, diagnostics) = ConfigurationYAML.parse(Array(text.utf8), path: "c")
        #expect(configuration.origin == .blocky && diagnostics.isEmpty)
    }

    @Test(arguments: [
        "layers: [{lists: [a]}]\nblocking: {}\n", "mode: shadow\n", "[blocking]\n", "upstreams: [192.0.2.1]\n",
    ])
    func otherFilesAreNotBlockys(text: String) {
        let configuration = ConfigurationYAML.parse(Array(text.utf8), path: "c").configuration
        #expect(configuration.origin == nil && configuration.layers.allSatisfy { $0.engine == nil })
    }

    /// Lists that stand in the file keep their lines, which costs only so much; so do groups times clients.
    @Test(arguments: [
        (
            "blocking:\n clientGroupsBlock: {default: [ads]}\n denylists:\n  ads:\n"
                + String(repeating: "   - |\n    a.zz\n    b.zz\n", count: 20_000), "too-large"
        ),
        (
            "blocking:\n clientGroupsBlock:\n" + (0..<1100).map { "  c\($0): [g\($0)]\n" }.joined() + " denylists:\n"
                + (0..<1100).map { "  g\($0): [a]\n" }.joined(), "too-many"
        ),
    ])
    func memoryIsBounded(text: String, reason: String) {
        let (configuration, diagnostics) = ConfigurationYAML.parse(Array(text.utf8), path: "c.yml")
        #expect(diagnostics.first?.reason == reason)
        #expect(configuration.layers[0].lists.reduce(0) { $0 + ($1.octets?.count ?? 0) } <= 80 << 20)
    }

    @Test(arguments: HostileYAMLTests.bombs)
    func survives(name: String, text: String) {
        for text in ["blocking: {}\n" + text, "blocking:\n" + text.split(separator: "\n").map { "  \($0)\n" }.joined()]
        {
            for diagnostic in ConfigurationYAML.parse(Array(text.utf8), path: "c.yaml").diagnostics {
                #expect(diagnostic.text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "must be safe to print")
                #expect(diagnostic.text.utf8.count < 2000)
            }
        }
    }

    @Test func survivesChanges() throws {
        let original = try Self.octets()
        var generator = SeededGenerator(seed: 17)
        let pieces = ["[", "]", "{", "}", ": ", "\n", "- ", "null", "~", "|\n", "\"", "*a", "&a ", "0", "-1", ","]
        for _ in 0..<100 {
            var octets = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0...octets.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: octets.insert(contentsOf: (pieces.randomElement(using: &generator) ?? "").utf8, at: place)
                case 1: octets.removeSubrange(place..<min(octets.count, place + 9))
                default: octets = Array(octets.prefix(place)) + original.suffix(300)
                }
            }
            for layer in ConfigurationYAML.parse(octets, path: "c.yml").configuration.layers {
                for list in layer.lists {
                    for rule in list.rules ?? [] {
                        #expect(rule.position.offset + rule.position.length <= octets.count)
                    }
                }
            }
        }
    }
}

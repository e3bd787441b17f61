import DNS
import FilterLists
import Foundation
import Policy
import Suites
import Testing
import TextScan

/// Which values of squid's lists make a rule hold, and where they stand.
struct SquidEntryTests {
    private static func entries(_ text: String, _ name: String = "x.ads.example") throws -> [String] {
        let verdict = try readList(text + "http_access allow all\n", .squidConfiguration).verdict(name)
        #expect(verdict.kind == .refused)
        #expect(verdict.note?.hasPrefix("by ") == true)
        return verdict.matched?.entries.map { "\($0.line): \($0.text)\($0.isWord ? "" : " alone")" } ?? []
    }

    @Test(arguments: [
        ("acl a dstdomain .b.example .Ads.example\nhttp_access deny a\n", ["1: .ads.example"]),
        ("acl a dstdomain .b.example\nacl a dstdomain x.ads.example\nhttp_access deny a\n", ["2: x.ads.example"]),
        ("acl a dstdom_regex ^b ^X -i ADS\nhttp_access deny a\n", ["1: ADS"]),
        // More lists than one on a line: one value of each.
        ("acl a dstdomain .ads.example\nacl b dstdom_regex ^x\nhttp_access deny a b\n", ["1: .ads.example", "2: ^x"]),
        ("acl a dstdomain .example .b.example\nacl b dstdomain .c.example\nhttp_access deny a !b\n", ["1: .example"]),
        (
            "acl a dstdomain .ads.example\nacl b dstdomain .example\nhttp_access deny a b\n",
            ["1: .ads.example", "2: .example"]
        ),
        ("acl a dstdomain .ads.example\nacl b any-of a\nhttp_access deny b\n", ["1: .ads.example"]),
        ("acl a dstdomain .ads.example\nacl b src all\nhttp_access deny b a\n", ["1: .ads.example"]),
    ])
    func areNamed(text: String, entries: [String]) throws {
        #expect(try Self.entries(text) == entries)
    }

    /// The rule ends with a value that is taken away, and the other values stay.
    @Test(arguments: [
        "acl a dstdomain .b.example .Ads.example\nhttp_access deny a\n",
        "acl a dstdom_regex -i ^b ADS\nhttp_access deny a\n",
        "acl a dstdomain .ads.example\nacl b dstdom_regex ^x ^b\nhttp_access deny a b\nhttp_access deny b !a\n",
    ])
    func areTriedWithout(text: String) throws {
        let loaded = try readList(text + "http_access allow all\n", .squidConfiguration)
        let matched = try #require(try loaded.verdict("x.ads.example").matched)
        let place = loaded.layer.place(try #require(matched.number))
        let without = try loaded.without([RulePlace(list: place.list, text: place.text, entry: matched.entries.first)])
        #expect(try without.verdict("x.ads.example").matched?.entries.first != matched.entries.first)
        #expect(try without.verdict("b.example").kind == loaded.verdict("b.example").kind)
    }

    /// A value that squid does not start with is placed, in the file where it stands.
    @Test func refusedValuesArePlaced() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("squid-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in [
            ("squid.conf", "acl a dstdomain \"values\"\nacl b src \"clients\"\nhttp_access deny a\n"),
            ("values", "a.b.example\nb.example\n# all\n.b.example\n"), ("clients", "192.0.2.1\n192.0.2.0/33\n"),
        ] {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        let loaded = try LayerLoader.load([ListInput(path: folder.appendingPathComponent("squid.conf").path)])
        #expect(try loaded.verdict("b.example").kind == .unsupported)
        let said = loaded.reports[0].notEvaluated.filter { $0.reason == "bad-statement" }
        #expect(said.contains { $0.line == 1 && $0.text.contains("values:4: .b.example") })
        #expect(said.contains { $0.line == 2 && $0.path.hasSuffix("clients") && $0.text.contains("192.0.2.0/33") })
    }

    /// More values than there is room for beside a file without any.
    @Test func manyValuesOfAFile() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("squid-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let values = (0..<110_000).map { "h\($0).example\n" }.joined()
        let text = "acl a dstdomain \"values\"\nhttp_access deny a\nhttp_access allow all\n"
        for (name, text) in [("squid.conf", text), ("values", values)] {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        let loaded = try LayerLoader.load([ListInput(path: folder.appendingPathComponent("squid.conf").path)])
        #expect(loaded.reports[0].unsupported.isEmpty)
        let verdicts = try ["h109999", "h110000"].map { try loaded.verdict($0 + ".example").kind }
        #expect(verdicts == [.refused, .pass])
    }
}

import Catalog
import Settings
import TestSupport
import Testing
import TextScan

@Suite struct HostileYAMLTests {
    static let head = """
        catalog: test
        services: {s: a service}
        profiles: {p: a profile}
        sources: {D: {url: "https://example.com"}}
        endpoints:

        """
    static let entry = "{pattern: www.example.com, kind: exact, service: s, phase: scan, severity: high}"

    static func parse(_ body: String) -> (endpoints: [String], faults: [String]) {
        let (parts, diagnostics) = CatalogYAML.parse(Array(body.utf8), path: "t.yaml")
        return (
            parts.endpoints.map(\.pattern.text), diagnostics.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.reason)" }
        )
    }

    @Test(arguments: [
        ("severity: high}", "severity: bad}", "6:80 unknown-word"),
        ("phase: scan", "phase: scam", "6:64 unknown-word"),
        ("service: s", "service: t", "6:54 unknown-word"),
        ("kind: exact", "kind: exakt", "6:38 unknown-word"),
        ("kind: exact", "kind: suffix", "6:15 bad-pattern"),
        ("www.example.com", "'*.com'", "6:15 bad-pattern"),
        ("www.example.com", "[a, b]", "6:15 wrong-type"),
        ("www.example.com", "\"\"", "6:15 empty"),
        ("kind: exact", "kind: exact, knid: exact", "6:45 unknown-key"),
        ("kind: exact, ", "", "6:5 missing-key"),
        ("high}", "high, profiles: [p, q]}", "6:100 unknown-word"),
        ("high}", "high, profiles: p}", "6:96 wrong-type"),
        ("high}", "high, sources: [E]}", "6:96 unknown-word"),
        ("high}", "high, transport: [https]}", "6:98 bad-transport"),
        ("high}", "high, transport: [https/99999]}", "6:98 bad-transport"),
        ("high}", "high, errors: [0x8024]}", ""),
        ("high}", "high, errors: [nope]}", "6:95 bad-code"),
        ("high}", "high, scope: everyone}", "6:93 unknown-word"),
        ("high}", "high, pinned: maybe}", "6:94 unknown-word"),
        ("high}", "high, breaks: {a: b}}", "6:94 wrong-type"),
    ])
    func everyFaultHasItsPlaceAndCostsOneEntry(old: String, new: String, expected: String) throws {
        let bad = Self.entry.replacing(old, with: new)
        try #require(bad != Self.entry)
        let good = Self.entry.replacing("www.", with: "mail.")
        let result = Self.parse(Self.head + "  - \(bad)\n  - \(good)\n")
        #expect(result.faults.filter { !$0.isEmpty } == [expected].filter { !$0.isEmpty })
        #expect(
            result.endpoints == (expected.isEmpty ? ["www.example.com", "mail.example.com"] : ["mail.example.com"])
        )
    }

    @Test func hintsNameWhatIsAllowed() throws {
        let text = Self.head + "  - " + Self.entry.replacing("scan", with: "scam")
        let fault = try #require(CatalogYAML.parse(Array(text.utf8), path: "t.yaml").diagnostics.first)
        #expect(fault.text.contains("`scam`"))
        for phase in Phase.allCases { #expect(fault.text.contains(phase.rawValue)) }
    }

    @Test func duplicatesAreReportedAndTheFirstStays() {
        let result = Self.parse(Self.head + "  - \(Self.entry)\n  - \(Self.entry)\n")
        #expect(result.endpoints == ["www.example.com"])
        #expect(result.faults == ["7:15 duplicate-pattern"])
    }

    static let broken: [(String, String)] = [
        ("kind: exact\n    kind: exact", "yaml-syntax"), ("note: \"never closed", "yaml-syntax"),
        ("note: *undefined", "yaml-syntax"), ("note: [1, 2", "yaml-syntax"), ("\tnote: tab", "yaml-syntax"),
        ("note: a: b: c", "yaml-syntax"), ("note: @at", "yaml-syntax"), ("note: %percent", "yaml-syntax"),
        ("? [a, b]\n    : c", "wrong-type"), ("note: {a: b}", "wrong-type"),
    ]

    @Test(arguments: broken)
    func oneBrokenEntryNeverLosesTheFile(line: String, reason: String) {
        func block(_ name: String, _ extra: String) -> String {
            "  - pattern: \(name).example.com\n    kind: exact\n    service: s\n    phase: scan\n    severity: low\n    \(extra)\n"
        }
        let text = Self.head + block("one", "note: fine") + block("two", line) + block("three", "note: fine")
        let result = Self.parse(text)
        #expect(result.endpoints.contains("one.example.com"), "\(result.faults)")
        #expect(result.endpoints.contains("three.example.com"), "\(result.faults)")
        #expect(result.faults.contains { $0.hasSuffix(reason) }, "\(result.faults)")
        #expect(result.faults.allSatisfy { !$0.hasPrefix("0:") }, "\(result.faults)")
    }

    static let bombs: [(name: String, text: String)] = [
        ("empty", ""), ("blank", " \n\n"), ("nul", "a\0b"), ("comment", "# only\n"), ("scalar", "hello"),
        ("list", "- a\n- b"),
        ("flow depth", String(repeating: "[", count: 200_000)),
        ("map depth", String(repeating: "{a: ", count: 200_000)),
        ("block depth", (0..<5000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
        ("dash depth", String(repeating: "- ", count: 200_000)), ("key depth", String(repeating: "? ", count: 200_000)),
        ("aliases", (0..<40).reduce("a0: &a0 x\n") { $0 + "a\($1 + 1): &a\($1 + 1) [*a\($1), *a\($1)]\n" }),
        ("alias keys", "&a [1]: &b [*a, *a]\n? *b\n: c\n"), ("recursive", "&a [*a]"),
        ("merge", "a: &x {b: c}\nd: {<<: *x}\n"),
        ("huge scalar", "catalog: " + String(repeating: "x", count: 2_000_000)),
        ("too large", String(repeating: "x", count: 9_000_000)),
        ("many errors", HostileYAMLTests.head + String(repeating: "  - \"\n", count: 3000)),
        ("many faults", HostileYAMLTests.head + String(repeating: "  - {a: b}\n", count: 5000)),
        ("documents", "a: b\n---\nc: d\n---\n"), ("directive", "%YAML 9.9\n---\na: b\n"),
        ("tags", "!!binary a: !!set {b}\n"),
        ("control", "a: \u{1}\n"), ("bell in quotes", "catalog: \"\\a\\e[31m\"\n"),
        ("byte order mark", "\u{FEFF}catalog: x\nendpoints: []\n"),
        ("separators", "a\u{2028}b: c\u{85}d"), ("carriage returns", "catalog: x\rendpoints: []\r"),
    ]

    @Test(arguments: bombs)
    func survives(name: String, text: String) {
        let (parts, diagnostics) = CatalogYAML.parse(Array(text.utf8), path: "t.yaml")
        #expect(parts.endpoints.isEmpty)
        #expect(diagnostics.isEmpty == ["byte order mark", "carriage returns"].contains(name), "\(diagnostics.count)")
        #expect(diagnostics.count <= 1100)
        for diagnostic in diagnostics {
            #expect(diagnostic.text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "must be safe to print")
            #expect(diagnostic.text.utf8.count < 2000)
        }
        _ = ErrorCodesYAML.parse(Array(text.utf8), path: "t.yaml")
    }

    @Test(
        arguments: [
            [0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61], [0x61, 0xC3, 0x28], [0xED, 0xA0, 0x80], [0xFF],
        ] as [[UInt8]]
    )
    func refusesOtherEncodings(bytes: [UInt8]) {
        #expect(CatalogYAML.parse(bytes, path: "t").diagnostics.map(\.reason) == ["encoding"])
    }

    @Test func mutationsOfTheBuiltInFileNeverCrash() throws {
        let original = try #require(EmbeddedData.file(EmbeddedData.windowsUpdate)).prefix(12_000)
        var generator = SeededGenerator(seed: 42)
        func random(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }
        let octets = Array("\n\t \"'[]{}*&!|>%@`?:-#,\u{85}x".utf8)
        for _ in 0..<60 {
            var bytes = Array(original)
            for _ in 0...random(4) { bytes[random(bytes.count)] = octets[random(octets.count)] }
            _ = CatalogYAML.parse(bytes, path: "t")
        }
    }
}

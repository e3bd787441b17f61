import Catalog
import Settings
import Testing
import TextScan

@Suite struct ErrorCodesYAMLTests {
    static let head = "catalog: e\nsources: {D: {path: d}}\nerrors:\n"
    static let entry =
        "{code: 0x80072EE7, win32: 12007, symbol: [A, B], meaning: m, stage: dns, check_first: c, sources: [D]}"

    @Test func readsAnEntry() throws {
        let (table, diagnostics) = ErrorCodesYAML.parse(Array((Self.head + "  - " + Self.entry).utf8), path: "e")
        #expect(diagnostics.isEmpty)
        let error = try #require(table.errors.first)
        #expect(error.symbols == ["A", "B"])
        #expect(error.win32 == 12007)
        #expect(error.sources == ["D"])
    }

    @Test(arguments: [
        ("0x80072EE7", "8x8", "4:12 bad-code"), ("12007", "12008", "4:31 bad-win32"),
        ("12007", "70000", "4:31 bad-win32"),
        ("stage: dns", "stage: dsn", "4:73 unknown-word"), ("meaning: m, ", "", "4:5 missing-key"),
        ("[D]", "[E]", "4:104 unknown-word"), ("[A, B]", "{A: B}", "4:46 wrong-type"),
        ("sources", "source", "4:94 unknown-key"),
    ])
    func everyFaultHasItsPlaceAndCostsOneEntry(old: String, new: String, expected: String) {
        let good = Self.entry.replacing("2EE7", with: "2EFD").replacing("12007", with: "12029")
        let text = Self.head + "  - \(Self.entry.replacing(old, with: new))\n  - \(good)\n"
        let (table, diagnostics) = ErrorCodesYAML.parse(Array(text.utf8), path: "e")
        #expect(diagnostics.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.reason)" } == [expected])
        #expect(table.errors.map(\.code.rawValue) == [0x8007_2EFD])
    }

    @Test func duplicatesAreReported() {
        let text = Self.head + "  - \(Self.entry)\n  - \(Self.entry)\n"
        let (table, diagnostics) = ErrorCodesYAML.parse(Array(text.utf8), path: "e")
        #expect(table.errors.count == 1)
        #expect(diagnostics.map(\.reason) == ["duplicate-code"])
    }
}

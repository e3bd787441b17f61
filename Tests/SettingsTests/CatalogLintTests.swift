import Catalog
import Settings
import Testing
import TextScan

@Suite struct CatalogLintTests {
    static func warnings(_ entries: [String]) -> [String] {
        let text =
            HostileYAMLTests.head + entries.map { "  - {\($0), service: s, phase: scan, severity: high}\n" }.joined()
        let (parts, diagnostics) = CatalogYAML.parse(Array(text.utf8), path: "t")
        #expect(diagnostics.isEmpty)
        let catalog = BuiltInCatalog.assemble([parts], fingerprinting: []).catalog
        return CatalogLint.warnings(parts, catalog: catalog, path: "t").map { "\($0.line ?? 0) \($0.reason)" }
    }

    @Test(arguments: [
        (["pattern: a.example.com, kind: exact, sources: [D]"], []),
        (["pattern: a.example.com, kind: exact"], ["6 no-source"]),
        (["pattern: '*.example.com', kind: suffix, sources: [D]"], ["6 no-known-host"]),
        (["pattern: '*.windowsupdate.com', kind: suffix, sources: [D]"], []),
        (
            [
                "pattern: '*.windowsupdate.com', kind: suffix, sources: [D]",
                "pattern: ctldl.windowsupdate.com, kind: exact, sources: [D]",
            ], ["7 shadowed"]
        ),
        (["pattern: '*.g.akamai.net', kind: suffix, sources: [D]"], ["6 no-known-host", "6 unmarked-cdn"]),
        (["pattern: '*.g.akamai.net', kind: suffix, scope: shared, sources: [D]"], []),
        (["pattern: 'payload*.blob.core.windows.net', kind: glob, sources: [D]"], ["6 no-known-host"]),
        (["pattern: a767.g.akamai.net, kind: exact, sources: [D]"], []),
    ])
    func warns(entries: [String], expected: [String]) {
        #expect(Self.warnings(entries) == expected)
    }

    @Test func theBuiltInCatalogsWarnOnlyAboutNamesNobodySaw() throws {
        let catalog = BuiltInCatalog.load(includingOthers: true).catalog
        let warnings = try [EmbeddedData.windowsUpdate, EmbeddedData.others].flatMap { path in
            let parts = CatalogYAML.parse(try #require(EmbeddedData.file(path)), path: path).parts
            return CatalogLint.warnings(parts, catalog: catalog, path: path)
        }
        #expect(warnings.filter { !["no-known-host", "shadowed"].contains($0.reason) }.map(\.description) == [])
    }
}

import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// Category lists as squidGuard finds names in them (`sgDb.c`).
@Suite struct SquidGuardTests {
    typealias Row = (list: String, name: String, denied: Bool)

    @Test(arguments: [
        ("a.zz", "a.zz", true), ("a.zz", "x.y.a.zz", true), ("a.zz", "xa.zz", false), ("A.ZZ", "x.a.zz", true),
        ("a.zz\tredirect", "a.zz", true), ("-a.zz", "a.zz", true), ("  a.zz", "a.zz", true), ("#a.zz", "a.zz", false),
        ("a.zz #x", "a.zz", true), (".a.zz", "x.a.zz", false), ("zz", "a.zz", true), ("*.a.zz", "x.a.zz", false),
        // A listed name below another hides that from the names behind it in the order of the database.
        ("a.zz\nm.a.zz", "m.a.zz", true), ("a.zz\nm.a.zz", "x.m.a.zz", true), ("a.zz\nm.a.zz", "b.a.zz", true),
        ("a.zz\nm.a.zz", "z.a.zz", false), ("a.zz\nm.a.zz", "a.zz", true), ("a.zz\nm.a.zz", "xm.a.zz", false),
        ("a.zz\nb.zz\nc.zz", "x.b.zz", true), ("b.zz\na.zz", "x.a.zz", true), ("a.zz\n*.a.zz", "x.a.zz", false),
        // A key that the name begins with, when it is the next one.
        ("a.zz", "a.zz.yy", true), ("a.zz\nb.yz", "a.zz.yy", false), ("a.aa", "a.aa.yy", false),
    ])
    func domains(row: Row) throws {
        let verdict = try readList(row.list, .domains, .squidGuard).verdict(row.name)
        #expect(verdict.kind == (row.denied ? .refused : .pass), "\(row.list) / \(row.name)")
    }

    /// Its buffer takes 12,287 octets of a line, and what is behind is a line of its own (asked of 1.6.0).
    @Test(arguments: [
        (4_096, "a.zz", false), (12_286, "a.zz", false), (12_287, "a.zz", true), (12_287, "x.a.zz", true),
        (24_574, "a.zz", true), (24_573, "a.zz", false),
    ])
    func overlongLines(count: Int, name: String, denied: Bool) throws {
        let list = String(repeating: "x", count: count) + "a.zz\nb.zz\n"
        let verdict = try readList(list, .domains, .squidGuard).verdict(name)
        #expect(verdict.kind == (denied ? .refused : .pass))
    }

    private static func folder(_ name: String) -> ListInput {
        ListInput(path: Fixtures.packageRoot.appendingPathComponent("Tests/Fixtures/categories/\(name)").path)
    }

    @Test func aFolderIsACategory() throws {
        let loaded = try LayerLoader.load([Self.folder("ads")])
        let report = loaded.reports[0]
        #expect(report.engine == .squidGuard && report.role == .block)
        #expect(report.unsupported == ["url": 1])
        #expect(report.diagnostics.contains { $0.path.hasSuffix("ads/expressions") && $0.line == 1 })
        let verdict = try loaded.verdict("x.ads.example")
        #expect(verdict.kind == .refused)
        #expect(verdict.matched?.rule.list.hasSuffix("ads/domains") == true && verdict.matched?.rule.line == 2)
    }

    @Test func aWhiteCategoryAllows() throws {
        let loaded = try LayerLoader.load([Self.folder("update")])
        #expect(loaded.reports[0].role == .allow)
        #expect(loaded.reports[0].ignored == ["address": 1])
        #expect(loaded.diagnostics.map(\.reason) == ["white-category"])
        let verdict = try loaded.verdict("x.update.example")
        #expect(verdict.kind == .pass && verdict.matched?.rule.ruleClass == .listAllow)
    }

    /// squidGuard.conf names the files, and `usage` lies beside them.
    @Test func aFileOfAWhiteCategoryAllows() throws {
        let loaded = try LayerLoader.load([Self.folder("update/domains")], engine: .squidGuard)
        #expect(loaded.reports[0].role == .allow && loaded.diagnostics.map(\.reason) == ["white-category"])
        #expect(try loaded.verdict("x.update.example").kind == .pass)
        let black = try LayerLoader.load([Self.folder("ads/domains")], engine: .squidGuard)
        #expect(try black.reports[0].role == .block && black.verdict("x.ads.example").kind == .refused)
    }

    @Test func theFirstCategoryThatHoldsANameDecides() throws {
        let denied = ListInput(path: "bad", format: .domains, octets: Array("example\n".utf8))
        let first = try LayerLoader.load([Self.folder("update"), denied], engine: .squidGuard)
        #expect(try first.verdict("x.update.example").kind == .pass)
        #expect(try first.verdict("y.example").kind == .refused)
        let last = try LayerLoader.load([denied, Self.folder("update")], engine: .squidGuard)
        #expect(try last.verdict("x.update.example").kind == .refused)
    }

    @Test func aFolderOfCategories() throws {
        let root = Fixtures.packageRoot.appendingPathComponent("Tests/Fixtures/categories").path
        let tree = try #require(CategoryTree(root + "//"))
        #expect(tree.categories == ["ads", "paths", "update"].map { "\(root)/\($0)" })
        #expect(tree.diagnostics.isEmpty)
        #expect(try #require(CategoryTree("\(root)/ads")).categories == ["\(root)/ads"])
        #expect(CategoryTree("\(root)/ads/domains") == nil)
        #expect(CategoryTree("\(root)/../gravity") == nil)
    }

    /// Links are not followed, or a folder that holds itself would never end; folders are looked into only so far.
    @Test func aFolderThatHoldsItself() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let deep = folder.appendingPathComponent(Array(repeating: "d", count: 12).joined(separator: "/"))
        try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
        for place in [folder.appendingPathComponent("d"), deep] {
            try Data("a.example\n".utf8).write(to: place.appendingPathComponent("domains"))
            try FileManager.default.createSymbolicLink(
                at: place.appendingPathComponent("loop"),
                withDestinationURL: folder
            )
        }
        let tree = try #require(CategoryTree(folder.path))
        #expect(tree.categories == [folder.appendingPathComponent("d").path])
        #expect(tree.diagnostics.map(\.reason) == ["link", "too-many-folders"] && tree.isCut)
    }

    @Test func aCategoryOfURLsAloneHoldsNoRule() {
        #expect(throws: ListError.self) { try LayerLoader.load([Self.folder("paths")]) }
        #expect(throws: ListError.self) { try LayerLoader.load([ListInput(path: "/")]) }
    }

    /// Of the categories of UT1 that say white, none denies.
    @Test(.enabled(if: SharedSuites.root != nil, Comment(rawValue: SharedSuites.absence)))
    func realCategories() throws {
        let root = try #require(SharedSuites.root).appendingPathComponent("data/blocklists")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (category, isWhite) in [("update", true), ("cleaning", true), ("liste_bu", true), ("vpn", false)] {
            let target = folder.appendingPathComponent(category)
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            for file in ["domains", "urls", "usage"] {
                let source = root.appendingPathComponent("olbat__blacklists--\(category)--\(file)")
                try? FileManager.default.copyItem(at: source, to: target.appendingPathComponent(file))
            }
            let loaded = try LayerLoader.load([ListInput(path: target.path)])
            #expect(loaded.reports[0].role == (isWhite ? .allow : .block), "\(category)")
            #expect(loaded.layer.ruleCount > 20)
        }
    }
}

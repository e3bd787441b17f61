import FilterLists
import Foundation
import QueryLogs
import TestSupport
import Testing
import TextScan

/// Every format is one file, one line of its registry and one folder of fixtures; found on the disk, not listed here.
@Suite struct FormatTests {
    static func sources(_ folder: String) -> [String] {
        let place = Fixtures.packageRoot.appendingPathComponent("Sources").appendingPathComponent(folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted()
    }

    static func fixtures(_ area: String) -> [String] {
        let place = Fixtures.folder(area)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        // What lies in folders goes with the files beside them.
        return names.filter { !$0.hasPrefix(".") }.sorted().map { place.appendingPathComponent($0).path }.filter {
            (try? FileManager.default.attributesOfItem(atPath: $0))?[.type] as? FileAttributeType == .typeRegular
        }
    }

    static let lists = ListFormat.all.map(\.id)
    static let logs = LogFormats.all.map(\.format.rawValue)

    @Test func everyListFormatIsRegistered() throws {
        let files = Self.sources("FilterLists/Formats")
        #expect(!files.isEmpty)
        let ids = try files.map { file in
            let text = try SourceTests.text("FilterLists/Formats/\(file)")
            return try #require(text.firstMatch(of: #/id: "([a-z0-9-]+)"/#), "\(file)").output.1
        }
        #expect(ids.map(String.init).sorted() == Self.lists.sorted())
    }

    @Test func everyExportFormatIsRegistered() throws {
        let ids = try Self.sources("FilterLists/Exporters").compactMap { file in
            try SourceTests.text("FilterLists/Exporters/\(file)").firstMatch(of: #/id: "([a-z0-9-]+)",\n *title/#)?
                .output.1
        }
        #expect(!ids.isEmpty)
        #expect(ids.map(String.init).sorted() == ExportFormat.all.map(\.id).sorted())
    }

    @Test func everyLogFormatIsRegistered() throws {
        let files = Self.sources("QueryLogs/Formats")
        #expect(!files.isEmpty)
        let ids = try files.map { file in
            let text = try SourceTests.text("QueryLogs/Formats/\(file)")
            return try #require(text.firstMatch(of: #/var format: LogFormat \{ \.([A-Za-z0-9]+) \}/#), "\(file)").output
                .1
        }
        #expect(ids.map { $0.lowercased() }.sorted() == Self.logs.sorted())
    }

    @Test(arguments: lists)
    func everyListFormatHasFixturesThatAreReadAsIt(id: String) throws {
        let paths = Self.fixtures("lists/\(id)")
        #expect(!paths.isEmpty, "no fixture in Tests/Fixtures/lists/\(id)")
        for path in paths {
            let loaded = try LayerLoader.load([ListInput(path: path)])
            // A list may include others.
            #expect(Set(loaded.reports.map(\.format.id)) == [id], "\(path)")
            #expect(loaded.reports.allSatisfy { $0.rules > 0 })
        }
    }

    @Test(arguments: logs)
    func everyLogFormatHasFixturesThatAreReadAsIt(id: String) throws {
        let paths = Self.fixtures("logs/\(id)")
        #expect(!paths.isEmpty, "no fixture in Tests/Fixtures/logs/\(id)")
        for path in paths {
            var events = 0
            let reports = try QueryLog.read(path: path) { _ in events += 1 }
            let read = LogFormats.reader(of: try #require(reports.first).format)?.format.rawValue
            #expect(read == id, "\(path)")
            #expect(events > 0)
        }
    }
}

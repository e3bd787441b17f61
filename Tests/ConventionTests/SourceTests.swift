import Foundation
import TestSupport
import Testing

/// What every source file must keep to.
@Suite struct SourceTests {
    static let sources: [String] = {
        let folder = Fixtures.packageRoot.appendingPathComponent("Sources")
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(".swift") }.sorted()
    }()

    static func text(_ path: String) throws -> String {
        let place = Fixtures.packageRoot.appendingPathComponent("Sources").appendingPathComponent(path)
        return String(decoding: try Data(contentsOf: place), as: UTF8.self)
    }

    @Test func thereAreSources() { #expect(Self.sources.count > 100) }

    @Test(arguments: sources)
    func isShortAndWhole(path: String) throws {
        let text = try Self.text(path)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 401, "files have at most 400 lines")
        for (number, line) in lines.enumerated() {
            for word in ["TO" + "DO", "FIX" + "ME", "XXX", "try!", " as! "] {
                #expect(!line.contains(word), "\(path):\(number + 1) has \(word)")
            }
        }
        #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
    }

    @Test func theTopLevelIsFixed() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Fixtures.packageRoot.path)
        // Package.resolved is ignored by git: commit ids of mirrors differ.
        let visible = Set(names.filter { !$0.hasPrefix(".") && $0 != "Package.resolved" })
        #expect(visible == ["Package.swift", "Sources", "Tests", "Zones", "Scripts", "README.md", "LICENSE"])
    }

    @Test func testsUseOneFramework() throws {
        let folder = Fixtures.packageRoot.appendingPathComponent("Tests")
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        for path in all where path.hasSuffix(".swift") {
            let text = String(decoding: try Data(contentsOf: folder.appendingPathComponent(path)), as: UTF8.self)
            #expect(!text.contains("import XC" + "Test"), "\(path)")
        }
    }
}

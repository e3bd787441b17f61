import DNS
import Foundation
import Policy
import Suites
import TestSupport
import Testing

@testable import FilterLists

/// Lists that v2fly lists include, and how many lists a layer takes.
@Suite struct IncludeTests {
    private static let folder = Fixtures.folder("lists/v2fly").path + "/"

    @Test func includesAreFollowedOnceAndByTheirAttributes() throws {
        let path = Self.folder + "small"
        let loaded = try LayerLoader.load([ListInput(path: path)])
        #expect(loaded.reports.count == 2)
        let blocked = try ["wanted.example", "x.top", "exact.example", "cdn7.example", "y.shown.example"].map {
            try loaded.verdict($0).kind
        }
        #expect(blocked.allSatisfy { $0 == .drop })
        #expect(try loaded.verdict("plain.example").kind == .pass)
        #expect(loaded.layer.unsupportedCount == 0)
        let rule = try #require(try loaded.verdict("x.top").matched?.rule)
        #expect(rule.list.hasSuffix("/other") && rule.line == 4)
        // Nothing leads out of the folder, and what is not there is counted.
        for line in ["include:../secret", "include:/etc/hosts", "include:absent", "include:.hidden"] {
            let text = "full:a.example\n\(line)\n"
            let report = try readList(text, .v2fly, .v2ray).reports
            #expect(report.count == 1 && report[0].unsupported == ["include": 1], "\(line)")
        }
    }

    @Test func everyLineOfAnAbsentListIsCounted() throws {
        let report = try readList("full:a.example\ninclude:absent\ninclude:absent\n", .v2fly, .v2ray).reports[0]
        #expect(report.unsupported == ["include": 2])
    }

    /// Attributes make lists of one file, but do not have it read again when it cannot be; all files together are few.
    @Test(arguments: [("absent @a", 1), ("absent", 256)])
    func triesAreFew(name: String, attempts: Int) throws {
        let text = (0..<1_000).map { "include:\(name)\($0)\n" }.joined()
        let octets = Array(text.utf8)
        let followed = ListIncludes.follow(octets.span, path: Self.folder + "main")
        let includes = try #require(followed)
        #expect(includes.attempts == attempts)
        #expect(includes.lists.count == 1)
    }

    /// Rules name their list in 16 bits, so that included lists count, too.
    @Test func includedListsCount() throws {
        let included = (0..<255).map { "include:other @a\($0)\n" }.joined()
        let first = ListInput(path: Self.folder + "main", format: .v2fly, octets: Array(included.utf8))
        let other = ListInput(path: "-", format: .v2fly, octets: Array("full:a.example\n".utf8))
        let lists = [first] + Array(repeating: other, count: 65_280)
        #expect {
            try LayerLoader.load(lists, engine: .v2ray)
        } throws: {
            if case .badCount(65_535)? = ($0 as? ListError)?.reason { true } else { false }
        }
    }
}

import Foundation
import Revisions
import TestSupport
import Testing

/// Files of other versions, in repositories that git makes.
@Suite struct RepositoryTests {
    @Test func versionsOfAFile() throws {
        let path = try TestRepository.make([
            ["other": "x"], ["lists/a": "one"], ["other": "y"], ["lists/a": "two", "other": "z"], ["lists/a": nil],
            ["lists/a": "one"],
        ])
        let repository = try Repository(path.path)
        let (versions, isCut) = try repository.versions(of: "lists/a")
        #expect(!isCut)
        #expect(versions.map(\.summary) == ["commit 1", "commit 3", "commit 4", "commit 5"])
        let days = versions.map { ($0.time / 1_000_000 - Int64(TestRepository.start)) / 86_400 }
        #expect(days == [1, 3, 4, 5])
        let texts = try versions.map {
            try $0.blob.map { String(decoding: try repository.octets(blob: $0, limit: 99), as: UTF8.self) }
        }
        #expect(texts == ["one", "two", nil, "one"])
        // The newest, where there is room for no more.
        let few = try repository.versions(of: "lists/a", most: 2)
        #expect(few.isCut && few.versions.map(\.summary) == ["commit 4", "commit 5"])
        // Earlier ones alone.
        #expect(
            try repository.versions(of: "lists/a", from: "HEAD~2").versions.map(\.summary) == ["commit 1", "commit 3"]
        )
    }

    @Test func octetsOfARevision() throws {
        let path = try TestRepository.make([["a": "one"], ["a": "two"]])
        let repository = try Repository(path.path + "/.git")
        func text(_ revision: String, _ file: String = "a") throws -> String? {
            try repository.octets(revision, path: file, limit: 99).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try text("HEAD") == "two")
        #expect(try text("HEAD~1") == "one")
        #expect(try text("main") == "two")
        #expect(try text("HEAD", "none") == nil)
        #expect(throws: Repository.Fault.self) { try text("nowhere") }
        #expect(throws: Repository.Fault.self) { try repository.octets("HEAD", path: "a", limit: 2) }
        #expect(throws: Repository.Fault.self) { try repository.octets(blob: "zz", limit: 2) }
    }

    @Test func whatIsNoRepository() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nothing-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        #expect(throws: Repository.Fault.self) { try Repository(folder.path) }
        #expect(throws: Repository.Fault.self) { try Repository("/dev/null") }
        let empty = try TestRepository.make([])
        #expect(throws: Repository.Fault.self) { try Repository(empty.path).versions(of: "a") }
    }
}

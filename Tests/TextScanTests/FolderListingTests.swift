import Foundation
import TestSupport
import Testing
import TextScan

/// What lies in a folder.
@Suite struct FolderListingTests {
    @Test func listsFoldersFilesAndLinks() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["b", "a/c", ".hidden"] {
            let path = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        }
        for name in ["z", "y\u{1B}[2J"] { try Data().write(to: folder.appendingPathComponent(name)) }
        try FileManager.default.createSymbolicLink(
            at: folder.appendingPathComponent("loop"),
            withDestinationURL: folder
        )
        let listing = try #require(FolderListing(folder.path))
        #expect(listing.folders == ["a", "b"])
        #expect(listing.files == ["y\u{1B}[2J", "z"])
        #expect(listing.links == ["loop"] && !listing.isCut)
        #expect(FolderListing(folder.appendingPathComponent("z").path) == nil)
        #expect(FolderListing(folder.appendingPathComponent("none").path) == nil)
    }
}

import DNS
import Foundation
import LDNS
import TestSupport
import Testing

/// Master files made for this package, each beside what it reads as.
@Suite struct ZoneFixtureTests {
    static let files = Fixtures.files("zones", ending: "zone")

    /// `UPDATE_GOLDEN=1` writes the expected files anew.
    @Test(arguments: files)
    func readsAsExpected(file: URL) throws {
        let source = Array(try Data(contentsOf: file))
        var reader = ZoneReader(origin: file.lastPathComponent == "rpz.zone" ? try DomainName("rpz.local") : nil)
        var text = ""
        while let entry = reader.next(in: source.span) {
            switch entry {
            case .record(let found): text += "\(found.line) \(found.bytes) \(found.record)\n"
            case .diagnostic(let found): text += "\(found.line) \(found.bytes) ! \(found.fault)\n"
            }
        }
        let golden = file.deletingPathExtension().appendingPathExtension("records")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(to: golden, atomically: true, encoding: .utf8)
        }
        #expect(try text == String(contentsOf: golden, encoding: .utf8))
    }

    @Test(arguments: files)
    func readsAsTheWholeFileReader(file: URL) throws {
        let source = Array(try Data(contentsOf: file))
        let agreement = ZoneAgreement(
            source,
            origin: file.lastPathComponent == "rpz.zone" ? try DomainName("rpz.local") : nil
        )
        let pairs = try #require(agreement.pairs)
        #expect(!pairs.isEmpty)
        for pair in pairs { #expect(pair.own == pair.library) }
    }
}

import DNS
import LDNS
import TestSupport
import Testing

/// Master files of other projects, read by us and by libldns's own whole-file reader.
@Suite(.enabled(if: SharedSuites.root != nil, "\(SharedSuites.absence)"))
struct ZoneSuiteTests {
    /// Files that libldns refuses as a whole even when the entries that we refuse are taken out.
    private static let refusedByLibrary: [String: String] = [
        "00-2_general.in": "CR LF after `$ORIGIN .` becomes part of the name (RFC 1035 §5.1: lines end in CRLF)",
        "04-0_ORIGIN.in": "`$origin` in lower case is read as an owner (RFC 1035 §2.3.3: comparisons ignore case)",
    ]

    /// Records that libldns reads differently.
    private static let differentInLibrary: [String: String] = [
        "61_RESINFO.in: . 1 IN RESINFO \\# 1 00":
            "a mnemonic that libldns does not know becomes type 0 (RFC 3597 §5: the mnemonic names the type)"
    ]

    static var masterFiles: [String] {
        let folders = ["knot-zscanner", "nlnet-domain", "bind_master", "."]
        return folders.flatMap { folder in
            let files = (try? SharedSuites.files(in: "data/suites/zoneparse/\(folder)")) ?? []
            return files.filter { file in [".in", ".db", ".rpz", ".zone"].contains { file.hasSuffix($0) } }
                .map { "\(folder)/\($0)" }
        }
    }

    @Test func recordsAreThoseOfTheWholeFileReader() throws {
        var refused: Set<String> = []
        var different: Set<String> = []
        var compared = 0
        for path in Self.masterFiles {
            let file = String(path.split(separator: "/").last ?? "")
            let text = try SharedSuites.octets("data/suites/zoneparse/\(path)")
            let agreement = ZoneAgreement(text)
            guard let pairs = agreement.pairs else {
                refused.insert(file)
                continue
            }
            compared += pairs.count
            for (own, library) in pairs where own != library { different.insert("\(file): \(own)") }
        }
        #expect(compared > 350)
        #expect(refused == Set(Self.refusedByLibrary.keys))
        #expect(different == Set(Self.differentInLibrary.keys))
    }
}

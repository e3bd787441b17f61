import DNS
import LDNS
import TestSupport
import Testing

/// Packets and names of other projects' fuzzers, judged by us and by the libldns that is linked.
@Suite(.enabled(if: SharedSuites.root != nil, "\(SharedSuites.absence)"))
struct WireSuiteTests {
    /// The packets of the suite on which we differ, all of them.
    private static let differences: [String: WireDifference] = [
        // Forward pointers in owner names, mutated by a fuzzer.
        "92eb040d6fccbfdb": .pointerNotPrior,
        "f310c64c18a4649f": .pointerNotPrior,
    ]

    @Test func packetsAreJudgedAsByTheLibrary() throws {
        let rows = try SharedSuites.rows("data/suites/wire/packets.tsv")
        #expect(rows.count > 400)
        var found: [String: WireDifference] = [:]
        for row in rows {
            let packet = octets(hex: row[6])
            let agreement = WireAgreement(packet)
            // The verdict written down in the suite comes from the same release.
            #expect((agreement.library == nil) == (row[4] == "OK"), "\(row[0])")
            if agreement.agrees { continue }
            let reason = WireDifference.reason(for: packet, agreement)
            #expect(reason != nil, "\(row[0]): \(agreement)")
            found[row[0]] = reason
        }
        #expect(found == Self.differences)
    }

    /// The places where a name of the suite starts to be read differently: all run into a forward pointer at 23.
    private static let nameDifferences: Set<String> = [
        "fc712b19cbed4a8b4db3226dfbfdf3fb7be7690a 10", "fc712b19cbed4a8b4db3226dfbfdf3fb7be7690a 12",
        "fc712b19cbed4a8b4db3226dfbfdf3fb7be7690a 14",
    ]

    @Test func namesAreReadAsByTheLibraryFromEveryOffset() throws {
        let rows = try SharedSuites.rows("data/suites/wire/names.tsv")
        #expect(rows.count == 20)
        var found: Set<String> = []
        for row in rows {
            let wire = octets(hex: row[2])
            for offset in wire.indices {
                let agreement = NameAgreement(wire, at: offset)
                if agreement.agrees { continue }
                #expect(agreement.own == .failure(.badPointer(offset: 23)))
                found.insert("\(row[0]) \(offset)")
            }
        }
        #expect(found == Self.nameDifferences)
    }
}

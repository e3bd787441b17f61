import DNS
import LDNS
import TestSupport
import Testing

/// Packets and names of other projects' fuzzers, judged by us and by the libldns that is linked.
@Suite(.enabled(if: SharedSuites.root != nil, "\(SharedSuites.absence)"))
struct WireSuiteTests {
    @Test func packetsAreJudgedAsByTheLibrary() throws {
        let rows = try SharedSuites.rows("data/suites/wire/packets.tsv")
        #expect(rows.count > 400)
        var found: [String: WireDifference] = [:]
        for row in rows {
            let packet = octets(hex: row[6])
            let agreement = WireAgreement(packet)
            if agreement.agrees { continue }
            let reason = WireDifference.reason(for: packet, agreement)
            #expect(
                reason != nil,
                "\(row[0]) \(row[2]): own \(String(describing: agreement.own)), libldns \(String(describing: agreement.library))"
            )
            found[row[0]] = reason
        }
        print(found.map { "\($0.key) \($0.value)" }.sorted().joined(separator: "\n"))
        let own = rows.count { WireAgreement(octets(hex: $0[6])).own == nil }
        print("accepted by us", own)
    }

    @Test func namesAreReadAsByTheLibrary() throws {
        let rows = try SharedSuites.rows("data/suites/wire/names.tsv")
        #expect(rows.count == 20)
        for row in rows {
            let wire = octets(hex: row[2])
            for offset in wire.indices {
                var buffer = NameBuffer()
                var own: WireError?
                var end = 0
                do throws(WireError) { end = try buffer.fill(wire.span, at: offset) } catch { own = error }
                switch ParseOracle.name(in: wire.span, at: offset) {
                case .success(let (name, after)):
                    if own == nil {
                        #expect(end == after); #expect(buffer.name == name)
                    } else {
                        print("diff", row[0], offset, own!, name)
                    }
                case .failure: #expect(own != nil, "\(row[0]) \(offset)")
                }
            }
        }
    }
}

import DNS
import Foundation
import LDNS
import TestSupport
import Testing

/// What Knot's scanner reads from its own test files: every record of it is read by us, too, save the ones listed.
@Suite(.enabled(if: SharedSuites.root != nil, "\(SharedSuites.absence)"))
struct KnotSuiteTests {
    private static let missing: [String: (records: Int, reason: String)] = [
        "06-0_INCLUDE": (15, "$INCLUDE is not followed, which a diagnostic says"),
        "06-8_INCLUDE": (2, "$INCLUDE is not followed, which a diagnostic says"),
        "07-4-rdata": (1, "Knot's TTL without $TTL is 0, libldns's and ours 3600 (RFC 1035 §5.1 leaves it open)"),
        "36_RRSIG": (15, "an RRSIG that states no TTL takes the original TTL as in libldns (RFC 4034 §3)"),
        "39_NSEC3": (14, "libldns takes base 32 without padding only (RFC 5155 §3.3)"),
        "55_CSYNC": (4, "libldns wants a type bit map (RFC 7477 §2.1.1.2 lets it be empty)"),
        "61_RESINFO": (3, "libldns 1.8.3 has no text for RESINFO (RFC 9606)"),
        "62_ALIAS": (4, "ALIAS (TYPE65401) is of private use: no name and no text"),
        "63_DELEG": (7, "DELEG (TYPE61440) has neither name nor text in libldns 1.8.3"),
    ]

    @Test func recordsOfKnotAreRead() throws {
        var found: [String: Int] = [:]
        let files = try SharedSuites.files(in: "data/suites/zoneparse/knot-zscanner").filter { $0.hasSuffix(".in") }
        #expect(files.count > 30)
        for file in files {
            let path = "data/suites/zoneparse/knot-zscanner/\(file.dropLast(3))"
            let text = try SharedSuites.octets(path + ".in")
            var own = ZoneReader().all(in: text.span).records.map { Self.block($0.record) }
            let expected = String(decoding: try SharedSuites.octets(path + ".out"), as: UTF8.self)
                .components(separatedBy: "------").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
                .filter { $0.hasPrefix("OWNER=") }
            for block in expected {
                if let index = own.firstIndex(of: block) {
                    own.remove(at: index)
                } else {
                    found[String(file.dropLast(3)), default: 0] += 1
                }
            }
        }
        #expect(found == Self.missing.mapValues(\.records))
    }

    private static func block(_ record: ResourceRecord) -> String {
        func digits(_ value: some BinaryInteger, _ count: Int) -> String {
            let text = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: count - text.count) + text
        }
        return """
            OWNER=\(hex(record.owner.lowercased.wire).uppercased())
            CLASS=\(digits(record.recordClass.rawValue, 4))
            RRTTL=\(digits(record.ttl, 8))
            RTYPE=\(digits(record.type.rawValue, 4))
            RDATA=\(hex(record.data).uppercased())
            """
    }
}

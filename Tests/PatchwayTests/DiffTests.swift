import Foundation
import TestSupport
import Testing

/// `diff` on real captures that are not part of the package: the same traffic, recorded twice.
@Suite(.enabled(if: SharedSuites.root != nil, "\(SharedSuites.absence)"))
struct DiffTests {
    /// Two records of the same traffic, and how many questions about update names are in both.
    static let pairs: [(String, String, Int)] = [
        ("zeek-tsv/wrccdc2018_dns.part1of2.log.xz", "zeek-json/wrccdc2018_dns.part1of2.ndjson.xz", 24),
        (
            "pcap/detection-hackathon-apt29__NEWYORK.dnsonly.pcap.xz",
            "zeek-json/apt29_day2_NEWYORK_dns.ndjson.xz", 19
        ),
        ("pcap/detection-hackathon-apt29__SCRANTON.dnsonly.pcap", "zeek-json/apt29_day2_SCRANTON_dns.ndjson", 4),
    ]

    @Test(arguments: pairs.indices)
    func theSameTrafficHasNoDifference(index: Int) throws {
        let (first, second, questions) = Self.pairs[index]
        let folder = try #require(SharedSuites.root).appendingPathComponent("data/querylogs").path
        let result = try Patchway.run(["diff", "\(folder)/\(first)", "\(folder)/\(second)", "-o", "ndjson"])
        #expect([0, 3].contains(result.status), "\(result.errors)")
        let last = try #require(result.output.split(separator: "\n").last)
        let summary = try #require(JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
        #expect(summary["findings"] as? Int == 0)
        #expect(summary["questions_compared"] as? Int == questions)
        #expect(summary["broken_in_one"] as? Int == 0)
        #expect(summary["only_in_first"] as? Int == 0)
        #expect(summary["only_in_second"] as? Int == 0)
    }
}

import Audit
import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import Testing

@Suite struct ExposureHistoryTests {
    /// `NAME FROM-TO` of each break of versions that follow each other.
    private static func exposures(_ versions: [String]) throws -> [String] {
        let catalog = try Samples.catalog(
            [try Samples.endpoint("*.update.example")],
            hosts: ["www.update.example", "fe.update.example"],
            edges: []
        )
        let auditor = Auditor(names: AuditName.all(of: catalog), chains: catalog.chains)
        var history = ExposureHistory()
        for (index, version) in versions.enumerated() {
            let moment = ExposureHistory.Moment(id: "\(index)", time: Int64(index))
            history.add(moment, auditor.audit(try Samples.stack(.adguardHome, version)).findings)
        }
        return history.exposures.map { "\($0.finding.name) \($0.from.id)-\($0.to?.id ?? "")" }
    }

    private static let (none, www, all) = ("||ads.example^", "||www.update.example^", "||update.example^")
    private static let open = "||www.update.example^$client=192.0.2.7"

    @Test(arguments: [
        ([none, none], []), ([none, www], ["www.update.example 1-"]), ([www, none], ["www.update.example 0-1"]),
        // Twice.
        ([www, none, www], ["www.update.example 0-1", "www.update.example 2-"]),
        // Another rule does not end it, and a wider one begins what it adds.
        ([none, www, all, none], ["www.update.example 1-3", "fe.update.example 2-3"]),
        // What is open begins none and ends none.
        ([open, open], []), ([www, open, none], ["www.update.example 0-2"]), ([open, www], ["www.update.example 1-"]),
    ])
    func breaks(versions: [String], expected: [String]) throws {
        #expect(try Self.exposures(versions) == expected)
    }
}

import DNS
import FindingSupport
import Findings
import Policy
import QueryLogs
import Replay
import Testing

@Suite struct StackChangeTests {
    static func described(_ change: StackChange) -> String {
        let sightings = change.finding.sightings
        let times = "\(sightings?.first ?? -1)-\(sightings?.last ?? -1)"
        return "\(change.kind.rawValue) \(ReplayerTests.described(change.finding)) hours \(change.hours)"
            + " clients \(sightings?.clients ?? 0) \(times)"
    }

    static let events: [QueryEvent] = {
        let hour: Int64 = 3_600_000_000
        let asked = try? [
            Events.event("www.update.example", .a, client: "10.8.0.1", time: 5),
            Events.event("www.update.example", .a, client: "10.8.0.2", time: 2 * hour),
            Events.event("www.update.example", .aaaa, client: "10.8.0.3", time: 2 * hour + 1),
            Events.event("exact.example", .a, client: "10.8.0.1", time: 9),
        ]
        return asked ?? []
    }()

    /// Base list, other list, what changes.
    static let cases: [(base: String?, other: String, changes: [String])] = [
        (nil, "||exact.example^", ["broken exact.example A=sinkhole proven 1 hours 1 clients 1 9-9"]),
        ("||exact.example^", "||exact.example^\n||nothing.example^", []),
        (
            "||exact.example^", "||update.example^",
            [
                "broken www.update.example A=sinkhole AAAA=sinkhole proven 3 hours 2 clients 3 5-7200000001",
                "freed exact.example A=sinkhole proven 1 hours 1 clients 1 9-9",
            ]
        ),
        // Only the family that changes is named and counted.
        (
            "||update.example^$dnstype=A", "||update.example^",
            ["broken www.update.example AAAA=sinkhole proven 1 hours 1 clients 1 7200000001-7200000001"]
        ),
        (
            "||update.example^", "||update.example^\n@@||update.example^",
            [
                "freed www.update.example A=sinkhole AAAA=sinkhole proven 3 hours 2 clients 3 5-7200000001"
            ]
        ),
    ]

    @Test(arguments: cases.indices)
    func whatAnotherStackChanges(index: Int) throws {
        let (base, other, changes) = Self.cases[index]
        let replayer = try ReplayerTests.replayed(
            Self.events,
            stack: try base.map { try Samples.stack(.adguardHome, $0) }
        )
        let found = replayer.changes(to: try Samples.stack(.adguardHome, other), context: .unknown)
        #expect(found.map(Self.described) == changes)
    }
}

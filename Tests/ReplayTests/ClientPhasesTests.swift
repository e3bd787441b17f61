import Catalog
import DNS
import FindingSupport
import Findings
import QueryLogs
import Replay
import Testing

/// How each client fared with each phase.
@Suite struct ClientPhasesTests {
    private static let minute: Int64 = 60_000_000

    private static func catalog() throws -> EndpointCatalog {
        try Samples.catalog(
            [
                try Samples.endpoint("scan.example", severity: .critical, phase: .scan),
                try Samples.endpoint("get.example", severity: .critical, phase: .download),
                try Samples.endpoint("verify.example", severity: .high, phase: .verify),
                try Samples.endpoint("peer.example", severity: .medium, phase: .peer),
            ],
            hosts: []
        )
    }

    /// `NAME TYPE OUTCOME [MINUTE]`, of one client.
    private static func event(_ text: String, client: String = "10.8.0.1") throws -> QueryEvent {
        let words = text.split(separator: " ").map(String.init)
        let type: RRType = words[1] == "AAAA" ? .aaaa : .a
        let address = type == .a ? "20.54.30.3" : "2603:1030::3"
        var event =
            switch words[2] {
            case "ok": try Events.answered(.noError, [address], name: words[0], type: type)
            case "nothing": try Events.answered(.noError, name: words[0], type: type)
            case "fails": try Events.answered(.servFail, name: words[0], type: type)
            default: try Events.event(words[0], type)
            }
        if words[2] == "untold" { event.reply = .unknown }
        event.client = IPAddress(client).map { SocketAddress($0) }
        event.time = words.count > 3 ? Int64(words[3]).map { $0 * minute } : nil
        return event
    }

    private static func described(_ client: ClientPhases) -> String {
        let phases = client.phases.map { "\($0.phase) \($0.state) \($0.failed.count)/\($0.stalled.count)/\($0.names)" }
        return "\(client.client) \(client.outcome.word): \(phases.joined(separator: ", "))"
    }

    private static func replayed(_ lines: [String]) throws -> Replayer {
        var replayer = Replayer(catalog: try catalog())
        for line in lines { replayer.add(try event(line)) }
        return replayer
    }

    @Test(arguments: [
        (["scan.example A ok", "get.example A ok"], "works: scan works 0/0/1, download works 0/0/1"),
        (["scan.example A fails", "get.example A fails"], "cannot-scan: scan fails 1/0/1, download fails 1/0/1"),
        (["scan.example A ok", "get.example A fails"], "cannot-download: scan works 0/0/1, download fails 1/0/1"),
        (["scan.example A ok", "verify.example A fails"], "fails-elsewhere: scan works 0/0/1, verify fails 1/0/1"),
        // One family alone, or at times alone, is slower and not stopped; so is a name that matters less.
        (["scan.example A ok", "scan.example AAAA fails"], "stalls: scan stalls 0/1/1"),
        (["get.example A fails", "get.example A ok"], "stalls: download stalls 0/1/1"),
        (["peer.example A fails"], "stalls: peer stalls 1/0/1"),
        // No address at all is no address, whatever else is answered without data.
        (["scan.example A fails", "scan.example AAAA nothing"], "cannot-scan: scan fails 1/0/1"),
        (["scan.example A untold"], "untold: scan untold 0/0/1"),
        (["www.example A fails"], ""),
    ])
    func phasesSayWhatStops(lines: [String], expected: String) throws {
        let clients = try Self.replayed(lines).clients()
        #expect(clients.map(Self.described) == (expected.isEmpty ? [] : ["10.8.0.1 " + expected]))
    }

    @Test func theTimeUntilANameWorkedIsTold() throws {
        let events = ["get.example A fails 10", "get.example A fails 15", "get.example A ok 33", "get.example A ok 40"]
        #expect(try Self.replayed(events).clients().first?.phases.first?.longestWait == 23 * Self.minute)
        #expect(try Self.replayed(events.reversed()).clients().first?.phases.first?.longestWait == 23 * Self.minute)
        let later = ["get.example A ok 5", "get.example A fails 10"]
        #expect(try Self.replayed(later).clients().first?.phases.first?.longestWait == 0)
    }

    @Test func theWorstOffComeFirst() throws {
        var replayer = Replayer(catalog: try Self.catalog())
        for (line, client) in [
            ("scan.example A ok", "10.8.0.1"), ("scan.example A fails", "fd00::1"),
            ("scan.example A fails", "10.8.0.9"),
            ("get.example A fails", "10.8.0.2"),
        ] {
            replayer.add(try Self.event(line, client: client))
        }
        #expect(replayer.clients().map(\.client.description) == ["10.8.0.9", "fd00::1", "10.8.0.2", "10.8.0.1"])
    }
}

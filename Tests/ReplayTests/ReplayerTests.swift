import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import QueryLogs
import Replay
import Testing

@Suite struct ReplayerTests {
    static func catalog(edges: [String] = []) throws -> EndpointCatalog {
        try Samples.catalog(
            [try Samples.endpoint("*.update.example"), try Samples.endpoint("exact.example", severity: .critical)],
            hosts: ["www.update.example", "seen.update.example"],
            edges: edges
        )
    }

    static func replayed(
        _ events: [QueryEvent],
        stack: CompiledStack? = nil,
        edges: [String] = []
    ) throws -> Replayer {
        var replayer = Replayer(catalog: try catalog(edges: edges), stack: stack)
        for event in events { replayer.add(event) }
        return replayer
    }

    static func described(_ finding: Finding) -> String {
        let outcomes = finding.outcomes.map { "\($0.type)=\($0.kind)" }.joined(separator: " ")
        return "\(finding.name) \(outcomes) \(finding.evidence.rawValue) \(finding.sightings?.count ?? 0)"
    }

    @Test func retriesAndTypesAreCountedApart() throws {
        let replayer = try Self.replayed([
            try Events.answered(.servFail), try Events.answered(.servFail),
            try Events.answered(.servFail, type: .aaaa), try Events.answered(.noError, name: "exact.example"),
        ])
        #expect(replayer.totals.events == 4)
        #expect(replayer.totals.updateEvents == 4)
        #expect(replayer.totals.updateNames == 2)
        #expect(
            replayer.observed().map(Self.described) == [
                "exact.example A=nodata weak 1", "www.update.example A=servfail AAAA=servfail strong 3",
            ]
        )
        #expect(replayer.observed().last?.detail == "SERVFAIL; 3 of 3 queries [D12]")
    }

    @Test func whatIsAnsweredAtOtherTimesIsLessCertain() throws {
        let flapping = [try Events.answered(.servFail), try Events.answered(.noError, ["20.54.30.3"])]
        #expect(try Self.replayed(flapping).observed().map(\.evidence) == [.weak])
        #expect(try Self.replayed(flapping).observed().first?.detail == "SERVFAIL; 1 of 2 queries [D12]")
        // What the log says itself stays proven.
        let logged = Events.blocked(try Events.answered(.nxDomain), LoggedBlock(source: "gravity blocked"))
        let proven = [logged, try Events.answered(.noError, ["20.54.30.3"])]
        #expect(try Self.replayed(proven).observed().map(\.evidence) == [.proven])
    }

    @Test func anOutcomeThatSaysNothingIsNoAnswer() throws {
        let unseen = "never-seen.update.example"
        let replayer = try Self.replayed([
            try Events.answered(.servFail, name: unseen), try Events.answered(.nxDomain, name: unseen),
        ])
        #expect(replayer.observed().map(\.evidence) == [.strong])
    }

    @Test func familiesThatPassAreSaid() throws {
        let sunk = try Events.answered(.noError, ["0.0.0.0"])
        let reached = try Events.answered(.noError, ["2603:1030::1"], type: .aaaa)
        #expect(try Self.replayed([sunk, reached]).observed().map(\.reach) == [.ipv4])
        // No AAAA record at all is an answer, and no way out.
        let none = try Events.answered(.noError, type: .aaaa)
        #expect(try Self.replayed([sunk, none]).observed().map(\.reach) == [.everything])
    }

    @Test func clientsAreCountedOnceAndTimesSpan() throws {
        let events = try [("10.8.0.1", 30), ("10.8.0.2", 10), ("10.8.0.1", 20)].map { client, time in
            try Events.event(client: client, time: time)
        }
        let sightings = try #require(try Self.replayed(events).observed().first?.sightings)
        #expect(sightings == Finding.Sightings(count: 3, clients: 2, first: 10, last: 30))
        let timeless = try Self.replayed([try Events.event()]).observed().first?.sightings
        #expect(timeless == Finding.Sightings(count: 1, clients: 1))
    }

    @Test(arguments: [
        ("www.update.example.corp.example", 1), ("www.update.example.a.b.c", 1), ("exact.example.lan", 1),
        ("update.example.lan", 0), ("wwwupdate.example", 0), ("www.update.example", 0), ("lan", 0),
        ("www.update.examples.lan", 0), (String(repeating: "a.", count: 30) + "www.update.example.lan", 0),
    ])
    func searchSuffixesAreNoUpdateNames(name: String, count: Int) throws {
        let replayer = try Self.replayed([try Events.answered(.nxDomain, name: name)])
        #expect(replayer.totals.searchSuffixed == count)
        #expect(replayer.observed().isEmpty == (name != "www.update.example"))
    }

    @Test func namesOfContentNetworksHaveNoSearchSuffix() throws {
        let catalog = try Samples.catalog(
            [try Samples.endpoint("*.update.example")],
            hosts: ["www.update.example", "www.update.example.cdn.example"]
        )
        var replayer = Replayer(catalog: catalog)
        replayer.add(try Events.answered(.nxDomain, name: "www.update.example.cdn.example"))
        #expect(replayer.totals.searchSuffixed == 0)
    }

    @Test func caseOfNamesMakesNoDifference() throws {
        let replayer = try Self.replayed([
            try Events.answered(.servFail, name: "WWW.Update.Example"), try Events.answered(.servFail),
        ])
        #expect(replayer.totals.updateNames == 1)
        #expect(replayer.observed().map(Self.described) == ["www.update.example A=servfail strong 2"])
    }

    @Test func theCapturesOwnChainBeatsTheCatalogs() throws {
        let stack = try Samples.stack(.adguardHome, "||cdn.example^")
        let edges = ["www.update.example>cdn.example"]
        let ownChain = try Events.answered(.noError, ["elsewhere.example", "20.54.30.3"])
        #expect(try Self.replayed([ownChain], stack: stack, edges: edges).underStack().isEmpty)
        let noChain = try Events.event()
        let found = try Self.replayed([noChain], stack: stack, edges: edges).underStack()
        #expect(found.map(\.rule) == [.blockedAlias])
        #expect(found.map(\.evidence) == [.strong])
        let cut = try Events.answered(.noError, ["mid.example", "cdn.example", "20.54.30.3"])
        let through = try Self.replayed([cut], stack: stack, edges: []).underStack()
        #expect(through.map { $0.chain.map(\.target.description) } == [["mid.example", "cdn.example"]])
        #expect(through.first?.chain.first?.sightings.first?.place == "the capture")
    }

    @Test func anInferredChainOfTheCatalogIsWeak() throws {
        let stack = try Samples.stack(.adguardHome, "||cdn.example^")
        let found = try Self.replayed([try Events.event()], stack: stack, edges: ["www.update.example?cdn.example"])
        #expect(found.underStack().map(\.evidence) == [.weak])
    }

    @Test func theStackIsAskedForWhatWasAskedAndCounts() throws {
        let stack = try Samples.stack(.adguardHome, "||update.example^$dnstype=A")
        let replayer = try Self.replayed(
            [
                try Events.answered(.noError, ["20.54.30.3"]), try Events.answered(.noError, ["20.54.30.3"]),
                try Events.answered(.noError, type: .aaaa), try Events.answered(.noError, name: "exact.example"),
            ],
            stack: stack
        )
        #expect(replayer.underStack().map(Self.described) == ["www.update.example A=sinkhole AAAA=pass proven 2"])
        #expect(try Self.replayed([]).underStack().isEmpty)
    }

    /// What a capture says in its own words cannot make as many findings as it has events.
    @Test func hostileWordsAreBounded() throws {
        let events = try (0..<500).map { index in
            Events.extended(try Events.answered(.nxDomain), 15, "reason \(index)")
        }
        let found = try Self.replayed(events).observed()
        #expect(found.count == 33)
        #expect(found.compactMap(\.sightings?.count).reduce(0, +) == 500)
        #expect(found.contains { $0.detail?.hasPrefix("more of the same kind") == true })
    }

    @Test func theOrderIsAlwaysTheSame() throws {
        let names = (0..<40).map { "host\($0).update.example" }
        let events = try names.flatMap { name in
            [try Events.answered(.servFail, name: name), try Events.answered(.refused, name: name)]
        }
        let first = try Self.replayed(events).observed().map(Self.described)
        #expect(try Self.replayed(events.reversed()).observed().map(Self.described) == first)
        #expect(
            first == first.sorted { ($0.split(separator: " ")[0]) < ($1.split(separator: " ")[0]) } || first.count == 80
        )
    }
}

import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import QueryLogs
import TestSupport
import Testing
import TextScan

@testable import Replay

/// Partials: what they hold is the same however an input was split, and what strangers write into them does no harm.
@Suite struct PartialTests {
    private static let identity = PartialIdentity(catalog: "c", stack: nil, redaction: nil)

    private static func catalog() throws -> EndpointCatalog {
        try Samples.catalog(
            [
                try Samples.endpoint("*.update.example", phase: .scan),
                try Samples.endpoint("get.example", severity: .critical, phase: .download),
            ],
            hosts: ["www.update.example"]
        )
    }

    /// Events of all kinds, with so many names, clients, words and times that small limits are passed.
    static func events(_ count: Int, seed: UInt64) throws -> [QueryEvent] {
        var random = SeededGenerator(seed: seed)
        return try (0..<count).map { _ in
            let names = ["www.update.example", "get.example", "www.update.example.lan", "other.example"]
            let made = "h\(Int.random(in: 0..<30, using: &random)).Update.example"
            let name = Bool.random(using: &random) ? made : names[Int.random(in: 0..<4, using: &random)]
            let type: RRType = [.a, .aaaa, .https, .txt][Int.random(in: 0..<4, using: &random)]
            var event: QueryEvent
            switch Int.random(in: 0..<7, using: &random) {
            case 0: event = try Events.event(name, type)
            case 1: event = try Events.answered(.servFail, name: name, type: type)
            case 2:
                event = try Events.answered(.noError, ["a.example", "b.example", "20.54.30.3"], name: name, type: type)
            case 3:
                event = try Events.answered(.noError, ["c.example", "B.example", "0.0.0.0"], name: name, type: type)
            case 4:
                let text = "e\u{301} or \u{E9}, \(Int.random(in: 0..<200, using: &random))"
                event = Events.extended(try Events.answered(.nxDomain, name: name, type: type), 15, text)
            case 5:
                event = Events.blocked(
                    try Events.answered(.nxDomain, name: name, type: type),
                    LoggedBlock(source: Bool.random(using: &random) ? "e\u{301}" : "\u{E9}")
                )
            default:
                event = try Events.event(name, type)
                event.reply = .unknown
            }
            event.client =
                Int.random(in: 0..<9, using: &random) == 0
                ? nil : SocketAddress(.v4(0x0A00_0000 + UInt32.random(in: 0..<60, using: &random)))
            event.time =
                Int.random(in: 0..<9, using: &random) == 0
                ? nil : Int64.random(in: -9_000_000_000_000...9_000_000_000_000_000, using: &random)
            return event
        }
    }

    private static func octets(_ replayer: Replayer, _ identity: PartialIdentity = identity) -> [UInt8] {
        var octets: [UInt8] = []
        replayer.writePartial(identity) { piece in for index in piece.indices { octets.append(piece[index]) } }
        return octets
    }

    private static func said(_ replayer: Replayer) -> [String] {
        let findings = (replayer.observed() + replayer.underStack()).map {
            "\($0.name) \($0.outcomes) \($0.evidence) \($0.detail ?? "") \(String(describing: $0.sightings)) \($0.chain.map(\.target))"
        }
        let clients = replayer.clients().map { client in
            "\(client.client) \(client.phases.map { "\($0.phase) \($0.state) \($0.failed) \($0.stalled) \($0.longestWait)" })"
        }
        return findings + clients + [
            "\(replayer.totals)", "\(replayer.timelineBuckets.map { "\($0.start) \($0.length)" })",
        ]
    }

    private static let limits = [
        ReplayLimits(), ReplayLimits(names: 20, charges: 150, chargesOfAClient: 1_000),
        ReplayLimits(names: 7, charges: 40, chargesOfAClient: 3),
        ReplayLimits(names: 1, charges: 1, chargesOfAClient: 1),
    ]

    /// Any split of the events, in any order, in memory or through partials of partials.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func splitsMakeNoDifference(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let catalog = try Self.catalog()
        let stack = try Samples.stack(.adguardHome, "||b.example^\n||h1.update.example^")
        let limits = Self.limits[Int(seed) % Self.limits.count]
        let events = try Self.events(700, seed: seed)
        var whole = Replayer(catalog: catalog, stack: stack, limits: limits)
        for event in events { whole.add(event) }

        var parts = (0..<Int.random(in: 1...5, using: &random)).map { _ in Replayer(catalog: catalog, limits: limits) }
        for event in events.shuffled(using: &random) {
            parts[Int.random(in: 0..<parts.count, using: &random)].add(event)
        }
        var merged = Replayer(catalog: catalog, stack: stack, limits: limits)
        var written = Replayer(catalog: catalog, stack: stack, limits: limits)
        for (index, part) in parts.shuffled(using: &random).enumerated() {
            merged.merge(part)
            let octets = Self.octets(part)
            let fault = written.mergePartial(octets.span, path: "\(index)", accept: { _ in nil })
            #expect(fault == nil)
        }
        let expected = Self.octets(whole)
        #expect(Self.octets(merged) == expected)
        #expect(Self.octets(written) == expected)
        #expect(Self.said(written) == Self.said(whole))
        #expect(whole.totals.events == 700)
        #expect(limits.names > 100 || whole.totals.overflow > 0 && whole.totals.clientOverflow > 0)
    }

    /// Which names are kept does not depend on which came first, and a flood of made-up ones does not displace those that exist.
    @Test func knownNamesKeepTheirPlace() throws {
        var replayer = Replayer(
            catalog: try Self.catalog(),
            limits: ReplayLimits(names: 3, charges: 10, chargesOfAClient: 10)
        )
        for index in 0..<500 { replayer.add(try Events.answered(.servFail, name: "a\(index).update.example")) }
        replayer.add(try Events.answered(.servFail))
        replayer.add(try Events.answered(.servFail, name: "get.example"))
        let kept = replayer.observed().map(\.name.description).sorted()
        #expect(kept == ["a0.update.example", "get.example", "www.update.example"])
        #expect(replayer.totals.overflow == 499)
    }

    // MARK: - What is no partial

    private static func replayed() throws -> Replayer {
        var replayer = Replayer(catalog: try catalog())
        for event in try events(40, seed: 7) { replayer.add(event) }
        return replayer
    }

    @Test func whatIsCutOffIsRefusedWithItsPlace() throws {
        let octets = Self.octets(try Self.replayed())
        for end in stride(from: 0, to: octets.count, by: 97) {
            var replayer = Replayer(catalog: try Self.catalog())
            let start = Array(octets[..<end])
            let fault = replayer.mergePartial(start.span, path: "p", accept: { _ in nil })
            let byte = try #require(fault?.byte)
            #expect(byte <= end && fault?.path == "p" && fault?.reason == "bad-partial")
            #expect(replayer.totals.events == 0, "nothing of it counts")
        }
    }

    /// `old` in a partial becomes `new`.
    @Test(arguments: [
        (#""version":1"#, #""version":2"#, "another version"), (#""version":1"#, #""version":"1""#, "whole number"),
        (#""kind":"partial""#, #""kind":"header""#, "--emit partial"),
        (#""kind":"seen""#, #""kind":"sean""#, "not known"),
        (#""clients":["10"#, #""clients":["300"#, "no address"), (#""type":1,"#, #""type":65536,"#, "65535"),
        (#""name":"get.example""#, #""name":"else.example""#, "no update name"),
        (#""kind":"totals","events":40"#, #""kind":"totals","events":-1"#, "whole number"),
        (#""kind":"totals","events":40"#, #""kind":"totals","events":1e3"#, "whole number"),
        (#""kind":"totals","events":40"#, #""kind":"totals","events":9223372036854775807"#, "whole number"),
        (#""kind":"totals","events":40"#, #""kind":"totals","events":3"#, "do not agree"),
        (#""answered":"#, #""answered":9"#, "do not agree"), (#""count":"#, #""count":7"#, "do not agree"),
        (#""evidence":"proven""#, #""evidence":"sure""#, "no evidence"),
        (#""detection":"D"#, #""detection":"E"#, "no rule of detection"),
        (#""rule":"observed"#, #""rule":"believed"#, "no rule of findings"),
        (#""verdict":"nxdomain""#, #""verdict":"fine""#, "no verdict"),
        (#""phases":{"scan":["#, #""phases":{"scan":[[1],"#, "two counts"), (#""shift":"#, #""shift":9"#, "from 0 to"),
        (#""records":"#, #""records":1"#, "as many should be"),
        (#"{"kind":"end""#, #"}{"kind":"end""#, "begins a record"),
        (#"{"kind":"end""#, #"{"a":[[[[[[[[[["#, "larger than any"), (#"{"kind":"end""#, "\u{1}", "no JSON"),
    ])
    func whatIsWrongIsSaidWithItsPlace(old: String, new: String, expected: String) throws {
        let text = String(decoding: Self.octets(try Self.replayed()), as: UTF8.self)
        try #require(text.contains(old))
        let changed = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
        var replayer = Replayer(catalog: try Self.catalog())
        let found = replayer.mergePartial(changed.span, path: "p", accept: { _ in nil })
        let fault = try #require(found)
        #expect(fault.text.contains(expected), "\(fault)")
        #expect(fault.byte != nil)
        #expect(replayer.totals.events == 0, "nothing of it counts")
    }

    /// Counts that are each allowed run over nowhere.
    @Test func largeCountsDoNotRunOver() throws {
        let most = "\(1 << 50)"
        let header = #"{"kind":"partial","version":1,"catalog":"c"}"# + "\n"
        let name = #"{"kind":"name","name":"get.example","type":1,"events":\#(most),"count":\#(most)}"# + "\n"
        for record in [
            name, #"{"kind":"seen","events":[\#(Array(repeating: most, count: 9_000).joined(separator: ","))]}"#,
            #"{"kind":"fault","name":"get.example","type":1,"rule":"observed-broken","detection":"D12","verdict":"servfail","#
                + #""evidence":"strong","text":"x","count":\#(most)}"# + "\n",
        ] {
            var replayer = Replayer(catalog: try Self.catalog())
            let octets = Array((header + String(repeating: record, count: 5_000)).utf8)
            let fault = replayer.mergePartial(octets.span, path: "p", accept: { _ in nil })
            #expect(fault != nil)
        }
        var replayer = Replayer(catalog: try Self.catalog())
        let totals = #"{"kind":"totals","events":\#(most)}"# + "\n" + #"{"kind":"end","records":2}"#
        let octets = Array((header + totals).utf8)
        let first = replayer.mergePartial(octets.span, path: "p", accept: { _ in nil })
        let second = replayer.mergePartial(octets.span, path: "q", accept: { _ in nil })
        #expect(first == nil)
        #expect(second?.text.contains("can be counted") == true)
    }

    /// Single octets changed at random crash nothing.
    @Test func changedOctetsCrashNothing() throws {
        var random = SeededGenerator(seed: 3)
        let octets = Self.octets(try Self.replayed())
        for _ in 0..<150 {
            var changed = octets
            for _ in 0..<3 {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var replayer = Replayer(catalog: try Self.catalog())
            _ = replayer.mergePartial(changed.span, path: "p", accept: { _ in nil })
            _ = Self.said(replayer)
        }
    }

    @Test func partialsOfOtherRunsAreRefused() {
        let one = PartialIdentity(catalog: "c", stack: "s", redaction: nil)
        #expect(one.objection(to: one) == nil)
        var other = one
        other.catalog = "d"
        #expect(one.objection(to: other)?.contains("--catalog") == true)
        other = one
        other.stack = nil
        #expect(one.objection(to: other)?.contains("no stack") == true)
        other = one
        other.redaction = "k"
        #expect(one.objection(to: other)?.contains("redact all of them or none") == true)
        let keyed = PartialIdentity(catalog: "c", stack: "s", redaction: "j")
        #expect(keyed.objection(to: other)?.contains("--redact-key") == true)
    }
}

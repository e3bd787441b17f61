import DNS
import Findings
import QueryLogs
import Replay
import Testing

/// Two captures beside each other: what is a filter, and what only differs.
@Suite struct CaptureComparisonTests {
    private static func side(_ events: [QueryEvent]) throws -> CaptureSide {
        var side = CaptureSide(catalog: try ReplayerTests.catalog())
        for event in events { side.add(event) }
        return side
    }

    /// Counts that are not zero, and what is broken in the first and in the second capture alone.
    private static func compared(_ first: [QueryEvent], _ second: [QueryEvent]) throws -> String {
        let found = CaptureComparison(try side(first), try side(second), catalog: try ReplayerTests.catalog())
        let counts = found.counts
        let named = [
            ("agreed", counts.agreed), ("acquitted", counts.acquitted), ("different", counts.different),
            ("flapping", counts.flapping), ("unstable", counts.unstable), ("broken in both", counts.brokenInBoth),
            ("undecided", counts.undecided), ("broken", counts.broken), ("only first", counts.onlyFirst),
            ("only second", counts.onlySecond),
        ]
        let words = named.filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }
        let findings = [("first", found.inFirst), ("second", found.inSecond)].flatMap { side, findings in
            findings.map { "\(side): \(ReplayerTests.described($0)) \($0.detail?.suffix(5) ?? "")" }
        }
        return (words + findings).joined(separator: "; ")
    }

    private static let real = ["20.54.30.3"]
    private static let other = ["23.55.77.1"]

    @Test func otherDataIsNeverAFilter() throws {
        let asked = [try Events.answered(.noError, Self.real)]
        #expect(try Self.compared(asked, asked) == "acquitted 1")
        #expect(try Self.compared(asked, [try Events.answered(.noError, Self.other)]) == "different 1")
        #expect(
            try Self.compared(
                [try Events.answered(.noError, ["cdn.example"] + Self.real)],
                [try Events.answered(.noError, ["cdn.example"] + Self.other)]
            ) == "acquitted 1"
        )
    }

    @Test func whatIsBrokenInOneAloneIsFoundOnItsSide() throws {
        let real = [try Events.answered(.noError, Self.real)]
        let null = [try Events.answered(.noError, ["0.0.0.0"])]
        #expect(try Self.compared(null, real) == "broken 1; first: www.update.example A=sinkhole strong 1 [D06]")
        #expect(try Self.compared(real, null) == "broken 1; second: www.update.example A=sinkhole strong 1 [D06]")
        #expect(try Self.compared(null, null) == "broken in both 1")
        let refused = [try Events.answered(.servFail), try Events.answered(.noError, name: "exact.example")]
        #expect(
            try Self.compared(refused, real)
                == "broken 1; only first 1; first: www.update.example A=servfail strong 1 [D12]"
        )
    }

    /// What the name got at other times of the same capture acquits it, but not where the filter says so itself.
    @Test func whatIsBrokenAtTimesIsFlapping() throws {
        let real = try Events.answered(.noError, Self.real)
        let failed = try Events.answered(.servFail)
        #expect(try Self.compared([failed, real], [real]) == "flapping 1")
        let logged = Events.blocked(try Events.answered(.nxDomain), LoggedBlock(source: "gravity blocked"))
        #expect(
            try Self.compared([logged, real], [real])
                == "broken 1; first: www.update.example A=nxdomain proven 1 [D02]"
        )
    }

    @Test func whatIsNotToldIsNotFine() throws {
        let real = [try Events.answered(.noError, Self.real)]
        #expect(try Self.compared(real, []) == "only first 1")
        #expect(try Self.compared([], real) == "only second 1")
        // A log that does not say what was answered.
        let untold = [
            QueryEvent(name: try DomainName("www.update.example"), type: .a, position: .init(record: 1, byte: 0))
        ]
        #expect(try Self.compared(untold, real) == "undecided 1")
    }

    /// Answers of the same hour come first: what the name had a day before is no reference for it then.
    @Test func answersAreAlignedByTime() throws {
        let hour: Int64 = 3_600_000_000
        func at(_ time: Int64, _ code: ResponseCode, _ answers: [String] = []) throws -> QueryEvent {
            var event = try Events.answered(code, answers)
            event.time = time
            return event
        }
        let second = [try at(0, .nxDomain), try at(48 * hour, .noError, Self.real)]
        #expect(try Self.compared([try at(1, .nxDomain)], second).hasPrefix("broken 1") == false)
        #expect(try Self.compared([try at(48 * hour, .nxDomain)], second).hasPrefix("broken 1"))
    }

    /// A log without the types asked for is compared by those of its answers.
    @Test func untypedEventsTakeTheTypesOfTheirAnswers() throws {
        var untyped = try Events.answered(.noError, Self.real)
        untyped.type = RRType(rawValue: 0)
        #expect(try Self.compared([untyped], [try Events.answered(.noError, Self.real)]) == "acquitted 1")
        var denied = try Events.answered(.nxDomain)
        denied.type = RRType(rawValue: 0)
        #expect(
            try Self.compared([denied], [try Events.answered(.noError, Self.real)])
                == "broken 1; only first 1; first: www.update.example A=nxdomain weak 1 [D09]"
        )
    }

    /// Of the same traffic one log may tell more; what both clients got alike is no policy of one side.
    @Test func whatIsTheSameInBothIsNoDifference() throws {
        let denied = [try Events.answered(.nxDomain)]
        let logged = Events.blocked(try Events.answered(.nxDomain), LoggedBlock(source: "config"))
        #expect(try Self.compared([logged], denied) == "broken in both 1")
        #expect(try Self.compared(denied, [Events.extended(try Events.answered(.nxDomain), 15)]) == "broken in both 1")
        let failed = [try Events.answered(.servFail)]
        #expect(try Self.compared(failed, failed) == "broken in both 1")
        let atTimes = failed + [try Events.answered(.noError, Self.real)]
        #expect(try Self.compared(failed, atTimes) == "flapping 1")
    }

    @Test func theOwnerIsTheProductThatItsMarksTell() throws {
        let blocked = try Self.side([try Events.answered(.noError, ["146.112.61.104"])])
        let real = try Self.side([try Events.answered(.noError, Self.real)])
        let found = CaptureComparison(blocked, real, catalog: try ReplayerTests.catalog())
        #expect(found.inFirst.map(\.observedOwner) == ["whoever runs Umbrella"])
    }
}

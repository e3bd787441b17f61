import DNS
import TestSupport
import Testing

@testable import Resolver

@Suite struct UpstreamGroupTests {
    private let second: UInt64 = 1_000_000_000
    private let millisecond: UInt64 = 1_000_000

    private func group(_ count: Int, _ strategy: UpstreamStrategy = .failover, width: Int = 2) -> UpstreamGroup {
        var rules = AskingRules()
        (rules.strategy, rules.width) = (strategy, width)
        return UpstreamGroup(count: count, rules)
    }

    @Test func prefersTheFirstAndGoesOnAfterAFailedTry() {
        var group = group(3)
        #expect(group.choose(now: 0).asked == [0])
        #expect(group.choose(now: 0, tried: [0], previous: 0).asked == [1])
        #expect(group.choose(now: 0, tried: [0, 1], previous: 1).asked == [2])
        #expect(group.choose(now: 0, tried: [0, 1, 2], previous: 2).asked == [0])
    }

    @Test func holdsDownAfterTwoFailuresAndProbesOnceWhenTheTimeIsOver() {
        var group = group(2)
        group.failed(0, sentAt: 1, now: 10)
        #expect(group.choose(now: 10).asked == [0])
        group.failed(0, sentAt: 2, now: 20)
        #expect(group.choose(now: 21) == UpstreamGroup.Choice(asked: [1], riders: [], lead: 1))
        let over = 20 + second
        #expect(group.choose(now: over) == UpstreamGroup.Choice(asked: [1], riders: [0], lead: 1), "the probe")
        #expect(group.choose(now: over).riders == [], "all others wait for it")
        group.succeeded(0)
        #expect(group.choose(now: over + 1).asked == [0])
    }

    @Test func holdDoublesForFailedProbesOnly() {
        var group = group(2)
        for number in 0..<64 { group.failed(0, sentAt: 0, now: UInt64(number)) }
        #expect(group.health[0].heldUntil == 1 + second, "tries under way when the hold began count once")
        var probe = group.health[0].heldUntil
        for (number, hold) in [2, 4, 8, 16, 32, 60, 60].enumerated() {
            #expect(group.choose(now: probe).riders == [0])
            group.failed(0, sentAt: probe, now: probe + second)
            #expect(group.health[0].heldUntil == probe + second + UInt64(hold) * second, "probe \(number)")
            probe = group.health[0].heldUntil
        }
    }

    @Test func asksTheOnlyUpstreamWhateverItsState() {
        for strategy in UpstreamStrategy.allCases {
            var group = group(1, strategy)
            for number in 0..<9 {
                group.failed(0, sentAt: UInt64(number) * 100 * second, now: UInt64(number) * 100 * second)
            }
            #expect(group.health[0].heldUntil <= 800 * second + UpstreamGroup.longestHold)
            #expect(group.choose(now: 801 * second).asked == [0])
            #expect(group.choose(now: 900 * second, tried: [0], previous: 0).asked == [0])
        }
    }

    @Test(arguments: UpstreamStrategy.allCases)
    func asksThemInTurnWhenAllAreHeldDown(_ strategy: UpstreamStrategy) {
        var group = group(3, strategy)
        for index in 0..<3 {
            for _ in 0..<2 { group.failed(index, sentAt: UInt64(index), now: UInt64(index) + 1) }
        }
        let first = group.choose(now: 10)
        #expect(first.asked == [0], "whose hold ends first")
        #expect(first.riders == [])
        #expect(group.choose(now: 10, tried: [0], previous: 0).asked == [1])
        #expect(group.choose(now: 10, tried: [0, 1], previous: 1).asked == [2])
        #expect(group.choose(now: 10, tried: [0, 1, 2], previous: 2).asked == [0])
    }

    @Test func takesTurns() {
        var group = group(3, .roundRobin)
        #expect((0..<6).map { _ in group.choose(now: 1).lead } == [0, 1, 2, 0, 1, 2])
        for _ in 0..<2 { group.failed(1, sentAt: 1, now: 2) }
        #expect((0..<4).map { _ in group.choose(now: 3).lead } == [0, 2, 0, 2])
        #expect(group.choose(now: 3, tried: [0], previous: 0).asked == [2])
    }

    @Test func fastestMeasuresTheOthersBesideItAndNotTwice() {
        var group = group(3, .fastest)
        let first = group.choose(now: 1)
        #expect((first.asked, first.riders) == ([0], [1]))
        group.succeeded(0, roundTrip: 50 * millisecond)
        group.succeeded(1, roundTrip: 20 * millisecond)
        let second = group.choose(now: 2)
        #expect((second.asked, second.riders) == ([1], [2]))
        group.succeeded(2, roundTrip: 90 * millisecond)
        for now: UInt64 in 3..<9 { #expect(group.choose(now: now) == UpstreamGroup.Choice(asked: [1], lead: 1)) }
        let later = UpstreamGroup.measuringPause + 1
        #expect(group.choose(now: later).riders == [0])
        #expect(group.choose(now: later + 1).riders == [2])
        #expect(group.choose(now: later + 2).riders == [])
    }

    @Test func fastestLeavesWhoBecomesSlowAndComesBack() {
        var group = group(2, .fastest)
        group.succeeded(0, roundTrip: 10 * millisecond)
        group.succeeded(1, roundTrip: 30 * millisecond)
        group.failed(0, sentAt: 1, now: second)
        #expect(group.choose(now: second).lead == 1, "a failure counts as a second")
        var measured = 0
        while group.choose(now: second).lead == 1 {
            group.succeeded(0, roundTrip: 10 * millisecond)
            measured += 1
        }
        #expect(measured == 4)
    }

    @Test func parallelAsksTheFastestThatAreNotHeldDown() {
        var group = group(4, .parallel, width: 2)
        for (index, time) in [40, 10, 30, 20].enumerated() {
            group.succeeded(index, roundTrip: UInt64(time) * millisecond)
        }
        for _ in 0..<4 { _ = group.choose(now: 1) }
        #expect(group.choose(now: 2) == UpstreamGroup.Choice(asked: [1, 3], lead: 1))
        for _ in 0..<2 { group.failed(3, sentAt: 3, now: 4) }
        #expect(group.choose(now: 5) == UpstreamGroup.Choice(asked: [1, 2], lead: 1))
        #expect(group.choose(now: 5, tried: [1, 2], previous: 1).asked == [0], "one held down is not asked beside it")
        let over = 4 + second
        #expect(group.choose(now: over).riders == [3])
    }

    @Test func refusalsInARowHoldDownWhoHasCompany() {
        var pair = group(2)
        for _ in 0..<7 { pair.refused(0, failsOver: true, sentAt: 1, now: 2) }
        pair.succeeded(0)
        for _ in 0..<7 { pair.refused(0, failsOver: true, sentAt: 1, now: 2) }
        #expect(pair.choose(now: 3).asked == [0])
        pair.refused(0, failsOver: true, sentAt: 1, now: 2)
        #expect(pair.choose(now: 3).asked == [1])
        var others = group(2)
        for _ in 0..<20 { others.refused(0, failsOver: false, sentAt: 1, now: 2) }
        #expect(others.choose(now: 3).asked == [0], "codes that go to the client are answers")
    }

    /// Whatever happens, somebody is asked, nobody twice in one try, and nobody who answers is given up.
    @Test(arguments: UpstreamStrategy.allCases)
    func alwaysAsksSomebody(_ strategy: UpstreamStrategy) {
        var random = SeededGenerator(seed: 11)
        for count in 1...5 {
            var group = group(count, strategy, width: 3)
            var now: UInt64 = 1
            for _ in 0..<2_000 {
                now += UInt64.random(in: 0...2 * second, using: &random)
                var tried = UpstreamSet()
                var previous: Int?
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let choice = group.choose(now: now, tried: tried, previous: previous)
                    #expect(!choice.asked.isEmpty && choice.asked.contains(choice.lead))
                    #expect(choice.asked.count <= (strategy == .parallel ? 3 : 1) && choice.riders.count <= 1)
                    for upstream in choice.riders { #expect(!choice.asked.contains(upstream) && previous == nil) }
                    for upstream in choice.asked.union(choice.riders) {
                        // The last one always answers.
                        if upstream == count - 1 || Bool.random(using: &random) {
                            group.succeeded(upstream, roundTrip: UInt64.random(in: 1...second, using: &random))
                        } else {
                            group.failed(upstream, sentAt: now, now: now + second / 2)
                        }
                    }
                    tried.formUnion(choice.asked)
                    previous = choice.lead
                }
                #expect(group.health[count - 1].heldUntil == 0)
            }
        }
    }
}

import Testing

@testable import Resolver

@Suite struct UpstreamGroupTests {
    private let second: UInt64 = 1_000_000_000

    @Test func prefersTheFirstAndGoesOnAfterAFailedTry() {
        var group = UpstreamGroup(count: 3)
        #expect(group.choose(now: 0, previous: nil) == 0)
        #expect(group.choose(now: 0, previous: 0) == 1)
        #expect(group.choose(now: 0, previous: 2) == 0)
    }

    @Test func holdsDownAfterTwoFailuresAndProbesOnceWhenTheTimeIsOver() {
        var group = UpstreamGroup(count: 2)
        group.failed(0, sentAt: 1, now: 10)
        #expect(group.choose(now: 10, previous: nil) == 0)
        group.failed(0, sentAt: 2, now: 20)
        #expect(group.choose(now: 21, previous: nil) == 1)
        let over = 20 + second
        #expect(group.choose(now: over, previous: nil) == 0, "the probe")
        #expect(group.choose(now: over, previous: nil) == 1, "all others wait for it")
        group.succeeded(0)
        #expect(group.choose(now: over + 1, previous: nil) == 0)
    }

    @Test func holdDoublesForFailedProbesOnly() {
        var group = UpstreamGroup(count: 2)
        for number in 0..<64 { group.failed(0, sentAt: 0, now: UInt64(number)) }
        #expect(group.health[0].heldUntil == 1 + second, "tries under way when the hold began count once")
        let probe = group.health[0].heldUntil
        _ = group.choose(now: probe, previous: nil)
        group.failed(0, sentAt: probe, now: probe + second)
        #expect(group.health[0].heldUntil == probe + 3 * second)
    }

    @Test func asksTheOnlyUpstreamWhateverItsState() {
        var group = UpstreamGroup(count: 1)
        for number in 0..<9 {
            group.failed(0, sentAt: UInt64(number) * 100 * second, now: UInt64(number) * 100 * second)
        }
        #expect(group.health[0].heldUntil <= 800 * second + UpstreamGroup.longestHold)
        #expect(group.choose(now: 900 * second, previous: nil) == 0)
        #expect(group.choose(now: 900 * second, previous: 0) == 0)
    }
}

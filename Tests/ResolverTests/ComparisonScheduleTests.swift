import Testing

@testable import Resolver

/// Which answers are compared.
@Suite struct ComparisonScheduleTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func comparesTheSameOnceAMinute() {
        var schedule = ComparisonSchedule(rate: 10, capacity: 4)
        #expect(schedule.admit(7 << 40, now: 5) == .admitted)
        #expect(schedule.admit(7 << 40, now: 6) == .recent)
        #expect(schedule.admit(8 << 40, now: 6) == .admitted)
        #expect(schedule.admit(7 << 40, now: 5 + 59 * Self.second) == .recent)
        #expect(schedule.admit(7 << 40, now: 5 + 60 * Self.second) == .admitted)
    }

    @Test func keepsToItsRate() {
        var schedule = ComparisonSchedule(rate: 10, capacity: 1_000)
        func admitted(_ hashes: Range<UInt64>, at time: UInt64) -> Int {
            hashes.count { schedule.admit($0 << 40, now: time) == .admitted }
        }
        #expect(admitted(0..<100, at: Self.second) == 10, "a second's worth at once")
        #expect(admitted(100..<200, at: Self.second + Self.second / 10) == 1)
        #expect(admitted(200..<300, at: 3 * Self.second) == 10, "what was not used is not saved up")
    }

    @Test func keepsToItsNumber() {
        var schedule = ComparisonSchedule(rate: 1_000, capacity: 2)
        #expect(schedule.admit(1 << 40, now: 1) == .admitted)
        #expect(schedule.admit(2 << 40, now: 1) == .admitted)
        #expect(schedule.admit(3 << 40, now: 1) == .refused)
        schedule.finish()
        #expect(schedule.admit(3 << 40, now: 1) == .admitted, "what was refused is not recent")
        #expect(schedule.underWay == 2)
    }
}

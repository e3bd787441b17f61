import Testing

@testable import Resolver

@Suite struct DeadlineListTests {
    @Test func fallsDueInOrderOfSetting() {
        var list = DeadlineList(capacity: 4, interval: 100)
        list.set(2, now: 0)
        list.set(0, now: 10)
        list.set(3, now: 20)
        list.set(2, now: 30)
        list.clear(3)
        #expect(list.nextDue == 110)
        #expect(list.takeDue(now: 109) == nil)
        #expect(list.takeDue(now: 200) == 0)
        #expect(list.takeDue(now: 200) == 2)
        #expect(list.takeDue(now: 200) == nil)
        #expect(list.nextDue == nil)
    }

    @Test func slabTellsStaleHandlesFromLiveOnes() {
        var slab = Slab<Int>(capacity: 2)
        let taken = [slab.insert(7), slab.insert(8), slab.insert(9)]
        #expect(taken == [0, 1, nil])
        let generation = slab.generation(0)
        slab.remove(0)
        let isLive = slab.isLive(0)
        #expect(!isLive)
        let again = slab.insert(9)
        #expect(again == 0)
        let isStale = !slab.isLive(0, generation: generation)
        #expect(isStale)
        let values = [slab[0], slab[1]]
        #expect(values == [9, 8])
    }
}

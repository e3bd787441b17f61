import Testing

@testable import Resolver

/// Which connection takes a question, and when it is closed. The clock is ours.
@Suite struct LinkPoolTests {
    private static let second: UInt64 = 1_000_000_000

    private func question(_ id: UInt16, flight: Int32 = 0, at now: UInt64 = 0) -> LinkQuestion {
        LinkQuestion(id: id, flight: flight, generation: 1, askedAt: now)
    }

    private func link(_ upstream: Int8 = 0) -> UpstreamLink { UpstreamLink(descriptor: -1, upstream: upstream) }

    private func open(_ pool: inout LinkPool, _ upstream: Int8 = 0, now: UInt64 = 0) throws -> Int {
        let number = try #require(insert(&pool, link(upstream), now: now))
        pool.opened(number, now: now)
        return number
    }

    @Test func fillsConnectionsOneByOne() throws {
        var pool = LinkPool(upstreams: 2)
        #expect(choose(pool, 0) == .open)
        var id: UInt16 = 0
        for _ in 0..<LinkPool.maximumLinks {
            #expect(choose(pool, 0) == .open)
            let number = try open(&pool)
            for _ in 0..<LinkPool.busy {
                #expect(choose(pool, 0) == .use(number))
                #expect(ask(&pool, question(id), on: number))
                id += 1
            }
        }
        // All are busy: the one with the least takes more.
        #expect(choose(pool, 0) == .use(0))
        #expect(ask(&pool, question(9_000), on: 0))
        #expect(choose(pool, 0) == .use(1))
        #expect(choose(pool, 1) == .open)
    }

    @Test func takesNoMoreThanAllConnectionsCarry() throws {
        var pool = LinkPool(upstreams: 1)
        for _ in 0..<LinkPool.maximumLinks {
            let number = try open(&pool)
            for id in 0..<UInt16(LinkPool.maximumQuestions) { #expect(ask(&pool, question(id), on: number)) }
        }
        #expect(choose(pool, 0) == .full)
        #expect(insert(&pool, link(), now: 0) == nil)
    }

    @Test func idsAreUniqueOnAConnection() throws {
        var pool = LinkPool(upstreams: 1)
        let number = try open(&pool)
        #expect(ask(&pool, question(7), on: number))
        #expect(!ask(&pool, question(7), on: number))
        #expect(take(&pool, 8, from: number, now: 1) == nil)
        #expect(take(&pool, 7, from: number, now: 1) == question(7))
        #expect(take(&pool, 7, from: number, now: 1) == nil)
        #expect(ask(&pool, question(7), on: number))
    }

    @Test func closesConnectionsAtRest() throws {
        var pool = LinkPool(upstreams: 1)
        let number = try open(&pool)
        let next1 = pool.nextDeadline
        #expect(next1 == LinkPool.rest)
        #expect(ask(&pool, question(1, at: 9 * Self.second), on: number))
        #expect(take(&pool, 1, from: number, now: 10 * Self.second) != nil)
        #expect(takeDue(&pool, now: 19 * Self.second) == nil)
        let due = takeDue(&pool, now: 20 * Self.second)
        #expect(due?.number == number && due?.isSilent == false)
    }

    @Test func givesUpConnectionsThatOweAnswers() throws {
        var pool = LinkPool(upstreams: 1)
        let number = try open(&pool)
        for id in 0..<3 { #expect(ask(&pool, question(UInt16(id), at: 5 * Self.second), on: number)) }
        #expect(takeDue(&pool, now: 7 * Self.second) == nil)
        // Any answer shows that it lives.
        #expect(take(&pool, 1, from: number, now: 7 * Self.second) != nil)
        #expect(takeDue(&pool, now: 9 * Self.second) == nil)
        let due = takeDue(&pool, now: 10 * Self.second)
        #expect(due?.number == number && due?.isSilent == true)
        #expect(remove(&pool, number).map(\.id).sorted() == [0, 2])
        let next2 = pool.nextDeadline
        #expect(next2 == nil)
    }

    @Test func givesUpConnectionsThatNeverStand() throws {
        var pool = LinkPool(upstreams: 1)
        let number = try #require(insert(&pool, link(), now: Self.second))
        // Questions that join do not make it younger.
        #expect(ask(&pool, question(1, at: 3 * Self.second), on: number))
        #expect(takeDue(&pool, now: 4 * Self.second)?.isSilent == true)
    }

    @Test func findsWhatIsUnderWay() throws {
        var pool = LinkPool(upstreams: 2)
        let number = try open(&pool, 1)
        #expect(ask(&pool, question(1, flight: 5), on: number))
        #expect(renew(&pool, 5, 1, upstream: 1, now: 9))
        #expect(!renew(&pool, 5, 2, upstream: 1, now: 9))
        #expect(!renew(&pool, 5, 1, upstream: 0, now: 9))
        #expect(take(&pool, 1, from: number, now: 10)?.askedAt == 9)
    }
}

// Macros cannot take values that are not copied apart.
private func choose(_ pool: borrowing LinkPool, _ upstream: Int) -> LinkPool.Choice { pool.choose(upstream) }
private func insert(_ pool: inout LinkPool, _ link: UpstreamLink, now: UInt64) -> Int? { pool.insert(link, now: now) }
private func ask(_ pool: inout LinkPool, _ question: LinkQuestion, on number: Int) -> Bool {
    pool.ask(question, on: number)
}
private func take(_ pool: inout LinkPool, _ id: UInt16, from number: Int, now: UInt64) -> LinkQuestion? {
    pool.take(id, from: number, now: now)
}
private func takeDue(_ pool: inout LinkPool, now: UInt64) -> (number: Int, isSilent: Bool)? { pool.takeDue(now: now) }
private func remove(_ pool: inout LinkPool, _ number: Int) -> [LinkQuestion] { pool.remove(number) }
private func renew(
    _ pool: inout LinkPool,
    _ flight: Int,
    _ generation: UInt32,
    upstream: Int,
    now: UInt64
) -> Bool { pool.renew(flight, generation, upstream: upstream, now: now) }

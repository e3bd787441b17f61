import CSockets
import DNS
import Testing

@testable import Resolver

@Suite struct FlightTableTests {
    private static let timeout: UInt64 = 800
    private let key = AnswerKey(type: 1, dnssecOK: false, checkingDisabled: false)

    private func table(
        upstreams: Int = 2,
        waiters: Int = 8,
        _ asking: AskingRules = AskingRules(),
        route: Range<Int>? = nil,
        fallsBack: Bool = false
    ) -> FlightTable {
        var groups = [ForwardingTable.Group(upstreams: 0..<upstreams, asking: asking, fallsBack: false)]
        if let route { groups.append(ForwardingTable.Group(upstreams: route, asking: asking, fallsBack: fallsBack)) }
        return table(waiters, groups)
    }

    private func table(_ waiters: Int, _ groups: [ForwardingTable.Group]) -> FlightTable {
        FlightTable(
            capacity: 4,
            maximumWaiters: waiters,
            maximumTries: 4,
            tryTimeout: Self.timeout,
            groups: groups
        )
    }

    private func waiter(_ id: UInt16) -> Waiter {
        let query = ClientQuery(
            id: id,
            bits: 0x0100,
            type: 1,
            nameLength: 3,
            limit: 512,
            hasEDNS: false,
            dnssecOK: false,
            overTCP: false
        )
        return Waiter(query: query, origin: Origin(socket: 0, peer: patchway_peer()), arrivedAt: 0)
    }

    private func join(_ table: inout FlightTable, _ text: String, _ id: UInt16) -> FlightTable.Join {
        let buffer = NameBuffer(name(text))
        let hash = keyedHash(buffer, key, seed: 1)
        return table.join(buffer, key, hash: hash, waiter: waiter(id), question: buffer.span)
    }

    @Test func sharesOneFlightAmongClientsOfTheSameQuestion() {
        var table = table(waiters: 3)
        #expect(join(&table, "a", 1) == .started(0))
        #expect(join(&table, "A", 2) == .joined)
        #expect(join(&table, "b", 3) == .started(1))
        #expect(join(&table, "a", 4) == .joined)
        #expect(join(&table, "a", 5) == .full)
        var ids: [UInt16] = []
        while let (waiter, _) = table.takeWaiter(0) { ids.append(waiter.query.id) }
        #expect(ids == [1, 2, 4])
        table.end(0)
        #expect(join(&table, "a", 6) == .started(0))
    }

    @Test func isFullAtItsCapacity() {
        var table = table()
        for number in 0..<4 { #expect(join(&table, "n\(number)", 1) == .started(number)) }
        #expect(join(&table, "more", 1) == .full)
        #expect(join(&table, "n2", 1) == .joined)
    }

    @Test func triesTheNextUpstreamAfterEachTimeoutAndThenGivesUp() throws {
        var table = table()
        _ = join(&table, "a", 1)
        #expect(table.start(0, now: 0) == .ask([0]))
        let early = table.takeTimedOut(now: 799)
        #expect(early == nil)
        var steps: [FlightTable.Step] = []
        for round in 1...4 {
            let due = table.takeTimedOut(now: UInt64(round) * Self.timeout)
            steps.append(try #require(due?.step))
        }
        #expect(steps == [.ask([1]), .ask([0]), .ask([1]), .giveUp])
        #expect(table.flights[0].failure == .none)
    }

    @Test func waitsOnAfterMismatchesAndAsksOverTCPAtTheThird() {
        var table = table()
        _ = join(&table, "a", 1)
        _ = table.start(0, now: 0)
        let steps = (0..<5).map { _ in table.ended(0, .fault(.mismatch), upstream: 0, now: 1) }
        #expect(steps == [.wait, .wait, .askTCP(0), .wait, .wait])
    }

    @Test func asksOverTCPOnceAfterTruncation() {
        var table = table()
        _ = join(&table, "a", 1)
        _ = table.start(0, now: 0)
        #expect(table.ended(0, .fault(.truncated), upstream: 0, now: 1) == .askTCP(0))
        #expect(table.ended(0, .fault(.truncated), upstream: 0, now: 1) == .wait)
        #expect(table.endedTCP(0, nil, upstream: 0, now: 2) == .ask([1]))
        #expect(table.flights[0].failure == .network)
    }

    @Test func asksEachUpstreamOnceWhenTheyRefuse() {
        var table = table()
        _ = join(&table, "a", 1)
        _ = table.start(0, now: 0)
        #expect(table.ended(0, .fault(.refusal(.refused)), upstream: 0, now: 1) == .ask([1]))
        #expect(table.ended(0, .fault(.refusal(.refused)), upstream: 1, now: 2) == .giveUp)
        #expect(table.flights[0].failure.code == ResponseCode.refused.rawValue)
    }

    @Test func aRefusalThatIsNotToBeFailedOverGoesToTheClient() {
        var rules = AskingRules()
        rules.failOverCodes = [.refused]
        var table = table(rules)
        _ = join(&table, "a", 1)
        _ = table.start(0, now: 0)
        #expect(table.ended(0, .fault(.refusal(.servFail)), upstream: 0, now: 1) == .giveUp)
        _ = join(&table, "b", 1)
        _ = table.start(1, now: 0)
        #expect(table.ended(1, .fault(.refusal(.refused)), upstream: 0, now: 1) == .ask([1]))
    }

    @Test func waitsForTheOthersOfATryAndGoesOnWithTheLast() {
        var rules = AskingRules()
        rules.strategy = .parallel
        var table = table(upstreams: 3, rules)
        _ = join(&table, "a", 1)
        #expect(table.start(0, now: 0) == .ask([0, 1, 2]), "two, and one to be measured")
        #expect(table.ended(0, .network, upstream: 2, now: 1) == .wait)
        #expect(table.ended(0, .fault(.refusal(.servFail)), upstream: 0, now: 1) == .wait)
        #expect(table.ended(0, .fault(.truncated), upstream: 1, now: 1) == .askTCP(1))
        #expect(table.endedTCP(0, nil, upstream: 1, now: 2) == .ask([2]))
        #expect(table.ended(0, .fault(.malformed), upstream: 0, now: 3) == .wait, "nobody waits for it any more")
    }

    @Test func aRouteAsksItsOwnUpstreamsAndOthersOnlyWhenTold() throws {
        for fallsBack in [false, true] {
            var table = table(upstreams: 2, route: 2..<4, fallsBack: fallsBack)
            _ = join(&table, "a", 1)
            #expect(table.start(0, group: 1, now: 0) == .ask([2]))
            var steps: [FlightTable.Step] = []
            for round in 1...4 {
                guard let due = table.takeTimedOut(now: UInt64(round) * Self.timeout) else { break }
                steps.append(due.step)
            }
            #expect(
                steps
                    == (fallsBack
                        ? [.ask([3]), .ask([0]), .ask([1]), .giveUp] : [.ask([3]), .ask([2]), .ask([3]), .giveUp])
            )
        }
    }

    @Test func leavesOutEDNSForAnUpstreamThatDoesNotKnowIt() {
        var table = table()
        _ = join(&table, "a", 1)
        _ = table.start(0, now: 0)
        #expect(table.ended(0, .fault(.refusal(.formErr)), upstream: 0, now: 1) == .ask([0]))
        #expect(table.flights[0].withoutEDNS)
        #expect(table.ended(0, .fault(.refusal(.formErr)), upstream: 0, now: 2) == .ask([1]))
        #expect(table.ended(0, .fault(.refusal(.formErr)), upstream: 1, now: 2) == .giveUp)
    }
}

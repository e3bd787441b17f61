import DNS
import FilterLists
import Foundation
import Policy
import TestSupport
import Testing

@testable import Resolver

/// A server decides for the client that asks.
@Suite(.timeLimit(.minutes(2))) struct ClientPolicyTests {
    private static let script: FakeUpstream.Script = { query in
        query.name == "alias.example"
            ? [
                .send(
                    makeReply(to: query.octets, [.cname(query.name, "bad.example"), .a("bad.example")])
                )
            ]
            : [.send(makeReply(to: query.octets, [.a(query.name)]))]
    }

    private func policy(_ rules: String, _ format: ListFormat, _ engine: Engine) throws -> ServerPolicy {
        let list = ListInput(path: "list", format: format, octets: Array((rules + "\n").utf8))
        return ServerPolicy(stack: CompiledStack(layers: [try LayerLoader.load([list], engine: engine).layer]))
    }

    private func records(_ served: TestServer, _ host: UInt32, _ name: String) -> [String]? {
        let client = TestClient(served.address, from: .v4(0x7F00_0000 + host))
        return ReplySummary(client.ask(makeQuery(name)))?.records
    }

    @Test func whatOneClientGetsIsNotWhatAnotherGets() throws {
        let upstream = FakeUpstream(Self.script)
        let rules = "||bad.example^$client=127.0.0.2\n||worse.example^$client=~127.0.0.2"
        let served = try TestServer([upstream.address], policy: policy(rules, .adblock, .adguardHome)) {
            $0.mode = .enforce
        }
        defer { served.server.stop(); upstream.stop() }
        // In turns, so that each finds what was kept for the other.
        for _ in 0..<3 {
            #expect(records(served, 2, "bad.example") == ["bad.example A 0.0.0.0"])
            #expect(records(served, 3, "bad.example") == ["bad.example A 192.0.2.1"])
            #expect(records(served, 2, "worse.example") == ["worse.example A 192.0.2.1"])
            #expect(records(served, 3, "worse.example") == ["worse.example A 0.0.0.0"])
            #expect(records(served, 2, "alias.example") == ["alias.example A 0.0.0.0"])
            #expect(records(served, 4, "alias.example")?.last == "bad.example A 192.0.2.1")
        }
        // Each class of clients keeps its own answers.
        #expect(upstream.queries.count == 4)
    }

    @Test func anotherPolicyTellsOtherClientsApart() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer(
            [upstream.address],
            policy: policy("||bad.example^$client=127.0.0.2", .adblock, .adguardHome)
        ) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        #expect(records(served, 2, "bad.example") == ["bad.example A 0.0.0.0"])
        #expect(records(served, 3, "bad.example") == ["bad.example A 192.0.2.1"])
        served.server.reload(try policy("||bad.example^$client=127.0.0.3", .adblock, .adguardHome))
        #expect(records(served, 3, "bad.example") == ["bad.example A 0.0.0.0"])
        #expect(records(served, 2, "bad.example") == ["bad.example A 192.0.2.1"])
    }

    @Test func whatNamesOfClientsDecideIsNotCarriedOut() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer(
            [upstream.address],
            policy: policy("||bad.example^$client=Kids\n||worse.example^", .adblock, .adguardHome)
        ) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        #expect(records(served, 2, "bad.example") == ["bad.example A 192.0.2.1"])
        #expect(records(served, 2, "worse.example") == ["worse.example A 0.0.0.0"])
        served.server.drain()
        #expect(served.server.counters.flagged == 2)
    }

    @Test func unboundRefusesAndHasViews() throws {
        let upstream = FakeUpstream(Self.script)
        let rules = """
            server:
            access-control: 127.0.0.2 refuse
            access-control-view: 127.0.0.3 kids
            view:
            name: kids
            local-zone: bad.example always_nxdomain
            """
        let served = try TestServer([upstream.address], policy: policy(rules, .unbound, .unbound)) {
            $0.mode = .enforce
        }
        defer { served.server.stop(); upstream.stop() }
        func code(_ host: UInt32) -> ResponseCode? {
            ReplySummary(TestClient(served.address, from: .v4(0x7F00_0000 + host)).ask(makeQuery("bad.example")))?.code
        }
        for _ in 0..<2 {
            #expect(code(2) == .refused)
            #expect(code(3) == .nxDomain)
            #expect(code(4) == .noError)
        }
    }

    /// Any address of a class, and any minute of one, stand for all of it.
    @Test(arguments: 0..<8) func classesHoldWhatIsDecidedAlike(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func range() -> String { "192.0.2.\(Int.random(in: 0..<256, using: &generator))" }
        let rules = (0..<6).map { "||n\($0).example^$client=\(range())/\(Int.random(in: 24...32, using: &generator))" }
        let layer = try policy(rules.joined(separator: "\n"), .adblock, .adguardHome).stack.layers[0]
        let classes = QueryClasses([layer])
        #expect(classes.tellClientsApart && !classes.tellHoursApart)
        for _ in 0..<200 {
            let address = try #require(IPAddress(range()))
            let context = classes.context(client: classes.client(address), hour: 0)
            for number in 0..<6 {
                let name = NameBuffer(name("n\(number).example"))
                let own = layer.decide(name, type: .a, context: QueryContext(client: Client(address: address)))
                #expect(layer.decide(name, type: .a, context: context) == own)
            }
        }
    }

    @Test func minutesOfAClassAreDecidedAlike() throws {
        var list = ListInput(path: "list", format: .domains, octets: Array("a.example\n".utf8))
        list.minutes = [0..<300, 1_440..<1_500, 10_000..<10_080]
        let layer = try LayerLoader.load([list], engine: .blocky).layer
        let classes = QueryClasses([layer])
        #expect(classes.tellHoursApart && !classes.tellClientsApart)
        let name = NameBuffer(name("a.example"))
        var kinds: Set<VerdictKind> = []
        for minute in stride(from: 0, to: 10_080, by: 20) {
            let own = layer.decide(name, type: .a, context: QueryContext(minuteOfWeek: minute))
            let context = classes.context(client: 0, hour: classes.hour(minute))
            #expect(layer.decide(name, type: .a, context: context) == own, "minute \(minute)")
            kinds.insert(own.kind)
        }
        #expect(kinds == [.pass, .sinkhole])
    }

    /// The minute of the week is that of the calendar here.
    @Test(arguments: [0, 1_700_000_000, 1_720_000_000, 1_732_999_999, 1_790_000_000])
    func theWeekBeginsOnMonday(seconds: Int) {
        var clock = WeekClock()
        clock.set(UInt64(seconds) * 1_000_000_000)
        let calendar = Calendar(identifier: .gregorian)
        let date = calendar.dateComponents(
            [.weekday, .hour, .minute],
            from: Date(timeIntervalSince1970: Double(seconds))
        )
        let day = ((date.weekday ?? 0) + 5) % 7
        #expect(clock.minute == day * 1_440 + (date.hour ?? 0) * 60 + (date.minute ?? 0))
    }
}

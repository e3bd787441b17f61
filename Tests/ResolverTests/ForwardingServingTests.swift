import DNS
import Policy
import Testing

@testable import Resolver

/// Which upstreams a server asks, over real sockets; what becomes of it over time is told by scenarios.
@Suite(.timeLimit(.minutes(4))) struct ForwardingServingTests {
    private static func answering(_ last: UInt8, after milliseconds: Int = 0) -> FakeUpstream {
        FakeUpstream { query in
            [.pause(milliseconds), .send(makeReply(to: query.octets, [.a(query.name, last, ttl: 0)]))]
        }
    }

    private func records(_ served: TestServer, _ text: String) -> [String] {
        ReplySummary(served.ask(makeQuery(text)))?.records ?? []
    }

    @Test func parallelGivesTheFirstAnswerAndPutsTheLosersPortBack() throws {
        let slow = Self.answering(1, after: 100)
        let fast = Self.answering(2)
        let served = try TestServer([slow.address, fast.address]) { $0.asking.strategy = .parallel }
        defer {
            served.server.stop()
            slow.stop()
            fast.stop()
        }
        for _ in 0..<3 { #expect(records(served, "a.example") == ["a.example A 192.0.2.2"]) }
        #expect(eventually { slow.queries.count == 3 && fast.queries.count == 3 })
        #expect(eventually { served.server.counters.upstreamQueries == 6 })
        served.server.drain()
        let counters = served.server.counters
        #expect(counters.upstreamTimeouts == 0 && counters.upstreamMismatches == 0 && counters.failed == 0)
    }

    @Test func parallelDoesNotNoticeADeadUpstream() throws {
        let dead = FakeUpstream { _ in [] }
        let live = Self.answering(2)
        let served = try TestServer([dead.address, live.address]) { $0.asking.strategy = .parallel }
        defer {
            served.server.stop()
            dead.stop()
            live.stop()
        }
        for number in 0..<4 {
            let query = makeQuery("n\(number).example")
            #expect(served.ask(query, milliseconds: 500) != nil)
        }
        // Its silence is noticed behind the clients' backs.
        #expect(eventually { served.server.counters.upstreamTimeouts == 4 })
        let count = dead.queries.count
        for number in 4..<8 { #expect(served.ask(makeQuery("n\(number).example"), milliseconds: 500) != nil) }
        #expect(dead.queries.count <= count + 1, "held down, but for a probe")
    }

    @Test func fastestSettlesOnTheFastest() throws {
        let slow = Self.answering(1, after: 60)
        let fast = Self.answering(2)
        let served = try TestServer([slow.address, fast.address]) { $0.asking.strategy = .fastest }
        defer {
            served.server.stop()
            slow.stop()
            fast.stop()
        }
        for _ in 0..<8 { #expect(!records(served, "a.example").isEmpty) }
        #expect(fast.queries.count >= 7)
        #expect(slow.queries.count <= 2)
    }

    @Test func roundRobinAsksAllAlike() throws {
        let upstreams = (1...3).map { Self.answering($0) }
        let served = try TestServer(upstreams.map(\.address)) { $0.asking.strategy = .roundRobin }
        defer {
            served.server.stop()
            for upstream in upstreams { upstream.stop() }
        }
        for _ in 0..<9 { #expect(!records(served, "a.example").isEmpty) }
        #expect(upstreams.map(\.queries.count) == [3, 3, 3])
    }

    /// Over connections too, whose questions outlive the race.
    @Test func parallelOverTCP() throws {
        let slow = Self.answering(1, after: 100)
        let fast = Self.answering(2)
        let served = try TestServer([SocketAddress]()) {
            $0.upstreams = [Upstream(slow.address, .tcp), Upstream(fast.address, .tcp)]
            $0.asking.strategy = .parallel
        }
        defer {
            served.server.stop()
            slow.stop()
            fast.stop()
        }
        for _ in 0..<3 { #expect(records(served, "a.example") == ["a.example A 192.0.2.2"]) }
        #expect(eventually { slow.queries.count == 3 })
        #expect(slow.connectionCount == 1 && fast.connectionCount == 1)
        #expect(eventually { served.server.counters.upstreamTCP == 6 })
        #expect(served.server.counters.upstreamMismatches == 0)
    }

    @Test func routesKeepTheirNamesToThemselves() throws {
        let outside = Self.answering(1)
        let inside = FakeUpstream { query in
            guard query.name != "dead.corp.example" else { return [] }
            return [.send(makeReply(to: query.octets, [.a(query.name, 2)]))]
        }
        let served = try TestServer([outside.address]) {
            $0.routes = [
                UpstreamRoute(name("corp.example"), to: [Upstream(inside.address)]),
                UpstreamRoute(name("www.corp.example"), to: []),
                UpstreamRoute(name("10.in-addr.arpa"), to: [Upstream(inside.address)]),
            ]
            $0.tryTimeout = 100
        }
        defer {
            served.server.stop()
            outside.stop()
            inside.stop()
        }
        #expect(records(served, "a.CORP.example") == ["a.corp.example A 192.0.2.2"])
        #expect(records(served, "corp.example") == ["corp.example A 192.0.2.2"])
        #expect(records(served, "www.corp.example") == ["www.corp.example A 192.0.2.1"])
        #expect(records(served, "corp.example.net") == ["corp.example.net A 192.0.2.1"])
        #expect(records(served, "1.0.0.10.in-addr.arpa") == ["1.0.0.10.in-addr.arpa A 192.0.2.2"])
        let silent = ReplySummary(served.ask(makeQuery("dead.corp.example", edns: EDNS(payloadSize: 1_232))))
        #expect(silent?.code == .servFail)
        #expect(silent?.errors == [22])
        #expect(outside.queries.map(\.name).sorted() == ["corp.example.net", "www.corp.example"])
    }

    @Test func theLongestSuffixCounts() {
        let server = Upstream(SocketAddress(.v4(0xC000_0201), port: 53))
        var configuration = ServerConfiguration(upstreams: [server])
        #expect(ForwardingTable(configuration).group(of: NameBuffer(name("a.corp.example"))) == 0)
        configuration.routes = ["Corp.Example", ".", "a.b.corp.example"].map { UpstreamRoute(name($0), to: [server]) }
        let table = ForwardingTable(configuration)
        let groups = ["corp.example", "x.corp.example", "b.corp.example", "a.b.corp.example", "com", "."].map {
            table.group(of: NameBuffer(name($0)))
        }
        #expect(groups == [1, 1, 1, 3, 2, 2])
        #expect(table.groups.map(\.upstreams) == [0..<1, 1..<2, 2..<3, 3..<4])
    }

    @Test(arguments: [
        ("two routes for corp.example", ["corp.example", "Corp.Example"], 1, 2),
        ("more than 16 upstream servers for a name", ["corp.example"], 17, 2),
        (
            "more than 64 upstream servers, those of routes included",
            ["a.example", "b.example", "c.example", "d.example"], 16, 2
        ),
        ("1 to 8 upstream servers can be asked at once", ["a.example"], 1, 9),
    ])
    func saysWhatCannotWork(reason: String, names: [String], count: Int, width: Int) {
        let servers = (0..<count).map { Upstream(SocketAddress(.v4(0x0A00_0001 + UInt32($0)), port: 53)) }
        var configuration = ServerConfiguration(upstreams: [Upstream(SocketAddress(.v4(0xC000_0201), port: 53))])
        configuration.routes = names.map { UpstreamRoute(name($0), to: servers) }
        configuration.asking.width = width
        #expect(throws: ServerError.invalid(reason)) { try configuration.validate() }
    }

    @Test func aRouteMustNotLeadBack() {
        var configuration = ServerConfiguration(upstreams: [Upstream(SocketAddress(.v4(0xC000_0201), port: 53))])
        configuration.routes = [UpstreamRoute(name("corp.example"), to: [Upstream(configuration.listen[0])])]
        #expect(throws: ServerError.self) { try configuration.validate() }
    }

    // MARK: - Reload

    private func answering(_ last: UInt8, ttl: UInt32 = 300) -> FakeUpstream {
        FakeUpstream { query in
            query.name.hasPrefix("slow") && last == 1
                ? [] : [.send(makeReply(to: query.octets, [.a(query.name, last, ttl: ttl)]))]
        }
    }

    @Test(arguments: [1, 2])
    func aReloadMovesNamesWithWhatIsCachedAndUnderWay(workers: Int) throws {
        let (first, second) = (answering(1), answering(2))
        defer { first.stop(); second.stop() }
        let served = try TestServer([first.address]) { $0.workers = workers }
        defer { served.server.stop() }
        #expect(records(served, "a.corp.example") == ["a.corp.example A 192.0.2.1"])
        let waiting = TestClient(served.address)
        waiting.send(makeQuery("slow.corp.example"))
        #expect(eventually { first.queries.contains { $0.name == "slow.corp.example" } })
        var next = ServerConfiguration(upstreams: [first.address])
        next.routes = [UpstreamRoute(name("corp.example"), to: [Upstream(second.address)])]
        #expect(try served.server.reloadUpstreams(next))
        let late = ReplySummary(waiting.receive(milliseconds: 2_000))
        #expect(late?.records == ["slow.corp.example A 192.0.2.2"], "it was under way")
        // Workers hear of it one after the other.
        let corp = "a.corp.example"
        #expect(eventually { (0..<8).allSatisfy { _ in records(served, corp) == ["\(corp) A 192.0.2.2"] } })
        #expect(records(served, "b.example") == ["b.example A 192.0.2.1"])
        #expect(try !served.server.reloadUpstreams(next), "nothing new")
        let count = second.queries.count
        next.routes[0].asking.strategy = .fastest
        #expect(try served.server.reloadUpstreams(next))
        #expect(records(served, corp) == ["\(corp) A 192.0.2.2"])
        // Each worker has a cache of its own.
        #expect(second.queries.count <= count + workers - 1, "other rules leave what is cached")
        next.routes = []
        #expect(try served.server.reloadUpstreams(next))
        #expect(eventually { (0..<8).allSatisfy { _ in records(served, corp) == ["\(corp) A 192.0.2.1"] } })
        served.server.drain()
        #expect(served.server.counters.failed == 0)
    }

    @Test func aReloadThatCannotWorkChangesNothing() throws {
        let first = answering(1, ttl: 0)
        defer { first.stop() }
        let served = try TestServer([first.address])
        defer { served.server.stop() }
        for change: (inout ServerConfiguration) -> Void in [
            { $0.upstreams = [] }, { $0.upstreams = [Upstream(served.address)] },
            { $0.upstreams = [Upstream(at: .host("dns.example", port: 53))] },
            {
                $0.authorities = "/absent.pem"; $0.upstreams = [Upstream(first.address, .tls(name: nil))]
            },
        ] {
            var next = ServerConfiguration(upstreams: [first.address])
            change(&next)
            #expect(throws: ServerError.self) { try served.server.reloadUpstreams(next) }
            #expect(records(served, "a.example") == ["a.example A 192.0.2.1"])
        }
    }

    /// Every query gets its answer while upstreams come and go.
    @Test func reloadsUnderLoadLoseNothing() throws {
        let upstreams = [answering(2, ttl: 0), answering(3, ttl: 0)]
        defer { for upstream in upstreams { upstream.stop() } }
        let served = try TestServer([upstreams[0].address])
        defer { served.server.stop() }
        let client = TestClient(served.address)
        var answered = 0
        for round in 0..<40 {
            for id in 0..<25 { client.send(makeQuery("n\(id).example", id: UInt16(round * 25 + id))) }
            let place = upstreams[(round + 1) % 2].address
            let next = round % 4 < 2 ? Upstream(place) : Upstream(place, .tcp)
            var settings = ServerConfiguration(upstreams: [next])
            settings.asking.strategy = round % 3 == 0 ? .parallel : .failover
            #expect(try served.server.reloadUpstreams(settings))
            for _ in 0..<25 where client.receive(milliseconds: 3_000) != nil { answered += 1 }
        }
        #expect(answered == 1_000)
        served.server.drain()
        #expect(served.server.counters.failed == 0)
    }
}

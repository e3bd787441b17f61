import DNS
import Policy
import Synchronization
import TestSupport
import Testing

@testable import Resolver

/// Upstreams that have a name only.
@Suite(.timeLimit(.minutes(4))) struct BootstrapTests {
    private static let second: UInt64 = 1_000_000_000
    private let one = IPAddress.v4(0xC000_0201)
    private let other = IPAddress.v4(0xC000_0202)

    // MARK: - When

    @Test func asksAgainWhenTheTTLEnds() {
        var schedule = BootstrapSchedule(["a.example", "b.example"])
        #expect(schedule.due(now: 5) == [0, 1])
        #expect(schedule.resolved(0, [one], ttl: 300, now: 5) == true)
        #expect(schedule.resolved(1, [one], ttl: 600, now: 5) == true)
        #expect(schedule.due(now: 5 + 300 * Self.second - 1) == [])
        #expect(schedule.nextDue == 5 + 300 * Self.second)
        #expect(schedule.due(now: 5 + 300 * Self.second) == [0])
        let isNew = schedule.resolved(0, [one], ttl: 300, now: 5 + 300 * Self.second)
        #expect(!isNew)
        #expect(schedule.resolved(0, [one, other], ttl: 300, now: 5 + 301 * Self.second) == true)
    }

    @Test(arguments: [(UInt32(0), UInt64(30)), (5, 30), (31, 31), (86_400, 86_400), (4_000_000, 86_400)])
    func keepsNeitherTooShortNorTooLong(ttl: UInt32, seconds: UInt64) {
        var schedule = BootstrapSchedule(["a.example"])
        _ = schedule.resolved(0, [one], ttl: ttl, now: 0)
        #expect(schedule.nextDue == seconds * Self.second)
    }

    @Test func keepsWhatItHasWhileResolversFail() {
        var schedule = BootstrapSchedule(["a.example"])
        _ = schedule.resolved(0, [one], ttl: 60, now: 0)
        var waits: [UInt64] = []
        var now = 60 * Self.second
        for _ in 0..<9 {
            schedule.failed(0, now: now)
            waits.append(((schedule.nextDue ?? 0) - now) / Self.second)
            now = schedule.nextDue ?? 0
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300, 300])
        #expect(schedule.hosts[0].addresses == [one])
        _ = schedule.resolved(0, [one], ttl: 60, now: now)
        schedule.failed(0, now: now)
        #expect(schedule.nextDue == now + 5 * Self.second, "an answer ends the series")
    }

    @Test func goesOnToTheNextAddressAndStaysWhereItIs() {
        let (first, second) = (SocketAddress(one, port: 853), SocketAddress(other, port: 853))
        var single = UpstreamAddresses([first])
        let turned = single.turn()
        #expect(!turned && single.epoch == 0)
        var pair = UpstreamAddresses([first, second])
        _ = pair.turn()
        #expect(pair.address == second && pair.epoch == 1)
        var hasMoved = pair.replace([first, second, first])
        #expect(!hasMoved && pair.address == second && pair.epoch == 1)
        hasMoved = pair.replace([first])
        #expect(hasMoved && pair.address == first && pair.epoch == 2)
        var none = UpstreamAddresses([])
        #expect(none.address == nil && none.peer == nil)
        hasMoved = none.replace([second])
        #expect(hasMoved && none.address == second)
    }

    // MARK: - What resolvers say

    /// A resolver that knows these addresses; types without any have no data.
    private static func resolver(_ records: [Record], ttl: UInt32 = 300) -> FakeUpstream {
        FakeUpstream { query in
            let known = records.filter { $0.owner == query.name && ($0.type == query.type || $0.type == .cname) }
            let chain =
                known.first?.type == .cname ? records.filter { $0.owner != query.name && $0.type == query.type } : []
            return [.send(makeReply(to: query.octets, known + chain))]
        }
    }

    private func ask(_ resolvers: [FakeUpstream], _ host: String) throws(BootstrapClient.Failure)
        -> BootstrapClient.Found
    {
        var client = BootstrapClient(resolvers.map(\.address), patience: 150)
        return try client.addresses(of: host) { !$0.isUnspecified }
    }

    private func failure(_ resolvers: [FakeUpstream], _ host: String = "dns.example") -> BootstrapClient.Failure? {
        do throws(BootstrapClient.Failure) {
            _ = try ask(resolvers, host)
            return nil
        } catch {
            return error
        }
    }

    @Test func findsAddressesOfBothFamiliesBehindAliases() throws {
        let six = Record(owner: "edge.example", type: .aaaa, ttl: 90, data: IPAddress("2001:db8::1")?.octets ?? [])
        let resolver = Self.resolver([
            .cname("dns.example", "edge.example", ttl: 120), .a("edge.example", 7), six, .a("edge.example", 7),
            .a("other.example", 9),
        ])
        defer { resolver.stop() }
        let found = try ask([resolver], "DNS.example")
        #expect(found.addresses.map(\.description) == ["192.0.2.7", "2001:db8::1"])
        #expect(found.ttl == 90)
    }

    @Test func saysWhyThereIsNoAddress() {
        let empty = Self.resolver([])
        let refusing = FakeUpstream { query in [.send(makeReply(to: query.octets, bits: 0x8185))] }
        let silent = FakeUpstream { _ in [] }
        let lying = FakeUpstream { query in
            let reply = makeReply(to: query.octets, [.a(query.name)])
            return [.send([reply[0] ^ 1] + reply.dropFirst())]
        }
        let useless = Self.resolver([Record(owner: "dns.example", type: .a, data: [0, 0, 0, 0])])
        let good = Self.resolver([.a("dns.example", 5)])
        defer { for resolver in [empty, refusing, silent, lying, useless, good] { resolver.stop() } }
        #expect(failure([empty]) == .noAddress)
        #expect(failure([useless]) == .noAddress, "no address of use")
        #expect(failure([refusing]) == .noAnswer("\(refusing.address) says REFUSED"))
        #expect(failure([silent]) == .noAnswer("\(silent.address) does not answer"))
        #expect(failure([lying]) == .noAnswer("\(lying.address) does not answer"))
        for bad in [refusing, silent, lying] { #expect(failure([bad, good]) == nil) }
    }

    // MARK: - Serving

    private func upstream(_ host: String, _ port: UInt16, _ transport: Upstream.Transport = .datagrams) -> Upstream {
        Upstream(at: .host(host, port: port), transport)
    }

    @Test func servesThroughAnUpstreamThatHasANameOnly() throws {
        let target = FakeUpstream { query in [.send(makeReply(to: query.octets, [.a(query.name, 9)]))] }
        let resolver = Self.resolver([Record(owner: "dns.example", type: .a, data: [127, 0, 0, 1])])
        defer { target.stop(); resolver.stop() }
        let served = try TestServer([SocketAddress]()) {
            $0.upstreams = [
                upstream("dns.example", target.address.port), upstream("dns.example", target.address.port, .tcp),
            ]
            $0.bootstrap = [resolver.address]
        }
        defer { served.server.stop() }
        #expect(ReplySummary(served.ask(makeQuery("a.example")))?.records == ["a.example A 192.0.2.9"])
        #expect(resolver.queries.map(\.type) == [.a, .aaaa], "once for both")
        #expect(Set(resolver.queries.map(\.id)).count == 2)
        #expect(target.queries.map(\.name) == ["a.example"])
    }

    /// The certificate must be for the name, whatever the bootstrap resolver says about its address.
    @Test func theNameIsWhatTheCertificateMustBeFor() throws {
        let names = try TestCertificate(for: "DNS:dns.example,IP:127.0.0.1")
        let context = try TLSContext.serving(certificate: names.certificate, key: names.key)
        let target = FakeUpstream(tls: context) { query in [.send(makeReply(to: query.octets, [.a(query.name, 9)]))] }
        let local = Record(owner: "dns.example", type: .a, data: [127, 0, 0, 1])
        let resolver = Self.resolver([local, Record(owner: "evil.example", type: .a, data: [127, 0, 0, 1])])
        defer { target.stop(); resolver.stop() }
        for (host, isBelieved) in [("dns.example", true), ("evil.example", false)] {
            let served = try TestServer([SocketAddress]()) {
                $0.upstreams = [upstream(host, target.address.port, .tls(name: nil))]
                $0.bootstrap = [resolver.address]
                $0.authorities = names.certificate
            }
            defer { served.server.stop() }
            let reply = ReplySummary(served.ask(makeQuery("a.example")))
            #expect(reply?.code == (isBelieved ? .noError : .servFail))
        }
        #expect(target.queries.count == 1)
    }

    @Test func goesOnToAnAddressThatAnswers() throws {
        let target = FakeUpstream { query in [.send(makeReply(to: query.octets, [.a(query.name, 9)]))] }
        // Nobody listens at 127.0.0.3, and datagrams to it get no answer.
        let resolver = Self.resolver([
            Record(owner: "dns.example", type: .a, data: [127, 0, 0, 3]),
            Record(owner: "dns.example", type: .a, data: [127, 0, 0, 1]),
        ])
        defer { target.stop(); resolver.stop() }
        let served = try TestServer([SocketAddress]()) {
            $0.upstreams = [upstream("dns.example", target.address.port)]
            $0.bootstrap = [resolver.address]
            $0.tryTimeout = 100
        }
        defer { served.server.stop() }
        for number in 0..<4 { #expect(ReplySummary(served.ask(makeQuery("n\(number).example")))?.code == .noError) }
        #expect(served.server.counters.upstreamTimeouts == 1, "and stays with it")
    }

    @Test func followsANameThatMoves() throws {
        let targets = (1...2).map { last in
            FakeUpstream { query in [.send(makeReply(to: query.octets, [.a(query.name, UInt8(last), ttl: 0)]))] }
        }
        defer { for target in targets { target.stop() } }
        let served = try TestServer([targets[0].address])
        defer { served.server.stop() }
        #expect(ReplySummary(served.ask(makeQuery("a.example")))?.records == ["a.example A 192.0.2.1"])
        served.server.move([UpstreamChange(upstream: 0, addresses: [targets[1].address])])
        #expect(eventually { ReplySummary(served.ask(makeQuery("a.example")))?.records == ["a.example A 192.0.2.2"] })
        let count = targets[0].queries.count
        for _ in 0..<3 { _ = served.ask(makeQuery("a.example")) }
        #expect(targets[0].queries.count == count)
    }

    @Test func doesNotStartWithoutAnyAddressAndNeverAsksItself() throws {
        let resolver = Self.resolver([Record(owner: "me.example", type: .a, data: [127, 0, 0, 1])])
        defer { resolver.stop() }
        let taken = try TestServer([resolver.address])
        let own = taken.address.port
        taken.server.stop()
        for host in ["me.example", "nobody.example"] {
            var configuration = ServerConfiguration(upstreams: [upstream(host, own)])
            configuration.listen = [SocketAddress(.v4(0x7F00_0001), port: own)]
            configuration.bootstrap = [resolver.address]
            configuration.cacheSize = 1 << 20
            let server = try Server(configuration, policy: ServerPolicy(stack: CompiledStack(layers: [])))
            let reason =
                "upstream \(host): no address that can be asked, say the bootstrap resolvers (\(resolver.address))"
            #expect(throws: ServerError.invalid(reason)) { try server.start() }
        }
    }

    @Test func startsWithTheAddressesThereAreAndSaysWhatIsMissing() throws {
        let target = FakeUpstream { query in [.send(makeReply(to: query.octets, [.a(query.name, 9)]))] }
        let resolver = Self.resolver([])
        defer { target.stop(); resolver.stop() }
        let said = Said()
        let served = try TestServer([SocketAddress]()) {
            $0.upstreams = [upstream("dns.example", 53), Upstream(target.address)]
            $0.bootstrap = [resolver.address]
            $0.notice = { text in said.texts.withLock { $0.append(text) } }
        }
        defer { served.server.stop() }
        #expect(ReplySummary(served.ask(makeQuery("a.example")))?.records == ["a.example A 192.0.2.9"])
        let text = said.texts.withLock { $0.first }
        #expect(text?.hasPrefix("upstream dns.example: no address that can be asked") == true)
        #expect(text?.hasSuffix("asked again until it is known") == true)
    }

    @Test func namesNeedAResolverThatIsNotTheServerItself() {
        var configuration = ServerConfiguration(upstreams: [upstream("dns.example", 53)])
        #expect(throws: ServerError.self) { try configuration.validate() }
        configuration.bootstrap = [configuration.listen[0]]
        #expect(throws: ServerError.self) { try configuration.validate() }
        configuration.bootstrap = [SocketAddress(.v4(0xC000_0201), port: 53)]
        #expect(throws: Never.self) { try configuration.validate() }
    }

    @Test(arguments: [
        (Upstream(at: .host("dns.example", port: 53)), "udp://dns.example:53"),
        (Upstream(at: .host("dns.example", port: 853), .tls(name: nil)), "tls://dns.example:853"),
        (Upstream(at: .host("dns.example", port: 443), .https(name: nil, path: "/q")), "https://dns.example:443/q"),
        (Upstream(SocketAddress(.v4(0xC000_0201), port: 53)), "192.0.2.1:53"),
    ])
    func isWrittenAsItIsRead(upstream: Upstream, text: String) { #expect(upstream.description == text) }
}

/// What a server has said.
private final class Said: Sendable {
    let texts = Mutex<[String]>([])
}

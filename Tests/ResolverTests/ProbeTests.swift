import CSockets
import DNS
import Glibc
import Synchronization
import Testing

@testable import Resolver

/// Upstreams that are asked before a client asks.
@Suite(.timeLimit(.minutes(2))) struct ProbeTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func knowsWhoIsDue() {
        var group = UpstreamGroup(count: 2)
        #expect(group.isIdle(now: 30 * Self.second, pause: 30 * Self.second))
        _ = group.choose(now: 30 * Self.second)
        #expect(!group.isIdle(now: 59 * Self.second, pause: 30 * Self.second))
        #expect(!group.hasHeld && !group.isDue(now: 100 * Self.second))
        for time in [31, 32] { group.failed(0, sentAt: UInt64(time) * Self.second, now: UInt64(time) * Self.second) }
        #expect(group.hasHeld && !group.isDue(now: 32 * Self.second))
        #expect(group.isDue(now: 33 * Self.second))
        _ = group.choose(now: 33 * Self.second)
        #expect(!group.isDue(now: 33 * Self.second), "a probe is under way")
    }

    @Test func asksWhereNobodyAsks() throws {
        let upstream = FakeUpstream { [.send(makeReply(to: $0.octets, [.soa(".")]))] }
        let office = FakeUpstream { [.send(makeReply(to: $0.octets, [.soa("corp.example")]))] }
        defer { upstream.stop(); office.stop() }
        let served = try TestServer([upstream.address]) {
            $0.probeInterval = 1
            $0.routes = [UpstreamRoute(name("corp.example"), to: [Upstream(office.address)])]
        }
        defer { served.server.stop() }
        #expect(eventually { upstream.queries.count > 0 && office.queries.count > 0 })
        #expect(upstream.queries.first?.name == "." && upstream.queries.first?.type == .ns)
        #expect(office.queries.first?.name == "corp.example" && office.queries.first?.type == .soa)
        #expect(eventually { served.server.counters.probes >= 2 })
        #expect(served.server.counters.queries == 0)
    }

    @Test func findsOutThatAServerIsBack() throws {
        let isDead = Atomic<Bool>(true)
        let first = FakeUpstream { query in
            isDead.load(ordering: .relaxed) ? [] : [.send(makeReply(to: query.octets, [.a(query.name, 1)]))]
        }
        let second = FakeUpstream { [.send(makeReply(to: $0.octets, [.a($0.name, 2)]))] }
        defer { first.stop(); second.stop() }
        let served = try TestServer([first.address, second.address]) {
            $0.probeInterval = 60
            $0.tryTimeout = 50
        }
        defer { served.server.stop() }
        for number in 0..<3 { #expect(served.ask(makeQuery("n\(number).example")) != nil) }
        isDead.store(false, ordering: .relaxed)
        var isProbed = false
        for _ in 0..<4 where !isProbed { isProbed = eventually { served.server.counters.probes > 0 } }
        #expect(isProbed, "within seconds, and not after a minute")
        usleep(100_000)
        let reply = ReplySummary(served.ask(makeQuery("later.example")))
        #expect(reply?.records == ["later.example A 192.0.2.1"])
    }

    @Test func asksNobodyWhereThatIsNotWanted() throws {
        let upstream = FakeUpstream { [.send(makeReply(to: $0.octets))] }
        defer { upstream.stop() }
        let served = try TestServer([upstream.address]) { $0.probeInterval = 0 }
        defer { served.server.stop() }
        usleep(1_200_000)
        #expect(upstream.queries.isEmpty)
    }

    @Test(
        .enabled(if: getuid() == 0, "needs root"),
        arguments: [
            ("0.0.0.0", 0, false, true), ("127.0.0.1", 53, false, true), ("127.0.0.1", 0, false, false),
            ("127.0.0.1", 5_300, false, false), ("0.0.0.0", 0, true, false),
        ]
    )
    func rootServesOthersOnlyWhenThatIsMeant(_ address: String, _ port: UInt16, _ stays: Bool, _ isRefused: Bool) throws
    {
        var configuration = ServerConfiguration(upstreams: [SocketAddress(.v4(0x7F00_0001), port: 5_399)])
        configuration.listen = [SocketAddress(try #require(IPAddress(address)), port: port)]
        configuration.allowRemote = true
        configuration.staysRoot = stays
        var isThrown = false
        do { try configuration.validatePrivileges() } catch { isThrown = true }
        #expect(isThrown == isRefused)
        configuration.user = "nobody"
        #expect(throws: Never.self) { try configuration.validatePrivileges() }
    }

    @Test func privateNetworksAreKnown() {
        func isPrivate(_ text: String) -> Bool {
            guard let address = IPAddress(text) else { return false }
            return AddressRange.privateNetworks.contains { $0.contains(address) }
        }
        #expect(AddressRange.privateNetworks.count == 6)
        for text in ["10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.0.1", "fd12::1", "fe80::1"] {
            #expect(isPrivate(text))
        }
        for text in ["9.9.9.9", "172.32.0.1", "100.64.0.1", "2001:db8::1", "127.0.0.1"] { #expect(!isPrivate(text)) }
    }
}

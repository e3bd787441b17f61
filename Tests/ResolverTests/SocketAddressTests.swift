import DNS
import Policy
import Testing

@testable import Resolver

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1:53"), ("127.0.0.1:5353", "127.0.0.1:5353"), ("::1", "[::1]:53"),
        ("[::1]:5353", "[::1]:5353"), ("2001:db8::53", "[2001:db8::53]:53"),
    ])
    func readsAddresses(text: String, printed: String) {
        #expect(SocketAddress(text)?.description == printed)
    }

    @Test(arguments: ["", "localhost", "127.0.0.1:", "127.0.0.1:65536", "[127.0.0.1]:53", "::1]:53", "1.2.3:53"])
    func refusesOtherText(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("0.0.0.0/0", "::1", false), ("fd00::/8", "fd12::1", true), ("fd00::/8", "fe80::1", false),
        ("2001:db8::/65", "2001:db8::8000:0:0:1", false), ("2001:db8::/65", "2001:db8::7000:0:0:1", true),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("::1", "::1", true),
    ])
    func tellsMembersOfARange(range: String, address: String, isMember: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(try #require(IPAddress(address))) == isMember)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/-1", "::/129", "x/8", "10.0.0.0/"])
    func refusesOtherRanges(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test func listensBeyondLoopbackOnlyWhenTold() throws {
        let open = try #require(SocketAddress("0.0.0.0:5353"))
        var configuration = ServerConfiguration(upstreams: [try #require(SocketAddress("127.0.0.1:5300"))])
        configuration.listen = [open]
        #expect(throws: ServerError.notLoopback(open)) { try configuration.validate() }
        configuration.allowRemote = true
        #expect(throws: Never.self) { try configuration.validate() }
    }

    @Test func refusesSettingsThatCannotWork() throws {
        let upstream = try #require(SocketAddress("127.0.0.1:5300"))
        let changes: [@Sendable (inout ServerConfiguration) -> Void] = [
            { $0.upstreams = [] }, { $0.listen = [] }, { $0.workers = 0 }, { $0.tryTimeout = 1_001 },
            { $0.cacheSize = 1 }, { $0.upstreams = $0.listen.map { Upstream($0) } }, { $0.maximumOutstanding = 0 },
        ]
        for change in changes {
            var configuration = ServerConfiguration(upstreams: [upstream])
            change(&configuration)
            #expect(throws: ServerError.self) { try configuration.validate() }
        }
    }
}

import DNS
import Testing

@testable import Resolver

@Suite struct SpecialNamesTests {
    @Test(arguments: [
        ("localhost", SpecialNames.Answer.localhost), ("a.LOCALHOST", .localhost), ("invalid", .noData),
        ("a.invalid", .nonexistent), ("x.test", .nonexistent), ("abc.onion", .nonexistent), ("x.alt", .nonexistent),
        ("printer.local", .nonexistent), ("nas.home.arpa", .nonexistent), ("resolver.arpa", .noData),
        ("_dns.resolver.arpa", .nonexistent), ("1.0.0.127.in-addr.arpa", .pointer),
        ("1.2.3.10.in-addr.arpa", .nonexistent),
        ("1.2.16.172.in-addr.arpa", .nonexistent), ("168.192.in-addr.arpa", .noData), ("64.100.in-addr.arpa", .noData),
        ("d.f.ip6.arpa", .noData), ("1.2.0.192.in-addr.arpa", .nonexistent),
        ("1." + String(repeating: "0.", count: 31) + "ip6.arpa", .pointer),
    ])
    func answersSpecialUseNames(text: String, answer: SpecialNames.Answer) {
        #expect(SpecialNames().answer(NameBuffer(name(text))) == answer)
    }

    /// A denial is said by the zone, not by the name that does not exist.
    @Test(arguments: [
        ("a.b.onion", "onion"), ("onion", "onion"), ("1.2.3.10.in-addr.arpa", "10.in-addr.arpa"),
        ("x.localhost", "localhost"),
        ("nas.home.arpa", "home.arpa"), ("_dns.resolver.arpa", "resolver.arpa"),
    ])
    func zonesAreFound(text: String, zone: String) {
        let asked = NameBuffer(name(text))
        #expect(asked.name.wire.dropFirst(SpecialNames().zoneStart(asked)).elementsEqual(name(zone).wire))
    }

    @Test(arguments: [
        "localhost.example", "notlocalhost", "testing", "a.tests", "ipv4only.arpa", "1.32.172.in-addr.arpa", ".",
        "8.8.8.8.in-addr.arpa", "63.100.in-addr.arpa", "arpa", "home.arpa.example", "example",
    ])
    func leavesOthersAlone(text: String) {
        #expect(SpecialNames().answer(NameBuffer(name(text))) == nil)
    }

    @Test func forwardsWhatTheConfigurationNames() {
        let special = SpecialNames(forwarded: [name("corp.home.arpa"), name("168.192.in-addr.arpa")])
        #expect(special.answer(NameBuffer(name("a.corp.home.arpa"))) == nil)
        #expect(special.answer(NameBuffer(name("home.arpa"))) == .noData)
        #expect(special.answer(NameBuffer(name("1.1.168.192.in-addr.arpa"))) == nil)
        #expect(special.answer(NameBuffer(name("1.1.1.10.in-addr.arpa"))) == .nonexistent)
    }

    @Test func aRouteLiftsOnlySpecialNamesBelowIt() {
        let special = SpecialNames(routes: [
            name("arpa"), name("3.10.in-addr.arpa"), name("corp.example"), name("test"),
        ])
        #expect(special.answer(NameBuffer(name("1.2.3.10.in-addr.arpa"))) == nil)
        #expect(special.answer(NameBuffer(name("1.2.4.10.in-addr.arpa"))) == .nonexistent)
        #expect(special.answer(NameBuffer(name("1.1.168.192.in-addr.arpa"))) == .nonexistent)
        #expect(special.answer(NameBuffer(name("nas.home.arpa"))) == .nonexistent)
        #expect(special.answer(NameBuffer(name("a.test"))) == nil)
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing

/// What options of dnsmasq make of hosts, their mail, long aliases and addresses, as 2.90 answers.
struct DnsmasqHostsTests {
    private static let hosts = "192.0.2.10 simple\n192.0.2.11 dot.zz\n2001:db8::12 two three.zz four\n"

    private func layer(_ rules: String, hosts: String = Self.hosts) throws -> LoadedLayer {
        try LayerLoader.load(
            [
                ListInput(path: "hosts", format: .hosts, octets: Array(hosts.utf8)),
                ListInput(path: "rules", format: .dnsmasq, octets: Array(rules.utf8)),
            ],
            engine: .dnsmasq,
            mayBeEmpty: true
        )
    }

    @Test(
        arguments: [
            ("simple.lan.zz", RRType.a, VerdictKind.redirect), ("two.lan.zz", .aaaa, .redirect),
            ("four.lan.zz", .aaaa, .redirect), ("two.lan.zz", .a, .nodata), ("three.zz.lan.zz", .aaaa, .nxdomain),
            ("hr.lan.zz", .a, .nxdomain), ("simple.old.zz", .a, .nxdomain), ("simple", .a, .redirect),
            ("lan.zz", .a, .nodata),
        ]
    )
    func expandsHosts(_ name: String, _ type: RRType, _ kind: VerdictKind) throws {
        let rules = "domain=old.zz\nexpand-hosts\ndomain=lan.zz\nhost-record=hr,192.0.2.20\nlocal=/zz/\n"
        let layer = try layer(rules)
        #expect(try layer.verdict(name, type).kind == kind, "\(name) \(type)")
        #expect(layer.layer.ruleCount == 7)
    }

    @Test func namesTheHost() throws {
        let verdict = try layer("domain=lan.zz\nexpand-hosts\n").verdict("two.lan.zz", .aaaa)
        #expect(verdict.matched?.rule.text == "2001:db8::12 two three.zz four")
        #expect(verdict.matched?.rule.list == "hosts")
        #expect(try layer("domain=lan.zz\n").verdict("two.lan.zz", .aaaa).kind == .pass)
        // In some ranges only: which it has is not evaluated.
        let ranges = try layer("domain=lan.zz\ndomain=x.zz,192.0.2.0/24\nexpand-hosts\n")
        #expect(try ranges.verdict("simple.x.zz").kind == .unsupported)
        #expect(try ranges.verdict("simple.lan.zz").kind == .unsupported)
    }

    private func exchangers(_ rules: String, _ name: String) throws -> [String]? {
        let verdict = try layer(rules + "\nmx-host=dot.zz,other.zz,7\nhost-record=h.zz,192.0.2.1\ncname=c.zz,h.zz\n")
            .verdict(name, .mx)
        guard verdict.kind != .unsupported else { return nil }
        let answer = verdict.answer.map { $0.records + $0.behind.map(\.record) } ?? []
        #expect(verdict.answer?.additional.isEmpty ?? true)
        return try answer.filter { $0.type == .mx }.map { record in
            "\(record.data[1]) \(try DomainName(wire: Array(record.data[2...])))"
        }
    }

    @Test func mail() throws {
        #expect(try exchangers("selfmx", "h.zz") == ["1 h.zz"])
        #expect(try exchangers("selfmx\nlocalmx\nmx-target=mt.zz", "simple") == ["1 simple"])
        #expect(try exchangers("selfmx", "dot.zz") == ["7 other.zz"])
        #expect(try exchangers("selfmx", "c.zz") == ["1 h.zz"])
        #expect(try exchangers("localmx\nmx-target=mt.zz", "h.zz") == ["1 mt.zz"])
        // The machine's own name is not known, nor which names above hosts have one.
        #expect(try exchangers("localmx", "h.zz") == nil)
        #expect(try exchangers("selfmx", "zz") == nil)
        #expect(try exchangers("mx-target=mt.zz\nmx-host=q.zz", "q.zz") == ["1 mt.zz"])
        #expect(try exchangers("mx-host=q.zz", "q.zz") == nil)
        #expect(try exchangers("", "h.zz") == [])
    }

    @Test func longAliases() throws {
        let chain = (1..<300).map { "cname=a\($0).zz,a\($0 + 1).zz" }.joined(separator: "\n")
        let list = try readList(chain + "\nhost-record=a300.zz,192.0.2.9\n", .dnsmasq, .dnsmasq)
        func count(_ name: String) throws -> Int {
            let answer = try #require(try list.verdict(name).answer)
            return answer.records.count + answer.behind.count
        }
        #expect(try count("a280.zz") == 21)
        #expect(try count("a46.zz") == 255)
        #expect(try count("a45.zz") == 254)
        // dnsmasq refuses to start with a loop.
        let loop = try readList("cname=a.zz,b.zz\ncname=b.zz,a.zz\n", .dnsmasq, .dnsmasq)
        #expect(try loop.verdict("a.zz").kind == .unsupported)
    }

    @Test(
        arguments: [
            ("alias=192.0.2.0,10.0.0.0,255.255.255.0", "192.0.2.9", .unsupported),
            ("alias=192.0.2.0,10.0.0.0,255.255.255.0", "192.0.3.9", .pass),
            ("alias=192.0.2.4,10.0.0.1", "192.0.2.4", .unsupported), ("alias=192.0.2.4,10.0.0.1", "192.0.2.5", .pass),
            ("alias=192.0.2.4-192.0.2.9,10.0.0.0,255.255.255.0", "192.0.2.9", .unsupported),
            ("alias=192.0.2.4-192.0.2.9,10.0.0.0,255.255.255.0", "192.0.2.10", .pass),
            // Translated before they are looked for.
            ("alias=192.0.2.4,10.0.0.1\nbogus-nxdomain=192.0.2.4", "192.0.2.4", .unsupported),
            ("alias=192.0.2.4,10.0.0.1\nbogus-nxdomain=192.0.2.5", "192.0.2.5", .nxdomain),
        ] as [(String, String, VerdictKind)]
    )
    func translatedAddresses(_ rules: String, _ address: String, _ kind: VerdictKind) throws {
        let list = try readList(rules, .dnsmasq, .dnsmasq)
        #expect(try list.verdict("a.zz", addresses: [IPAddress(address)!]).kind == kind)
        #expect(list.reports[0].unsupported == ["address-rule": 1])
    }

    /// What is left out of real answers is left out of the cache, too, and it answers before `address=`.
    @Test(
        arguments: [
            ("address=/a.zz/2001:db8::7", VerdictKind.unsupported),
            ("address=/a.zz/2001:db8::7\ncache-size=0", .redirect),
            ("address=/a.zz/2001:db8::7\naddress=/a.zz/192.0.2.7", .redirect), ("address=/a.zz/#", .sinkhole),
            ("host-record=a.zz,2001:db8::7", .redirect), ("address=/a.zz/2001:db8::7\ncache-size=150", .unsupported),
        ]
    )
    func filterBesideLocalData(_ rules: String, _ kind: VerdictKind) throws {
        #expect(try readList("filter-AAAA\n" + rules, .dnsmasq, .dnsmasq).verdict("a.zz", .aaaa).kind == kind)
    }

    /// Of a real answer with aliases they are what is left, as 2.90 leaves them.
    @Test(arguments: [("filter-AAAA", RRType.aaaa), ("filter-A", .a)])
    func filterBehindAliases(_ rule: String, _ type: RRType) throws {
        let stack = CompiledStack(layers: [try readList(rule, .dnsmasq, .dnsmasq).layer])
        let address = try #require(IPAddress(type == .a ? "20.0.0.1" : "2603::1"))
        let verdict = stack.verdict(
            try DomainName("a.zz"),
            type: type,
            chain: [try DomainName("b.zz"), try DomainName("c.zz")],
            addresses: [address]
        )
        #expect(verdict.kind == .nodata)
        #expect(verdict.answer?.owner.description == "c.zz")
        #expect(verdict.answer?.keepsAliases == true)
        #expect(verdict.answer?.records.isEmpty == true && verdict.answer?.authority.isEmpty == true)
    }

    /// Servers that only some machines have interfaces for: 2.90 does not start with `fe80::1%nosuch`.
    @Test(
        arguments: [
            ("server=fe80::1%eth0", VerdictKind.unsupported), ("server=/x.zz/fe80::1%eth0#53", .unsupported),
            ("local=/x.zz/1.2.3.4%eth0", .unsupported), ("rev-server=192.168.0.0/24,fe80::1%eth0", .unsupported),
            ("server=fe80::1%lo", .nxdomain), ("server=/x.zz/fe80::1%2", .nxdomain),
            ("server=/x.zz/1.2.3.4@eth0", .nxdomain), ("server=/x.zz/1.2.3.4#53@eth0", .nxdomain),
        ]
    )
    func needsInterfaces(_ rule: String, _ kind: VerdictKind) throws {
        #expect(try layer("address=/b.zz/\n\(rule)\n").verdict("b.zz", .a).kind == kind, "\(rule)")
    }

    /// A name that is denied for its address is denied for other types, too, while 2.90 has that in its cache.
    @Test func keepsDenials() throws {
        let addresses = try #require(IPAddress("203.0.113.7"))
        let name = try DomainName("a.zz")
        for (rules, isKept) in [
            ("bogus-nxdomain=203.0.113.7", true), ("bogus-nxdomain=203.0.113.7\ncache-size=0", false),
        ] {
            let stack = CompiledStack(layers: [try layer(rules).layer])
            let verdict = stack.verdict(name, type: .a, addresses: [addresses])
            #expect(verdict.kind == .nxdomain)
            #expect((verdict.note != nil) == isKept)
            let other = stack.noted(
                stack.verdict(name, type: .txt),
                beside: [addresses],
                behind: [],
                of: name,
                type: .txt
            )
            #expect((other.note != nil) == isKept)
        }
    }

    /// So is one that is sent elsewhere, answered for the other family alone, or behind an alias; not one whose address of that
    /// family is never asked for (compared with 2.90).
    @Test(
        arguments: [
            ("server=/a.zz/192.0.2.53", [], RRType.txt, "once the name"),
            ("address=/a.zz/::", [], .aaaa, "once the name"),
            ("address=/a.zz/::", [], .txt, "; once the name"), ("", ["b.zz"], .txt, "once b.zz has been denied"),
            ("address=/a.zz/192.0.2.1", [], .txt, ""), ("address=/a.zz/192.0.2.1", [], .aaaa, ""), ("", [], .a, ""),
        ] as [(String, [String], RRType, String)]
    )
    func keepsDenialsBesideRules(_ rule: String, _ chain: [String], _ type: RRType, _ says: String) throws {
        let address = try #require(IPAddress("203.0.113.7"))
        let name = try DomainName("a.zz")
        let chain = try chain.map { try DomainName($0) }
        let stack = CompiledStack(layers: [try layer("bogus-nxdomain=203.0.113.7\n\(rule)\n").layer])
        let held = type == .a ? [address] : []
        let verdict = stack.verdict(name, type: type, chain: chain, addresses: held)
        let noted = stack.noted(verdict, beside: [address], behind: chain, of: name, type: type)
        #expect(noted.kind == verdict.kind)
        let isSaid = noted.note?.contains("has been denied for its address") == true
        #expect(says.isEmpty ? !isSaid : isSaid && noted.note?.contains(says) == true, "\(noted.note ?? "")")
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Cases in which a running engine once said something else than the model; found by `Scripts/oracle`.
struct OracleCasesTests {
    /// A case: rules, query, chain, and what the engine does.
    struct Case: CustomTestStringConvertible {
        var engine: Engine
        var format: ListFormat
        var lists: [String]
        var name: String
        var type = RRType.a
        var chain: [String] = []
        var addresses: [String] = []
        var client: String?
        var kind: VerdictKind
        var answer = ""
        var testDescription: String { "\(engine.rawValue) \(lists.joined(separator: " | ")) \(name) \(type)" }
    }

    private static func dnsmasq(_ rules: String, _ name: String, _ type: RRType, _ kind: VerdictKind) -> Case {
        Case(engine: .dnsmasq, format: .dnsmasq, lists: [rules], name: name, type: type, kind: kind)
    }

    private static func zone(_ records: String) -> String {
        "$ORIGIN policy.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n\(records)\n"
    }

    private static func rpz(
        _ engine: Engine,
        _ zones: [String],
        _ name: String,
        behind chain: [String] = [],
        _ kind: VerdictKind,
        _ answer: String = ""
    ) -> Case {
        Case(
            engine: engine,
            format: .rpz,
            lists: zones.map(zone),
            name: name,
            chain: chain,
            kind: kind,
            answer: answer
        )
    }

    /// What happens to a.zz with addresses in its real answer.
    private static func dnsmasq(
        _ rules: String,
        answered addresses: [String],
        behind chain: [String] = [],
        of type: RRType = .a,
        _ kind: VerdictKind
    ) -> Case {
        Case(
            engine: .dnsmasq,
            format: .dnsmasq,
            lists: [rules],
            name: "a.zz",
            type: type,
            chain: chain,
            addresses: addresses,
            kind: kind
        )
    }

    private static let dnsmasqAddressCases = [
        dnsmasq("bogus-nxdomain=192.0.2.0/24", answered: ["20.0.0.1", "192.0.2.9"], .nxdomain),
        dnsmasq("bogus-nxdomain=192.0.2.0/24", answered: ["192.0.3.9"], .pass),
        dnsmasq("bogus-nxdomain=192.0.2.1/0", answered: ["192.0.2.1"], .unsupported),
        dnsmasq("bogus-nxdomain=192.0.2.1/0", answered: ["192.0.2.9"], .pass),
        dnsmasq("bogus-nxdomain=192.0.2.9\nbogus-nxdomain=::/0", answered: ["2001:db8::1"], .unsupported),
        dnsmasq("ignore-address=192.0.2.1\nbogus-nxdomain=192.0.2.1", answered: ["192.0.2.1"], .drop),
        dnsmasq("stop-dns-rebind", answered: ["10.1.2.3"], .nodata),
        dnsmasq("stop-dns-rebind", answered: ["100.64.0.1"], .pass),
        dnsmasq("stop-dns-rebind\nrebind-domain-ok=/zz/", answered: ["10.1.2.3"], .pass),
        dnsmasq("rebind-domain-ok=/b.zz/\nstop-dns-rebind", answered: ["10.1.2.3"], behind: ["b.zz"], .nodata),
        dnsmasq("stop-dns-rebind", answered: ["127.0.0.1"], .nodata),
        dnsmasq("stop-dns-rebind\nrebind-localhost-ok", answered: ["127.0.0.1"], .pass),
        dnsmasq("stop-dns-rebind", answered: ["::ffff:10.0.0.1"], of: .aaaa, .nodata),
        dnsmasq("stop-dns-rebind", answered: ["fc00::1"], of: .aaaa, .pass),
        dnsmasq("filter-AAAA", answered: ["2001:db8::1"], of: .aaaa, .nodata),
        dnsmasq("filter-AAAA", answered: ["192.0.2.1"], .pass),
        // What is sent on is looked at when it comes back, what is answered here is not.
        dnsmasq("server=/zz/#\nbogus-nxdomain=192.0.2.1", answered: ["192.0.2.1"], .nxdomain),
        dnsmasq("address=/zz/192.0.2.1\nbogus-nxdomain=192.0.2.1", answered: ["192.0.2.1"], .redirect),
        dnsmasq("address=/zz/192.0.2.1\nfilter-A\ncache-size=0", answered: ["192.0.2.1"], .redirect),
        dnsmasq("address=/zz/192.0.2.1\nhost-record=a.zz,::1\nfilter-A", answered: ["192.0.2.1"], .nodata),
    ]

    private static let dnsmasqCases = [
        // A hosts name turns the NXDOMAIN of a text pattern into NODATA.
        dnsmasq("host-record=a.zz,192.0.2.1\naddress=/*a.zz/", "a.zz", .txt, .nodata),
        dnsmasq("host-record=b.a.zz,192.0.2.1\naddress=/*a.zz/", "a.zz", .a, .nodata),
        // A rule about a name comes before the pattern of the same text, and hides it from other types.
        dnsmasq("server=/a.zz/#\naddress=/*a.zz/#", "a.zz", .a, .pass),
        dnsmasq("address=/a.zz/\naddress=/*a.zz/::1", "b.a.zz", .aaaa, .nxdomain),
        dnsmasq("address=/a.zz/::1\nlocal=/*a.zz/", "a.zz", .a, .pass),
        dnsmasq("address=/zz/#\nserver=/*a.zz/#\naddress=/a.zz/0.0.0.0", "a.zz", .aaaa, .sinkhole),
        dnsmasq("address=/a.zz/::1\nlocal=/*a.zz/", "ba.zz", .a, .nxdomain),
        // Of two patterns with as many labels the longer text wins, whatever they do.
        dnsmasq("address=/*a.zz/0.0.0.0\naddress=/*ba.zz/", "ba.zz", .a, .nxdomain),
        dnsmasq("address=/*ba.zz/\naddress=/*a.zz/0.0.0.0", "xba.zz", .a, .nxdomain),
        dnsmasq("address=/*a.zz/0.0.0.0\naddress=/*ba.zz/", "ca.zz", .a, .sinkhole),
    ]

    private static let unboundCase = Case(
        engine: .unbound,
        format: .unbound,
        lists: ["local-data: \"zz. MX 1 a.\"\nlocal-zone: zz redirect\nlocal-data: \"zz. A 192.0.2.1\"\n"],
        name: "b.zz",
        type: .mx,
        kind: .redirect,
        answer: "MX=?"
    )

    private static let zoneCases = [
        // The star of a redirect stands for the alias that met it, not for the name asked for.
        rpz(.bindRPZ, ["a.zz CNAME *.g.yy."], "b.zz", behind: ["a.zz"], .redirect, "CNAME=a.zz.g.yy."),
        rpz(.unboundRPZ, ["a.zz CNAME *.g.yy."], "a.zz", .redirect, "CNAME=a.zz.g.yy."),
        rpz(.unboundRPZ, ["a.zz CNAME *.g.yy."], "b.zz", behind: ["a.zz"], .redirect, "CNAME=*.g.yy."),
        // Unbound: wildcards with data are empty for aliases, and rpz-tcp-only ends it.
        rpz(.unboundRPZ, ["*.zz A 192.0.2.1"], "a.yy", behind: ["a.zz"], .nodata),
        rpz(.unboundRPZ, ["*.zz CNAME g.yy."], "a.yy", behind: ["a.zz"], .nodata),
        rpz(.unboundRPZ, ["a.zz A 192.0.2.1"], "a.yy", behind: ["a.zz"], .redirect, "A=192.0.2.1"),
        rpz(.unboundRPZ, ["a.zz CNAME rpz-tcp-only."], "a.yy", behind: ["a.zz"], .unsupported),
        // Unbound: the shorter label comes first, so `*.cc.a.zz` precedes `bbb.a.zz`.
        rpz(.unboundRPZ, ["*.zz CNAME .\n*.cc.a.zz CNAME ."], "bbb.a.zz", .pass),
        rpz(.bindRPZ, ["*.zz CNAME .\n*.cc.zz CNAME ."], "bbb.zz", .nxdomain),
        // Unbound: a policy for every name, as far as no neighbour hides it.
        rpz(.unboundRPZ, ["* CNAME .\na.zz CNAME *."], "a.yy", .nxdomain),
        rpz(.unboundRPZ, ["* CNAME .\na.zz CNAME *."], "b.zz", .pass),
        // PowerDNS: the zones before the one with the passthru still see the aliases.
        rpz(.pdnsRPZ, ["b.zz CNAME .", "a.zz CNAME rpz-passthru."], "a.zz", behind: ["b.zz"], .nxdomain),
        rpz(.pdnsRPZ, ["a.zz CNAME rpz-passthru.", "b.zz CNAME ."], "a.zz", behind: ["b.zz"], .pass),
        rpz(.bindRPZ, ["a.zz CNAME rpz-passthru.", "b.zz CNAME ."], "a.zz", behind: ["b.zz"], .pass),
        // Knot Resolver: of several aliases the last, and data before any; their shortest TTL is that of all.
        rpz(.knotRPZ, ["a.zz CNAME .\na.zz CNAME rpz-passthru."], "a.zz", .pass),
        rpz(.knotRPZ, ["a.zz CNAME rpz-passthru.\na.zz CNAME ."], "a.zz", .nxdomain),
        rpz(.knotRPZ, ["*.zz CNAME .\n*.zz CNAME *.\nb.zz CNAME ."], "a.zz", .nodata),
        rpz(.knotRPZ, ["a.zz A 192.0.2.1\na.zz CNAME rpz-passthru."], "a.zz", .redirect, "A=192.0.2.1"),
        rpz(.knotRPZ, ["a.zz CNAME .\na.zz A 192.0.2.1"], "a.zz", .redirect, "A=192.0.2.1"),
        // A passthru of an alias frees those behind it.
        rpz(.pdnsRPZ, ["b.zz CNAME rpz-passthru.\nc.zz CNAME ."], "a.zz", behind: ["b.zz", "c.zz"], .pass),
        rpz(.bindRPZ, ["b.zz CNAME rpz-passthru.\nc.zz CNAME ."], "a.zz", behind: ["b.zz", "c.zz"], .pass),
        rpz(.unboundRPZ, ["b.zz CNAME rpz-passthru.\nc.zz CNAME ."], "a.zz", behind: ["b.zz", "c.zz"], .pass),
    ]

    /// What happens to a.zz with addresses in its real answer.
    private static func addressed(
        _ engine: Engine,
        _ zones: [String],
        behind chain: [String] = [],
        _ addresses: [String],
        of type: RRType = .a,
        from client: String? = nil,
        _ kind: VerdictKind,
        _ answer: String = ""
    ) -> Case {
        Case(
            engine: engine,
            format: .rpz,
            lists: zones.map(zone),
            name: "a.zz",
            type: type,
            chain: chain,
            addresses: addresses,
            client: client,
            kind: kind,
            answer: answer
        )
    }

    private static let one = ["192.0.2.1"]
    /// A text for the same range as ``net``.
    private static let text = "24.0.2.0.192.rpz-ip TXT x"
    private static let later = ["192.0.3.1", "192.0.2.1"]
    private static let net = "24.0.2.0.192.rpz-ip CNAME ."

    private static let passing = "32.1.0.0.127.rpz-client-ip CNAME rpz-passthru."
    private static let addressCases = [
        // PowerDNS: addresses behind an alias that a later zone lets pass meet the earlier zones once more.
        addressed(.pdnsRPZ, [net, "24.0.3.0.192.rpz-ip CNAME rpz-passthru."], behind: ["b.zz"], later, .nxdomain),
        addressed(.pdnsRPZ, [net, "24.0.3.0.192.rpz-ip CNAME rpz-passthru."], later, .pass),
        addressed(.pdnsRPZ, [net, "24.0.3.0.192.rpz-ip TXT x"], behind: ["b.zz"], later, .pass),
        addressed(.pdnsRPZ, [text, "24.0.3.0.192.rpz-ip CNAME rpz-passthru."], behind: ["b.zz"], later, .unsupported),
        // Unbound leaves the star where it stands when the rule is about an address.
        addressed(.unboundRPZ, ["24.0.2.0.192.rpz-ip CNAME *.g.yy."], one, .redirect, "CNAME=*.g.yy."),
        addressed(.pdnsRPZ, ["24.0.2.0.192.rpz-ip CNAME *.g.yy."], one, .redirect, "CNAME=a.zz.g.yy."),
        // Unbound: a client that a zone lets pass meets the names of that zone, and nothing of later ones.
        addressed(.unboundRPZ, [passing, "a.zz CNAME ."], [], from: "127.0.0.1", .pass),
        addressed(.unboundRPZ, [passing + "\n" + net, "a.zz CNAME ."], one, from: "127.0.0.1", .pass),
        addressed(.unboundRPZ, ["a.zz CNAME .", passing], [], from: "127.0.0.1", .nxdomain),
        // PowerDNS: it meets the names of earlier zones.
        addressed(.pdnsRPZ, ["a.zz CNAME .", passing], [], from: "127.0.0.1", .nxdomain),
        addressed(.pdnsRPZ, [passing, "a.zz CNAME ."], [], from: "127.0.0.1", .pass),
        // BIND: no range of all addresses, none with bits behind its prefix; `zz` alone is the unspecified address.
        addressed(.bindRPZ, ["0.0.0.0.0.rpz-ip CNAME .\nb.zz CNAME ."], one, .pass),
        addressed(.pdnsRPZ, ["0.0.0.0.0.rpz-ip CNAME ."], one, .nxdomain),
        addressed(.bindRPZ, ["24.5.2.0.192.rpz-ip CNAME *.\n16.0.0.0.192.rpz-ip CNAME ."], one, .nxdomain),
        addressed(.bindRPZ, ["8.0.0.0.10.rpz-ip CNAME ."], ["::ffff:10.0.0.1"], of: .aaaa, .unsupported),
        addressed(.unboundRPZ, ["8.0.0.0.10.rpz-ip CNAME ."], ["::ffff:10.0.0.1"], of: .aaaa, .pass),
        addressed(.bindRPZ, ["128.zz.rpz-ip CNAME ."], ["::"], of: .aaaa, .nxdomain),
        addressed(.bindRPZ, ["128.1.zz.rpz-ip CNAME ."], ["::1"], of: .aaaa, .nxdomain),
        addressed(.bindRPZ, ["112.zz.ffff.zz.rpz-ip CNAME .\n32.9.9.9.9.rpz-ip CNAME ."], ["::1"], of: .aaaa, .pass),
        // Unbound looks at the addresses that it made up for an alias, too.
        addressed(.unboundRPZ, ["b.zz A 192.0.2.1\n" + net], behind: ["b.zz"], [], .unsupported),
        addressed(.bindRPZ, [net], one, .nxdomain), addressed(.bindRPZ, [net], ["192.0.3.1"], .pass),
        addressed(.unboundRPZ, [net], one, .nxdomain), addressed(.pdnsRPZ, [net], one, .nxdomain),
        addressed(.knotRPZ, [net + "\nb.zz CNAME ."], one, .pass), addressed(.bindRPZ, [net], [], .pass),
        addressed(.bindRPZ, ["48.zz.db8.2001.rpz-ip CNAME *."], ["2001:db8::1"], of: .aaaa, .nodata),
        // The longest prefix of all addresses; of equal ones the first owner.
        addressed(
            .bindRPZ,
            [net + "\n32.2.2.0.192.rpz-ip CNAME rpz-passthru."],
            ["192.0.2.1", "192.0.2.2"],
            .pass
        ),
        addressed(
            .unboundRPZ,
            [net + "\n32.2.2.0.192.rpz-ip CNAME rpz-passthru."],
            ["192.0.2.1", "192.0.2.2"],
            .nxdomain
        ),
        addressed(
            .bindRPZ,
            ["32.2.1.0.192.rpz-ip CNAME .\n32.1.2.0.192.rpz-ip CNAME *."],
            ["192.0.1.2", "192.0.2.1"],
            .nodata
        ),
        // BIND: an earlier zone's address beats a later one's name, unless an alias lies between.
        addressed(.bindRPZ, [net, "a.zz CNAME rpz-passthru."], one, .nxdomain),
        addressed(.bindRPZ, [net, "a.zz CNAME rpz-passthru."], behind: ["b.zz"], one, .pass),
        addressed(.bindRPZ, [net, "a.zz CNAME *."], one, .nxdomain),
        addressed(.bindRPZ, [net, "b.zz CNAME *."], behind: ["b.zz"], one, .nxdomain),
        addressed(.bindRPZ, [net, "a.zz CNAME *."], behind: ["b.zz"], one, .nodata),
        addressed(.bindRPZ, ["a.zz CNAME *.", net], one, .nodata),
        addressed(.unboundRPZ, [net, "a.zz CNAME *."], one, .nodata),
        addressed(.unboundRPZ, [net, "a.zz CNAME rpz-passthru."], one, .pass),
        addressed(.pdnsRPZ, [net, "a.zz CNAME rpz-passthru."], one, .nxdomain),
        // BIND: a range in another spelling hides shorter ones, and does nothing itself.
        addressed(
            .bindRPZ,
            ["48.zz.db8.2001.rpz-ip CNAME .\n128.1.zz.0.db8.2001.rpz-ip CNAME *."],
            ["2001:db8::1"],
            of: .aaaa,
            .pass
        ),
        addressed(
            .unboundRPZ,
            ["48.zz.db8.2001.rpz-ip CNAME .\n128.1.zz.0.db8.2001.rpz-ip CNAME *."],
            ["2001:db8::1"],
            of: .aaaa,
            .nodata
        ),
        // Data of the type asked for, whatever stands first; without any PowerDNS goes on behind an alias.
        addressed(
            .bindRPZ,
            ["24.0.2.0.192.rpz-ip AAAA ::1\n24.0.2.0.192.rpz-ip A 192.0.2.99"],
            one,
            .redirect,
            "A=192.0.2.99"
        ),
        addressed(.pdnsRPZ, ["24.0.2.0.192.rpz-ip AAAA ::1"], one, .nodata),
        addressed(.pdnsRPZ, ["24.0.2.0.192.rpz-ip AAAA ::1"], behind: ["b.zz"], one, .pass),
        // Clients.
        addressed(.bindRPZ, ["32.1.0.0.127.rpz-client-ip CNAME ."], [], from: "127.0.0.1", .nxdomain),
        addressed(.bindRPZ, ["32.1.0.0.127.rpz-client-ip CNAME ."], [], from: "127.0.0.2", .pass),
        addressed(.bindRPZ, ["32.1.0.0.127.rpz-client-ip CNAME ."], [], .pass),
        addressed(
            .bindRPZ,
            ["a.zz CNAME .\n32.1.0.0.127.rpz-client-ip CNAME rpz-passthru."],
            [],
            from: "127.0.0.1",
            .pass
        ),
        addressed(
            .unboundRPZ,
            ["a.zz CNAME .\n32.1.0.0.127.rpz-client-ip CNAME rpz-passthru."],
            [],
            from: "127.0.0.1",
            .nxdomain
        ),
        addressed(.unboundRPZ, ["32.1.0.0.127.rpz-client-ip CNAME g.zz."], [], from: "127.0.0.1", .nodata),
        addressed(.pdnsRPZ, ["a.zz CNAME .", "32.1.0.0.127.rpz-client-ip CNAME *."], [], from: "127.0.0.1", .nodata),
        addressed(
            .unboundRPZ,
            ["a.zz CNAME .", "32.1.0.0.127.rpz-client-ip CNAME *."],
            [],
            from: "127.0.0.1",
            .nxdomain
        ),
    ]

    @Test(arguments: dnsmasqCases + dnsmasqAddressCases + [unboundCase] + zoneCases + addressCases)
    func decides(_ example: Case) throws {
        let loaded = try LayerLoader.load(
            example.lists.enumerated().map {
                ListInput(path: "list\($0)", format: example.format, octets: Array($1.utf8))
            },
            engine: example.engine
        )
        let verdict = try loaded.verdict(
            example.name,
            example.type,
            chain: example.chain,
            addresses: example.addresses.compactMap { IPAddress($0) },
            context: QueryContext(client: example.client.map { Client(address: IPAddress($0)) })
        )
        #expect(verdict.kind == example.kind)
        if !example.answer.isEmpty { #expect(verdict.answer?.text == example.answer) }
    }

    /// What is done to every address needs no answer; what is done to some does.
    @Test func whatIsDoneToEveryAddressNeedsNoAnswer() throws {
        let every = try readList("filter-AAAA\n", .dnsmasq)
        #expect(try every.verdict("a.zz", .aaaa).kind == .nodata)
        #expect(!every.layer.awaitsAddresses(.aaaa))
        let some = try readList("filter-AAAA\nbogus-nxdomain=2001:db8::1\n", .dnsmasq)
        #expect(try some.verdict("a.zz", .aaaa).kind == .nodata)
        #expect(some.layer.awaitsAddresses(.aaaa))
        #expect(!some.layer.awaitsAddresses(.a))
        #expect(some.reports[0].answerRules == 2)
        let none = try readList("bogus-nxdomain=0.0.0.0/0\naddress=/b.zz/\n", .dnsmasq)
        #expect(none.reports[0].unsupported == ["empty-prefix": 1])
    }

    @Test func dnsmasqAnswersAnAddressAsOftenAsItIsConfigured() throws {
        let loaded = try readList("address=/a.zz/192.0.2.1\naddress=/b.zz/a.zz/192.0.2.1\n", .dnsmasq, .dnsmasq)
        #expect(try loaded.verdict("a.zz", .a).answer?.records.count == 2)
        #expect(try loaded.verdict("b.zz", .a).answer?.records.count == 1)
    }

    /// dnscrypt-proxy looks at eight aliases of an answer (`aliasesLimit` in `plugin_block_name.go`).
    @Test(arguments: [(8, false), (9, true)])
    func dnscryptProxyLooksAtEightAliases(place: Int, passes: Bool) throws {
        let loaded = try readList("a\(place).zz\n", .dnscrypt, .dnscryptProxy)
        #expect(try loaded.verdict("q.yy", .a, chain: (1...9).map { "a\($0).zz" }).kind.isPass == passes)
    }

    /// Unbound: a zone's own SOA goes with what the zone denies, and lives no longer than its last field says.
    @Test(arguments: [("static", true), ("always_nodata", true), ("always_null", false)])
    func unboundDeniesWithTheSOAOfTheZone(type: String, isShown: Bool) throws {
        let loaded = try readList(
            "local-zone: zz \(type)\nlocal-data: 'zz. 300 SOA a. b. 1 2 3 4 60'\n",
            .unbound,
            .unbound
        )
        let answer = try #require(try loaded.verdict("b.zz", .txt).answer)
        #expect(answer.authority.map(\.record.type) == (isShown ? [.soa] : []))
        #expect(answer.authority.allSatisfy { $0.record.ttl == 60 && $0.owner == (try? DomainName("zz")) })
    }

    /// Unbound: an alias stands alone, before the data that is stated last after it, and only `redirect` follows it.
    @Test(arguments: [
        ("local-data: 'a.zz CNAME b.yy.'", RRType.a, "CNAME=b.yy.", true),
        ("local-zone: a.zz redirect\nlocal-data: 'a.zz CNAME b.yy.'", .a, "CNAME=b.yy.", false),
        ("local-data: 'a.zz MX 1 b.'\nlocal-data: 'a.zz CNAME b.yy.'", .mx, "MX=?", false),
        ("local-data: 'a.zz CNAME b.yy.'\nlocal-data: 'a.zz TXT x'", .txt, "CNAME=b.yy.", true),
        (
            "local-data: 'a.zz A 192.0.2.1'\nlocal-data: 'a.zz CNAME b.yy.'\nlocal-data: 'a.zz A 192.0.2.2'", .a,
            "CNAME=b.yy.", true
        ),
        ("local-data: 'a.zz 60 A 192.0.2.1'\nlocal-data: 'a.zz 90 A 192.0.2.1'", .a, "A=192.0.2.1", false),
    ])
    func unboundLocalAliases(rules: String, type: RRType, text: String, endsAtAlias: Bool) throws {
        let answer = try #require(try readList(rules + "\n", .unbound, .unbound).verdict("a.zz", type).answer)
        #expect(answer.text == text)
        #expect(answer.endsAtAlias == endsAtAlias)
    }

    /// dnsmasq: `rebind-localhost-ok` is about 127.0.0.0/8, 0.0.0.0/8, `::1` and `::`.
    @Test(arguments: ["127.0.0.1", "0.0.0.0", "::1", "::"])
    func dnsmasqLetsAddressesOfTheHostThrough(text: String) throws {
        let address = try #require(IPAddress(text))
        for (rules, isPass) in [("stop-dns-rebind\n", false), ("stop-dns-rebind\nrebind-localhost-ok\n", true)] {
            let loaded = try readList(rules, .dnsmasq, .dnsmasq)
            let verdict = try loaded.verdict("a.zz", address.recordType, addresses: [address])
            #expect(verdict.kind.isPass == isPass)
        }
    }

    /// Knot Resolver names the line that decides, gives a record as often as it stands in the zone, and one TTL to all of a
    /// type.
    @Test func knotResolverTakesTheLastPolicyOfAName() throws {
        let zone = Self.zone("a.zz CNAME .\na.zz CNAME *.\nb.zz 90 A 192.0.2.1\nb.zz 30 A 192.0.2.1\nb.zz 9 TXT x")
        let loaded = try readList(zone, .rpz, .knotRPZ)
        #expect(try loaded.verdict("a.zz", .a).matched?.rule.line == 5)
        let answer = try #require(try loaded.verdict("b.zz", .a).answer)
        #expect(answer.records.map(\.ttl) == [30, 30])
    }
}

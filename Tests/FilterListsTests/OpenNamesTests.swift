import DNS
import FilterLists
import Policy
import Suites
import Testing

/// A rule that is not evaluated makes the verdict on the names that it is about unsupported, on those alone, and is counted.
struct OpenNamesTests {
    /// Rules, a name and a type, and the verdict.
    typealias Row = (rules: String, name: String, type: RRType, kind: VerdictKind)

    private static let lan =
        "interface-name=a.zz,eth0\nsynth-domain=lan,192.0.2.0/24\nauth-zone=own.zz\nauth-server=ns.zz\naddress=/x.lan/::"

    @Test(
        arguments: [
            (lan, "a.zz", .a, .unsupported), (lan, "a.zz", .txt, .pass), (lan, "b.a.zz", .a, .pass),
            (lan, "x.lan", .aaaa, .unsupported), (lan, "x.lan", .txt, .unsupported),
            // A name that is made up has no text, its neighbour does not exist (compared with dnsmasq 2.90).
            ("local=/lan/\nsynth-domain=lan,10.5.0.0/24", "10-5-0-3.lan", .txt, .unsupported),
            (lan, "7.2.0.192.in-addr.arpa", .ptr, .unsupported),
            ("synth-domain=lan,192.0.2.0/24", "7.3.0.192.in-addr.arpa", .ptr, .pass),
            (lan, "b.own.zz", .mx, .unsupported),
            ("server=//192.0.2.1", "printer", .txt, .unsupported), ("server=//192.0.2.1", "a.zz", .txt, .pass),
            ("filter-rr=TXT,MX", "a.zz", .mx, .unsupported), ("filter-rr=CNAME", "a.zz", .a, .unsupported),
            ("filter-rr=65", "a.zz", .https, .unsupported),
            ("filter-rr=65601", "a.zz", .https, .unsupported), ("filter-rr=-1", "a.zz", .a, .unsupported),
            ("filter-rr=type65", "a.zz", .a, .unsupported), ("filter-rr=TXT,MX", "a.zz", .a, .pass),
            ("filterwin2k\nserver=/zz/#", "a.zz", .soa, .unsupported),
            ("mx-host=a.zz", "a.zz", .mx, .unsupported), ("local=/zz/\nmx-host=b.a.zz", "a.zz", .a, .nodata),
            ("local=/zz/\ndns-rr=a.zz,5,00", "a.zz", .a, .nxdomain),
            ("txt-record=a.zz,x\\041", "a.zz", .txt, .redirect),
            ("host-record=a.zz,192.0.2.1", "1.2.0.192.in-addr.arpa", .ptr, .unsupported),
            ("host-record=a.zz,192.0.2.1", "2.2.0.192.in-addr.arpa", .ptr, .pass),
            ("host-record=a.zz,192.0.2.1", "7.1.2.0.192.in-addr.arpa", .ptr, .unsupported),
            ("host-record=a.zz,192.0.2.0", "2.0.192.in-addr.arpa", .ptr, .unsupported),
            ("rev-server=192.0.2.0/23,192.0.2.1", "9.4.0.192.in-addr.arpa", .ptr, .pass),
            ("rev-server=192.0.2.0/23,192.0.2.1", "9.3.0.192.in-addr.arpa", .ptr, .route),
        ] as [Row]
    )
    func dnsmasq(row: Row) throws {
        let verdict = try readList(row.rules, .dnsmasq, .dnsmasq).verdict(row.name, row.type)
        #expect(verdict.kind == row.kind, "\(row.rules) / \(row.name) \(row.type)")
    }

    @Test(
        arguments: [
            ("addAction(QNameRule('a.zz'), RCodeAction(DNSRCode.NOTIMP))", "a.zz", .a, .unsupported),
            ("addAction(QNameRule('a.zz'), RCodeAction(DNSRCode.NOTIMP))", "b.zz", .a, .pass),
            ("addAction({'a.zz'}, SpoofRawAction('\\000'))", "b.a.zz", .a, .unsupported),
            ("addAction(AndRule({makeRule('a.zz'), MaxQPSIPRule(5)}), DropAction())", "a.zz", .a, .unsupported),
            ("addAction(AndRule({makeRule('a.zz'), MaxQPSIPRule(5)}), DropAction())", "b.zz", .a, .pass),
            // What comes before it decides; what comes behind it may not be reached.
            ("addAction('a.zz', DropAction())\naddAction('a.zz', LuaAction(function(dq) end))", "a.zz", .a, .drop),
            (
                "addAction('a.zz', LuaAction(function(dq) end))\naddAction('a.zz', DropAction())", "a.zz", .a,
                .unsupported
            ),
            ("addAction(MaxQPSIPRule(5), DropAction())", "b.zz", .a, .unsupported),
        ] as [Row]
    )
    func dnsdist(row: Row) throws {
        let list = try readList(row.rules, .dnsdist, .dnsdist)
        #expect(try list.verdict(row.name, row.type).kind == row.kind, "\(row.rules) / \(row.name)")
        #expect(list.reports[0].unsupportedCount == 1)
    }

    @Test(
        arguments: [
            ("policy.add(policy.suffix(policy.FLAGS('NO_EDNS'), {todname('a.zz')}))", "b.a.zz", .a, .unsupported),
            ("policy.add(policy.suffix(policy.FLAGS('NO_EDNS'), {todname('a.zz')}))", "b.zz", .a, .pass),
            ("policy.add(policy.domains(f, {todname('a.zz')}))", "a.zz", .a, .unsupported),
            // Rules about answers count behind those about queries.
            (
                "policy.add(policy.all(policy.PASS))\npolicy.add(policy.suffix(policy.DENY, {todname('a.zz')}), true)",
                "a.zz",
                .a, .unsupported
            ),
            (
                "modules = {'view'}\nview:tsig('key', policy.suffix(policy.DENY, {todname('a.zz')}))", "a.zz", .a,
                .unsupported
            ),
            ("modules = {'hints'}\nhints.set('a.zz 192.0.2.1')", "a.zz", .a, .unsupported),
            ("modules = {'hints'}\nhints.set('a.zz 192.0.2.1')", "b.zz", .a, .pass),
            ("modules = {'hints'}\nhints['a.zz'] = '192.0.2.1'", "a.zz", .a, .unsupported),
            ("modules = {'hints'}\nhints [ \"a.zz\" ] = '192.0.2.1'", "a.zz", .a, .unsupported),
            ("modules = {'hints'}\nhints['a.zz'] = '192.0.2.1'", "b.zz", .a, .pass),
            ("modules = {'hints'}\nhints.printer = '192.0.2.1'", "printer", .a, .unsupported),
            (
                "modules = {'hints'}\npolicy.add(policy.all(policy.DENY))\nhints['a.zz'] = '192.0.2.1'", "a.zz", .a,
                .nxdomain
            ),
            (
                "modules = {'hints'}\npolicy.add(policy.all(policy.PASS))\nhints['a.zz'] = '192.0.2.1'", "a.zz", .a,
                .unsupported
            ),
        ] as [Row]
    )
    func knot(row: Row) throws {
        let list = try readList(row.rules, .knotPolicy, .knotPolicy)
        #expect(try list.verdict(row.name, row.type).kind == row.kind, "\(row.rules) / \(row.name)")
        #expect(list.reports[0].unsupportedCount > 0)
    }

    private static let kids = """
        local-zone: a.zz refuse
        local-zone: t.zz refuse
        local-zone: d.t.zz always_nxdomain
        access-control-view: 192.0.2.0/24 kids
        local-zone-override: t.zz 198.51.100.0/24 static
        view:
          name: kids
          local-zone: v.zz refuse
          local-data: 'w.zz A 192.0.2.9'
        """
    private static let first = "server:\naccess-control-view: 192.0.2.0/24 kids\nlocal-zone: a.zz refuse"
    private static let tags =
        "define-tag: one\nlocal-zone: zz refuse\nlocal-zone: t.zz redirect\nlocal-zone-tag: t.zz one"

    /// Rules, a name, a client, and the verdict.
    @Test(
        arguments: [
            (kids, "v.zz", nil, .unsupported), (kids, "v.zz", "192.0.2.7", .refused),
            (kids, "v.zz", "192.0.3.7", .pass),
            (kids, "w.zz", "192.0.2.7", .redirect), (kids, "x.w.zz", "192.0.2.7", .pass),
            // The view hides the zones of the server, not what passes anyway.
            (kids, "a.zz", "192.0.2.7", .pass), (kids, "a.zz", nil, .unsupported),
            (kids, "a.zz", "192.0.3.7", .refused),
            ("view:\nname: kids\nview-first: yes\nlocal-zone: v.zz refuse\n" + first, "a.zz", "192.0.2.7", .refused),
            ("view:\nname: kids\nview-first: yes\nlocal-zone: v.zz refuse\n" + first, "v.zz", "192.0.2.7", .refused),
            (kids, "q.zz", nil, .pass), (kids, "t.zz", "198.51.100.9", .nxdomain),
            (kids, "t.zz", "198.51.101.9", .refused),
            // A zone below another is not concerned.
            (kids, "d.t.zz", "198.51.100.9", .nxdomain), (tags, "t.zz", "192.0.2.7", .refused),
            (tags, "t.zz", nil, .unsupported),
            (tags, "a.zz", "192.0.2.7", .refused), ("local-zone: zz block_a", "a.zz", nil, .unsupported),
            ("forward-zone:\nname: f.zz\nforward-addr: 192.0.2.1", "a.f.zz", nil, .route),
            ("local-zone: f.zz refuse\nforward-zone:\nname: f.zz\nforward-addr: 192.0.2.1", "a.f.zz", nil, .refused),
            ("auth-zone:\nname: f.zz\nzonefile: x", "a.f.zz", nil, .unsupported),
            ("local-zone: zz inform_redirect\nlocal-data: 'zz A 192.0.2.1'", "a.zz", nil, .redirect),
        ] as [(String, String, String?, VerdictKind)]
    )
    func unbound(_ rules: String, _ name: String, _ client: String?, _ kind: VerdictKind) throws {
        let stack = CompiledStack(layers: [try readList(rules, .unbound, .unbound).layer])
        let context = QueryContext(client: client.map { Client(address: IPAddress($0)) })
        #expect(stack.verdict(try DomainName(name), type: .a, context: context).kind == kind, "\(rules) / \(name)")
    }

    private static let access = """
        access-control: 192.0.2.0/24 allow
        access-control: 192.0.2.9 refuse
        access-control: 198.51.100.0/24 deny
        access-control: 198.51.100.0/28 allow_snoop
        access-control: 10.1.0.0/16 refuse_non_local
        access-control: 10.2.0.0/16 deny_non_local
        access-control: 10.3.0.1 refuse
        access-control: 10.3.0.1 allow
        access-control: 10.4.0.0/16 refuse
        define-tag: one
        access-control-tag: 10.4.1.0/24 one
        local-zone: a.zz always_nxdomain
        forward-zone:
          name: f.zz
          forward-addr: 192.0.2.1
        """

    /// Compared with Unbound 1.17.1.
    @Test(
        arguments: [
            ("a.zz", nil, .nxdomain), ("a.zz", "192.0.2.7", .nxdomain), ("a.zz", "192.0.2.9", .refused),
            ("b.zz", nil, .pass), ("b.zz", "192.0.2.9", .refused), ("f.zz", "192.0.2.9", .refused),
            ("a.zz", "198.51.100.99", .drop), ("a.zz", "198.51.100.9", .nxdomain),
            ("a.zz", "10.1.0.1", .nxdomain), ("b.zz", "10.1.0.1", .refused), ("f.zz", "10.1.0.1", .refused),
            ("a.zz", "10.2.0.1", .nxdomain), ("b.zz", "10.2.0.1", .drop), ("f.zz", "192.0.2.7", .route),
            ("a.zz", "10.3.0.1", .nxdomain), ("a.zz", "10.4.0.1", .refused), ("a.zz", "10.4.1.1", .nxdomain),
            // Of its own Unbound answers the machine itself, and nobody else.
            ("a.zz", "127.0.0.1", .nxdomain), ("a.zz", "203.0.113.1", .refused), ("a.zz", "2001:db8::1", .refused),
        ] as [(String, String?, VerdictKind)]
    )
    func unboundAccess(_ name: String, _ client: String?, _ kind: VerdictKind) throws {
        let list = try readList(Self.access, .unbound, .unbound)
        let context = QueryContext(client: client.map { Client(address: IPAddress($0)) })
        let verdict = CompiledStack(layers: [list.layer]).verdict(try DomainName(name), type: .a, context: context)
        #expect(verdict.kind == kind, "\(name) for \(client ?? "nobody")")
        #expect(list.layer.addressRuleCount(.client) == 4)
        #expect(list.layer.ruleCount == 2)
    }

    /// A file that is included may allow more clients.
    @Test(arguments: [("include: x.conf\n", VerdictKind.unsupported), ("", .refused)])
    func unboundIncludedAccess(_ more: String, _ kind: VerdictKind) throws {
        let rules = more + "access-control: 192.0.2.0/24 allow\nlocal-zone: a.zz always_nxdomain"
        let stack = CompiledStack(layers: [try readList(rules, .unbound, .unbound).layer])
        let context = QueryContext(client: Client(address: IPAddress("203.0.113.1")))
        #expect(stack.verdict(try DomainName("a.zz"), type: .a, context: context).kind == kind)
    }

    /// It may state ranges within those of this file, too, whatever clause it stands in.
    @Test(arguments: ["include: x.conf\n", "view:\n name: v\n include: x.conf\n"])
    func unboundIncludedRanges(_ more: String) throws {
        let rules =
            "access-control: 10.0.0.0/8 refuse\naccess-control: 10.1.0.0/16 allow\nlocal-zone: a.zz static\n" + more
        let list = try readList(rules, .unbound, .unbound)
        func kind(_ client: String?) throws -> VerdictKind {
            let context = QueryContext(client: client.map { Client(address: IPAddress($0)) })
            return try list.verdict("a.zz", context: context).kind
        }
        #expect(try kind("10.9.0.1") == .unsupported)
        #expect(try kind("10.1.0.1") == .unsupported)
        #expect(try kind(nil) == .unsupported)
        #expect(list.reports[0].unsupported == ["include": 1])
    }

    /// Ranges of several lists are not put together.
    @Test func unboundAccessOfSeveralLists() throws {
        let texts = [
            "access-control: 10.0.0.0/8 refuse\nlocal-zone: a.zz static\n", "access-control: 10.1.0.0/16 allow\n",
        ]
        let list = try LayerLoader.load(
            texts.enumerated().map { ListInput(path: "\($0)", format: .unbound, octets: Array($1.utf8)) },
            engine: .unbound,
            mayBeEmpty: true
        )
        let context = QueryContext(client: Client(address: IPAddress("10.1.0.1")))
        #expect(try list.verdict("a.zz", context: context).kind == .unsupported)
        #expect(try list.verdict("a.zz").kind == .nxdomain)
    }

    @Test func unboundPointersAndAddresses() throws {
        let rules = "local-data-ptr: \"192.0.2.1 60 host.zz\"\nprivate-address: 10.0.0.0/8\ndeny-any: yes\n"
        let list = try readList(rules, .unbound, .unbound)
        let pointer = try #require(try list.verdict("1.2.0.192.in-addr.arpa", .ptr).answer)
        #expect(pointer.records.map(\.ttl) == [60])
        #expect(try list.verdict("a.zz", .any).kind == .unsupported)
        #expect(list.layer.awaitsAddresses(.a))
        let stack = CompiledStack(layers: [list.layer])
        let name = try DomainName("a.zz")
        #expect(stack.verdict(name, type: .a, addresses: [IPAddress("10.1.2.3")!]).kind == .nodata)
        #expect(stack.verdict(name, type: .a, addresses: [IPAddress("192.0.2.1")!]).kind == .pass)
        #expect(list.reports[0].unsupported == ["answer-option": 1])
    }

    @Test func policyZones() throws {
        let zone =
            "$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\na.zz CNAME a.zz.\n24.5.2.0.192.rpz-ip CNAME .\nb.zz CNAME .\n"
        let list = try readList(zone, .rpz, .unboundRPZ)
        #expect(try list.verdict("a.zz").kind == .unsupported)
        #expect(try list.verdict("b.zz").kind == .nxdomain)
        let stack = CompiledStack(layers: [list.layer])
        let name = try DomainName("c.zz")
        #expect(stack.verdict(name, type: .a, addresses: [.v4(0xC000_0207)]).kind == .unsupported)
        #expect(stack.verdict(name, type: .a, addresses: [.v4(0xC000_0307)]).kind == .pass)
        #expect(list.reports[0].unsupported == ["rpz-self-alias": 1, "rpz-loose-range": 1])
    }

    @Test func namesTheRule() throws {
        let list = try readList("# x\ninterface-name=a.zz,eth0", .dnsmasq, .dnsmasq)
        let matched = try #require(try list.verdict("a.zz").matched)
        #expect(matched.rule.line == 2)
        #expect(matched.rule.text == "interface-name=a.zz,eth0")
        #expect(list.reports[0].unsupported == ["local-record": 1])
    }

    /// A view of an interface may be that of any client (compared with Unbound 1.17.1).
    @Test(arguments: ["x.zz", "y.zz"]) func viewsOfInterfacesAreOpenForAll(name: String) throws {
        let text = """
            server:
            access-control-view: 10.0.0.0/8 v
            interface-view: 192.0.2.53 v
            local-zone: y.zz always_nxdomain
            view:
            name: v
            local-zone: x.zz always_nxdomain
            """
        let context = QueryContext(client: Client(address: IPAddress("192.0.2.1")))
        #expect(try readList(text, .unbound).verdict(name, .a, context: context).kind == .unsupported)
    }

    /// Ranges stand for many zones: beyond what a file may use, the names of all addresses stand for them.
    @Test(arguments: [
        "rev-server=10.0.0.0/9,192.0.2.1", "auth-zone=own.zz,10.0.0.0/9", "synth-domain=own.zz,10.0.0.0/9",
    ])
    func rangesAreBounded(line: String) throws {
        let many = String(repeating: line + "\n", count: 2_000)
        let start = "address=/a.zz/#\nauth-server=ns.zz\n"
        let few = try readList(start + line + "\n", .dnsmasq)
        #expect(try few.verdict("1.0.10.in-addr.arpa", .ptr).kind == (line.hasPrefix("rev") ? .route : .unsupported))
        #expect(try few.verdict("1.2.0.192.in-addr.arpa", .ptr).kind == .pass)
        let list = try readList(start + many, .dnsmasq)
        #expect(list.layer.compiledRules.count < 140_000)
        #expect(try list.verdict("1.2.0.192.in-addr.arpa", .ptr).kind == .unsupported)
        #expect(try list.verdict("a.zz").kind == .sinkhole)
    }

    /// What policy zones beside Unbound's configuration do is not known; local zones come before them.
    /// Unbound 1.17.1 does not start where the file of an authority zone is not there, unless the zone comes over the network, too.
    @Test(arguments: [
        ("auth-zone:\nname: a.zz\nzonefile: /none/a.zone", VerdictKind.unsupported),
        ("auth-zone:\nname: a.zz\nzonefile: /none/a.zone\nfallback-enabled: yes", .unsupported),
        ("auth-zone:\nname: a.zz\nzonefile: /none/a.zone\nprimary: 192.0.2.1", .nxdomain),
        ("auth-zone:\nname: a.zz\nzonefile: /none/a.zone\nurl: http://192.0.2.1/x", .nxdomain),
        ("auth-zone:\nname: a.zz", .nxdomain), ("auth-zone:\nzonefile: /none/a.zone", .nxdomain),
        ("auth-zone:\nname: a.zz\nzonefile: /etc/passwd", .nxdomain),
    ])
    func authorityZonesWithoutTheirFile(clause: String, kind: VerdictKind) throws {
        let loaded = try readList("local-zone: ads.zz always_nxdomain\n\(clause)\n", .unbound, .unbound)
        #expect(try loaded.verdict("ads.zz").kind == kind)
        #expect(try loaded.verdict("x.a.zz").kind == (clause.contains("name:") ? .unsupported : .pass))
        #expect(loaded.reports[0].unsupported["missing-file"] == (kind == .unsupported ? 1 : nil))
    }

    @Test(arguments: [
        ("ads.zz", "nxdomain"), ("a.ads.zz", "nxdomain"), ("open.zz", "unsupported"), ("corp.zz", "unsupported"),
        ("a.zz", "unsupported"),
    ])
    func policyZonesOfUnbound(name: String, kind: String) throws {
        let text = """
            forward-zone:
              name: corp.zz
              forward-addr: 192.0.2.1
            server:
              local-zone: ads.zz always_nxdomain
              local-zone: open.zz transparent
            rpz:
              name: policy.zz
              zonefile: policy.zone

            """
        let list = try readList(text, .unbound, .unbound)
        #expect(try list.verdict(name).kind.description == kind)
        #expect(list.reports[0].unsupported == ["no-zone-file": 1] && list.reports[0].rules == 2)
        // Rules that let pass, whatever they say, and a zone without any change nothing (Unbound 1.17.1, run).
        for (old, new) in [
            ("zonefile: policy.zone", "rpz-action-override: passthru\n  url: a"), ("zonefile: policy.zone", ""),
        ] {
            let idle = try readList(text.replacing(old, with: new), .unbound, .unbound)
            let expected = ["open.zz": "pass", "a.zz": "pass", "corp.zz": "route"][name] ?? kind
            #expect(try idle.verdict(name).kind.description == expected)
        }
    }

    /// dnsmasq 2.90 does not start with any of these (`--test`; the last one run), so nobody knows what a client gets.
    @Test(arguments: [
        "address=/c.example", "address=/c.example/1.2.3.4#53", "nonsense=1", "host-record=", "cname=a",
        "bogus-nxdomain=192.0.2.1/x", "address", "auth-zone=z.example",
    ])
    func dnsmasqRefusesTheFile(_ line: String) throws {
        let list = try readList("address=/b.example/0.0.0.0\n\(line)\n", .dnsmasq)
        #expect(try list.verdict("a.example").kind == .unsupported)
        #expect(try list.verdict("b.example").kind == .unsupported)
        #expect(list.reports[0].unsupported["bad-statement"] == 1)
        let odd = try readList("address=/b.example/0.0.0.0\naddress=/a..example/\n", .dnsmasq)
        #expect(try odd.verdict("b.example").kind == .sinkhole)
    }
}

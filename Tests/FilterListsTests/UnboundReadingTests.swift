import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// How Unbound 1.17.1 reads its configuration, and what it does not start with.
struct UnboundReadingTests {
    private static let spellings = """
        server:
        local-zone:nb.zz refuse
        local-zone:
           "v.zz" # a comment

         # another
         static
        local-zone: #x
         w.zz #y
         refuse local-zone:"q.zz"refuse
        local-zone: 'a#b.zz'always_nodata
        server:local-zone: z.zz refuse
        local-data:
          'y.zz A 192.0.2.1'
        """

    @Test(
        arguments: [
            ("a.nb.zz", .refused, 2), ("a.v.zz", .nxdomain, 3), ("w.zz", .refused, 8), ("q.zz", .refused, 10),
            ("a#b.zz", .nodata, 11), ("z.zz", .refused, 12), ("y.zz", .redirect, 13),
        ] as [(String, VerdictKind, Int)]
    )
    func keywordsAndValues(_ name: String, _ kind: VerdictKind, _ line: Int) throws {
        let list = try readList(Self.spellings, .unbound, .unbound)
        #expect(list.reports[0].ignored.isEmpty && list.reports[0].unsupported.isEmpty)
        #expect(list.reports[0].lines == 14 && list.reports[0].rules == 7)
        let verdict = try list.verdict(name)
        #expect(verdict.kind == kind && verdict.matched?.rule.line == line)
    }

    /// Records without data: Unbound starts, and of their names alone the answers are malformed.
    @Test(arguments: ["A", "CNAME", "60 IN TXT", "60 NS", "in aaaa", "A \\# 0", "PTR ;none"])
    func recordsWithoutData(_ record: String) throws {
        let text = "server:\nlocal-zone: a.zz refuse\nlocal-data: \"x.yy \(record)\"\n"
        let list = try readList(text, .unbound, .unbound)
        #expect(list.reports[0].unsupported == ["empty-record": 1] && list.reports[0].rules == 1)
        #expect(
            try ["x.yy", "a.zz", "b.x.yy", "yy"].map { try list.verdict($0).kind } == [
                .unsupported, .refused, .pass, .pass,
            ]
        )
    }

    /// With these it does not start.
    @Test(arguments: ["MX", "SOA", "SRV", "60", "CH", "BOGUS", "A A", "IN 60 A"])
    func recordsWithoutDataThatAreRefused(_ record: String) throws {
        let text = "server:\nlocal-zone: a.zz refuse\nlocal-data: \"x.yy \(record)\"\n"
        #expect(try readList(text, .unbound, .unbound).verdict("a.zz").kind == .unsupported)
    }

    /// What takes away zones of its own is said, of names that pass therefore, too, and written for Unbound.
    @Test func ownZonesTakenAway() throws {
        let text = """
            server:
            local-zone: "10.in-addr.arpa" nodefault
            unblock-lan-zones: yes
            local-zone: "x.zz" nodefault
            local-zone: a.zz refuse
            """
        let list = try readList(text, .unbound, .unbound)
        #expect(list.reports[0].ignored == ["option": 1] && list.reports[0].notices.map(\.line) == [2, 3])
        for (name, line) in [("1.10.in-addr.arpa", 2), ("1.168.192.in-addr.arpa", 3)] {
            let verdict = try list.verdict(name, .ptr)
            #expect(verdict.kind == .pass && verdict.note?.contains(":\(line) takes away the zone") == true)
        }
        #expect(try list.verdict("b.zz", .ptr).note == nil)
        var written: [UInt8] = []
        let report = export(list.layer, try #require(ExportFormat.named("unbound")), allowing: true, &written)
        #expect(report.omittedCount == 0)
        let again = try readList(String(decoding: written, as: UTF8.self), .unbound, .unbound)
        for name in ["1.10.in-addr.arpa", "1.168.192.in-addr.arpa", "1.127.in-addr.arpa", "a.zz"] {
            #expect(try again.verdict(name, .ptr).kind == list.verdict(name, .ptr).kind, "\(name)")
        }
    }

    /// Nothing is known of any name then, nor of any client.
    @Test(arguments: [
        "local-data: 'x.zz IN 300 A 192.0.2.1'", "local-data: 'x.zz A 192.0.2'", "local-zone: x.zz nosuch",
        "local-zone: 'x.zz refuse", "local-zone: x..zz static", "local-zone: x.zz refuse more", "local-zone: x.zz",
        "module-config: 'validator iterator'\nresponse-ip: 192.0.2.0/24 deny", "access-control: 10.0.0.0/8 deney",
        "access-control-view: 10.0.0.0/8 nosuch", "nonsense: yes", "nonsense:", "do-ip4: 1", "prefetch: YES",
        "num-threads: many", "msg-cache-size: 4x", "msg-cache-slabs: 3", "cache-max-ttl: ''", "forward-addr: 192.0.2.1",
        "name: x.zz", "view:\nname: v\nverbosity: 1", "view:\nname: v\nview-first: 1",
        "forward-zone:\nname: c.zz\nforward-first: 5", "forward-zone:\nname: c.zz\nstub-addr: 192.0.2.1",
        "rpz:\nname: p.zz\nrpz-action-override: nosuch", "rpz:\nname: p.zz\ntags: t",
        "local-zone: r.zz redirect\nlocal-data: 'b.r.zz A 192.0.2.1'",
        "local-data: '*.r.zz A 192.0.2.1'\nlocal-zone: R.zz. inform_redirect",
        "local-zone: r.zz redirect\nlocal-data: 'r.zz CNAME b.zz'\nlocal-data: 'r.zz A 192.0.2.1'",
        "view:\nname: v\nlocal-zone: r.zz redirect\nlocal-data: 'b.r.zz A 192.0.2.1'",
        "module-config: 'validator iterator'\nrpz:\nname: p.zz",
    ])
    func refuses(_ statement: String) throws {
        let text = "server:\nlocal-zone: a.zz refuse\naccess-control: 10.0.0.0/8 refuse\n\(statement)\n"
        let list = try readList(text, .unbound, .unbound)
        #expect(list.reports[0].unsupported["bad-statement"] == 1)
        for name in ["a.zz", "x.zz", "other"] {
            #expect(try list.verdict(name).kind == .unsupported)
            let context = QueryContext(client: Client(address: IPAddress("10.1.2.3")))
            #expect(try list.verdict(name, context: context).kind == .unsupported)
        }
        #expect(try list.verdict("a.zz").matched?.rule.line ?? 0 >= 4)
    }

    /// Unbound 1.17.1 starts with all but the last two, which are of later versions.
    @Test(arguments: [
        "do-ip4: no", "num-threads: 2x", "num-threads: '0'", "msg-cache-size: '50 mB'",
        "msg-cache-slabs: 8", "cache-max-ttl: -5", "val-override-date: ''", "local-zone: r.zz redirect",
        "local-zone: r.zz redirect\nlocal-data: 'R.zz. A 192.0.2.1'\nlocal-data: 'r.zz A 192.0.2.2'",
        "local-zone: r.zz redirect\nlocal-zone: b.r.zz static\nlocal-data: 'c.b.r.zz A 192.0.2.2'",
        "view:\nname: v\nlocal-zone: w.zz static", "remote-control:\ncontrol-enable: yes", "dnstap:\ndnstap-enable: no",
        "rpz:\nname: p.zz\nrpz-action-override: disabled", "rpz:\nzonefile: p.zone",
        "define-tag: 't u'\naccess-control-tag: 192.0.2.0/24 u\nrpz:\nname: p.zz\ntags: t",
        "answer-cookie: yes", "wait-limit-netblock: 192.0.2.0/24 5",
    ])
    func accepts(_ statement: String) throws {
        let list = try readList("server:\nlocal-zone: a.zz refuse\n\(statement)\n", .unbound, .unbound)
        #expect(list.reports[0].unsupported.isEmpty, "\(list.reports[0].diagnostics)")
        #expect(try list.verdict("a.zz").kind == .refused)
        #expect(try list.verdict("other.zz").kind == .pass)
    }

    @Test(
        arguments: [
            ("respip validator iterator", .a, .pass, .drop), ("iterator respip", .a, .unsupported, nil),
            ("respip python iterator", .a, .unsupported, nil), ("respip dns64 iterator", .a, .pass, .drop),
            ("respip dns64 iterator", .aaaa, .unsupported, nil),
        ] as [(String, RRType, VerdictKind, VerdictKind?)]
    )
    func modules(_ modules: String, _ type: RRType, _ kind: VerdictKind, _ answer: VerdictKind?) throws {
        let text = "local-zone: a.zz refuse\nresponse-ip: 192.0.2.0/24 deny\nmodule-config: '\(modules)'\n"
        let list = try readList(text, .unbound, .unbound)
        #expect(try list.verdict("a.zz", type).kind == .refused)
        #expect(try list.verdict("b.zz", type).kind == kind)
        guard let answer else { return }
        #expect(try list.verdict("b.zz", type, addresses: [IPAddress("192.0.2.1")!]).kind == answer)
    }

    /// DS records are asked for above the zone that Unbound makes for data outside of all zones.
    @Test(
        arguments: [
            ("a.one.zz", "", .ds, .pass), ("a.one.zz", "", .txt, .nodata), ("one.zz", "", .a, .pass),
            ("a.one.zz", "b.one.zz A 192.0.2.1", .ds, .nodata), ("one.zz", "b.one.zz A 192.0.2.1", .ds, .pass),
            ("a.one.zz", "one.zz A 192.0.2.1", .ds, .nodata), ("one.zz", "one.zz A 192.0.2.1", .ds, .pass),
            ("a.one.zz", "b.two A 192.0.2.1", .ds, .nodata),
            // Data of a zone make none.
            ("a.one.zz", "x.in.zz A 192.0.2.1", .ds, .pass), ("x.in.zz", "x.in.zz A 192.0.2.1", .ds, .nodata),
            ("a.one.zz", "x.test A 192.0.2.1", .ds, .pass),
        ] as [(String, String, RRType, VerdictKind)]
    )
    func zonesMadeForData(_ name: String, _ more: String, _ type: RRType, _ kind: VerdictKind) throws {
        var text = "local-zone: in.zz transparent\nlocal-data: 'a.one.zz A 192.0.2.1'\n"
        if !more.isEmpty { text += "local-data: '\(more)'\n" }
        #expect(try readList(text, .unbound, .unbound).verdict(name, type).kind == kind)
    }

    /// Of equal data the last counts, another with the first one's seconds to live between them or not.
    @Test func equalData() throws {
        let text = ["a.zz A 192.0.2.1", "a.zz 60 A 192.0.2.1", "a.zz A 192.0.2.1", "a.zz 60 A 192.0.2.2"]
            .map { "local-data: '\($0)'\n" }.joined()
        let answer = try readList(text, .unbound, .unbound).verdict("a.zz").answer
        #expect(answer?.records.map(\.ttl) == [3600, 60])
    }

    /// `'…'` around a word is `"…"`; what it holds together beyond that is not evaluated (all of them given to 1.17.1).
    @Test(
        arguments: [
            ("TXT 'hello'", "hello"), ("TXT hello", "hello"), ("txt 'it's'", "it's"), ("60 IN TXT 'a'", "a"),
            ("TXT a'b", "a'b"), ("TXT x'", "x'"), ("TXT ''", ""), ("TXT 'a b' c", nil), ("TXT 'a", nil),
            ("TXT 'a;b'", nil), ("TXT 'v=spf1 -all'", nil), ("TXT x 'a b' y 'c'", nil),
        ] as [(String, String?)]
    )
    func singleQuotes(_ data: String, _ text: String?) throws {
        let list = try readList("local-data: \"a.zz \(data)\"\nlocal-data: 'b.zz A 192.0.2.1'\n", .unbound)
        let verdict = try list.verdict("a.zz", .txt)
        #expect(verdict.answer?.text == text.map { "TXT=\"\($0)\"" })
        #expect(verdict.kind == (text == nil ? .unsupported : .redirect))
        #expect(list.reports[0].unsupportedCount == (text == nil ? 1 : 0))
        #expect(try list.verdict("b.zz").kind == .redirect)
    }

    /// Elsewhere they are octets like others.
    @Test func singleQuotesOfOtherTypes() throws {
        let alias = try readList("local-data: \"a.zz CNAME 'b.zz'\"\n", .unbound).verdict("a.zz", .cname)
        #expect(alias.answer?.text == "CNAME='b.zz'.")
        #expect(try readList("local-data: \"a.zz A '192.0.2.1'\"\n", .unbound).verdict("b.zz").kind == .unsupported)
    }

    @Test func negativeAnswersOfZonesMadeForData() throws {
        let text = "local-data: 'x.zz SOA a. b. 1 2 3 4 5'\nlocal-data: 'a.x.zz A 192.0.2.1'\n"
        let answer = try readList(text, .unbound, .unbound).verdict("a.x.zz", .txt).answer
        #expect(answer?.authority.map(\.owner) == [try DomainName("x.zz")])
    }

    /// In a view that goes on, the zone made for its data hides what lies between them, and nothing above.
    @Test(
        arguments: [
            ("a.b.x.zz", .ds, .nodata), ("b.x.zz", .ds, .pass), ("b.x.zz", .a, .pass), ("e.b.x.zz", .a, .pass),
            ("c.b.x.zz", .a, .nxdomain), ("x.zz", .a, .redirect), ("a.x.zz", .ds, .nodata),
        ] as [(String, RRType, VerdictKind)]
    )
    func views(_ name: String, _ type: RRType, _ kind: VerdictKind) throws {
        let text = """
            local-data: "a.x.zz. A 192.0.2.1"
            local-data: "x.zz. A 192.0.2.1"
            access-control-view: 127.0.0.0/8 v
            local-zone: b.x.zz. static
            view:
            name: v
            view-first: yes
            local-data: "a.b.x.zz. A 192.0.2.2"
            local-data: "b.b.x.zz. A 192.0.2.2"
            local-data: "e.e.b.x.zz. A 192.0.2.2"
            """
        let context = QueryContext(client: Client(address: IPAddress("127.0.0.1")))
        #expect(try readList(text, .unbound, .unbound).verdict(name, type, context: context).kind == kind)
    }

    /// The root exists in a zone of it because of data below, where no other zone stands between (asked of 1.17.1).
    @Test(arguments: [
        ("local-zone: . static", VerdictKind.nxdomain),
        ("local-zone: . static\nlocal-data: 'b.a.zz A 192.0.2.1'", .nodata),
        ("local-data: 'b.a.zz A 192.0.2.1'\nlocal-zone: . static", .nodata),
        ("local-zone: . static\nlocal-zone: a.zz static\nlocal-data: 'b.a.zz A 192.0.2.1'", .nxdomain),
        ("local-zone: . typetransparent\nlocal-data: 'b.a.zz A 192.0.2.1'", .pass),
        ("local-data: 'b.a.zz A 192.0.2.1'\nlocal-data: 'b.a.yy A 192.0.2.1'", .pass),
    ])
    func root(text: String, kind: VerdictKind) throws {
        for type in [RRType.a, .txt] {
            #expect(try readList(text, .unbound, .unbound).verdict(".", type).kind == kind, "\(type)")
        }
    }

    /// A file that is not followed may hold anything.
    @Test(
        arguments: [
            ("include: \"more.conf\"", .unbound, ["b.list"], .unsupported),
            ("include: /etc/x/b.list", .unbound, ["b.list"], .nxdomain),
            ("include-toplevel: b.list", .unbound, ["b.list"], .nxdomain),
            ("include: b.*", .unbound, ["b.list"], .nxdomain), ("include: a.list", .unbound, [], .unsupported),
            ("view:\nname: v\ninclude: b.list", .unbound, ["b.list"], .unsupported),
            ("conf-file=/etc/b.list", .dnsmasq, [], .unsupported),
            ("conf-file=/etc/b.list", .dnsmasq, ["b.list"], .nxdomain),
            ("conf-dir=/etc/d,*.conf", .dnsmasq, ["b.list"], .unsupported),
            ("addn-hosts=b.list", .dnsmasq, [], .unsupported), ("servers-file=b.list", .dnsmasq, [], .unsupported),
            ("hostsdir=/b.list", .dnsmasq, ["b.list"], .unsupported), ("resolv-file=/x", .dnsmasq, [], .nxdomain),
            ("conf-script=/x", .dnsmasq, [], .unsupported),
        ] as [(String, ListFormat, [String], VerdictKind)]
    )
    func includes(_ line: String, _ format: ListFormat, _ others: [String], _ kind: VerdictKind) throws {
        let isUnbound = format.id == ListFormat.unbound.id
        func rule(_ name: String) -> String {
            isUnbound ? "local-zone: \(name) always_nxdomain\n" : "address=/\(name)/\n"
        }
        let texts = [("a.list", rule("a.zz") + line + "\n")] + others.map { ($0, rule("b.zz")) }
        let loaded = try LayerLoader.load(
            texts.map { ListInput(path: $0.0, format: format, octets: Array($0.1.utf8)) },
            engine: isUnbound ? .unbound : .dnsmasq
        )
        #expect(try loaded.verdict("a.zz").kind == kind)
        #expect(try loaded.verdict("c.zz").kind == (kind == .unsupported ? .unsupported : .pass))
        #expect(loaded.reports[0].unsupported["include"] == (kind == .unsupported ? 1 : nil))
    }

    /// Unbound reads the files of a pattern in the order of their paths; lists in another order are not that configuration.
    @Test(arguments: [
        (["c.d/0.conf", "c.d/a.conf"], VerdictKind.nxdomain), (["c.d/a.conf", "c.d/0.conf"], .unsupported),
    ])
    func patternsAreReadInOrder(paths: [String], kind: VerdictKind) throws {
        let texts =
            [("main.conf", "local-zone: a.zz always_nxdomain\ninclude: \"c.d/*.conf\"\n")]
            + paths.enumerated().map { ($1, "local-zone: b\($0).zz always_nxdomain\n") }
        let loaded = try LayerLoader.load(
            texts.map { ListInput(path: $0.0, format: .unbound, octets: Array($0.1.utf8)) },
            engine: .unbound
        )
        #expect(try loaded.verdict("a.zz").kind == kind)
    }

    /// Names in Unbound's local data are relative to the root.
    @Test func unboundCompletesNamesAtTheRoot() throws {
        let loaded = try readList("local-data: 'a.zz SOA b c 1 2 3 4 5'\n", .unbound, .unbound)
        let soa = try #require(try loaded.verdict("a.zz", .soa).answer?.records.first)
        #expect(soa.data.starts(with: [1, 0x62, 0, 1, 0x63, 0]))
    }
}

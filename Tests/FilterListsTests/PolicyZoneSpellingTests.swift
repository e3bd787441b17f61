import DNS
import FilterLists
import Policy
import Suites
import Testing

/// What BIND 9.18, Unbound 1.17.1, PowerDNS Recursor 4.8 and Knot Resolver 5.6 made of directives, times, parentheses and data
/// that libldns reads otherwise, each between two good entries; letters as in ``PolicyZoneRefusalTests``. What the engine takes
/// and is not evaluated is `u`.
struct PolicyZoneSpellingTests {
    static let directives: [(entry: String, outcomes: String)] = [
        ("$ORIGIN zz\nt CNAME .\n$ORIGIN p.rpz.", "brre"), ("$origin zz\nt CNAME .\n$ORIGIN p.rpz.", "bpre"),
        ("$origin zz.p.rpz.\nt CNAME .\n$ORIGIN p.rpz.", "bpbb"),
        ("$ORIGIN *.zz\n$ORIGIN p.rpz.\nt.zz CNAME .", "bbbe"),
        ("$ORIGIN @\nt.zz CNAME .", "brre"), ("$ORIGIN a\\.zz\n$ORIGIN p.rpz.\nt.zz CNAME .", "bbbe"),
        ("$ORIGIN \"zz\"\nt CNAME .\n$ORIGIN p.rpz.", "rrre"),
        ("$ORIGIN a_b+c.p.rpz.\n$ORIGIN p.rpz.\nt.zz CNAME .", "bbbe"),
        ("$ORIGIN p.rpz. x\nt.zz CNAME .", "rrbe"), ("$ORIGIN zz x\n$ORIGIN p.rpz.\nt.zz CNAME .", "rbbe"),
        ("$ORIGIN zz.p.rpz.\n$ORIGIN @\nt CNAME .\n$ORIGIN p.rpz.", "brre"), ("$ORIGIN\nt.zz CNAME .", "rbre"),
        ("$ORIGIN (zz)\nt CNAME .\n$ORIGIN p.rpz.", "urre"), ("$ORIGIN .\nt.zz.p.rpz. CNAME .\n$ORIGIN p.rpz.", "bbbb"),
        ("$TTL 1h x\nt.zz CNAME .", "rbbe"), ("$TTL 60 60\nt.zz CNAME .", "rbbe"), ("$TTL 1h1\nt.zz CNAME .", "rbbe"),
        ("$TTL 1x\nt.zz CNAME .", "rbre"), ("$TTL 1y\nt.zz CNAME .", "rbbe"), ("$TTL h\nt.zz CNAME .", "rbre"),
        ("$TTL \"5\"\nt.zz CNAME .", "rbre"), ("$TTL (5)\nt.zz CNAME .", "ubru"), ("$ttl 5\nt.zz CNAME .", "bbbb"),
        (" $TTL 5\nt.zz CNAME .", "rrre"), ("x.other. NS a.\nt.zz CNAME .", "brbb"),
    ]

    static let entries: [(entry: String, outcomes: String)] = [
        ("t.zz 1h1 CNAME .", "rbre"), ("t.zz 1m1h CNAME .", "bbrb"), ("t.zz 1h1m1 A 192.0.2.1", "rdre"),
        ("( t.zz CNAME . )", "buru"), ("t.zz (CNAME) .", "bbrb"), ("t.zz CNAME (.)", "bbbb"),
        ("t.zz DS 1 8 2 00", "updp"), ("t.zz SSHFP 1 1 00", "uddd"), ("t.zz SSHFP 9 9 00", "dddd"),
        ("t.zz SVCB 1 . key7=x", "uduu"), ("t.zz SVCB 1 . alpn=h2", "dddd"), ("t.zz HTTPS 1 . mandatory=alpn", "uduu"),
        ("t.zz X25 1", "udre"), ("t.zz ZONEMD 1 1 1 00", "udru"), ("t.zz CAA 256 issue \"x\"", "uduu"),
        ("t.zz CAA 0 issue \"x\"", "dddd"), ("t.zz DNSKEY 256 3 8 AA==", "opdp"),
        ("t.zz TXT \\065\\255", "ddrd"), ("t.zz TXT a\\;b", "ddrd"), ("t.zz TXT é", "ddre"), ("t.zz TXT \"é\"", "ddde"),
        ("t.zz TXT abc", "dddd"), ("t.zz TXT v=spf1", "ddrd"), ("t.zz CNAME . \u{0B}", "-b-e"),
        ("t.zz TXT \"a\\\"b\"", "dddd"), ("t.zz TXT (a)", "dddo"), ("t.zz TXT (\"a\")", "dddd"),
        ("t.zz TXT \"a\"\"b\"", "ddde"), ("t.zz TXT \"a\nb\"", "rure"), ("t.zz HTTPS 0 b", "ddod"),
        ("t.zz HTTPS 0 b.", "dddd"),
    ]

    @Test(arguments: directives + entries)
    func entryMakesOfTheZone(entry: String, outcomes: String) throws {
        let text = "$TTL 60\n$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\ng.zz CNAME .\n\(entry)\ne.zz CNAME .\n"
        for (engine, outcome) in zip(PolicyZoneRefusalTests.engines, outcomes) where outcome != "-" {
            #expect(try PolicyZoneRefusalTests.outcome(text, engine) == String(outcome), "\(engine.rawValue)")
        }
    }

    /// How long data live where a time has another spelling, in the order of the engines; nil where there are none.
    @Test(
        arguments: [
            ("$TTL 1h1m", [5, 3660, 60, 3660]), ("$TTL 1m1h", [5, 3660, 3600, 3660]),
            ("$TTL 1h1", [nil, 3601, 1, nil]),
            ("$TTL 1y2", [nil, 1, 1, nil]), ("$TTL 60 60", [nil, 6060, 60, nil]), ("$TTL 5x", [nil, 5, nil, nil]),
            ("$TTL 0", [0, 3600, 0, 0]), ("$ttl 5", [5, 60, 5, 5]), ("$TTL x", [nil, 3600, nil, nil]),
            ("$TTL 2147483648", [0, 2_147_483_648, 2_147_483_648, 2_147_483_648]),
        ] as [(String, [UInt32?])]
    )
    func timesOfRecords(directive: String, seconds: [UInt32?]) throws {
        let text = "$TTL 60\n$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n\(directive)\nt.zz A 192.0.2.1\n"
        for (engine, expected) in zip(PolicyZoneRefusalTests.engines, seconds) {
            let lists = [ListInput(path: "zone", format: .rpz, octets: Array(text.utf8))]
            let loaded = try LayerLoader.load(lists, engine: engine, mayBeEmpty: true)
            let verdict = try loaded.verdict("t.zz", .a)
            let found =
                verdict.kind == .redirect || verdict.kind == .sinkhole ? verdict.answer?.records.first?.ttl : nil
            #expect(found == expected, "\(engine.rawValue)")
        }
    }

    /// Unbound takes zeros in front of up to three digits, and `zz` in small letters.
    @Test(arguments: [
        ("08.0.0.0.5", "5.6.7.8", "pn"), ("8.0.0.0.020", "20.1.1.1", "pn"), ("8.0.0.0.020", "16.1.1.1", "pp"),
        ("8.0.0.0.0005", "5.6.7.8", "pp"), ("8.00.0.0.5", "5.6.7.8", "pn"), ("16.ZZ.2603", "2603::1", "np"),
        ("16.zz.2603", "2603::1", "nn"),
    ])
    func rangesOfUnbound(range: String, address: String, outcomes: String) throws {
        let text = "$TTL 60\n$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n\(range).rpz-ip CNAME .\n"
        let addresses = [try #require(IPAddress(address))]
        for (engine, outcome) in zip([Engine.bindRPZ, .unboundRPZ], outcomes) {
            let lists = [ListInput(path: "zone", format: .rpz, octets: Array(text.utf8))]
            let loaded = try LayerLoader.load(lists, engine: engine, mayBeEmpty: true)
            let kind = try loaded.verdict("q.zz", addresses[0].isV4 ? .a : .aaaa, addresses: addresses).kind
            #expect(kind == (outcome == "n" ? .nxdomain : .pass), "\(engine.rawValue)")
        }
    }

    /// Unbound and PowerDNS look at the name servers of every name that nothing else decides, forwarders among them; BIND at
    /// those that it asks itself, for what a later zone decides as well.
    @Test(arguments: ["32.1.0.0.127.rpz-nsip CNAME .", "ns.zz.rpz-nsdname CNAME ."])
    func rulesAboutNameServers(rule: String) throws {
        let records = "g.zz CNAME .\nok.zz CNAME rpz-passthru.\n\(rule)\n"
        let text = "$TTL 60\n$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n\(records)"
        for engine in [Engine.unboundRPZ, .pdnsRPZ, .bindRPZ] {
            let loaded = try readList(text, .rpz, engine)
            #expect(try loaded.verdict("g.zz").kind == .nxdomain)
            #expect(try loaded.verdict("ok.zz").kind == .pass)
            #expect(try loaded.verdict("q.zz").kind == .unsupported)
        }
        #expect(try readList(text, .rpz, .knotRPZ).verdict("q.zz").kind == .pass)
        let other = "$TTL 60\n$ORIGIN q.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\nx.zz CNAME .\n"
        for (lists, kind) in [([text, other], VerdictKind.unsupported), ([other, text], .nxdomain)] {
            let inputs = lists.map { ListInput(path: "zone", format: .rpz, octets: Array($0.utf8)) }
            #expect(try LayerLoader.load(inputs, engine: .bindRPZ).verdict("x.zz").kind == kind)
        }
    }

    /// BIND takes no policy of a zone below an alias of a subtree in it (compared with 9.18).
    @Test(arguments: [
        ("zz DNAME yy.\nb.zz CNAME .", VerdictKind.unsupported), ("b.zz CNAME .\nzz DNAME yy.", .unsupported),
        ("zz DNAME yy.\n*.zz CNAME .", .unsupported), ("zz DNAME yy.\ng.xx CNAME .", .pass),
    ])
    func aliasesOfSubtrees(records: String, kind: VerdictKind) throws {
        let text = "$TTL 60\n$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n\(records)\n"
        #expect(try readList(text, .rpz, .bindRPZ).verdict("b.zz").kind == kind)
    }

    /// BIND's SOA beside an answer lives no longer than its last field says (compared with 9.18).
    @Test(arguments: [(60, 1, UInt32(1)), (60, 600, 60)])
    func startOfAuthorityBesideAnAnswer(ttl: Int, minimum: Int, lifetime: UInt32) throws {
        let text = "$TTL \(ttl)\n$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 \(minimum)\n@ NS a.\ng.zz CNAME .\n"
        let answer = try #require(try readList(text, .rpz, .bindRPZ).verdict("g.zz").answer)
        #expect(answer.additional.map(\.record.ttl) == [lifetime])
    }

    /// The file that the zones of a list share is no policy zone, unless somebody says so.
    @Test func sharedFileOfZones() throws {
        let text = "$TTL 86400\n@ IN SOA ns. h. (\n 1 1 1 1 1 )\n NS ns.\n@ A 0.0.0.0\n* A 0.0.0.0\n"
        let octets = Array(text.utf8)
        #expect(throws: ListError.self) {
            try LayerLoader.load([ListInput(path: "null.zone.file", octets: octets)])
        }
        let given = [ListInput(path: "null.zone.file", octets: octets)]
        #expect(try LayerLoader.load(given, engine: .unboundRPZ, mayBeEmpty: true).verdict("q.zz").kind != .pass)
        let named = Array((text + "a.zz A 0.0.0.0\n").utf8)
        #expect(try LayerLoader.load([ListInput(path: "x", octets: named)]).verdict("a.zz").kind == .sinkhole)
    }

    /// Unbound asks about the addresses behind an alias of a policy zone again.
    @Test func addressesBehindAnAlias() throws {
        let head = "$TTL 60\n$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\nc.zz CNAME t2.yy.\n"
        for (rule, isNoted) in [("32.1.113.0.203.rpz-ip CNAME .\n", true), ("", false)] {
            let verdict = try readList(head + rule, .rpz, .unboundRPZ).verdict("c.zz")
            #expect(verdict.kind == .redirect && (verdict.note?.contains("behind the alias again") ?? false) == isNoted)
        }
    }
}

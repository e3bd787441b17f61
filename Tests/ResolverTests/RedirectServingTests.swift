import DNS
import FilterLists
import Policy
import Testing

@testable import Resolver

/// What clients get where the policy leads a name elsewhere: the answers of BIND 9.18, Unbound 1.17 and PowerDNS Recursor
/// 4.8 to the same rules and the same upstream.
@Suite(.timeLimit(.minutes(2))) struct RedirectServingTests {
    private static let targets = [
        "garden", "gone", "nodata", "fail", "back", "blocked", "chain1", "ask1", "dead", "ask11", "ask10", "badip",
        "loop1", "refuse",
    ]

    private static let zone =
        "$ORIGIN p.test.\n$TTL 77\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\nblocked.zz CNAME .\n32.6.6.6.6.rpz-ip CNAME .\n"
        + targets.enumerated().map { "ask\($0 + 1).zz CNAME \($1).zz.\n" }.joined()

    private static let localZones =
        "local-zone: \"blocked.zz.\" always_nxdomain\n"
        + targets.enumerated()
        .map { "local-zone: \"ask\($0 + 1).zz.\" redirect\nlocal-data: \"ask\($0 + 1).zz. 77 CNAME \($1).zz.\"\n" }
        .joined()

    /// Gives the whole chain, as a recursive resolver does.
    private static let upstream: FakeUpstream.Script = { query in
        let aliases = [
            "back.zz": "ask5.zz", "chain1.zz": "blocked.zz", "r1.zz": "ask1.zz", "r2.zz": "ask2.zz", "r4.zz": "ask4.zz",
            "loop1.zz": "loop2.zz", "loop2.zz": "loop1.zz",
        ]
        let addresses: [String: UInt8] = [
            "garden.zz": 1, "ask5.zz": 9, "blocked.zz": 5, "ask1.zz": 7, "ask2.zz": 7, "ask4.zz": 7, "badip.zz": 6,
            "ask10.zz": 10, "ask11.zz": 11, "ask8.zz": 8,
        ]
        switch query.name {
        case "dead.zz": return []
        case "fail.zz": return [.send(makeReply(to: query.octets, bits: 0x8182))]
        case "refuse.zz": return [.send(makeReply(to: query.octets, bits: 0x8185))]
        case "nodata.zz": return [.send(makeReply(to: query.octets, [.soa("zz")]))]
        default: break
        }
        var records: [Record] = []
        var name = query.name
        while records.count < 12, let target = aliases[name] {
            records.append(.cname(name, target, ttl: 70))
            name = target
        }
        guard let last = addresses[name] else {
            return [.send(makeReply(to: query.octets, records + [.soa("zz")], bits: 0x8183))]
        }
        let data: [UInt8] = last == 6 ? [6, 6, 6, 6] : [192, 0, 2, last]
        records.append(Record(owner: name, type: .a, ttl: 100, data: data))
        return [.send(makeReply(to: query.octets, records))]
    }

    private func policy(_ text: String, _ format: ListFormat, _ engine: Engine) throws -> ServerPolicy {
        let list = ListInput(path: "lists/redirects", format: format, octets: Array(text.utf8))
        return ServerPolicy(stack: CompiledStack(layers: [try LayerLoader.load([list], engine: engine).layer]))
    }

    private func serve(_ policy: ServerPolicy, _ body: (TestServer, FakeUpstream) throws -> Void) throws {
        let upstream = FakeUpstream(Self.upstream)
        let served = try TestServer([upstream.address], policy: policy) {
            $0.mode = .enforce
            $0.tryTimeout = 50
        }
        defer { served.server.stop(); upstream.stop() }
        try body(served, upstream)
    }

    /// The code and the records, `name A n` for 192.0.2.n.
    private func text(_ served: TestServer, _ name: String, _ type: RRType = .a) -> String {
        guard let reply = ReplySummary(served.ask(makeQuery(name, type))) else { return "none" }
        let records = reply.records.map { $0.replacing("192.0.2.", with: "").replacing(".zz", with: "") }
        return ([reply.code.description] + records).joined(separator: "; ")
    }

    @Test func bindGivesTheTargetUntouched() throws {
        try serve(policy(Self.zone, .rpz, .bindRPZ)) { served, upstream in
            for _ in 0..<2 {
                #expect(text(served, "ask1.zz") == "NOERROR; ask1 CNAME garden; garden A 1")
                #expect(text(served, "ask2.zz") == "NXDOMAIN; ask2 CNAME gone; zz SOA")
                #expect(text(served, "ask3.zz") == "NOERROR; ask3 CNAME nodata; zz SOA")
                #expect(text(served, "ask5.zz") == "NOERROR; ask5 CNAME back; back CNAME ask5; ask5 A 9")
                #expect(text(served, "ask6.zz") == "NOERROR; ask6 CNAME blocked; blocked A 5")
                #expect(text(served, "ask7.zz") == "NOERROR; ask7 CNAME chain1; chain1 CNAME blocked; blocked A 5")
                #expect(text(served, "ask8.zz") == "NOERROR; ask8 CNAME ask1; ask1 A 7")
                #expect(text(served, "ask10.zz") == "NOERROR; ask10 CNAME ask11; ask11 A 11")
                #expect(text(served, "ask12.zz") == "NOERROR; ask12 CNAME badip; badip A 6.6.6.6")
                #expect(text(served, "r1.zz") == "NOERROR; r1 CNAME ask1; ask1 CNAME garden; garden A 1")
                #expect(text(served, "r2.zz") == "NXDOMAIN; r2 CNAME ask2; ask2 CNAME gone; zz SOA")
            }
            for name in ["ask4.zz", "ask9.zz", "ask13.zz", "ask14.zz", "r4.zz"] {
                #expect(text(served, name) == "SERVFAIL", "\(name)")
            }
            #expect(text(served, "ask1.zz", .cname) == "NOERROR; ask1 CNAME garden")
            #expect(upstream.queries.count { $0.name == "garden.zz" } == 1, "from the cache")
            #expect(text(served, "blocked.zz") == "NXDOMAIN; blocked SOA")
        }
    }

    @Test func unboundJudgesWhatTheTargetLeadsTo() throws {
        try serve(policy(Self.zone, .rpz, .unboundRPZ)) { served, _ in
            #expect(text(served, "ask1.zz") == "NOERROR; ask1 CNAME garden; garden A 1")
            #expect(text(served, "ask2.zz") == "NXDOMAIN; ask2 CNAME gone; zz SOA")
            #expect(text(served, "ask5.zz") == "SERVFAIL")
            #expect(text(served, "ask6.zz") == "NOERROR; ask6 CNAME blocked; blocked A 5")
            #expect(text(served, "ask7.zz").hasPrefix("NXDOMAIN; ask7 CNAME chain1; chain1 CNAME blocked"))
            #expect(text(served, "ask8.zz") == "NOERROR; ask8 CNAME ask1; ask1 A 7")
            #expect(text(served, "ask12.zz").hasPrefix("NXDOMAIN; ask12 CNAME badip"))
            #expect(text(served, "ask13.zz") == "SERVFAIL")
            #expect(text(served, "r1.zz") == "NOERROR; r1 CNAME ask1; ask1 CNAME garden; garden A 1")
        }
    }

    @Test func localZonesOfUnboundLookAtNothing() throws {
        try serve(policy(Self.localZones, .unbound, .unbound)) { served, _ in
            #expect(text(served, "ask1.zz") == "NOERROR; ask1 CNAME garden; garden A 1")
            #expect(text(served, "ask5.zz") == "NOERROR; ask5 CNAME back; back CNAME ask5; ask5 A 9")
            #expect(text(served, "ask6.zz") == "NOERROR; ask6 CNAME blocked; blocked A 5")
            #expect(text(served, "ask7.zz") == "NOERROR; ask7 CNAME chain1; chain1 CNAME blocked; blocked A 5")
            #expect(text(served, "ask4.zz") == "SERVFAIL")
            #expect(text(served, "r1.zz") == "NOERROR; r1 CNAME ask1; ask1 A 7")
        }
    }

    @Test func powerDNSShowsTheAliasInFailures() throws {
        try serve(policy(Self.zone, .rpz, .pdnsRPZ)) { served, _ in
            #expect(text(served, "ask1.zz") == "NOERROR; ask1 CNAME garden; garden A 1")
            #expect(text(served, "ask4.zz") == "SERVFAIL; ask4 CNAME fail")
            #expect(text(served, "ask9.zz") == "SERVFAIL; ask9 CNAME dead")
            #expect(text(served, "ask7.zz") == "NOERROR; ask7 CNAME chain1; chain1 CNAME blocked; blocked A 5")
            #expect(text(served, "r1.zz") == "NOERROR; r1 CNAME ask1; ask1 CNAME garden; garden A 1")
            // What leads back, or in a circle.
            #expect(text(served, "ask5.zz") == "SERVFAIL; ask5 CNAME back")
            #expect(text(served, "ask5.zz", .cname) == "NOERROR; ask5 CNAME back")
            #expect(text(served, "ask13.zz") == "SERVFAIL; ask13 CNAME loop1")
            #expect(text(served, "back.zz") == "SERVFAIL; back CNAME ask5; ask5 CNAME back")
        }
    }

    @Test func adGuardHomeAndDNSCryptProxyResolveTheirTargets() throws {
        let rewrites = try policy("|ask1.zz^$dnsrewrite=garden.zz\n", .adblock, .adguardHome)
        try serve(rewrites) { served, _ in
            #expect(text(served, "ask1.zz") == "NOERROR; ask1 CNAME garden; garden A 1")
        }
        try serve(policy("=ask1.zz garden.zz\n=ask3.zz nodata.zz\n", .cloaking, .dnscryptProxy)) { served, _ in
            #expect(text(served, "ask1.zz") == "NOERROR; ask1 A 1")
            #expect(text(served, "ask3.zz") == "NOERROR; ask3 SOA")
        }
    }

    @Test func ttlsOfTheTargetRunDownAndTheErrorStays() throws {
        try serve(policy(Self.zone, .rpz, .bindRPZ)) { served, _ in
            let edns = EDNS(payloadSize: 1_232)
            for _ in 0..<2 {
                let reply = ReplySummary(served.ask(makeQuery("ask1.zz", edns: edns)))
                #expect(reply?.ttls == [5, 100])
                #expect(reply?.errors == [ExtendedErrorCode.forged.rawValue])
                #expect(reply?.errorText.hasPrefix("redirects:") == true)
            }
        }
    }

    @Test func clientsThatWaitForTheSameTargetShareItsQuery() throws {
        let upstream = FakeUpstream { query in [.pause(100)] + Self.upstream(query) }
        let rules = "|a.zz^$dnsrewrite=garden.zz\n|b.zz^$dnsrewrite=garden.zz\n"
        let served = try TestServer([upstream.address], policy: policy(rules, .adblock, .adguardHome)) {
            $0.mode = .enforce
        }
        defer { served.server.stop(); upstream.stop() }
        let clients = (0..<10).map { _ in TestClient(served.address) }
        for (index, client) in clients.enumerated() { client.send(makeQuery(index % 2 == 0 ? "a.zz" : "B.zz")) }
        for client in clients { #expect(ReplySummary(client.receive())?.records.count == 2) }
        #expect(upstream.queries.map(\.name) == ["garden.zz"])
    }

    /// Also where the addresses or an alias of the answer say so, from the upstream and from the cache.
    @Test(arguments: [Engine.bindRPZ, .unboundRPZ, .pdnsRPZ])
    func rulesAboutAnswersSendClientsToTCP(engine: Engine) throws {
        let alias = engine == .unboundRPZ ? "" : "blocked.zz CNAME rpz-tcp-only.\n"
        let rules = "$ORIGIN p.test.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n32.6.6.6.6.rpz-ip CNAME rpz-tcp-only.\n" + alias
        try serve(policy(rules, .rpz, engine)) { served, upstream in
            for name in ["badip.zz"] + (alias.isEmpty ? [] : ["chain1.zz"]) {
                for _ in 0..<2 {
                    let reply = ReplySummary(served.ask(makeQuery(name, edns: EDNS(payloadSize: 1_232))))
                    #expect((reply?.bits ?? 0) & MessageHeader.truncatedFlag != 0)
                    #expect(reply?.records == [])
                    #expect(reply?.errorText.hasPrefix("redirects:") == true)
                    let stream = TestStream(served.address)
                    stream.send(TestStream.frame(makeQuery(name)))
                    #expect(ReplySummary(stream.receive())?.records.isEmpty == false)
                }
            }
            #expect(upstream.queries.count { $0.name == "badip.zz" } == 1)
        }
    }

    @Test func aPolicyThatComesMeanwhileDecides() throws {
        let upstream = FakeUpstream { query in [.pause(300)] + Self.upstream(query) }
        let served = try TestServer([upstream.address], policy: policy(Self.zone, .rpz, .bindRPZ)) {
            $0.mode = .enforce
            $0.tryTimeout = 1_000
        }
        defer { served.server.stop(); upstream.stop() }
        let clients = [TestClient(served.address), TestClient(served.address)]
        for client in clients { client.send(makeQuery("ask1.zz")) }
        while upstream.queries.isEmpty {}
        served.server.reload(try policy("ask1.zz\n", .domains, .pihole))
        for client in clients { #expect(ReplySummary(client.receive())?.records == ["ask1.zz A 0.0.0.0"]) }
        #expect(served.server.counters.queries <= 2)
    }
}

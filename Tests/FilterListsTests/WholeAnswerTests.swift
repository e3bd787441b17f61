import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Answers with everything that the running engines showed in them.
struct WholeAnswerTests {
    private static let zone = """
        $TTL 60
        $ORIGIN p.rpz.
        @ SOA a. b. 1 2 3 4 5
        @ NS a.
        nx.zz CNAME .
        no.zz CNAME *.
        loc.zz A 192.0.2.1
        loc.zz 300 TXT x
        star.zz CNAME *.g.yy.
        """

    private func answer(_ engine: Engine, _ name: String, _ type: RRType, chain: [String] = []) throws -> PolicyAnswer {
        let list = ListInput(path: "list", format: .rpz, octets: Array(Self.zone.utf8))
        return try #require(LayerLoader.load([list], engine: engine).verdict(name, type, chain: chain).answer)
    }

    @Test(arguments: [
        (Engine.bindRPZ, 5 as UInt32, 5 as UInt32, 5 as UInt32),
        // Unbound: the TTL that a record states stays for the next; none for a star that it fills in.
        (.unboundRPZ, 60, 300, 0),
        // PowerDNS: the TTL of the first record of a name.
        (.pdnsRPZ, 60, 60, 60),
    ])
    func limitsTTLs(_ engine: Engine, address: UInt32, text: UInt32, star: UInt32) throws {
        #expect(try answer(engine, "loc.zz", .a).records.map(\.ttl) == [address])
        #expect(try answer(engine, "loc.zz", .txt).records.map(\.ttl) == [text])
        #expect(try answer(engine, "star.zz", .a).records.map(\.ttl) == [star])
    }

    @Test func putsAnSOAWhereTheEngineDoes() throws {
        let own = try answer(.bindRPZ, "nx.zz", .a)
        #expect(own.additional.map(\.owner.description) == ["p.rpz"])
        #expect(own.authority.isEmpty)
        #expect(!own.isAuthoritative)
        let knot = try answer(.knotRPZ, "nx.zz", .a)
        #expect(knot.authority.map(\.record.ttl) == [10_800])
        #expect(knot.errors.map(\.code) == [.blocked])
        #expect(try answer(.knotRPZ, "no.zz", .a).authority.map(\.record.ttl) == [1])
        #expect(try answer(.unboundRPZ, "no.zz", .a).additional.isEmpty)
        #expect(try answer(.unboundRPZ, "x.yy", .a, chain: ["no.zz"]).additional.count == 1)
        #expect(try answer(.pdnsRPZ, "nx.zz", .a).additional.isEmpty)
    }

    @Test func saysWhenTheEngineDoesSomethingElse() throws {
        func verdict(_ engine: Engine, chain: [String]) throws -> Verdict {
            let list = ListInput(path: "list", format: .rpz, octets: Array(Self.zone.utf8))
            return try LayerLoader.load([list], engine: engine).verdict("x.yy", .a, chain: chain)
        }
        #expect(try verdict(.unboundRPZ, chain: ["nx.zz"]).note?.contains("not in the cache") == true)
        #expect(try verdict(.unboundRPZ, chain: []).note == nil)
        #expect(try verdict(.bindRPZ, chain: ["nx.zz"]).note == nil)
        #expect(Engine.bindRPZ.profile.answerStyle.limit?.contains("from the start") == true)
    }

    @Test func keepsTheAliasesThatTheEngineKeeps() throws {
        #expect(try answer(.bindRPZ, "x.yy", .a, chain: ["nx.zz"]).keepsAliases)
        #expect(try !answer(.pdnsRPZ, "x.yy", .a, chain: ["nx.zz"]).keepsAliases)
        #expect(try answer(.pdnsRPZ, "x.yy", .mx, chain: ["loc.zz"]).keepsAliases)
        #expect(try answer(.bindRPZ, "x.yy", .a, chain: ["nx.zz"]).owner.description == "nx.zz")
    }

    @Test func answersANYAsTheEngineDoes() throws {
        #expect(try answer(.bindRPZ, "loc.zz", .any).records.count == 2)
        #expect(try answer(.unboundRPZ, "loc.zz", .any).records.isEmpty)
        #expect(try answer(.knotRPZ, "loc.zz", .any).responseCode == .servFail)
        let rules = ListInput(
            path: "list",
            format: .dnsmasq,
            octets: Array("address=/a.zz/0.0.0.0\naddress=/a.zz/::\n".utf8)
        )
        let any = try LayerLoader.load([rules], engine: .dnsmasq).verdict("a.zz", .any)
        #expect(any.answer?.records.map(\.type) == [.aaaa])
    }

    @Test func aliasesOfAQueryForTheAliasItselfAreNotFollowed() throws {
        let list = ListInput(path: "list", format: .rpz, octets: Array(Self.zone.utf8))
        let loaded = try LayerLoader.load([list], engine: .bindRPZ)
        #expect(try loaded.verdict("x.yy", .cname, chain: ["nx.zz"]).kind == .pass)
        #expect(try loaded.verdict("x.yy", .a, chain: ["nx.zz"]).kind == .nxdomain)
    }

    /// Minutes are many times what it takes, and a fraction of what comparing every record with every other would.
    @Test(.timeLimit(.minutes(4)))
    func manyRecordsOfOneOwnerTakeLinearTime() throws {
        let head = "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n"
        let text = (0..<20_000).map { "a.zz A 10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)\n" }.joined()
        let answer = try #require(try readList(head + text + text, .rpz, .bindRPZ).verdict("a.zz").answer)
        #expect(answer.records.count == 20_000)
    }

    /// `local-ttl` is for all answers that dnsmasq makes itself and no rule says it of (compared with 2.90).
    @Test(arguments: [
        ("a.zz", RRType.a, [UInt32(77)]), ("b.zz", .aaaa, [77]), ("c.zz", .a, [77]), ("d.zz", .a, [55]),
        ("e.zz", .a, [77, 77]), ("f.zz", .txt, [77]),
    ])
    func dnsmasqLocalTTL(name: String, type: RRType, ttls: [UInt32]) throws {
        let text = """
            address=/a.zz/192.0.2.1
            address=/b.zz/#
            local-ttl=77
            host-record=c.zz,192.0.2.3
            host-record=d.zz,192.0.2.4,55
            cname=e.zz,c.zz
            txt-record=f.zz,x
            """
        let answer = try readList(text, .dnsmasq).verdict(name, type).answer
        let all = (answer?.records ?? []) + (answer?.behind.map(\.record) ?? [])
        #expect(all.map(\.ttl) == ttls)
    }

    /// An answer with an address that leads somewhere is no sinkhole, whichever of its rules comes first.
    @Test(
        arguments: [
            (
                Engine.unbound, ListFormat.unbound,
                "local-data: \"a.zz. A 0.0.0.0\"\nlocal-data: \"a.zz. A 192.0.2.3\"\n"
            ),
            (.unbound, .unbound, "local-data: \"a.zz. A 192.0.2.3\"\nlocal-data: \"a.zz. A 0.0.0.0\"\n"),
            (.dnsmasq, .dnsmasq, "address=/a.zz/0.0.0.0\naddress=/a.zz/192.0.2.3\n"),
            (.dnsmasq, .dnsmasq, "host-record=a.zz,0.0.0.0\nhost-record=a.zz,192.0.2.3\n"),
            (.dnsmasq, .dnsmasq, "address=/*a.zz/0.0.0.0\naddress=/*a.zz/192.0.2.3\n"),
            (
                .bindRPZ, .rpz,
                "$TTL 60\n$ORIGIN p.rpz.\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\na.zz A 0.0.0.0\na.zz A 192.0.2.3\n"
            ),
            (.coreDNS, .hosts, "0.0.0.0 a.zz\n192.0.2.3 a.zz\n"),
        ]
    )
    func isNoSinkhole(_ engine: Engine, _ format: ListFormat, _ text: String) throws {
        let both = try readList(text, format, engine).verdict("a.zz", .a)
        #expect(both.kind == .redirect)
        #expect(Set(both.answer?.records.compactMap(\.address).map(\.description) ?? []) == ["0.0.0.0", "192.0.2.3"])
        let first = text.replacing("192.0.2.3", with: "127.0.0.2")
        #expect(try readList(first, format, engine).verdict("a.zz", .a).kind == .sinkhole)
    }

    /// A signature as local data takes the TTL that every record has, not the one that it states about what it signs.
    @Test(arguments: [("", 3600 as UInt32), ("IN ", 3600), ("120 ", 120), ("120 IN ", 120)])
    func signaturesAsLocalData(_ lifetime: String, _ ttl: UInt32) throws {
        let data = "RRSIG A 5 2 77 20300101000000 20200101000000 12345 zz. AAAA"
        let verdict = try readList("local-data: \"a.zz. \(lifetime)\(data)\"\n", .unbound, .unbound)
            .verdict("a.zz", .rrsig)
        #expect(verdict.answer?.records.map(\.ttl) == [ttl])
    }
}

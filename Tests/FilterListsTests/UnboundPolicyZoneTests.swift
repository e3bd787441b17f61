import DNS
import FilterLists
import Foundation
import Policy
import Suites
import Testing

/// Policy zones of a configuration of Unbound (`rpz:`): what the rows say was seen on 1.17.1.
struct UnboundPolicyZoneTests {
    private static func zone(_ name: String, _ records: String) -> String {
        "$ORIGIN \(name).\n@ SOA a. b. 1 2 3 4 5\n NS a.\n" + records
    }

    private static let first = zone(
        "a.rpz",
        """
        nx.zz CNAME .
        *.nx.zz CNAME .
        pass.zz CNAME rpz-passthru.
        data.zz A 192.0.2.1
        lz.zz CNAME .
        loc.zz CNAME *.
        rd.zz CNAME *.
        rp.zz A 192.0.2.9
        s.st.zz CNAME .
        sub.rd.zz CNAME .
        st.zz CNAME .
        al.zz CNAME g.zz.
        tcp.zz CNAME rpz-tcp-only.
        x.fw.zz CNAME rpz-passthru.
        32.66.100.51.198.rpz-ip CNAME .
        32.7.0.0.127.rpz-client-ip CNAME .

        """
    )
    private static let second = zone("b.rpz", "nx.zz CNAME *.\npass.zz CNAME .\nonly.zz CNAME .\n")

    private static let server = """
        server:
        module-config: "respip iterator"
        define-tag: "one two"
        access-control-tag: 127.0.0.2/32 one
        access-control-tag: 127.0.0.3/32 two
        access-control: 127.0.0.5/32 refuse_non_local
        access-control-view: 127.0.0.6/32 v
        response-ip: 198.51.100.77/32 inform
        local-zone: lz.zz always_transparent
        local-zone: loc.zz static
        local-data: "st.zz A 192.0.2.5"
        local-zone: rd.zz redirect
        local-data: "rd.zz CNAME nx.zz"
        local-zone: sub.rd.zz inform
        local-zone: rp.zz redirect
        local-data: "rp.zz CNAME nx.zz"
        view:
        name: v
        view-first: no
        local-zone: l.zz static
        forward-zone:
        name: fw.zz
        forward-addr: 192.0.2.53

        """

    /// A configuration and the files beside it.
    private static func load(_ text: String, _ files: [String: String]) throws -> LoadedLayer {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "unbound-\(UInt64.random(in: 0 ... .max))"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = text.replacing("@FOLDER@", with: folder.path)
        for (name, text) in files.merging(["unbound.conf": text], uniquingKeysWith: { $1 }) {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        return try LayerLoader.load([ListInput(path: folder.appendingPathComponent("unbound.conf").path)])
    }

    private static func clause(_ name: String, _ more: String = "") -> String {
        "rpz:\nname: \(name).rpz\nzonefile: \"\(name)\"\n" + more.split(separator: ";").map { $0 + "\n" }.joined()
    }

    /// A derivation names the statement that counts in place of the rule.
    @Test(
        arguments: [
            ("nx.zz", 1, "unbound.conf:5: rpz-action-override: nodata stands in place"), ("o.zz", 7, nil),
            ("only.zz", 1, nil),
        ] as [(String, Int, String?)]
    )
    func namesOverrides(_ name: String, _ client: Int, _ says: String?) throws {
        let text = "server:\n" + Self.clause("a", "rpz-action-override: nodata") + Self.clause("b")
        let loaded = try Self.load(text, ["a": Self.first, "b": Self.second])
        let context = QueryContext(client: Client(address: IPAddress("127.0.0.\(client)")))
        let note = try loaded.verdict(name, .a, context: context).note
        #expect(says.map { note?.contains($0) == true } ?? (note?.contains("override") != true), "\(note ?? "")")
    }

    /// What two zones do, the first with statements more.
    struct Row: CustomTestStringConvertible, Sendable {
        var more = ""
        var name: String
        var chain: [String] = []
        var address: String?
        var client = 1
        var type = RRType.a
        var kind: VerdictKind
        /// The list of the rule; empty without one.
        var list = ""
        var testDescription: String { "\(more) \(name) \(chain) \(address ?? "") \(client)" }
    }

    private static let blocked = "198.51.100.66"

    static let rows: [Row] = [
        Row(name: "nx.zz", kind: .nxdomain, list: "a"), Row(name: "x.nx.zz", kind: .nxdomain, list: "a"),
        Row(name: "only.zz", kind: .nxdomain, list: "b"), Row(name: "pass.zz", kind: .pass, list: "a"),
        Row(name: "data.zz", kind: .redirect, list: "a"), Row(name: "data.zz", type: .aaaa, kind: .nodata, list: "a"),
        Row(name: "o.zz", kind: .pass),
        // Local zones come first, but for what they let pass and where they lead on.
        Row(name: "lz.zz", kind: .nxdomain, list: "a"), Row(name: "loc.zz", kind: .nxdomain, list: "unbound.conf"),
        Row(name: "st.zz", kind: .redirect, list: "unbound.conf"), Row(name: "s.st.zz", kind: .nxdomain, list: "a"),
        Row(name: "rd.zz", kind: .nodata, list: "a"), Row(name: "rp.zz", kind: .redirect, list: "unbound.conf"),
        Row(name: "rd.zz", type: .cname, kind: .redirect, list: "unbound.conf"),
        // DS records belong to the zone above, which redirects.
        Row(name: "sub.rd.zz", type: .ds, kind: .nxdomain, list: "a"),
        // Addresses and aliases.
        Row(name: "ip.zz", address: blocked, kind: .nxdomain, list: "a"),
        Row(name: "pass.zz", address: blocked, kind: .pass, list: "a"),
        Row(name: "i.zz", address: "198.51.100.77", kind: .pass),
        Row(name: "h.zz", chain: ["nx.zz"], kind: .nxdomain, list: "a"),
        Row(name: "h.zz", chain: ["al.zz"], kind: .redirect, list: "a"),
        // Routes come behind.
        Row(name: "y.fw.zz", address: blocked, kind: .nxdomain, list: "a"),
        Row(name: "x.fw.zz", address: blocked, kind: .route, list: "unbound.conf"),
        // Clients.
        Row(name: "o.zz", client: 7, kind: .nxdomain, list: "a"),
        Row(name: "o.zz", client: 5, kind: .refused, list: "unbound.conf"),
        Row(name: "nx.zz", client: 5, kind: .nxdomain, list: "a"),
        Row(name: "nx.zz", client: 6, kind: .nxdomain, list: "a"),
        Row(name: "x.l.zz", client: 6, kind: .nxdomain, list: "unbound.conf"),
        Row(name: "ip.zz", address: blocked, client: 6, kind: .pass),
        // What a clause puts in place of what its rules say; rules about clients do what they say.
        Row(more: "rpz-action-override: nodata", name: "nx.zz", kind: .nodata, list: "a"),
        Row(more: "rpz-action-override: nodata", name: "pass.zz", kind: .nodata, list: "a"),
        Row(more: "rpz-action-override: nodata", name: "data.zz", kind: .nodata, list: "a"),
        Row(more: "rpz-action-override: nodata", name: "tcp.zz", kind: .nodata, list: "a"),
        Row(more: "rpz-action-override: nodata", name: "o.zz", client: 7, kind: .nxdomain, list: "a"),
        Row(more: "rpz-action-override: nodata", name: "ip.zz", address: blocked, kind: .nodata, list: "a"),
        Row(more: "rpz-action-override: drop", name: "data.zz", kind: .drop, list: "a"),
        Row(more: "rpz-action-override: passthru", name: "nx.zz", kind: .pass, list: "a"),
        Row(more: "rpz-action-override: passthru", name: "only.zz", kind: .nxdomain, list: "b"),
        Row(more: "rpz-action-override: disabled", name: "nx.zz", kind: .nodata, list: "b"),
        Row(more: "rpz-action-override: disabled", name: "pass.zz", kind: .nxdomain, list: "b"),
        Row(more: "rpz-action-override: disabled", name: "o.zz", client: 7, kind: .pass),
        Row(more: "rpz-action-override: disabled", name: "ip.zz", address: blocked, kind: .pass),
        Row(more: "rpz-action-override: nxdomain;rpz-action-override: nodata", name: "nx.zz", kind: .nodata, list: "a"),
        Row(more: "rpz-cname-override: o.zz;rpz-action-override: cname", name: "nx.zz", kind: .redirect, list: "a"),
        // Along aliases the data of a zone would count before that.
        Row(
            more: "rpz-cname-override: o.zz;rpz-action-override: cname",
            name: "h.zz",
            chain: ["nx.zz"],
            kind: .unsupported,
            list: "a"
        ),
        // A clause for some clients is one for all along aliases.
        Row(more: "tags: one", name: "nx.zz", client: 2, kind: .nxdomain, list: "a"),
        Row(more: "tags: one", name: "nx.zz", client: 3, kind: .nodata, list: "b"),
        Row(more: "tags: one", name: "data.zz", kind: .pass),
        Row(more: "tags: one", name: "ip.zz", address: blocked, client: 3, kind: .pass),
        Row(more: "tags: one", name: "h.zz", chain: ["nx.zz"], client: 3, kind: .nxdomain, list: "a"),
        Row(more: "tags: ''", name: "data.zz", client: 2, kind: .pass),
        Row(more: "tags: one;tags: two", name: "nx.zz", client: 3, kind: .nxdomain, list: "a"),
    ]

    @Test(arguments: rows)
    func decides(_ row: Row) throws {
        let text = Self.server + Self.clause("a", row.more) + Self.clause("b")
        let loaded = try Self.load(text, ["a": Self.first, "b": Self.second])
        #expect(loaded.reports.map(\.engine) == [.unbound, .unboundRPZ, .unboundRPZ])
        #expect(loaded.reports.allSatisfy { $0.unsupported.isEmpty }, "\(loaded.reports.map(\.diagnostics))")
        let verdict = try loaded.verdict(
            row.name,
            row.type,
            chain: row.chain,
            addresses: row.address.flatMap { IPAddress($0) }.map { [$0] },
            context: QueryContext(client: Client(address: .v4(0x7F00_0000 | UInt32(row.client))))
        )
        #expect(verdict.kind == row.kind)
        let list = verdict.matched.map { String($0.rule.list.split(separator: "/").last ?? "") }
        #expect(list ?? "" == row.list)
    }

    /// An answer from the cache meets rules about addresses, whatever the rule that let it pass is about and in whichever zone it
    /// stands; what is said of names without a zone is not.
    @Test(
        arguments: [
            ("pass.zz", [], 1, .a, blocked, "meets a:18"), ("x.fw.zz", [], 1, .a, blocked, "meets a:18"),
            ("h.zz", ["pass.zz"], 1, .a, blocked, "meets a:18"), ("o.zz", [], 9, .a, blocked, "meets a:18"),
            ("front.zz", [], 1, .a, blocked, "meets a:18"), ("pass.zz", [], 1, .a, nil, "the first of them a:18"),
            ("pass.zz", [], 1, .a, "192.0.2.8", nil), ("pass.zz", [], 1, .aaaa, nil, nil),
            ("i.zz", [], 1, .a, "198.51.100.77", nil), ("o.zz", [], 1, .a, nil, nil),
        ] as [(String, [String], Int, RRType, String?, String?)]
    )
    func cachedPasses(
        _ name: String,
        _ chain: [String],
        _ client: Int,
        _ type: RRType,
        _ address: String?,
        _ says: String?
    ) throws {
        let front = Self.zone(
            "b.rpz",
            "front.zz CNAME rpz-passthru.\n32.9.0.0.127.rpz-client-ip CNAME rpz-passthru.\n"
        )
        let text = Self.server + Self.clause("b") + Self.clause("a")
        let loaded = try Self.load(text, ["a": Self.first, "b": front])
        let verdict = try loaded.verdict(
            name,
            type,
            chain: chain,
            addresses: address.flatMap { IPAddress($0) }.map { [$0] },
            context: QueryContext(client: Client(address: IPAddress("127.0.0.\(client)")))
        )
        #expect(verdict.kind.isPass)
        let note = verdict.note?.replacing(#/[^ ]*\//#, with: "")
        #expect(
            says.map {
                note?.contains("only while the answer is not in the cache; one from there") == true
                    && note?.contains($0) == true
            } ?? (note == nil),
            "\(note ?? "")"
        )
    }

    /// Zones without a configuration are the same; other engines spare what they let pass every time.
    @Test(arguments: [Engine.unboundRPZ, .bindRPZ, .pdnsRPZ])
    func passesOfZonesAlone(_ engine: Engine) throws {
        let zones = [("first", "q.zz CNAME rpz-passthru.\n"), ("second", "32.66.100.51.198.rpz-ip CNAME .\n")].map {
            ListInput(path: $0, format: .rpz, octets: Array(Self.zone("p.rpz", $1).utf8))
        }
        let loaded = try LayerLoader.load(zones, engine: engine)
        let verdict = try loaded.verdict("q.zz", addresses: [.v4(0xC633_6442)])
        #expect(verdict.kind == .pass)
        #expect((verdict.note?.contains("meets second:4, a rule about its address") == true) == (engine == .unboundRPZ))
    }

    /// Where nobody says who asks, zones for some are open.
    @Test func withoutAClient() throws {
        let text = Self.server + Self.clause("a", "tags: one") + Self.clause("b")
        let loaded = try Self.load(text, ["a": Self.first, "b": Self.second])
        let kinds = try ["nx.zz", "only.zz", "o.zz"].map { try loaded.verdict($0).kind }
        #expect(kinds == [.unsupported, .nxdomain, .pass])
        #expect(loaded.layer.dependsOnClient)
    }

    /// `rpz-signal-nxdomain-ra`: NXDOMAIN because of a zone says that there is no recursion, whatever makes it one, and nothing
    /// else does.
    @Test(arguments: [
        ("rpz-signal-nxdomain-ra: yes", "nx.zz", false), ("rpz-signal-nxdomain-ra: no", "nx.zz", true),
        ("rpz-signal-nxdomain-ra: yes;rpz-action-override: nodata", "nx.zz", true),
    ])
    func recursion(more: String, name: String, isRecursive: Bool) throws {
        let loaded = try Self.load(Self.server + Self.clause("a", more), ["a": Self.first])
        let answer = try #require(try loaded.verdict(name).answer)
        #expect(answer.isRecursive == isRecursive)
        let behind = try #require(try loaded.verdict("h.zz", chain: [name]).answer)
        #expect(behind.isRecursive == isRecursive)
    }

    /// The alias of a clause stands as it is written, and the data of rules live as long as these say.
    @Test func answers() throws {
        let records = "data2.zz 77 A 192.0.2.3\n*.star.zz CNAME *.g.zz.\nempty.zz CNAME *.\n"
        let more = "rpz-action-override: cname;rpz-cname-override: '*.over.zz'"
        let text = Self.server + Self.clause("a", more) + Self.clause("b")
        let loaded = try Self.load(text, ["a": Self.first, "b": Self.zone("b.rpz", records)])
        #expect(try loaded.verdict("nx.zz").answer?.text == "CNAME=*.over.zz.")
        let data = try #require(loaded.verdict("data2.zz").answer)
        #expect(data.records.map(\.ttl) == [77] && data.isAuthoritative)
        #expect(try loaded.verdict("x.star.zz").answer?.text == "CNAME=x.star.zz.g.zz.")
        let behind = try loaded.verdict("h.zz", chain: ["empty.zz"]).answer
        #expect(behind?.additional.map(\.owner) == [try DomainName("b.rpz")])
    }

    private static let gone = "rpz:\nname: g.rpz\nzonefile: gone\n"

    @Test(
        arguments: [
            // What local zones do is known all the same.
            (gone, "nx.zz", .unsupported, "no-zone-file"), (gone, "loc.zz", .nxdomain, "no-zone-file"),
            ("rpz:\nname: a.rpz\nurl: http://192.0.2.1/a\n", "o.zz", .unsupported, "response-policy"),
            ("rpz:\nname: a.rpz\nprimary: 192.0.2.1\n", "o.zz", .unsupported, "response-policy"),
            (clause("a", "primary: 192.0.2.1"), "nx.zz", .nxdomain, ""),
            (gone + "rpz-action-override: disabled\n", "o.zz", .pass, ""),
            ("rpz:\nname: a.rpz\n", "nx.zz", .pass, ""), ("rpz:\nzonefile: a\n", "nx.zz", .pass, ""),
            ("rpz:\nname: a.rpz\nzonefile: gone\nzonefile: a\n", "nx.zz", .nxdomain, ""),
            // The zones in front of one that is not at hand have decided before.
            (clause("a") + gone, "nx.zz", .nxdomain, "no-zone-file"),
            (clause("a") + gone, "o.zz", .unsupported, "no-zone-file"),
            (gone + clause("a"), "nx.zz", .unsupported, "no-zone-file"),
            // Two zones of one name.
            (clause("a") + clause("a"), "nx.zz", .unsupported, "response-policy"),
            (clause("a") + "auth-zone:\nname: A.rpz.\n", "nx.zz", .unsupported, "response-policy"),
            // Names of a zone that is served.
            (clause("a", "for-downstream: yes"), "nx.zz.a.rpz", .unsupported, "forward"),
            (clause("a", "for-downstream: yes"), "nx.zz", .nxdomain, "forward"),
            // Unbound does not start.
            (clause("a", "rpz-action-override: cname"), "loc.zz", .unsupported, "bad-statement"),
            ("rpz:\nname: c.rpz\nzonefile: bad\n", "loc.zz", .unsupported, ""),
            ("rpz:\nname: c.rpz\nzonefile: a\n", "loc.zz", .unsupported, ""),
            // The name of the clause is that of the zone.
            ("rpz:\nname: c.rpz\nzonefile: plain\n", "p.zz", .nxdomain, ""),
            ("rpz:\nname: rpz\nzonefile: a\n", "nx.zz.a", .nxdomain, ""),
            // Relative paths begin at `directory`, if that is absolute.
            ("server:\ndirectory: \"@FOLDER@\"\n" + clause("a"), "nx.zz", .nxdomain, ""),
            ("server:\ndirectory: \"@FOLDER@/none\"\n" + clause("a"), "nx.zz", .unsupported, "no-zone-file"),
        ] as [(String, String, VerdictKind, String)]
    )
    func whatIsNotAtHand(_ clauses: String, _ name: String, _ kind: VerdictKind, _ reason: String) throws {
        let files = [
            "a": Self.first, "bad": Self.zone("c.rpz", "nx.zz CNAME .\nfoo bar baz\n"), "plain": "p.zz CNAME .\n",
        ]
        let loaded = try Self.load(Self.server + clauses, files)
        let context = QueryContext(client: Client(address: IPAddress("127.0.0.1")))
        #expect(try loaded.verdict(name, context: context).kind == kind)
        let reasons = Set(loaded.reports[0].unsupported.keys)
        #expect(reason.isEmpty ? reasons.isEmpty : reasons.contains(reason), "\(reasons)")
    }

    /// What is written for another engine is what the zones decide behind the local zones.
    @Test func areConverted() throws {
        let layer = try Self.load(Self.server + Self.clause("b"), ["b": Self.second]).layer
        var text: [UInt8] = []
        _ = export(layer, try #require(ExportFormat.named("hosts")), allowing: false, &text)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains { $0.hasSuffix(" only.zz") } && !lines.contains { $0.hasSuffix(" lz.zz") })
    }
}

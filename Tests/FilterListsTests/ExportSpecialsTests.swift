import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// Exceptions, clients, and rules of the same engine.
@Suite struct ExportSpecialsTests {
    private static let adguard = """
        ||ads.example^
        @@||x.ads.example^$client=192.0.2.1
        ||cl.example^$client=192.0.2.1
        ||rw.example^$dnsrewrite=192.0.2.9
        @@||rw.example^$dnsrewrite=192.0.2.9,client=192.0.2.2
        @@/ok.re/

        """

    private func written(
        _ rules: String,
        _ target: String,
        for context: QueryContext = .unknown
    ) throws -> (lines: [String], report: ExportReport) {
        let layer = try readList(rules, .adblock).layer
        let sink = OctetSink()
        let format = try #require(ExportFormat.named(target))
        let report = LayerExporter.export(layer, to: format, for: context) { sink.octets += $0.octets }
        let text = String(decoding: sink.octets, as: UTF8.self)
        return (Array(text.split(separator: "\n").map(String.init).suffix(report.lines)), report)
    }

    /// The reason of a rule that is left out is its own.
    @Test(
        arguments: [
            (
                ListFormat.rpz, Engine.unboundRPZ, "*.u.zz CNAME .\nx.u.zz CNAME rpz-passthru.\ny.x.u.zz CNAME .\n",
                "dnsmasq",
                ["*.u.zz CNAME .": "neighbours"]
            ),
            (
                .squidConfiguration, .squid,
                """
                acl ads dstdomain ads.zz
                acl stats dstdom_regex ^stats
                acl office src 192.0.2.0/24
                acl late time MTWHF 08:00-12:00
                http_access deny ads office
                http_access deny stats late
                http_access deny stats
                http_access deny ads
                http_access allow all

                """, "dnsmasq",
                [
                    "http_access deny stats late": "client",
                    "http_access deny stats": "pattern",
                ]
            ),
        ] as [(ListFormat, Engine, String, String, [String: String])]
    )
    func reasons(_ format: ListFormat, _ engine: Engine, _ text: String, _ to: String, _ reasons: [String: String])
        throws
    {
        let layer = try readList(text, format, engine).layer
        let target = try #require(ExportFormat.named(to))
        var found: [String: Set<String>] = [:]
        for diagnostic in LayerExporter.export(layer, to: target, write: { _ in }).diagnostics {
            let rule = diagnostic.text.split(separator: "'").first.map(String.init) ?? ""
            found[rule, default: []].insert(diagnostic.reason)
        }
        #expect(found.mapValues { $0.sorted().joined(separator: " ") } == reasons)
    }

    /// A policy zone that a configuration names is none for some clients, unless it has tags.
    @Test(arguments: [("", "neighbours"), ("tags: one\n", "client")])
    func reasonsOfPolicyZones(tags: String, reason: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let zone = "@ SOA a. b. 1 2 3 4 5\n@ NS a.\n*.u.zz CNAME .\nx.u.zz CNAME rpz-passthru.\n"
        try Data("$ORIGIN a.rpz.\n\(zone)".utf8).write(to: folder.appendingPathComponent("a"))
        let text =
            "server:\nmodule-config: \"respip iterator\"\ndefine-tag: \"one\"\nrpz:\nname: a.rpz\nzonefile: a\n\(tags)"
        let path = folder.appendingPathComponent("unbound.conf").path
        let list = ListInput(path: path, format: .unbound, octets: Array(text.utf8))
        let layer = try LayerLoader.load([list], engine: .unbound).layer
        let target = try #require(ExportFormat.named("dnsmasq"))
        let omitted = LayerExporter.export(layer, to: target, write: { _ in }).diagnostics.filter {
            $0.text.hasPrefix("'*")
        }
        #expect(omitted.map(\.reason) == [reason])
    }

    /// What is written would block more than the lists; both numbers say so, and the reason is that of the rule.
    @Test func exceptionsThatAreLeftOutAreCounted() throws {
        let (lines, report) = try written(Self.adguard, "unbound")
        #expect(report.omittedExceptions == ["client": 1, "pattern": 1])
        #expect(report.omitted["not-evaluated"] == nil && report.omitted["client"] ?? 0 >= 2 && !lines.isEmpty)
        let hosts = try written("|a.example^\n@@|b.example^\n", "hosts").report
        #expect(hosts.omittedExceptions == ["allow": 1])
        #expect(try written("||a.example^\n@@|b.a.example^\n", "adguard").report.omittedExceptions.isEmpty)
    }

    @Test func exceptionsAboutAddressesAreCounted() throws {
        let zone =
            "$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n32.1.2.0.192.rpz-ip CNAME rpz-passthru.\nb.zz CNAME .\n"
        let layer = try readList(zone, .rpz, .bindRPZ).layer
        let report = LayerExporter.export(layer, to: try #require(ExportFormat.named("rpz"))) { _ in }
        #expect(report.omitted == ["address": 1] && report.omittedExceptions == ["address": 1])
    }

    @Test func rulesAreWrittenForOneClient() throws {
        let one = QueryContext(client: Client(address: IPAddress("192.0.2.1")))
        let (lines, report) = try written(Self.adguard, "dnsmasq", for: one)
        #expect(report.omitted["client"] == nil)
        #expect(lines.contains("server=/x.ads.example/#") && lines.contains("local=/cl.example/"))
        let other = QueryContext(client: Client(address: IPAddress("192.0.2.7")))
        let (others, second) = try written(Self.adguard, "pihole", for: other)
        #expect(second.omitted["client"] == nil && second.otherClients == 3)
        #expect(others == [#"pihole --regex '(\.|^)ads\.example$'"#])
    }

    /// A command of Pi-hole's takes many rules, as far as the API takes what it makes of them; words that it would take for its
    /// options, and what holds a blank, are left out.
    @Test func commandsTakeManyRules() throws {
        let (few, _) = try written("|a.zz^\n|b.zz^\n||c.zz^\n||d.zz^\n@@|e.zz^\n", "pihole")
        #expect(
            few.sorted() == [
                #"pihole --regex '(\.|^)c\.zz$' '(\.|^)d\.zz$'"#, "pihole allow e.zz", "pihole deny a.zz b.zz",
            ]
        )
        let rules = (0..<10_000).map { "|name-\($0).example^\n" }.joined()
        let (many, report) = try written(rules, "pihole")
        #expect(report.lines == many.count && many.count < 12)
        #expect(many.allSatisfy { $0.utf8.count <= 24_000 })
        #expect(many.reduce(0) { $0 + $1.split(separator: " ").count - 2 } == 10_000)
        let (_, options) = try written("|delete^\n|a.zz^\n", "pihole")
        #expect(options.omitted == ["name": 1])
    }

    /// AdGuard Home looks addresses in answers up as names, which other engines do not.
    @Test func aNameThatIsSpelledAsAnAddressIsWritten() throws {
        let (lines, report) = try written("||192.0.2.1^\n", "dnsmasq")
        #expect(lines == ["local=/192.0.2.1/", "address=/192.0.2.1/#"] && report.omitted == ["address": 1])
        #expect(report.diagnostics.contains { $0.text.contains("in answers; as a rule about a name") })
    }

    @Test func rulesOfTheSameEngineStandAsTheyAre() throws {
        let (lines, report) = try written(Self.adguard, "adguard")
        #expect(report.omitted.isEmpty && report.verbatim == 4)
        #expect(Set(lines) == Set(Self.adguard.split(separator: "\n").map(String.init)))
        let again = try readList(lines.joined(separator: "\n") + "\n", .adblock)
        for (name, client) in [
            ("x.ads.example", "192.0.2.1"), ("cl.example", "192.0.2.1"), ("rw.example", "192.0.2.1"),
        ] {
            let context = QueryContext(client: Client(address: IPAddress(client)))
            let first = try readList(Self.adguard, .adblock).verdict(name, context: context)
            #expect(try again.verdict(name, context: context).kind == first.kind)
        }
    }

    typealias Exemption = (rules: String, format: ListFormat, target: String, lines: [String])

    /// Rules that let pass what nothing blocks are written, too: other lists may block it.
    static let exemptions: [Exemption] = [
        (
            "local-zone: a.example always_transparent\n", .unbound, "unbound",
            ["server:", "local-zone: \"a.example.\" always_transparent"]
        ),
        (
            "local-zone: a.example transparent\n", .unbound, "rpz",
            ["a.example CNAME rpz-passthru.", "*.a.example CNAME rpz-passthru."]
        ),
        ("server=/a.example/#\n", .dnsmasq, "adguard", ["@@||a.example^"]),
        ("@@||a.example^\n", .adblock, "dnsmasq", ["server=/a.example/#"]),
        // Unbound has a zone of its own there, which another one opens; Blocky answers such names whatever its lists say.
        ("@@||a.test^\n", .adblock, "unbound", ["local-zone: \"a.test.\" always_transparent"]),
        ("@@|a.test^\n", .adblock, "unbound", ["local-zone: \"a.test.\" always_transparent"]),
        ("@@||a.test^\n", .adblock, "blocky", []),
    ]

    @Test(arguments: exemptions)
    func exemptionsAreWritten(row: Exemption) throws {
        let layer = try readList(row.rules, row.format).layer
        var text: [UInt8] = []
        let report = export(layer, try #require(ExportFormat.named(row.target)), allowing: false, &text)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(lines.suffix(row.lines.count) == row.lines[...])
        #expect(report.omitted == (row.target == "blocky" ? ["engine-own-name": 1] : [:]))
    }

    /// Records, answers and settings of dnsmasq stand for themselves where dnsmasq reads them again.
    @Test func statementsOfDnsmasqStandAsTheyAre() throws {
        let statements = """
            cname=al.example,h.example
            host-record=h.example,192.0.2.5 # at home
            bogus-nxdomain=198.51.100.66
            filter-AAAA
            stop-dns-rebind
            server=/r.example/192.0.2.53
            address=/*w.example/
            local-ttl=60
            domain=lan.example
            expand-hosts
            interface-name=i.example,lo
            log-queries
            """
        let lists = [
            ListInput(path: "conf", format: .dnsmasq, octets: Array(statements.utf8)),
            ListInput(path: "hosts", format: .hosts, octets: Array("192.0.2.7 nas\n".utf8)),
        ]
        let layer = try LayerLoader.load(lists, engine: .dnsmasq)
        var text: [UInt8] = []
        let format = try #require(ExportFormat.named("dnsmasq"))
        let report = export(layer.layer, format, allowing: false, &text)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(
            lines.dropFirst() == [
                "local-ttl=60", "domain=lan.example", "expand-hosts", "cname=al.example,h.example",
                "host-record=h.example,192.0.2.5", "server=/r.example/192.0.2.53", "host-record=nas,192.0.2.7",
                "host-record=nas.lan.example,192.0.2.7", "address=/*w.example/", "bogus-nxdomain=198.51.100.66",
                "filter-AAAA", "stop-dns-rebind",
            ]
        )
        // What is not evaluated is counted as that, and not left out once more.
        #expect(report.omitted.isEmpty)
        try Checker.of(format)?.check(text, "conf")
        let again = try readList(String(decoding: text, as: UTF8.self), .dnsmasq)
        for name in ["al.example", "h.example", "nas", "nas.lan.example", "x.r.example", "aw.example"] {
            for type in [RRType.a, .aaaa, .txt] {
                let (one, other) = (try layer.verdict(name, type), try again.verdict(name, type))
                #expect(one.kind == other.kind && one.answer?.records == other.answer?.records, "\(name) \(type)")
            }
        }
    }

    /// Records of a zone's own, which a policy zone cannot hold, cost nothing but themselves.
    @Test func zonesOfBINDBecomePolicies() throws {
        let path = Fixtures.folder("lists").appendingPathComponent("bind-zones/small.conf").path
        let layer = try LayerLoader.load([ListInput(path: path)]).layer
        var text: [UInt8] = []
        let format = try #require(ExportFormat.named("rpz"))
        let report = export(layer, format, allowing: false, &text)
        try Checker.of(format)?.check(text, "small.conf")
        #expect(String(decoding: text, as: UTF8.self).contains("*.ads.example 60 IN A 0.0.0.0\n"))
        #expect(report.omitted.isEmpty && !String(decoding: text, as: UTF8.self).contains("TYPE"))
    }

    /// Data in zones of Unbound that block everything else stay, and nothing more is blocked.
    @Test(arguments: ["static", "refuse", "deny"])
    func dataOfBlockingZonesStay(zone: String) throws {
        let rules = """
            local-zone: "z.example" \(zone)
            local-data: "x.z.example A 192.0.2.8"
            local-data: "z.example TXT t"
            local-data: "c.b.z.example 60 AAAA 2001:db8::8"
            local-data: "alias.z.example 90 CNAME elsewhere.example"
            local-zone: "e.example" \(zone)

            """
        let list = try readList(rules, .unbound)
        var text: [UInt8] = []
        let format = try #require(ExportFormat.named("unbound"))
        let report = export(list.layer, format, allowing: false, &text)
        #expect(report.omitted.isEmpty && report.changedAnswers == 0)
        try Checker.of(format)?.check(text, "zones")
        let again = try readList(String(decoding: text, as: UTF8.self), .unbound)
        for name in ["", "x.", "y.", "y.x.", "b.", "c.b.", "d.b.", "d.c.b.", "alias.", "x.alias."].map({
            $0 + "z.example"
        }) + ["e.example"] {
            for type in [RRType.a, .aaaa, .txt, .mx] {
                let (one, other) = (try list.verdict(name, type), try again.verdict(name, type))
                #expect(one.kind == other.kind && one.answer?.records == other.answer?.records, "\(name) \(type)")
            }
        }
    }

    /// dnsmasq 2.90 gives NODATA at names above a host, Unbound only in the host's own zone.
    @Test(
        arguments: [
            ("local-zone: a.b.z.zz transparent\n", 1), ("", 0),
            ("local-data: 'z.zz A 192.0.2.2'\nlocal-zone: b.z.zz static\nlocal-data: 'b.z.zz A 192.0.2.2'\n", 0),
        ]
    )
    func namesAboveHosts(zones: String, changed: Int) throws {
        let data = "local-data: 'a.b.z.zz A 192.0.2.1'\nlocal-data: 'a.b.z.zz TXT x'\n"
        let layer = try readList("local-zone: z.zz static\n" + zones + data, .unbound).layer
        var text: [UInt8] = []
        let report = export(layer, try #require(ExportFormat.named("dnsmasq")), allowing: false, &text)
        #expect(String(decoding: text, as: UTF8.self).contains("host-record=a.b.z.zz,192.0.2.1"))
        #expect(report.changedAnswers == changed)
    }
}

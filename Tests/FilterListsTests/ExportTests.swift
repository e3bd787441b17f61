import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// Rules written for another engine and read back: the same verdicts, or the rule that decides is reported as left out.
@Suite struct ExportTests {
    /// `PATCHWAY_SEED=N` repeats a run.
    static let seed =
        ProcessInfo.processInfo.environment["PATCHWAY_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
    static let sources: [Engine] = [
        .pihole, .adguardHome, .blocky, .technitium, .dnscryptProxy, .dnsmasq, .unbound, .bindRPZ, .unboundRPZ,
        .pdnsRPZ,
        .knotRPZ, .dnsdist,
    ]

    /// For modes that answer with addresses of the owner.
    private static let addresses = ["198.51.100.9", "2001:db8::9"].compactMap { IPAddress($0) }

    @Test(arguments: ExportFormat.all.map(\.id))
    func readBackTheVerdictsAreTheSame(id: String) throws {
        let format = try #require(ExportFormat.named(id))
        print("export \(id): seed \(Self.seed)")
        var tally = ExportTally()
        var round: UInt64 = 0
        while tally.names < 10_000 {
            for source in Self.sources {
                round += 1
                var lists = RandomLists(seed: Self.seed &+ round)
                let count = [3, 12, 40][Int(round % 3)]
                // A mode with addresses of its owner's would need some.
                let modes = source.profile.blockModes.map(\.name).filter {
                    !$0.contains("custom") && !$0.hasPrefix("ip")
                }
                let mode = modes[Int(round / 3) % modes.count]
                let layer = try LayerLoader.load(
                    lists.inputs(source, count),
                    engine: source,
                    blockMode: mode,
                    options: LayerOptions(blockAddresses: Self.addresses),
                    mayBeEmpty: true
                ).layer
                let reader = Self.readers(format)[Int(round) % Self.readers(format).count]
                let target = try ReadBack(layer, format, reader)
                for _ in 0..<60 {
                    guard let name = try? DomainName(lists.question()) else { continue }
                    tally.names += 1
                    tally.check(name, layer, target, format, "round \(round) \(source) \(mode)")
                }
            }
        }
        for failure in tally.failures.prefix(6) { Issue.record(Comment(rawValue: failure)) }
        print(
            "export \(id): \(tally.names) names, \(tally.compared) verdicts compared, \(tally.left) left out, \(tally.data) with data, \(tally.failures.count) wrong"
        )
        #expect(tally.failures.isEmpty)
        #expect(tally.blocked > 500 && tally.compared > tally.left)
    }

    /// A policy zone is written so that every server takes it alike.
    private static func readers(_ format: ExportFormat) -> [Engine] {
        format.id == "rpz" ? [.bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ] : [format.engine]
    }

    typealias Row = (id: String, engine: Engine, mode: String, rules: String, lines: [String])

    static let rows: [Row] = [
        (
            "rpz", .technitium, "NxDomain", "||a.example^\n@@||b.a.example^\n",
            [
                "a.example CNAME .", "*.a.example CNAME .", "b.a.example CNAME rpz-passthru.",
                "*.b.a.example CNAME rpz-passthru.",
            ]
        ),
        ("rpz", .pihole, "null", "a.example\n", ["a.example IN A 0.0.0.0", "a.example IN AAAA ::"]),
        (
            // A name that BIND takes no address at hides those below it from the wildcard above all the same.
            "rpz", .bindRPZ, "default",
            "$TTL 5\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n*.a.example A 192.0.2.5\n*.b._s.a.example CNAME .\n",
            [
                "*.a.example 5 IN A 192.0.2.5", "*.b._s.a.example CNAME .", "_s.a.example CNAME rpz-passthru.",
                "*._s.a.example CNAME rpz-passthru.",
            ]
        ),
        (
            // A star stands for the name asked for.
            "rpz", .bindRPZ, "default",
            "$TTL 5\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\na.example CNAME *.g.example.\n*.b.example CNAME *.g.example.\n",
            ["a.example 5 IN CNAME *.g.example.", "*.b.example 5 IN CNAME *.g.example."]
        ),
        ("unbound", .technitium, "NxDomain", "a.example\n", ["local-zone: \"a.example.\" always_nxdomain"]),
        (
            "unbound", .pihole, "null", "a.example\n||b.example^\n",
            [
                "local-zone: \"a.example.\" transparent", "local-data: \"a.example. IN A 0.0.0.0\"",
                "local-data: \"a.example. IN AAAA ::\"", "local-zone: \"b.example.\" always_null",
            ]
        ),
        ("dnsmasq", .pihole, "nxdomain", "a.example\n", ["local=/a.example/", "server=/*.a.example/#"]),
        // The pointer records that hosts imply are left aside.
        (
            "dnsmasq", .coreDNS, "default", "192.0.2.1 a.example\n",
            ["local=/a.example/", "address=/a.example/192.0.2.1", "server=/*.a.example/#"]
        ),
        ("dnsmasq", .pihole, "null", "||a.example^\n", ["local=/a.example/", "address=/a.example/#"]),
        (
            "adguard", .adguardHome, "default", "||a.example^$important\n/ads/\n||c.example^$dnstype=A\n",
            ["||a.example^$important", "||c.example^$dnstype=A", "/ads/"]
        ),
        (
            "adguard", .adguardHome, "default", "192.0.2.7 a.example\n0.0.0.0 a.example\na.example\n",
            ["192.0.2.7 a.example", "0.0.0.0 a.example", "a.example"]
        ),
        ("adguard", .dnsmasq, "default", "address=/a.example/0.0.0.0\n", ["||a.example^$dnstype=A"]),
        (
            "adguard", .unbound, "default",
            "local-zone: a.example always_nxdomain\nlocal-zone: b.a.example transparent\n"
                + "local-zone: c.b.a.example refuse\n",
            ["||a.example^", "@@||b.a.example^", "||c.b.a.example^$important"]
        ),
        (
            "pihole", .adguardHome, "default", "||a.example^\n|b.example^\n",
            ["pihole --regex '(\\.|^)a\\.example$'", "pihole deny b.example"]
        ),
        // Of two addresses of one name one leads somewhere: that is no block.
        (
            "pihole", .adguardHome, "default", "0.0.0.0 a.example\n192.0.2.7 a.example\n0.0.0.0 b.example\n",
            ["pihole deny b.example"]
        ),
        ("pihole", .pihole, "null", "a.example\n", ["pihole deny a.example"]),
        ("blocky", .adguardHome, "default", "||a.example^\n@@|b.example^\n", ["*.a.example"]),
        (
            "dnscrypt", .adguardHome, "default", "|a.example^\n*.b.example^\n", ["=a.example", "?*.b.example"]
        ),
        (
            "hosts", .adguardHome, "default", "|a.example^\n||b.example^\n|c.example^\n@@|c.example^\n",
            ["0.0.0.0 a.example"]
        ),
        ("domains", .blocky, "zeroIP", "a.example\n", ["a.example"]),
    ]

    @Test(arguments: rows)
    func writesWhatTheVendorReads(row: Row) throws {
        let format = try #require(ListFormat.named(row.engine.profile.formats[0]))
        let layer = try readList(row.rules, format, row.engine, blockMode: row.mode).layer
        var text: [UInt8] = []
        _ = export(layer, try #require(ExportFormat.named(row.id)), allowing: false, &text)
        let written = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(written.suffix(row.lines.count) == row.lines[...], "\(written)")
    }

    /// A source of which a target cannot say everything: what is written, and what is left out by reason.
    struct Omitting: CustomTestStringConvertible, Sendable {
        var format: ListFormat
        var rules: String
        var target: String
        var lines: [String]
        var omitted: [String: Int]
        var testDescription: String { "\(format.id) \(target)" }
    }

    private static let forwarding = "a.example 192.0.2.1\nb.example 192.0.2.2,192.0.2.3\n"
    private static let pools = """
        addAction("a.example.", PoolAction("inner"))
        addAction("b.a.example.", RCodeAction(DNSRCode.NXDOMAIN))
        addAction("c.example.", RCodeAction(DNSRCode.REFUSED))

        """
    private static let knot = """
        policy.add(policy.suffix(policy.PASS, {todname('b.a.example')}))
        policy.add(policy.suffix(policy.DENY, {todname('a.example')}))
        policy.add(policy.suffix(policy.REFUSE, {todname('c.example')}))
        policy.add(policy.pattern(policy.DENY, '%d%d'))
        policy.add(policy.suffix(policy.STUB('192.0.2.53'), {todname('d.example')}))

        """
    private static let pac = """
        function FindProxyForURL(url, host) {
          if (dnsDomainIs(host, ".a.example")) return "DIRECT";
          return "PROXY 192.0.2.1:8080";
        }

        """
    private static let squid = ".a.example\nb.example\n"
    /// More types than a mask of 64 has room for.
    private static let manyTypes =
        (0..<70).map {
            "addAction(AndRule{makeRule('a.example'), QTypeRule(\(1000 + $0))}, RCodeAction(DNSRCode.NXDOMAIN))\n"
        }
        .joined() + "addAction('b.example', RCodeAction(DNSRCode.NXDOMAIN))\n"

    static let omissions: [Omitting] = [
        // Where names are sent stands beside what is blocked; the files do not beat each other class by class.
        Omitting(format: .forwarding, rules: forwarding, target: "dnsmasq", lines: [], omitted: ["not-evaluated": 2]),
        Omitting(format: .forwarding, rules: forwarding, target: "rpz", lines: [], omitted: ["not-evaluated": 2]),
        Omitting(format: .forwarding, rules: forwarding, target: "adguard", lines: [], omitted: ["route": 2]),
        // The pool takes what lies below it, too: the rule behind it never decides.
        Omitting(
            format: .dnsdist,
            rules: pools,
            target: "unbound",
            lines: ["local-zone: \"c.example.\" always_refuse"],
            omitted: ["route": 1]
        ),
        Omitting(format: .dnsdist, rules: pools, target: "dnsmasq", lines: [], omitted: ["route": 1, "answer": 1]),
        Omitting(format: .dnsdist, rules: pools, target: "hosts", lines: [], omitted: ["route": 1, "subtree": 1]),
        Omitting(
            format: .knotPolicy,
            rules: knot,
            target: "unbound",
            lines: [
                "local-zone: \"b.a.example.\" always_transparent", "local-zone: \"a.example.\" always_nxdomain",
                "local-zone: \"c.example.\" always_refuse",
            ],
            omitted: ["pattern": 1, "route": 1]
        ),
        Omitting(
            format: .knotPolicy,
            rules: knot,
            target: "dnsmasq",
            lines: ["server=/b.a.example/#", "local=/a.example/"],
            omitted: ["pattern": 1, "route": 1, "answer": 1]
        ),
        Omitting(
            format: .knotPolicy,
            rules: knot,
            target: "adguard",
            lines: ["@@||b.a.example^", "||a.example^", "||c.example^"],
            omitted: ["pattern": 1, "route": 1]
        ),
        Omitting(
            format: .proxyAutoConfig,
            rules: pac,
            target: "domains",
            lines: [],
            omitted: ["pattern": 1, "route": 1]
        ),
        Omitting(
            format: .proxyAutoConfig,
            rules: pac,
            target: "rpz",
            lines: [],
            omitted: ["name": 1, "pattern": 1]
        ),
        Omitting(
            format: .squid,
            rules: squid,
            target: "rpz",
            lines: ["a.example CNAME .", "*.a.example CNAME .", "b.example CNAME ."],
            omitted: [:]
        ),
        Omitting(
            format: .squid,
            rules: squid,
            target: "hosts",
            lines: ["0.0.0.0 b.example"],
            omitted: ["subtree": 1]
        ),
        Omitting(
            format: .dnsdist,
            rules: manyTypes,
            target: "adguard",
            lines: [],
            omitted: ["types": 71]
        ),
        Omitting(
            format: .dnsdist,
            rules: manyTypes,
            target: "unbound",
            lines: ["local-zone: \"b.example.\" always_nxdomain"],
            omitted: ["types": 70]
        ),
    ]

    @Test(arguments: omissions)
    func whatATargetCannotSayIsLeftOut(row: Omitting) throws {
        let layer = try readList(row.rules, row.format).layer
        var text: [UInt8] = []
        let report = export(layer, try #require(ExportFormat.named(row.target)), allowing: false, &text)
        let written = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(report.omitted == row.omitted)
        #expect(written.suffix(report.lines) == row.lines[...], "\(written)")
    }

    @Test func whatIsLeftOutIsNamedWithItsLine() throws {
        let layer = try readList("||a.example^\n@@|b.example^\n/ads/\n|c.example^\n", .adblock).layer
        var text: [UInt8] = []
        let report = export(layer, try #require(ExportFormat.named("hosts")), allowing: false, &text)
        #expect(report.omitted == ["allow": 1, "regex": 1, "subtree": 1])
        #expect(report.diagnostics.compactMap(\.line).sorted() == [1, 2, 3])
        #expect(report.rules == 4 && report.lines == 1)
    }
}

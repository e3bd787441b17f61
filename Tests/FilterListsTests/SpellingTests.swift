import DNS
import FilterLists
import Policy
import Suites
import Testing

/// How a rule spells its name: engines fold case and take the root dot, or do not, and each is held to its own habit.
@Suite struct SpellingTests {
    /// What becomes of a rule that spells its name otherwise.
    enum Habit: Sendable {
        /// It is about the same names.
        case same
        /// It blocks nothing.
        case nothing
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var engine: Engine
        var format: ListFormat
        /// A rule that blocks `ads.example` and not `other.example`, with `@` for the name.
        var rule: String
        var capitals = Habit.same
        var rootDot = Habit.same
        var testDescription: String { "\(engine.rawValue) \(rule)" }
    }

    static let rows: [Row] = [
        Row(engine: .pihole, format: .hosts, rule: "0.0.0.0 @"),
        Row(engine: .pihole, format: .domains, rule: "@"),
        Row(engine: .pihole, format: .adblock, rule: "||@^", rootDot: .nothing),
        Row(engine: .technitium, format: .hosts, rule: "0.0.0.0 @"),
        Row(engine: .technitium, format: .domains, rule: "@"),
        Row(engine: .technitium, format: .adblock, rule: "||@^"),
        // AdGuard Home compares what stands in a hosts rule as it is.
        Row(engine: .adguardHome, format: .hosts, rule: "0.0.0.0 @", capitals: .nothing, rootDot: .nothing),
        Row(engine: .adguardHome, format: .adblock, rule: "||@^", rootDot: .nothing),
        Row(engine: .adguardHome, format: .adblock, rule: "|@^$dnstype=A", rootDot: .nothing),
        // Blocky keeps the dot and looks names up without one; of wildcards it cuts it off.
        Row(engine: .blocky, format: .hosts, rule: "0.0.0.0 @", rootDot: .nothing),
        Row(engine: .blocky, format: .domains, rule: "@", rootDot: .nothing),
        Row(engine: .blocky, format: .wildcard, rule: "*.@"),
        Row(engine: .dnscryptProxy, format: .dnscrypt, rule: "@", rootDot: .nothing),
        Row(engine: .dnscryptProxy, format: .dnscrypt, rule: "=@", rootDot: .nothing),
        Row(engine: .dnscryptProxy, format: .cloaking, rule: "@ 0.0.0.0", rootDot: .nothing),
        Row(engine: .dnsmasq, format: .dnsmasq, rule: "address=/@/"),
        Row(engine: .dnsmasq, format: .dnsmasq, rule: "local=/@/"),
        Row(engine: .dnsmasq, format: .dnsmasq, rule: "host-record=@,0.0.0.0"),
        Row(engine: .dnsmasq, format: .hosts, rule: "0.0.0.0 @"),
        Row(engine: .unbound, format: .unbound, rule: "local-zone: \"@\" always_nxdomain"),
        Row(engine: .unbound, format: .unbound, rule: "local-data: \"@ A 0.0.0.0\""),
        // The dot makes the owner absolute, and so one outside the zone.
        Row(engine: .bindRPZ, format: .rpz, rule: "@ CNAME .", rootDot: .nothing),
        Row(engine: .unboundRPZ, format: .rpz, rule: "@ CNAME .", rootDot: .nothing),
        Row(engine: .pdnsRPZ, format: .rpz, rule: "@ CNAME .", rootDot: .nothing),
        Row(engine: .knotRPZ, format: .rpz, rule: "@ CNAME .", rootDot: .nothing),
        Row(engine: .dnsdist, format: .dnsdist, rule: "addAction('@', RCodeAction(DNSRCode.NXDOMAIN))"),
        Row(engine: .dnsdist, format: .dnsdist, rule: "addAction(QNameRule('@'), DropAction())"),
        Row(
            engine: .knotPolicy,
            format: .knotPolicy,
            rule: "policy.add(policy.suffix(policy.DENY, {todname('@')}))"
        ),
        // Compared with squid 5.7: no host has a dot at its end.
        Row(engine: .squid, format: .squid, rule: ".@", rootDot: .nothing),
        Row(engine: .squidGuard, format: .domains, rule: "@", rootDot: .nothing),
        Row(engine: .coreDNS, format: .hosts, rule: "0.0.0.0 @"),
        Row(engine: .hostsFile, format: .hosts, rule: "0.0.0.0 @", rootDot: .nothing),
        Row(engine: .opnsense, format: .domains, rule: "@", rootDot: .nothing),
    ]

    private static let questions = ["ads.example", "x.ads.example", "xads.example", "other.example", "example"]

    private func kinds(_ row: Row, _ name: String, asked spell: (String) -> String = { $0 }) throws -> [VerdictKind] {
        let head = row.format == .rpz ? "$ORIGIN p.rpz.\n@ 60 SOA a. b. 1 1 1 1 1\n@ 60 NS a.\n" : ""
        let text = head + row.rule.replacing("@", with: name) + "\n"
        let layer = try readList(text, row.format, row.engine).layer
        return try Self.questions.map { layer.decide(NameBuffer(try DomainName(spell($0))), type: .a).kind }
    }

    @Test(arguments: rows)
    func everySpellingIsReadAsTheEngineDoes(row: Row) throws {
        let plain = try kinds(row, "ads.example")
        let nothing = plain.map { _ in VerdictKind.pass }
        try #require(plain != nothing && plain[3] == .pass, "\(plain)")
        #expect(try kinds(row, "Ads.EXAMPLE") == (row.capitals == .same ? plain : nothing))
        // Unbound and PowerDNS take no zone with data outside of it.
        let dotted =
            [.unboundRPZ, .pdnsRPZ].contains(row.engine) ? plain.map { _ in VerdictKind.unsupported } : nothing
        #expect(try kinds(row, "ads.example.") == (row.rootDot == .same ? plain : dotted))
        #expect(try kinds(row, "ads.example", asked: { $0.uppercased() + "." }) == plain)
    }
}

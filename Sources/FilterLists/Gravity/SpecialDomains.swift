import DNS
import Policy

/// The names that an engine answers by itself: of FTL as long as its owner does not allow them (`special_domain`, all of
/// them on by default). They are rules of a list of their own, so that a verdict can name them.
enum SpecialDomains {
    /// Adds the one that dnscrypt-proxy answers, with everything below it (`plugin_firefox.go`).
    static func addOfDNSCrypt(to builder: inout LayerBuilder) {
        let text = "use-application-dns.net\n"
        let list = ListSource(
            path: "built-in names of dnscrypt-proxy",
            format: "domains",
            isOfEngine: true,
            octets: Array(text.utf8)
        )
        builder.beginList(list)
        guard let name = try? DomainName(String(text.dropLast())) else { return }
        builder.add(
            .subtree,
            name: name,
            class: .special,
            action: builder.intern(.nxdomain),
            coverage: builder.intern(TypeCoverage(only: [.a, .aaaa])),
            at: RulePosition(line: 1, offset: 0, length: text.utf8.count - 1)
        )
        builder.noteOwnRules(1)
    }

    /// Adds those that AdGuard Home answers before it looks at any rule (`processInitial` and `processDDRQuery`): each name alone,
    /// spelled in small letters. What it says of its own encrypted servers to SVCB is up to its configuration.
    static func addOfAdGuard(to builder: inout LayerBuilder) {
        let svcb = RRType(rawValue: 64)
        let rules: [BuiltInNames.Rule] = [
            ("use-application-dns.net", .nxdomain, TypeCoverage(only: [.a, .aaaa])),
            ("healthcheck.adguardhome.test", .nodata, .all),
            ("_dns.resolver.arpa", .nodata, TypeCoverage(except: [svcb])),
            ("_dns.resolver.arpa", .unsupported, TypeCoverage(only: [svcb])),
        ]
        BuiltInNames.add(rules, .exact, as: "built-in names of AdGuard Home", to: &builder)
    }

    /// Adds the rules to a layer of Pi-hole.
    static func add(to builder: inout LayerBuilder) {
        let text = "use-application-dns.net\nmask.icloud.com\nmask-h2.icloud.com\n*resolver.arpa\n"
        builder.beginList(
            ListSource(
                path: "special domains of Pi-hole FTL",
                format: "domains",
                isOfEngine: true,
                octets: Array(text.utf8)
            )
        )
        let nxdomain = builder.intern(.nxdomain)
        let addresses = builder.intern(TypeCoverage(only: [.a, .aaaa]))
        let before = builder.ruleCount
        defer { builder.noteOwnRules(builder.ruleCount - before) }
        var line = 0
        var offset = 0
        for name in text.split(separator: "\n") {
            line += 1
            let position = RulePosition(line: line, offset: offset, length: name.utf8.count)
            offset += name.utf8.count + 1
            if name.hasPrefix("*") {
                // Compared as text, so "xresolver.arpa" is one too, and the name itself is none.
                let tokens = [.one, .any] + name.utf8.dropFirst().map { TextPattern.Token.octet($0) }
                builder.add(
                    pattern: TextPattern(start: .beginning, tokens: tokens, endsAtEnd: true),
                    class: .special,
                    action: builder.intern(.nodata),
                    at: position
                )
            } else if let name = try? DomainName(String(name)) {
                let coverage = line == 1 ? addresses : .all
                builder.add(.exact, name: name, class: .special, action: nxdomain, coverage: coverage, at: position)
            }
        }
    }
}

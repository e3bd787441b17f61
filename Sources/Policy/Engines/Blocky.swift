extension EngineProfile {
    /// Blocky: allow beats deny; names, addresses and CNAME targets are looked at.
    /// Sources: blocky `docs/configuration.md`, `resolver/blocking_resolver.go`, `string_caches.go`.
    static let blocky = EngineProfile(
        engine: .blocky,
        basis: "Blocky, from its sources and documentation",
        formats: ["wildcard", "domains", "hosts", "adblock"],
        precedence: [.listAllow, .block],
        order: .classFirst,
        plainName: .exact,
        starName: .subtree,
        hosts: .blocks(.exact),
        chain: .everyAlias,
        blockModes: [
            ("zeroIP", BlockAnswer(a: .address, aaaa: .address, other: .nxdomain, ttl: 21600)),
            ("nxDomain", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 21600)),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 21600,
        setsAuthoritative: false
    )
}

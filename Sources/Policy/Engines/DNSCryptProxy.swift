extension EngineProfile {
    /// dnscrypt-proxy: allowed names run first; `x`, `*.x` and `.x` all mean x and below; aliases are looked at.
    /// Sources: dnscrypt-proxy `pattern_matcher.go`, `plugin_block_name.go`, `dnsutils.go`.
    static let dnscryptProxy = EngineProfile(
        engine: .dnscryptProxy,
        basis: "dnscrypt-proxy 2, from its sources",
        formats: ["dnscrypt", "domains", "wildcard"],
        precedence: [.ownAllow, .listAllow, .block],
        order: .classFirst,
        plainName: .subtree,
        starName: .subtree,
        hosts: .unread,
        chain: .everyAlias,
        blockModes: [
            ("hinfo", BlockAnswer(a: .hinfo, aaaa: .hinfo, other: .hinfo, ttl: 1)),
            ("refused", BlockAnswer(a: .refused, aaaa: .refused, other: .refused, ttl: 1)),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 1,
        setsAuthoritative: false
    )
}

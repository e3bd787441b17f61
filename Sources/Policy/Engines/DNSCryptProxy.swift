extension EngineProfile {
    /// dnscrypt-proxy: allowed names run first, then blocked names, cloaking and forwarding rules; `x`, `*.x` and `.x` all
    /// mean x and below; aliases are looked at. TTLs are those of a configuration that does not set them.
    /// Sources: dnscrypt-proxy `plugins.go`, `pattern_matcher.go`, `plugin_{allow,block}_name.go`,
    /// `plugin_{cloak,forward,firefox}.go`, `plugin_{allow,block}_ip.go`, `common.go`, `time_ranges.go`, `dnsutils.go`, `config.go`.
    static let dnscryptProxy = EngineProfile(
        engine: .dnscryptProxy,
        basis: "dnscrypt-proxy 2, from its sources",
        formats: [
            "dnscrypt", "domains", "wildcard", "dnscrypt-cloaking", "dnscrypt-forwarding", "dnscrypt-captive",
            "dnscrypt-ips", "addresses",
        ],
        precedence: [.special, .ownAllow, .listAllow, .block, .data, .open],
        order: .classFirst,
        plainName: .subtree,
        starName: .subtree,
        hosts: .unread,
        chain: .everyAlias,
        blockModes: [
            ("hinfo", BlockAnswer(a: .hinfo, aaaa: .hinfo, other: .hinfo, ttl: 600)),
            ("refused", BlockAnswer(a: .refused, aaaa: .refused, other: .refused, ttl: 600)),
            ("ip", BlockAnswer(a: .address, aaaa: .address, other: .hinfo, ttl: 600, isCustom: true)),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 600,
        setsAuthoritative: false,
        answerStyle: AnswerStyle(answersNameAskedFor: true)
    )

    /// How many aliases of an answer are looked at (`aliasesLimit` of `plugin_block_name.go`).
    var aliasLimit: Int { engine == .dnscryptProxy ? 8 : .max }
}

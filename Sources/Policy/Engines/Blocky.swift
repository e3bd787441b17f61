extension EngineProfile {
    /// Blocky: allow beats deny, whatever the group; names, addresses and CNAME targets are looked at. A client of a group
    /// that only allows gets everything else blocked. Lists that are not at hand stand behind those that are (`ruleAllow`,
    /// `implied`).
    /// Sources: blocky `resolver/blocking_resolver.go`, `lists/list_cache.go`, `lists/parsers/`, `cache/stringcache/`,
    /// `config/`, `server/server.go`, `resolver/{custom_dns,conditional_upstream,filtering,fqdn_only,hosts_file,sudn}_resolver.go`, `util/common.go`.
    static let blocky = EngineProfile(
        engine: .blocky,
        basis: "Blocky of 2026, from its sources",
        formats: ["wildcard", "domains", "hosts", "adblock", "addresses"],
        precedence: [
            .special, .data, .hosts, .listAllow, .ruleAllow, .importantBlock, .block, .implied, .open, .builtIn,
        ],
        order: .classFirst,
        plainName: .exact,
        starName: .subtree,
        hosts: .blocks(.exact),
        chain: .everyAlias,
        blockModes: [
            ("zeroIP", BlockAnswer(a: .address, aaaa: .address, other: .nxdomain, ttl: 21_600)),
            ("nxDomain", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 21_600)),
            (
                "custom",
                BlockAnswer(
                    a: .address,
                    aaaa: .address,
                    other: .nxdomain,
                    ttl: 21_600,
                    isCustom: true,
                    needsBothFamilies: false
                )
            ),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 21_600,
        setsAuthoritative: false,
        readsAddressesAsNames: true,
        answerStyle: AnswerStyle(authority: .ofBlockedName, answersNameAskedFor: true)
    )
}

/// How Blocky loads lists where its configuration does not say otherwise.
public enum BlockyLoading {
    /// `maxErrorsPerSource` (`config/config.go`, `SourceLoadingConfig`).
    public static let maximumErrors = 5
}

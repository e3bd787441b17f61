extension EngineProfile {
    /// AdGuard Home: allow lists, then `@@…$important`, `$important`, `@@`, blocking rules, and hosts lines last.
    /// Before them come names that it answers itself, its rewrites table and, behind the allow lists, `$dnsrewrite`.
    /// Sources: urlfilter `rules/`, `dns{engine,rewrite}.go`; AdGuardHome `internal/dnsforward/{process,filter,msg}.go`,
    /// `internal/filtering/`.
    static let adguardHome = EngineProfile(
        engine: .adguardHome,
        basis: "AdGuard Home 0.107 with urlfilter, from their sources",
        formats: ["adblock", "hosts", "domains", "wildcard", "adguard-rewrites", "addresses"],
        precedence: [
            .builtIn, .ownRewrite, .listAllow, .rewrite, .importantAllow, .importantBlock, .ruleAllow, .block, .hosts,
        ],
        order: .classFirst,
        plainName: .exact,
        starName: nil,
        hosts: .blocks(.exact),
        chain: .everyAliasAsCNAME,
        blockModes: [
            ("default", BlockAnswer(a: .address, aaaa: .address, other: .nodata, ttl: 10)),
            ("null_ip", BlockAnswer(a: .address, aaaa: .address, other: .nodata, ttl: 10)),
            ("nxdomain", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, https: .nxdomain, other: .nodata, ttl: 10)),
            ("refused", BlockAnswer(a: .refused, aaaa: .refused, https: .refused, other: .nodata, ttl: 10)),
            ("custom_ip", BlockAnswer(a: .address, aaaa: .address, other: .nodata, ttl: 10, isCustom: true)),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 10,
        setsAuthoritative: false,
        readsAddressesAsNames: true,
        answerStyle: AnswerStyle(authority: .ofBlockedName, anyQuery: .unknown, answersNameAskedFor: true)
    )
}

extension EngineProfile {
    /// AdGuard Home: allow lists, then `@@…$important`, `$important`, `@@`, blocking rules, and hosts lines last.
    /// Sources: urlfilter `rules/`, `dnsengine.go`; AdGuardHome `internal/dnsforward/{filter,msg}.go`.
    static let adguardHome = EngineProfile(
        engine: .adguardHome,
        basis: "AdGuard Home 0.107 with urlfilter, from their sources",
        formats: ["adblock", "hosts", "domains", "wildcard"],
        precedence: [.listAllow, .importantAllow, .importantBlock, .ruleAllow, .block, .hosts],
        order: .classFirst,
        plainName: .exact,
        starName: nil,
        hosts: .blocks(.exact),
        chain: .everyAliasAsCNAME,
        blockModes: [
            ("default", BlockAnswer(a: .address, aaaa: .address, other: .nodata, ttl: 10)),
            ("null_ip", BlockAnswer(a: .address, aaaa: .address, other: .nodata, ttl: 10)),
            ("nxdomain", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nodata, ttl: 10)),
            ("refused", BlockAnswer(a: .refused, aaaa: .refused, other: .nodata, ttl: 10)),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 10,
        setsAuthoritative: false
    )
}

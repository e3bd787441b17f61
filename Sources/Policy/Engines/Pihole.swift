extension EngineProfile {
    /// Pi-hole FTL: own allow names, allow expressions, special domains, own deny names, antigravity, gravity, deny
    /// expressions; CNAME targets run the same checks unless the name was allowed.
    /// Sources: FTL `src/dnsmasq_interface.c`, `src/regex.c`, `src/database/gravity-db.c`, `src/config/config.c`, docs
    /// `ftldns/blockingmode.md`.
    static let pihole = EngineProfile(
        engine: .pihole,
        basis: "Pi-hole FTL 6.4, from its sources and documentation",
        formats: ["domains", "hosts", "adblock", "regex", "gravity-db"],
        precedence: [.ownAllow, .ownAllowRegex, .special, .ownBlock, .listAllow, .block, .ownBlockRegex],
        order: .classFirst,
        plainName: .exact,
        starName: nil,
        hosts: .blocks(.exact),
        chain: .everyAlias,
        blockModes: [
            ("null", BlockAnswer(a: .address, aaaa: .address, any: .address, other: .nodata, ttl: 2)),
            ("nxdomain", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 2)),
            (
                "ip",
                BlockAnswer(a: .address, aaaa: .address, any: .address, other: .nodata, ttl: 2, isCustom: true)
            ),
            ("ip_nodata_aaaa", BlockAnswer(a: .address, aaaa: .nodata, other: .nodata, ttl: 2, isCustom: true)),
            ("nodata", BlockAnswer(a: .nodata, aaaa: .nodata, other: .nodata, ttl: 2)),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 2,
        setsAuthoritative: true,
        answerStyle: AnswerStyle(
            answersNameAskedFor: true,
            withoutAuthority: [.nxdomain, .nodata, .refused]
        )
    )
}

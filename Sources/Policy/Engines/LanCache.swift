extension EngineProfile {
    /// The DNS server of LanCache: names of content servers lead to the cache instead (a policy zone in BIND), so they are
    /// neither blocked nor let pass; `*.x` leaves x out. Sources: lancachenet/lancache-dns, uklans/cache-domains; the
    /// policy zone is BIND's, which was compared.
    static let lanCache = EngineProfile(
        engine: .lanCache,
        basis: "lancache-dns, from its scripts; no cache was run",
        formats: ["wildcard", "domains"],
        precedence: [.data],
        order: .policyZone(.closestEncloser),
        plainName: .exact,
        starName: .below,
        hosts: .unread,
        chain: .everyAlias,
        blockModes: [("default", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 5))],
        dataHidesOtherTypes: true,
        dataTTL: 5,
        setsAuthoritative: false,
        // The address of the cache stands in its environment, which lists do not tell.
        answerStyle: AnswerStyle(followsOwnAliases: false)
    )
}

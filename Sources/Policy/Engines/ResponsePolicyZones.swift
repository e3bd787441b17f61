extension EngineProfile {
    /// BIND 9.18 response-policy.
    static let bindRPZ = rpz(.bindRPZ, "BIND 9.18", .closestEncloser, chain: .everyAlias, authoritative: false)
    /// Unbound 1.17 rpz: aliases are only checked while the chain is not in the cache.
    static let unboundRPZ = rpz(
        .unboundRPZ,
        "Unbound 1.17.1",
        .canonicalPredecessor,
        chain: .untilCached,
        authoritative: true
    )
    /// PowerDNS Recursor 4.8 rpzFile.
    static let pdnsRPZ = rpz(
        .pdnsRPZ,
        "PowerDNS Recursor 4.8",
        .nearestAncestor,
        chain: .everyAlias,
        authoritative: false
    )
    /// Knot Resolver 5.6 policy.rpz: query names only.
    static let knotRPZ = rpz(.knotRPZ, "Knot Resolver 5.6", .nearestAncestor, chain: .never, authoritative: true)

    private static func rpz(
        _ engine: Engine,
        _ version: String,
        _ wildcard: WildcardRule,
        chain: ChainInspection,
        authoritative: Bool
    ) -> EngineProfile {
        EngineProfile(
            engine: engine,
            basis: version + ", compared with the running engine",
            formats: ["rpz"],
            precedence: [.data],
            order: .policyZone(wildcard),
            plainName: nil,
            starName: nil,
            hosts: .unread,
            chain: chain,
            blockModes: [("default", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 5))],
            dataHidesOtherTypes: true,
            dataTTL: 5,
            setsAuthoritative: authoritative
        )
    }
}

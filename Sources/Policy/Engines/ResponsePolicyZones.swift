import DNS

extension EngineProfile {
    /// BIND 9.18 response-policy. Queries without RD get what its cache holds, whatever the zones say, unless `recursive-only no`
    /// makes them like others; `qname-wait-recurse` changes nothing about that.
    static let bindRPZ = rpz(
        .bindRPZ,
        "BIND 9.18",
        .closestEncloser,
        chain: .everyAlias,
        authoritative: false,
        triggers: .zoneByZone,
        style: AnswerStyle(
            authority: .ofZone,
            chasesAny: false,
            sharedTTL: .last,
            limit: "from the start of the server until its policy zones are in force the real answer is given"
        )
    )
    /// Unbound 1.17 rpz: aliases are only checked while the chain is not in the cache.
    static let unboundRPZ = rpz(
        .unboundRPZ,
        "Unbound 1.17.1",
        .canonicalPredecessor,
        chain: .untilCached,
        authoritative: true,
        style: AnswerStyle(
            authority: .ofZoneForAliasNoData,
            anyQuery: .hides,
            chasesAny: false,
            targetPolicy: .answer,
            filledStarTTL: 0
        )
    )
    /// PowerDNS Recursor 4.8 rpzFile.
    static let pdnsRPZ = rpz(
        .pdnsRPZ,
        "PowerDNS Recursor 4.8",
        .nearestAncestor,
        chain: .everyAlias,
        authoritative: false,
        triggers: .clientFirst,
        style: AnswerStyle(keepsAliases: false, keepsAliasInFailure: true, sharedTTL: .first)
    )
    /// Knot Resolver 5.6 policy.rpz: query names only.
    static let knotRPZ = rpz(
        .knotRPZ,
        "Knot Resolver 5.6",
        .nearestAncestor,
        chain: .never,
        authoritative: true,
        style: AnswerStyle(
            authority: .ofQueryName,
            anyQuery: .fails,
            withoutAuthority: [.servfail],
            sharedTTL: .shortest,
            errors: knotErrors
        )
    )

    /// The texts are tags of the places in its source.
    static let knotErrors: [VerdictKind: ExtendedError] = [
        .nxdomain: ExtendedError(code: .blocked, text: Array("CR36".utf8)),
        .nodata: ExtendedError(code: .forged, text: Array("5DO5".utf8)),
        .sinkhole: ExtendedError(code: .forged, text: Array("5DO5".utf8)),
        .redirect: ExtendedError(code: .forged, text: Array("5DO5".utf8)),
        .servfail: ExtendedError(code: .prohibited, text: Array("U5KL".utf8)),
    ]

    private static func rpz(
        _ engine: Engine,
        _ version: String,
        _ wildcard: WildcardRule,
        chain: ChainInspection,
        authoritative: Bool,
        triggers: TriggerOrder = .answerLast,
        style: AnswerStyle
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
            setsAuthoritative: authoritative,
            triggerOrder: triggers,
            answerStyle: style
        )
    }
}

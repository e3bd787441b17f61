extension EngineProfile {
    /// Filters that look at connections, not at queries: a name that is blocked resolves and is then not connected to,
    /// which a verdict calls `drop`.
    static func connections(
        _ engine: Engine,
        _ basis: String,
        formats: [String],
        precedence: [RuleClass] = [.listAllow, .ruleAllow, .block],
        plainName: Scope? = nil,
        starName: Scope? = nil
    ) -> EngineProfile {
        EngineProfile(
            engine: engine,
            basis: basis + "; it filters connections, so drop means that no connection is made; nothing was run",
            formats: formats,
            precedence: precedence,
            order: .classFirst,
            plainName: plainName,
            starName: starName,
            hosts: .unread,
            chain: .never,
            blockModes: [("default", BlockAnswer(a: .drop, aaaa: .drop, other: .drop, ttl: 0))],
            dataHidesOtherTypes: true,
            dataTTL: 0,
            setsAuthoritative: false
        )
    }

    /// V2Ray and its relatives: domain lists (geosite) that a rule blocks.
    /// Sources: v2fly/domain-list-community `main.go`, its README.
    static let v2ray = connections(.v2ray, "V2Ray domain lists, from the list compiler's source", formats: ["v2fly"])

    /// Proxifier: target hosts of a rule that blocks. Source: Proxifier's documentation, "Proxification Rules".
    static let proxifier = connections(.proxifier, "Proxifier, from its documentation", formats: ["proxifier"])

    /// Little Snitch: `.lsrules` rule groups. Source: developer.obdev.at, "The .lsrules file format".
    static let littleSnitch = connections(.littleSnitch, "Little Snitch, from its documentation", formats: ["lsrules"])
}

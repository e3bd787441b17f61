extension EngineProfile {
    /// squid `dstdomain` and `dstdom_regex`: `.x` is x and everything below, `x` is x alone, the last dot of a host is cut.
    /// It is a proxy: what is denied here gets HTTP status 403, and DNS is not touched; "refused" stands for that.
    static let squid = EngineProfile(
        engine: .squid,
        basis: "squid 5.7, compared with the running proxy",
        formats: ["squid", "domains", "regex", "squid-conf"],
        precedence: [.listAllow, .block, .implied],
        order: .firstMatch,
        plainName: .exact,
        starName: nil,
        hosts: .unread,
        chain: .never,
        blockModes: [("default", BlockAnswer(a: .refused, aaaa: .refused, other: .refused, ttl: 0))],
        dataHidesOtherTypes: false,
        dataTTL: 0,
        setsAuthoritative: false,
        answerStyle: AnswerStyle(limit: "a proxy: a denied host gets HTTP status 403 and resolves as ever")
    )
}

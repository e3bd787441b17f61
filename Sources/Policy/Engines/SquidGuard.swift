extension EngineProfile {
    /// squidGuard and category lists in its form (UT1, Shalla): a name in `domains` is meant with everything below it, as
    /// far as the order of the database lets it be found. The first list that holds a name decides, as in `pass`.
    /// It is a redirector of a proxy: what is denied is redirected, and DNS is not touched; "refused" stands for that.
    /// Sources: squidGuard 1.6 `src/sgDb.c`, `src/sg.y`; its documentation of `domainlist`.
    static let squidGuard = EngineProfile(
        engine: .squidGuard,
        basis: "squidGuard 1.6, from its sources",
        formats: ["domains"],
        precedence: [.listAllow, .block],
        order: .domainOrder,
        plainName: .subtree,
        starName: nil,
        hosts: .unread,
        chain: .never,
        blockModes: [("default", BlockAnswer(a: .refused, aaaa: .refused, other: .refused, ttl: 0))],
        dataHidesOtherTypes: false,
        dataTTL: 0,
        setsAuthoritative: false,
        answerStyle: AnswerStyle(limit: "a proxy: a denied host is redirected and resolves as ever")
    )
}

extension EngineProfile {
    /// Unbound local-zone and local-data: the closest enclosing zone decides, on the query name only (1.17.1).
    static let unbound = EngineProfile(
        engine: .unbound,
        basis: "Unbound 1.17.1, compared with the running engine",
        formats: ["unbound"],
        precedence: [.special, .data, .zone, .open],
        order: .localZone,
        plainName: nil,
        starName: nil,
        hosts: .unread,
        chain: .never,
        blockModes: [("default", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 3600))],
        dataHidesOtherTypes: true,
        dataTTL: 3600,
        setsAuthoritative: true,
        answerStyle: AnswerStyle(anyQuery: .hides)
    )
}

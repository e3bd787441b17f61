extension EngineProfile {
    /// dnsdist: rules in the order in which they were added; the first that matches with an action that ends the search
    /// decides, on the query name only. Made-up answers are bare: no authority section, no records behind a CNAME.
    static let dnsdist = EngineProfile(
        engine: .dnsdist,
        basis: "dnsdist 1.7.3, compared with the running engine",
        formats: ["dnsdist"],
        precedence: [.ruleAllow, .block],
        order: .firstMatch,
        plainName: .subtree,
        starName: nil,
        hosts: .unread,
        chain: .never,
        blockModes: [("default", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 60))],
        dataHidesOtherTypes: false,
        dataTTL: 60,
        setsAuthoritative: false,
        answerStyle: AnswerStyle(followsOwnAliases: false)
    )
}

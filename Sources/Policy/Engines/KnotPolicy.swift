import DNS

extension EngineProfile {
    /// Knot Resolver's policy module: rules in the order in which they were added; the first whose action does not go on
    /// decides, on the query name only. Names of special use have rules of the resolver's own behind them.
    static let knotPolicy = EngineProfile(
        engine: .knotPolicy,
        basis: "Knot Resolver 5.6, compared with the running engine",
        formats: ["kresd"],
        precedence: [.ruleAllow, .block],
        order: .firstMatch,
        plainName: .subtree,
        starName: nil,
        hosts: .unread,
        chain: .never,
        blockModes: [("default", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 10_800))],
        dataHidesOtherTypes: true,
        dataTTL: 1,
        setsAuthoritative: true,
        answerStyle: AnswerStyle(
            authority: .ofQueryName,
            anyQuery: .fails,
            withoutAuthority: [.servfail, .refused],
            errors: knotErrors.merging([.refused: ExtendedError(code: .prohibited, text: Array("EIM4".utf8))]) { $1 }
        )
    )

    /// The names that Knot Resolver answers itself where no rule decides (`policy.special_names`): by their last labels.
    static let knotSpecialNames: Set<[UInt8]> = Set(
        ["test", "onion", "invalid", "local", "localhost", "arpa"].map { Array($0.utf8) }
    )
}

extension EngineProfile {
    /// dnsmasq: the longest name wins, hosts lines before `address=`, and a rule covers only the types it has an
    /// answer for; the others fall through to shorter names and then upstream. Only the query name is looked at.
    static let dnsmasq = EngineProfile(
        engine: .dnsmasq,
        basis: "dnsmasq 2.90, compared with the running engine",
        formats: ["dnsmasq", "hosts"],
        precedence: [.special, .ownRewrite, .hosts, .data, .nullData, .open, .zone, .implied],
        order: .longestFirst,
        plainName: nil,
        starName: .below,
        hosts: .answersAddress,
        chain: .never,
        blockModes: [("default", BlockAnswer(a: .address, aaaa: .address, other: .forward, ttl: 0))],
        dataHidesOtherTypes: false,
        dataTTL: 0,
        setsAuthoritative: true,
        answerStyle: AnswerStyle(withoutAuthority: [.nxdomain, .nodata, .refused])
    )
}

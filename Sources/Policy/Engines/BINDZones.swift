extension EngineProfile {
    /// BIND with a zone of its own for every name of a list (`zone "x" { type master; file "null.zone.file"; };`): the
    /// zone answers for the name and everything below it.
    static let bindZones = EngineProfile(
        engine: .bindZones,
        basis: "BIND 9.18 as the server of the zones, compared with the running engine",
        formats: ["bind-zones"],
        precedence: [.special, .data, .nullData, .zone],
        order: .longestFirst,
        plainName: nil,
        starName: nil,
        hosts: .unread,
        chain: .never,
        blockModes: [("default", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 0))],
        dataHidesOtherTypes: true,
        dataTTL: 0,
        setsAuthoritative: true
    )
}

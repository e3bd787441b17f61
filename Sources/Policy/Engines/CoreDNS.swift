extension EngineProfile {
    /// CoreDNS with its hosts plugin and `fallthrough`: the addresses of a name, no data for its other types. A star in
    /// front stands for one label. Sources: coredns `plugin/hosts/hosts.go` and its README; nothing was run.
    static let coreDNS = EngineProfile(
        engine: .coreDNS,
        basis: "CoreDNS hosts plugin with fallthrough, from its source and documentation; no engine was run",
        formats: ["hosts"],
        precedence: [.hosts, .data, .nullData],
        order: .classFirst,
        plainName: nil,
        starName: .exact,
        hosts: .answersAddress,
        chain: .never,
        blockModes: [("default", BlockAnswer(a: .address, aaaa: .address, other: .nodata, ttl: 3600))],
        dataHidesOtherTypes: true,
        dataTTL: 3600,
        setsAuthoritative: true
    )
}

extension EngineProfile {
    /// CoreDNS with its hosts plugin and `fallthrough`: the addresses of a name, no data for its other types but PTR.
    /// A star in front stands for one label where the name itself has no address of the family. Its access rules come first. Sources:
    /// coredns `plugin/hosts/{hosts,hostsfile,wildcard}.go`, its README, `plugin/acl/{setup,acl}.go`, `plugin.cfg`; nothing was run.
    static let coreDNS = EngineProfile(
        engine: .coreDNS,
        basis:
            "CoreDNS hosts plugin with fallthrough and acl plugin, from its source and documentation; no engine was run",
        formats: ["hosts", "corefile"],
        precedence: [.special, .implied, .hosts, .block, .data, .nullData, .ownBlock],
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

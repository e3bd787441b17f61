extension EngineProfile {
    /// OPNsense's block lists in Unbound: names alone, `*.name` for the name and what lies below it; only A, AAAA, CNAME
    /// and HTTPS are filtered; aliases are looked at.
    /// Sources: opnsense/core `unbound-dnsbl/lib/dnsbl.py`, `unbound/blocklists/{__init__,default_bl}.py`; nothing was run.
    static let opnsense = EngineProfile(
        engine: .opnsense,
        basis: "OPNsense's Unbound block lists, from their source; no engine was run",
        formats: ["domains", "wildcard", "hosts"],
        precedence: [.listAllow, .block],
        order: .classFirst,
        plainName: .exact,
        starName: .subtree,
        hosts: .blocks(.exact),
        chain: .everyAlias,
        blockModes: [
            ("NOERROR", BlockAnswer(a: .address, aaaa: .nodata, other: .nodata, ttl: 3600)),
            ("NXDOMAIN", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 3600)),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 3600,
        setsAuthoritative: true
    )
}

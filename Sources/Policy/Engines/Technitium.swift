extension EngineProfile {
    /// Technitium: every list entry is a zone; allowed zones win. Source: DnsServer `BlockListZoneManager.cs`.
    /// Its CNAME check was not read, so a hit on an alias is reported as unsupported.
    static let technitium = EngineProfile(
        engine: .technitium,
        basis: "Technitium DNS Server, from its sources",
        formats: ["domains", "hosts", "adblock"],
        precedence: [.listAllow, .ruleAllow, .block],
        order: .classFirst,
        plainName: .subtree,
        starName: nil,
        hosts: .blocks(.subtree),
        chain: .unknown,
        blockModes: [
            ("AnyAddress", BlockAnswer(a: .address, aaaa: .address, other: .nodata, ttl: 30)),
            ("NxDomain", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 30)),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 30,
        setsAuthoritative: true
    )
}

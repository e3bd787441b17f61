extension EngineProfile {
    /// Technitium: every list entry is a zone; allowed zones win, the owner's before those of lists, and end the search
    /// among the aliases behind them.
    /// Sources: DnsServer `DnsServer.cs` (`ProcessRecursiveQueryAsync`, `ProcessBlockedQueryAsync`),
    /// `BlockListZoneManager.cs`.
    static let technitium = EngineProfile(
        engine: .technitium,
        basis: "Technitium DNS Server 15, from its sources",
        formats: ["domains", "hosts", "adblock"],
        precedence: [.ownAllow, .listAllow, .ruleAllow, .ownBlock, .block],
        order: .classFirst,
        plainName: .subtree,
        starName: nil,
        hosts: .blocks(.subtree),
        chain: .everyAlias,
        blockModes: [
            ("NxDomain", BlockAnswer(a: .nxdomain, aaaa: .nxdomain, other: .nxdomain, ttl: 30)),
            ("AnyAddress", BlockAnswer(a: .address, aaaa: .address, other: .nodata, ttl: 30)),
            (
                "CustomAddress",
                BlockAnswer(
                    a: .address,
                    aaaa: .address,
                    other: .nodata,
                    ttl: 30,
                    isCustom: true,
                    needsBothFamilies: false
                )
            ),
        ],
        dataHidesOtherTypes: true,
        dataTTL: 30,
        setsAuthoritative: false
    )
}

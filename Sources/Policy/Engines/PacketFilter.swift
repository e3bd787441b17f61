extension EngineProfile {
    /// Packet filters with sets of addresses (ipset, nftables, PeerGuardian and its kin): a name is as good as blocked where
    /// every address of an answer is in a set; where some are not, what a client does depends on which it tries.
    static let packetFilter: EngineProfile = {
        var profile = connections(
            .packetFilter,
            "packet filters with sets of addresses, as ipset(8) describes them",
            formats: ["addresses", "p2p", "simplewall", "iptables"],
            precedence: [.listAllow, .block]
        )
        // Answers of other types are let through.
        profile.blockModes = [("default", BlockAnswer(a: .drop, aaaa: .drop, other: .forward, ttl: 0))]
        return profile
    }()
}

import Policy

extension ListFormat {
    /// PeerGuardian text: `name:first-last`.
    public static let peerToPeer = ListFormat(
        id: "p2p",
        title: "named address ranges (PeerGuardian)",
        defaultEngine: .packetFilter,
        looks: "\"name:first-last\""
    ) { sample in
        sample.percent(sample[.namedRange])
    }
}

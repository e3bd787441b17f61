import Policy

extension ListFormat {
    /// Addresses, networks (`192.0.2.0/24`) and ranges (`192.0.2.1-192.0.2.9`), one a line: netset and ipset lists.
    public static let addresses = ListFormat(
        id: "addresses",
        title: "a list of addresses and networks",
        defaultEngine: .packetFilter,
        looks: "an address, a network or a range"
    ) { sample in
        // Some category lists mix names and addresses; those are lists of names.
        let own = sample[.address] + sample[.addressRange]
        return own == 0 || sample[.domain] * 4 > own ? 0 : sample.percent(own)
    }
}

import Policy

extension ListFormat {
    /// dnscrypt-proxy address rules: addresses, networks, and beginnings of their text (`192.0.2.*`).
    public static let dnscryptAddresses = ListFormat(
        id: "dnscrypt-ips",
        title: "dnscrypt-proxy address rules",
        defaultEngine: .dnscryptProxy,
        looks: "an address, a network or \"192.0.2.*\""
    ) { sample in
        sample[.addressPrefix] == 0 ? 0 : sample.percent(sample[.address] + sample[.addressPrefix])
    }
}

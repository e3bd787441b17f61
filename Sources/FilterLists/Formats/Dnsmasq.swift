import Policy

extension ListFormat {
    /// dnsmasq configuration: `address=/name/…`, `server=/name/…`, `local=/name/`.
    public static let dnsmasq = ListFormat(
        id: "dnsmasq",
        title: "dnsmasq configuration",
        defaultEngine: .dnsmasq,
        looks: "\"option=/name/value\""
    ) { sample in
        sample[.dnsmasqRule] == 0 ? 0 : sample.percent(sample[.dnsmasqRule] + sample[.dnsmasqOption])
    }
}

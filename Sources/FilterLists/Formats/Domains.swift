import Policy

extension ListFormat {
    /// One name a line; whether it covers the names below is the engine's.
    public static let domains = ListFormat(
        id: "domains",
        title: "a list of domain names",
        defaultEngine: .pihole,
        looks: "a single name"
    ) { sample in
        // Lists for proxies mix addresses in.
        sample.percent(sample[.domain] + min(sample[.address], sample[.domain] * 4))
    }
}

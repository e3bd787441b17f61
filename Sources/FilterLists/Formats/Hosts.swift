import Policy

extension ListFormat {
    /// hosts(5): `address name [name…] [# comment]`. What it blocks, and whether the address counts, is the engine's.
    public static let hosts = ListFormat(
        id: "hosts",
        title: "a hosts file",
        defaultEngine: .pihole,
        looks: "\"address name\""
    ) { sample in
        sample[.hosts] == 0 ? 0 : sample.percent(sample[.hosts] + sample[.domain] / 2)
    }
}

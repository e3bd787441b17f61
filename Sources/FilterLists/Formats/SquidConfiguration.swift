import Policy

extension ListFormat {
    /// squid.conf: `acl` lines about hosts, clients and ports, and the `http_access` lines that use them.
    public static let squidConfiguration = ListFormat(
        id: "squid-conf",
        title: "squid's configuration",
        defaultEngine: .squid,
        looks: "\"acl NAME TYPE …\" and \"http_access\""
    ) { _ in 0 }
}

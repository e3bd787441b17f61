import Policy

extension ListFormat {
    /// CoreDNS's Corefile with `acl` plugins, told by one of those.
    public static let corefile = ListFormat(
        id: "corefile",
        title: "a Corefile",
        defaultEngine: .coreDNS,
        looks: "\"acl {\" with \"block\", \"filter\", \"drop\" or \"allow\" in it"
    ) { _ in 0 }
}

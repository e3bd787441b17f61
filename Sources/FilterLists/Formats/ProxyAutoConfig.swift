import Policy

extension ListFormat {
    /// A proxy auto-config file, JavaScript with a function `FindProxyForURL`: told by that name, never run.
    public static let proxyAutoConfig = ListFormat(
        id: "pac",
        title: "a proxy auto-config file",
        defaultEngine: .pac,
        looks: "FindProxyForURL"
    ) { _ in 0 }
}

import Policy

extension ListFormat {
    /// A script of iptables rules, such as OpenWrt's `firewall.user`.
    public static let iptables = ListFormat(
        id: "iptables",
        title: "iptables rules",
        defaultEngine: .packetFilter,
        looks: "\"iptables -I CHAIN -j DROP -d ADDRESS\""
    ) { $0.percent($0[.packetCommand]) }
}

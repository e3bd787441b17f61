import DNS

/// The names that dnscrypt-proxy's `block_undelegated` answers with NXDOMAIN, and everything below them
/// (`plugin_block_undelegated.go`).
enum DNSCryptUndelegated {
    /// Those of all versions since 2.0.36.
    static let names: [DomainName] = named(words) + networks.compactMap { AddressRange($0) }.flatMap(\.reverseZones)

    /// Those that came later: `home.arpa` and `mail` in 2023, `fritz.box` in 2024, the others in 2026.
    static let later = ["home.arpa", "mail", "fritz.box", "6tisch.arpa", "alt", "eap.arpa", "service.arpa"]

    /// The names of words.
    static func named(_ words: [String]) -> [DomainName] { words.compactMap { try? DomainName($0) } }

    private static let words = """
        1 airdream api bbrouter belkin bind blinkap corp davolink dearmyrouter dhcp dlink domain envoy example grp gw== home hub \
        internal intra intranet invalid ksyun lan loc local localdomain localhost localnet modem mynet myrouter novalocal onion \
        openstacklocal priv private prv router telus test totolink wlan_ap workgroup zghjccbob3n0
        """
        .split(separator: " ").map(String.init)

    private static let networks = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24",
        "192.168.0.0/16", "198.51.100.0/24", "203.0.113.0/24", "255.255.255.255/32", "::/128", "::1/128",
        "2001:db8::/32", "fd00::/8", "fe80::/10", "ff00::/8",
    ]
}

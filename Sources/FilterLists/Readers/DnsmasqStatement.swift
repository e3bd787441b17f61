import TextScan

/// What an option of dnsmasq(8) 2.90 is to us.
enum DnsmasqStatement {
    /// Decides about names.
    case rule
    /// Decides about names or answers in a way that is not evaluated yet.
    case unsupported(UnsupportedReason)
    /// Decides nothing about a name.
    case option

    /// The shape of a line for detection; nil when it does not begin with an option.
    static func shape(_ line: Span<UInt8>) -> LineShape? {
        let end = line.firstIndex(of: 0x3D) ?? line.count
        let key = line.extracting(0..<end).trimmed
        guard key.count >= 3, key.count <= 30 else { return nil }
        for index in 0..<key.count where !(0x61...0x7A).contains(key[index] | 0x20) && key[index] != 0x2D { return nil }
        guard let statement = options[key.string] else { return nil }
        if case .rule = statement { return end < line.count ? .dnsmasqRule : nil }
        if end == line.count, key.firstIndex(of: 0x2D) == nil { return nil }
        if case .unsupported = statement { return .dnsmasqRule }
        return .dnsmasqOption
    }

    /// Every option of dnsmasq 2.90 that may stand in a configuration file (`src/option.c`).
    static let options: [String: DnsmasqStatement] = {
        var table: [String: DnsmasqStatement] = [:]
        for name in ["address", "server", "local", "host-record"] { table[name] = .rule }
        for name in ["conf-file", "conf-dir", "conf-script", "servers-file", "addn-hosts", "hostsdir"] {
            table[name] = .unsupported(.include)
        }
        for name in DnsmasqAddresses.options { table[name] = .rule }
        table["alias"] = .rule
        for name in [
            "filter-rr", "filterwin2k", "domain-needed", "bogus-priv",
            "expand-hosts", "rev-server", "dnssec", "connmark-allowlist",
            "connmark-allowlist-enable", "add-mac", "umbrella",
        ] { table[name] = .unsupported(.answerOption) }
        for name in DnsmasqRecords.options { table[name] = .rule }
        table["local-ttl"] = .rule
        for name in [
            "mx-target", "interface-name", "dynamic-host", "synth-domain", "auth-zone", "selfmx", "localmx",
        ] { table[name] = .unsupported(.localRecord) }
        for name in inert { table[name] = .option }
        return table
    }()

    /// Whether an option is about one other file, which may be a list of its own.
    static func namesFile(_ key: Span<UInt8>) -> Bool {
        key.equals("conf-file") || key.equals("servers-file") || key.equals("addn-hosts")
    }

    private static let inert = [
        "ipset", "nftset", "no-resolv", "no-hosts", "no-poll", "no-daemon", "no-negcache", "no-round-robin",
        "no-ping", "no-dhcp-interface", "no-dhcpv4-interface", "no-dhcpv6-interface", "no-ident",
        "no-0x20-encode", "port", "user", "group", "interface", "except-interface", "listen-address",
        "bind-interfaces", "bind-dynamic", "max-cache-ttl", "min-cache-ttl", "neg-ttl",
        "max-ttl", "auth-ttl", "dhcp-ttl", "log-queries", "log-facility", "log-async", "log-dhcp", "log-debug",
        "log-malloc", "quiet-dhcp", "quiet-dhcp6", "quiet-ra", "quiet-tftp", "pid-file", "dns-forward-max",
        "query-port", "port-limit", "min-port", "max-port", "edns-packet-max", "all-servers", "strict-order",
        "localise-queries",
        "clear-on-reload", "dns-loop-detect", "domain", "cache-size",
        "domain-suffix", "no-dhcp-dns", "read-ethers", "leasefile-ro", "enable-dbus", "enable-ubus", "conntrack",
        "trust-anchor", "dnssec-check-unsigned", "dnssec-no-timecheck", "dnssec-timestamp", "dnssec-debug",
        "proxy-dnssec", "add-subnet", "add-cpe-id", "strip-mac", "strip-subnet", "local-service",
        "use-stale-cache", "fast-dns-retry", "dumpfile", "dumpmask", "enable-tftp", "tftp-root",
        "tftp-no-blocksize", "tftp-secure", "tftp-lowercase", "tftp-max", "tftp-mtu", "tftp-no-fail",
        "tftp-single-port", "tftp-port-range", "tftp-unique-root", "enable-ra", "ra-param", "dhcp-range",
        "dhcp-host", "dhcp-option", "dhcp-option-force", "dhcp-boot", "dhcp-authoritative", "dhcp-lease-max",
        "dhcp-leasefile", "dhcp-script", "dhcp-scriptuser", "dhcp-luascript", "dhcp-hostsfile", "dhcp-hostsdir",
        "dhcp-optsfile", "dhcp-optsdir", "dhcp-match", "dhcp-mac", "dhcp-name-match", "dhcp-vendorclass",
        "dhcp-userclass", "dhcp-subscrid", "dhcp-circuitid", "dhcp-remoteid", "dhcp-ignore", "dhcp-ignore-names",
        "dhcp-ignore-clid", "dhcp-generate-names", "dhcp-broadcast", "dhcp-sequential-ip", "dhcp-fqdn",
        "dhcp-client-update", "dhcp-proxy", "dhcp-relay", "dhcp-rapid-commit", "dhcp-reply-delay",
        "dhcp-no-override", "dhcp-duid", "dhcp-ignore-ra", "dhcp-pxe-vendor", "dhcp-alternate-port", "bootp-dynamic",
        "pxe-prompt", "pxe-service", "tag-if", "bridge-interface", "shared-network", "script-arp",
        "script-on-renewal", "auth-server", "auth-sec-servers", "auth-peer", "auth-soa", "nftset-dbg", "all-subnets",
        "keep-in-foreground", "resolv-file",
    ]
}

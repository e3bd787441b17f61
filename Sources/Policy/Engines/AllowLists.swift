extension EngineProfile {
    /// PAN-OS external dynamic lists of domains, without the option that expands every entry to what lies below it: `x` and
    /// `^x` are x alone, `*.x` one label or more below it. Source: docs.paloaltonetworks.com, "Formatting Guidelines for an
    /// External Dynamic List".
    static let panOS = connections(
        .panOS,
        "PAN-OS external dynamic lists without automatic expansion, from their documentation",
        formats: ["domains", "wildcard"],
        plainName: .exact,
        starName: .below
    )

    /// Zscaler custom URL categories: `.x` is x and up to five labels below it, `x` is x alone; lower case only.
    /// Source: help.zscaler.com, "URL Format Guidelines".
    static let zscaler = connections(
        .zscaler,
        "Zscaler URL categories, from their documentation",
        formats: ["domains", "wildcard", "squid"],
        plainName: .exact
    )

    /// FortiGate FQDN addresses: `*` stands for any run of octets. The firewall fills them from DNS answers that it sees, so
    /// a name that clients resolve elsewhere is not covered. Source: docs.fortinet.com 217973.
    static let fortiGate = connections(
        .fortiGate,
        "FortiGate FQDN addresses, which hold only while the firewall sees the DNS answers, from their documentation",
        formats: ["domains", "wildcard", "dnscrypt"],
        plainName: .exact,
        starName: .below
    )

    /// Umbrella destination lists: every entry is the name and everything below it; stars are not accepted.
    /// Source: docs.umbrella.com, "Wildcards and Destination Lists".
    static let umbrella = connections(
        .umbrella,
        "Umbrella destination lists, from their documentation",
        formats: ["domains"],
        plainName: .subtree
    )

    /// Proxy auto-config files: conditions that are literals, read without running the script; the first one that holds
    /// decides. `DIRECT` lets a name pass, anything else sends it to another server. Sources: Netscape's description of the
    /// functions, and their text in Mozilla's `ProxyAutoConfig.cpp`.
    static let pac = {
        var profile = connections(
            .pac,
            "proxy auto-config functions, from their published text",
            formats: ["pac"],
            precedence: [.data]
        )
        profile.order = .firstMatch
        return profile
    }()
}

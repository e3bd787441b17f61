/// Command lines about what the faces say: rules below wildcards, captures that are given twice, times that cannot be read.
enum FaceCases {
    private static let asked = "10.8.0.3/5 query[A] slscr.update.microsoft.com from 10.8.0.3\n"
    private static let denied = "10.8.0.3/5 config slscr.update.microsoft.com is NXDOMAIN\n"

    static let files: [String: [UInt8]] = [
        "below.txt": Array("||foo.update.microsoft.com^\n||update.microsoft.com.example^\n".utf8),
        "below-twice.txt": Array("foo.update.microsoft.com\nbar.update.microsoft.com\n".utf8),
        "undated.log": Array(
            ("Mar  9 09:14:13 dnsmasq[7]: 1 " + asked + "Mar  9 09:14:13 dnsmasq[7]: 1 " + denied
                + "Mar 99 09:14:14 dnsmasq[7]: 2 " + asked + "Mar 99 09:14:14 dnsmasq[7]: 2 " + denied).utf8
        ),
    ]

    static let all: [CommandLineCase] = [
        CommandLineCase(
            "audit @/below.txt",
            1,
            "+may break scan: 1 name below *.update.microsoft.com that only the list spells out"
        ),
        CommandLineCase("audit @/below.txt", 1, "+No update name is known to break"),
        CommandLineCase("audit @/below.txt", 1, "+1 rule may break names below documented wildcards"),
        CommandLineCase("audit @/below.txt", 1, "+||foo.update.microsoft.com^$important"),
        CommandLineCase(
            "audit @/below.txt -o ndjson",
            1,
            "+\"id\":\"blocked-wildcard\",\"name\":\"foo.update.microsoft.com\""
        ),
        CommandLineCase("audit @/below.txt -o ndjson", 1, "+\"wildcard_rules\":1"),
        CommandLineCase(
            "audit @/below.txt -o csv",
            1,
            "+foo.update.microsoft.com,A AAAA HTTPS,sinkhole,weak,blocked-wildcard"
        ),
        CommandLineCase(
            "audit @/below.txt -o md",
            1,
            "+below *.update.microsoft.com; nothing but the list spells the name out"
        ),
        CommandLineCase(
            "audit @/below.txt -o html",
            1,
            "+below *.update.microsoft.com; nothing but the list spells the name out"
        ),
        CommandLineCase("audit @/below.txt --fail-on critical", 1, "+critical"),
        CommandLineCase("audit @/below-twice.txt --engine pihole", 1, "+fix: pihole allow-wild update.microsoft.com"),
        CommandLineCase(
            "audit @/below-twice.txt --engine pihole",
            1,
            "+(wider than *.update.microsoft.com: update.microsoft.com passes with it, too)"
        ),
        CommandLineCase("audit @/below-twice.txt -o ndjson", 1, "+\"fix_also_passes\":\"update.microsoft.com\""),
        CommandLineCase("audit @/below.txt --names Zones/demo/names.txt", 0, "+No update name breaks"),
        CommandLineCase(
            "replay Zones/demo/vpn-dns.log Zones/demo/vpn-dns.log --year 2026",
            1,
            "was given before, and counts once"
        ),
        CommandLineCase(
            "replay Zones/demo/vpn-dns.log ./Zones/demo/vpn-dns.log --year 2026",
            1,
            "is the same file as Zones/demo/vpn-dns.log"
        ),
        CommandLineCase(
            "replay Zones/demo/vpn-dns.log Zones/demo/vpn-dns.log --year 2026 -o ndjson",
            1,
            "+\"events\":33,\"update_events\""
        ),
        CommandLineCase(
            "replay Zones/demo/vpn-dns.log Zones/demo/vpn-dns.log --year 2026 --redact",
            1,
            "captures: the same file was given"
        ),
        CommandLineCase(
            "replay @/undated.log --year 2026",
            1,
            "undated.log:3: no time that can be read; 1 of 2 events have none"
        ),
        CommandLineCase("replay @/undated.log --year 2026", 1, "+queries without a time that can be read: 1"),
        CommandLineCase("replay @/undated.log --year 2026 -o ndjson", 1, "+\"undated_events\":1"),
        CommandLineCase("replay Zones/demo/vpn-dns.log --list @/absent.txt -o ndjson", 2, "+\"reason\":\"not-found\""),
        CommandLineCase(
            "replay Zones/demo/vpn-dns.log --list @/absent.txt -o ndjson",
            2,
            "+{\"kind\":\"summary\",\"faults\":{\"not-found\":1}"
        ),
    ]
}

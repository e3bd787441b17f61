/// Command lines about what is claimed: exceptions that work, groups that are all audited, roles that are said, places of lists.
enum ProofCases {
    private static let zone = "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n"

    static let files: [String: [UInt8]] = [
        "probe.zone": Array((zone + "*.ctldl.windowsupdate.com CNAME .\n").utf8),
        "wide.zone": Array((zone + "*.windowsupdate.com CNAME .\n").utf8),
        "twice.zone": Array((zone + "ctldl.windowsupdate.com CNAME .\n*.windowsupdate.com CNAME .\n").utf8),
        "probe.adblock": Array("||ctldl.windowsupdate.com^\n".utf8),
        "probe-name.txt": Array("patchway-probe.ctldl.windowsupdate.com\n".utf8),
        "own-name.zone": Array(
            "$TTL 60\n@ IN SOA localhost. z. (1 2 3 4 5)\nz. IN NS localhost.\nads.example CNAME .\n".utf8
        ),
        "no-server.zone": Array("$TTL 60\n@ IN SOA localhost. z. 1 2 3 4 5\nads.example CNAME .\n".utf8),
        "grouped.yaml": Array(
            """
            layers:
              - {name: family, engine: pihole, lists: [low.txt]}
              - {name: malware, engine: pihole, lists: [clean.txt]}
            groups:
              kids: {clients: [192.168.7.0/24], layers: [family, malware]}
              default: {layers: [malware]}

            """.utf8
        ),
        "routes-only.yaml": Array("upstreams: [192.0.2.1]\n".utf8),
        "passed.txt": Array("download.windowsupdate.com\n".utf8),
        "whitelist-of-mine.txt": Array("download.windowsupdate.com\n".utf8),
        "titled.txt": Array("# Title: My Whitelist\ndownload.windowsupdate.com\n".utf8),
        "cached.txt": Array("*.download.windowsupdate.com\n".utf8),
        "words.txt": Array("0.0.0.0 click.example.org clicks.example.org\n".utf8),
        "mapped.yaml": Array("layers: {engine: pihole}\n".utf8),
        "misspelt.yaml": Array("layer: []\n".utf8),
        "values-squid.conf": Array(
            "acl ads dstdomain .b.example .windowsupdate.com\nhttp_access deny ads\nhttp_access allow all\n".utf8
        ),
        "nulls.conf": Array("address=/x.example/#\n".utf8),
    ]

    static let all: [CommandLineCase] = [
        // A fix names no made-up name, and stands beside no record of its owner.
        CommandLineCase("audit @/probe.zone", 1, "+fix: remove line 4 of"),
        CommandLineCase("audit @/twice.zone", 1, "+fix: remove lines 4, 5 of"),
        CommandLineCase("audit @/values-squid.conf", 1, "+fix: remove '.windowsupdate.com' from line 1 of"),
        CommandLineCase("audit @/wide.zone -v", 1, "+fix: *.ctldl.windowsupdate.com CNAME rpz-passthru."),
        CommandLineCase("audit @/probe.adblock -v", 1, "+||ctldl.windowsupdate.com^$important\n\n2 of 402"),
        // What names are for clients of some group is not what it is for others.
        CommandLineCase("audit --stack @/grouped.yaml", 1, "+for clients of: kids"),
        CommandLineCase("audit --stack @/grouped.yaml", 1, "groups of clients, each audited: kids, default"),
        CommandLineCase("audit --stack @/grouped.yaml -o ndjson", 1, "+\"groups\":[\"kids\"]"),
        CommandLineCase("audit --stack @/grouped.yaml --group default", 0, "+No update name breaks"),
        CommandLineCase("audit --stack @/grouped.yaml --group kids", 1, "decided for kids"),
        CommandLineCase("audit --stack @/grouped.yaml --client 192.168.7.3", 1, "decided for kids"),
        CommandLineCase(
            "audit --stack @/grouped.yaml --group kid",
            2,
            "no such group; did you mean `kids`?; one of kids, default"
        ),
        CommandLineCase("audit --stack @/one-layer.yaml --group kids", 2, "has no groups"),
        CommandLineCase("audit @/clean.txt --group kids", 2, "give --stack FILE"),
        CommandLineCase(
            "check statsfe1.ws.microsoft.com --stack @/grouped.yaml --group kids --qtype A",
            0,
            "+microsoft.com A sinkhole"
        ),
        // Names that are let pass are not names to block.
        CommandLineCase("audit --engine fortigate @/passed.txt", 3, "is taken for names to allow"),
        CommandLineCase("audit --engine umbrella @/passed.txt", 3, "+let pass"),
        CommandLineCase("audit --engine umbrella @/passed.txt -o ndjson", 3, "+\"assumed_roles\":1"),
        // What becomes of names that no entry lets pass does not stand in the list.
        CommandLineCase("audit --engine pan-os --role allow @/passed.txt", 3, "+could not be decided"),
        CommandLineCase(
            "check --engine pan-os --role allow --list @/passed.txt fe2.update.microsoft.com --qtype A",
            3,
            "+fe2.update.microsoft.com A unsupported"
        ),
        CommandLineCase(
            "explain --engine pan-os --role allow --list @/passed.txt fe2.update.microsoft.com",
            3,
            "+no entry lets the name pass, and what becomes of such names does not stand in the list"
        ),
        CommandLineCase(
            "check --engine pan-os --role allow --list @/passed.txt download.windowsupdate.com --qtype A",
            0,
            "+download.windowsupdate.com A pass"
        ),
        CommandLineCase(
            "check --engine squid --role allow --list @/passed.txt fe2.update.microsoft.com --qtype A",
            3,
            "+fe2.update.microsoft.com A unsupported"
        ),
        CommandLineCase(
            "check --engine pan-os --role block --list @/passed.txt fe2.update.microsoft.com --qtype A",
            0,
            "+fe2.update.microsoft.com A pass"
        ),
        CommandLineCase(
            "check --engine pihole --role allow --list @/passed.txt fe2.update.microsoft.com --qtype A",
            0,
            "+fe2.update.microsoft.com A pass"
        ),
        // A second list is no name.
        CommandLineCase("check --list @/passed.txt @/clean.txt a.example", 2, "give several lists as --list A,B"),
        CommandLineCase("audit --equivalent @/passed.txt", 2, "give two, or one with --every-engine"),
        CommandLineCase(
            "audit --equivalent --engine pihole @/passed.txt @/passed.txt",
            0,
            "+The builds are equivalent"
        ),
        CommandLineCase("audit --equivalent @/passed.txt @/absent.txt", 2, "absent.txt: no such file"),
        CommandLineCase("allow", 2, "give LIST… or --stack FILE"),
        CommandLineCase("allow @/absent.txt", 2, "absent.txt: no such file"),
        CommandLineCase("allow -o html @/passed.txt", 2, "one of text, json, ndjson, rules"),
        CommandLineCase("audit --engine zscaler --role block @/passed.txt", 1, "+fix: remove line 1 of"),
        CommandLineCase("audit --engine zscaler --role deny @/passed.txt", 2, "one of block, allow"),
        CommandLineCase("audit --stack @/one-layer.yaml --role allow", 2, "names engines, formats and roles itself"),
        CommandLineCase("audit @/whitelist-of-mine.txt", 0, "calls itself a list of names to allow"),
        CommandLineCase("audit @/titled.txt", 0, "calls itself a list of names to allow"),
        CommandLineCase("audit @/titled.txt --role block", 1, "+broken"),
        CommandLineCase(
            "check download.windowsupdate.com --list @/passed.txt --role allow --qtype A",
            0,
            "its names are let pass; rules: 1"
        ),
        CommandLineCase("audit --engine lancache @/cached.txt", 0, "+lead to a cache, which breaks nothing"),
        // A zone whose name follows from its records, and why one is not taken.
        CommandLineCase("check ads.example --list @/own-name.zone --qtype A", 0, "+ads.example A nxdomain"),
        CommandLineCase("audit @/no-server.zone", 3, "+why: '$TTL 60'"),
        // What a line loses.
        CommandLineCase(
            "check -v clicks.example.org --list @/words.txt --engine opnsense --qtype A",
            0,
            "click.example.org' has a word behind it, and the engine takes the last"
        ),
        // Where a stack file names what is wrong.
        CommandLineCase(
            "check a.example --stack @/missing-list.yaml",
            2,
            "missing-list.yaml:3:13: @/absent.txt: no such file"
        ),
        CommandLineCase(
            "config check @/missing-list.yaml",
            2,
            "a relative path begins at the folder of @/missing-list.yaml"
        ),
        CommandLineCase("check a.example --stack @/routes-only.yaml", 0, "has no layers, so there is no filter"),
        CommandLineCase("audit @/absent.txt @/low.txt", 2, "+1 list could not be read"),
        CommandLineCase("audit @/empty.txt @/low.txt", 3, "+1 list could not be read"),
        CommandLineCase("check -f @/bad-names.txt --list @/clean.txt", 2, "no line of it is a name"),
        CommandLineCase("config check @/mapped.yaml", 2, "begin each item with `- `"),
        CommandLineCase("config check @/misspelt.yaml", 2, "did you mean `layers`?"),
        CommandLineCase("check a.example --list @/clean.txt --engine pihol", 2, "did you mean `pihole`?"),
        CommandLineCase("config check @/one-layer.yaml", 0, "engine pihole as given"),
        // Rules about addresses are counted as `check` counts them.
        CommandLineCase(
            "audit @/clients.zone -o ndjson",
            3,
            "+\"unsupported_rules\":0,\"undecided_client_address_rules\":1"
        ),
        // What a format cannot say another one may.
        CommandLineCase(
            "convert --to rpz @/nulls.conf",
            3,
            "formats that can say rules of these lists: dnsmasq (1 of 1)"
        ),
    ]
}

/// Command lines of `cover`: what is proven, what is not, and what cannot be asked.
enum CoverCases {
    private static let zone = "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n"

    static let files: [String: [UInt8]] = [
        "trust.txt": Array("ctldl.windowsupdate.com\n".utf8),
        "trust-stars.txt": Array("*.ctldl.windowsupdate.com\nctldl.windowsupdate.com\n".utf8),
        "trust-dots.txt": Array(".ctldl.windowsupdate.com\nctldl.windowsupdate.com\n".utf8),
        "trust-boundary.txt": Array("@@||windowsupdate.com^\n/\\bctldl\\b/$important\n".utf8),
        "trust.zone": Array(
            (zone + "*.windowsupdate.com CNAME rpz-passthru.\nb.ctldl.windowsupdate.com CNAME .\n").utf8
        ),
        "trust.pac": Array(
            """
            function FindProxyForURL(url, host) {
              if (dnsDomainIs(host, "ctldl.windowsupdate.com")) return "DIRECT";
              return "PROXY proxy.example:8080";
            }

            """.utf8
        ),
    ]

    private static let trust = "--for certificate-trust-list"

    static let all: [CommandLineCase] = [
        CommandLineCase(
            "cover \(trust) --engine umbrella @/trust.txt",
            0,
            "+1 wildcard: 1 covered, 0 not.\n1 documented"
        ),
        CommandLineCase("cover \(trust) --engine pan-os @/trust-stars.txt", 0, "+every name at any depth"),
        CommandLineCase(
            "cover \(trust) --engine pan-os @/trust.txt",
            1,
            "+a.ctldl.windowsupdate.com is not let through (no"
        ),
        CommandLineCase("cover \(trust) --engine pan-os @/trust.txt --fail-on high", 0, "+is NOT covered"),
        CommandLineCase(
            "cover \(trust) --engine pan-os @/trust.txt -o ndjson",
            1,
            "+\"outcome\":\"missed\",\"why\":\"no-rule\""
        ),
        CommandLineCase(
            "cover \(trust) --engine zscaler @/trust-dots.txt",
            1,
            "+a.a.a.a.a.a.ctldl.windowsupdate.com is not"
        ),
        // What Palo Alto makes of a dot in front is not documented.
        CommandLineCase("cover \(trust) --engine pan-os @/trust-dots.txt", 3, "+not proven to be covered"),
        CommandLineCase(
            "cover \(trust) --engine adguard-home --format adblock @/trust-boundary.txt",
            3,
            "+which names this rule may stop is not known"
        ),
        CommandLineCase(
            "cover \(trust) --engine adguard-home --format adblock @/trust-boundary.txt -o ndjson",
            3,
            "+\"why\":\"unread-rule\""
        ),
        CommandLineCase("cover \(trust) @/trust.pac", 0, "+1 wildcard: 1 covered, 0 not."),
        CommandLineCase(
            "cover \(trust) --engine pdns-rpz @/trust.zone",
            1,
            "+b.ctldl.windowsupdate.com is not let through (no"
        ),
        CommandLineCase(
            "cover \(trust) --engine pihole --allow-list @/trust.txt",
            1,
            "+a.ctldl.windowsupdate.com is not"
        ),
        CommandLineCase(
            "cover --for delivery-optimization --engine pan-os @/trust.txt",
            1,
            "+names that exist:\n  *.prod"
        ),
        CommandLineCase("cover \(trust) --engine pihole @/trust.txt", 2, "no rule lets a name through; --role allow"),
        CommandLineCase(
            "cover \(trust) --engine unbound-rpz @/trust.zone",
            2,
            "is not proven yet; --engine names one of"
        ),
        CommandLineCase("cover", 2, "no lists"),
        CommandLineCase("cover --stack Zones/demo/patchway.yaml", 2, "has 3 layers; cover asks one"),
        CommandLineCase("cover --stack @/one-layer.yaml @/trust.txt", 2, "give it alone"),
        CommandLineCase("cover @/trust.txt --engine pan-os --group kids", 2, "cover asks one layer"),
        CommandLineCase("cover @/trust.txt --engine pan-os -o csv", 2, "one of text, json, ndjson"),
        CommandLineCase("cover @/trust.txt --engine pan-os --fail-on nope", 2, "one of critical"),
        CommandLineCase("cover @/absent.txt --engine pan-os", 2, "absent.txt: no such file"),
    ]
}

/// Command lines about what belongs to a stack: lists to allow, chains, rules that are not evaluated, captures of `serve`.
enum StackOptionCases {
    /// The nearest known word, wherever one is not known.
    private static let unknownWords: [CommandLineCase] = [
        CommandLineCase("catalog allow --engine pihole --for wsus-upstream", 0, "+pihole allow"),
        CommandLineCase("catalog allow --engine unbond", 2, "no engine with exceptions; did you mean `unbound`?"),
        CommandLineCase("catalog allow --engine hosts-file", 2, "--engine hosts-file: no engine with exceptions"),
        CommandLineCase("catalog allow --engine unbound --profile mcc-server", 2, "no endpoint of the catalog is left"),
        CommandLineCase("catalog show downlod.windowsupdat.com", 3, "did you mean `download.windowsupdate.com`?"),
        CommandLineCase("explain downlod.windowsupdat.com", 3, "did you mean `download.windowsupdate.com`?"),
        CommandLineCase("explain wu_e_no_connectio", 3, "did you mean `WU_E_NO_CONNECTION`?"),
        CommandLineCase(
            "audit @/clean.txt --for windows-updat",
            2,
            "did you mean `windows-update`?; one of activation"
        ),
        CommandLineCase("audit @/clean.txt --profile client-direc", 2, "did you mean `client-direct`?"),
        CommandLineCase("audit @/clean.txt --fail-on hgh", 2, "did you mean `high`?; one of critical"),
        CommandLineCase("audit @/clean.txt --role blok", 2, "did you mean `block`?; one of block, allow"),
        CommandLineCase("replay @/names.txt --format dnsmask", 2, "did you mean `dnsmasq`?"),
        CommandLineCase("convert --to unbond @/clean.txt", 2, "did you mean `unbound`?"),
        CommandLineCase("serve --mode shadw --upstream 192.0.2.1", 2, "did you mean `shadow`?"),
        CommandLineCase("serv", 2, "did you mean `serve`?; one of serve, audit"),
        CommandLineCase("help serv", 2, "did you mean `serve`?"),
        CommandLineCase("config chek", 2, "did you mean `check`?; one of check"),
        CommandLineCase("help config check", 0, "+Read a configuration"),
        CommandLineCase("serve --listen 127.0.0.1:99999 --upstream 192.0.2.1", 2, "ports end with 65535"),
        CommandLineCase("explain 80244", 3, "has 5 digits; codes have eight"),
        CommandLineCase("explain 0x80244", 3, "has 5 digits; codes have eight"),
        CommandLineCase("check -f @/nul.bin --list @/clean.txt", 2, "is no text with a name a line"),
        CommandLineCase(
            "check a.b --stack Tests/Fixtures/stacks/groups/patchway.yaml --group kid",
            2,
            "did you mean `kids`?; one of kids"
        ),
        CommandLineCase(
            "check games.example bad.example --qtype A --stack Tests/Fixtures/stacks/groups/patchway.yaml",
            0,
            "differ in groups of clients: kids 1, printer 1; --group"
        ),
    ]

    static let all: [CommandLineCase] =
        unknownWords + [
            CommandLineCase("config check @/open.yaml", 3, "+open.yaml: read; layers: 1, rules: 1; NOT evaluated: 1"),
            CommandLineCase(
                "config check @/remote.yaml",
                2,
                "remote.yaml:2:13: `https://lists.example/ads.txt` is the address"
            ),
            CommandLineCase(
                "audit https://lists.example/ads.txt",
                2,
                "is the address of a list; nothing is fetched here"
            ),
            CommandLineCase(
                "check ads.example --list @/clean.txt --allow-list @/allowed.txt --qtype A",
                0,
                "+ads.example A pass"
            ),
            CommandLineCase(
                "explain ads.example --list @/clean.txt --allow-list @/allowed.txt --qtype A",
                0,
                "+lost: @/clean"
            ),
            CommandLineCase(
                "convert --to rpz @/clean.txt --allow-list @/allowed.txt",
                0,
                "+ads.example CNAME rpz-passthru."
            ),
            CommandLineCase("convert --to rpz @/tags.txt", 3, "rules: 1, lines: 4 for 1 of them"),
            CommandLineCase("check a.example --allow-list @/allowed.txt", 2, "belongs to the layer of a --list"),
            CommandLineCase(
                "check a.example --list @/clean.txt --list @/low.txt --allow-list @/allowed.txt",
                2,
                "write a stack file"
            ),
            CommandLineCase(
                "check a.example --stack @/one-layer.yaml --allow-list @/allowed.txt",
                2,
                "give one of them"
            ),
            CommandLineCase(
                "check a.example --list @/ads-tags.txt",
                3,
                "@/ads-tags.txt:2:1: '||update$denyallow=a.*' is not"
            ),
            CommandLineCase("check a.example --list @/ads-tags.txt -o ndjson", 3, "+\"line\":2"),
            CommandLineCase(
                "check a.example --list @/ads-tags.txt -o ndjson",
                3,
                "+\"unsupported\":{\"denyallow-any-tld\":1}"
            ),
            CommandLineCase(
                "explain a.example --list @/ads-tags.txt",
                3,
                "@/ads-tags.txt:2:1: '||update$denyallow=a.*' is not"
            ),
            CommandLineCase(
                "explain a.example --list @/ads-tags.txt -o ndjson",
                3,
                "+\"reason\":\"denyallow-any-tld\""
            ),
            CommandLineCase(
                "explain x.example --list @/clean.txt --chains @/behind.tsv",
                0,
                "+chain: x.example → ads.example"
            ),
            CommandLineCase(
                "explain x.example --list @/clean.txt --chains @/behind.tsv --qtype A",
                0,
                "+x.example A sinkhole"
            ),
            CommandLineCase(
                "explain loop.example --list @/clean.txt --chains @/loop.tsv",
                3,
                "run in a loop or further"
            ),
            CommandLineCase("explain x.example --list @/clean.txt --chains @/chains.tsv", 2, "a chain line is"),
            CommandLineCase("check x.example --list @/clean.txt --client nonsense/33", 2, "a network is no client"),
            CommandLineCase("convert --to rpz @/client.txt", 1, "--client, --client-tag and --at write them for one"),
            CommandLineCase("convert --to rpz @/client.txt --client 192.0.2.1", 0, "+update.com IN A 0.0.0.0"),
            CommandLineCase(
                "convert --to hosts @/excepted.txt",
                1,
                "EXCEPTIONS LEFT OUT: 1 allow; what is written may block"
            ),
            CommandLineCase("convert --to adguard @/rewrites.txt", 0, "as they stand: 2"),
            CommandLineCase("replay @/queries.ndjson", 1, "+the log says blocked: a.txt:7"),
            CommandLineCase("replay Zones/demo/names.txt --what-if Zones/demo/hosts.txt", 1, "+Newly broken"),
            CommandLineCase(
                "replay Zones/demo/names.txt --list Zones/demo/hosts.txt --minus Zones/demo/hosts.txt",
                0,
                "+Newly broken\n  none\n\nFreed\n  critical"
            ),
            CommandLineCase(
                "replay @/names.txt --list Tests/Fixtures/gravity/clients.db --minus Tests/Fixtures/gravity/clients.db",
                0,
                "+Freed\n"
            ),
            CommandLineCase(
                "replay @/names.txt --list @/clean.txt --minus @/low.txt",
                2,
                "no such list; it has @/clean.txt"
            ),
            CommandLineCase(
                "replay @/names.txt --swap @/low.txt=@/clean.txt",
                2,
                "give a stack with --list or --stack"
            ),
            CommandLineCase("replay @/names.txt --list @/clean.txt --swap @/clean.txt", 2, "give two lists as A=B"),
            CommandLineCase(
                "replay @/names.txt --list @/clean.txt --list @/low.txt --what-if @/clean.txt",
                2,
                "LAYER=LIST, by its number or its name: 1 (pihole), 2 (pihole); or"
            ),
            CommandLineCase(
                "replay Zones/demo/names.txt --list @/clean.txt --list @/low.txt --what-if 2=Zones/demo/hosts.txt",
                1,
                "+Newly broken\n  critical"
            ),
            CommandLineCase(
                "replay Zones/demo/names.txt --list @/clean.txt --list @/low.txt --what-if pihole=Zones/demo/hosts.txt",
                2,
                "several layers are called so: say 1, 2"
            ),
            CommandLineCase(
                "replay Zones/demo/names.txt --list @/clean.txt --list @/low.txt --what-if blocky=Zones/demo/hosts.txt",
                1,
                "engine blocky as given"
            ),
            CommandLineCase(
                "replay Zones/demo/names.txt --list @/clean.txt --list @/low.txt --what-if 3=Zones/demo/hosts.txt",
                2,
                "the stack has 2 layers"
            ),
            CommandLineCase(
                "audit --engine squid @/one-name.txt",
                1,
                "+client: 0x80244018 WU_E_PT_HTTP_STATUS_FORBIDDEN\n"
            ),
            CommandLineCase(
                "audit --engine squidguard @/one-name.txt",
                1,
                "+HTTPS refused\n            fix: remove line 1"
            ),
            CommandLineCase("replay Zones/demo/names.txt", 3, "+nothing can be said: no answer is told"),
            CommandLineCase("replay @/absent.log", 2, "+Nothing was replayed.\n1 capture could not be read."),
            CommandLineCase("replay Zones/demo/vpn-dns.log --year 20260", 2, "give a year from 1970 to 2200"),
            CommandLineCase("replay Zones/demo/vpn-dns.log --what-if @/clean.txt", 0, "+Newly broken\n  none"),
            // Files that are no list, and lists and logs in each other's place.
            CommandLineCase("audit @/pointer.txt", 3, "a Git LFS pointer, which only stands for a file"),
            CommandLineCase("check a.example --list @/404.txt", 3, "the error of a web server"),
            CommandLineCase("check a.example --list @/pointer.txt --format regex", 0, "looks like a Git LFS pointer"),
            CommandLineCase("audit @/rejected.txt", 3, "an HTML page; was an error page"),
            CommandLineCase("audit Tests/Fixtures/logs/dnsmasq/small.log", 2, "is a log or capture (dnsmasq), and no"),
            CommandLineCase(
                "check a.example --list Tests/Fixtures/logs/unbound/unbound.log",
                2,
                "(unbound), and no list"
            ),
            CommandLineCase("replay @/hosts-list.txt", 3, "looks like a filter list (a hosts file) and no log"),
            CommandLineCase("replay @/adblock-list.txt", 0, "was read as names that are asked for; `patchway audit"),
            CommandLineCase("diff Zones/demo/vpn-dns.log", 2, "give two captures, A and B"),
            CommandLineCase("diff Zones/demo/vpn-dns.log @/absent.log", 2, "no such file"),
            CommandLineCase("diff Zones/demo/vpn-dns.log Zones/demo/vpn-dns.log", 0, "+broken in both"),
            CommandLineCase("diff Zones/demo/vpn-dns.log @/names.txt", 3, "+no update name was asked for in both"),
            CommandLineCase(
                "diff Zones/demo/vpn-dns.log Zones/demo/vpn-dns.log --format nope",
                2,
                "no such log format"
            ),
            // A line that the engine refuses is counted once; faults have columns; what was not given is not said to be.
            CommandLineCase("check a.example --list @/refused.conf", 3, "rules: 1, NOT evaluated: 1 bad-statement\n"),
            CommandLineCase("check a.example --list @/refused.conf", 3, "@/refused.conf:2:3: 'address=/a/b' is not"),
            CommandLineCase("check a.example --list @/refused.conf -o ndjson", 3, "+\"line\":2,\"column\":3,"),
            CommandLineCase(
                "check a.example --stack @/blocky.yml",
                3,
                "names, as the configuration of blocky has it; rules"
            ),
            CommandLineCase(
                "check a.example --list @/Corefile --qtype A",
                0,
                "engine coredns, the only one that reads it"
            ),
            CommandLineCase(
                "check a.example --list @/levels.txt --engine zscaler --role block",
                0,
                "zscaler as given; rules: 2\n"
            ),
            // A list that was not fetched is no rule to write an exception for.
            CommandLineCase(
                "audit --stack @/blocky.yml",
                3,
                "+fix: the list was not fetched: save https://lists.example/ads.txt"
            ),
            CommandLineCase(
                "explain a.example --stack @/blocky.yml",
                3,
                "+to decide it: the list was not fetched: save"
            ),
            CommandLineCase("convert --to unbound @/client.txt --client 192.0.2.9", 0, "rules: 2, lines: 1"),
            CommandLineCase(
                "convert --to hosts --engine unbound @/transparent.conf",
                3,
                "no rule is written: what there is"
            ),
            CommandLineCase(
                "convert --to unbound @/transparent.conf",
                0,
                "+local-zone: \"a.test.\" always_transparent"
            ),
            // Tables of verdicts.
            CommandLineCase(
                "check a.example --list @/clean.txt --qtype A -o csv",
                0,
                "+relation,element,note\na.example,A,pass,,,,,,,\n"
            ),
            CommandLineCase(
                "check c.b.example --list @/twice.txt --qtype A -o csv",
                0,
                "+pass,adguard-home,@/twice.txt,4,"
            ),
            CommandLineCase(
                "explain ads.example --list @/clean.txt -o csv",
                0,
                "+ads.example,AAAA,sinkhole,pihole,@/clean.txt,1,"
            ),
            CommandLineCase("explain 0x8024402c -o csv", 2, "give --list FILE or --stack FILE, or another -o"),
            CommandLineCase("explain 0x8024402c --list @/clean.txt -o csv", 2, "error codes are told as text"),
            CommandLineCase("audit @/clean.txt -o csv", 0, "+section,severity,name"),
            CommandLineCase("check a.example --list @/clean.txt -o xml", 2, "one of text, json, ndjson, csv"),
            // What was converted says what it is.
            CommandLineCase(
                "check b.example --list @/converted.txt --qtype A",
                0,
                "as its first line says; engine blocky, for"
            ),
            CommandLineCase("check b.example --list @/converted.txt --engine pihole", 0, "engine pihole as given"),
            CommandLineCase(
                "check b.example --list @/commands.txt",
                3,
                "commands for Pi-hole, which are run on its host"
            ),
        ]
}

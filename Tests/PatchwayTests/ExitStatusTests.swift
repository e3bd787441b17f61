import Foundation
import TestSupport
import Testing

/// A command line, its exit code, and what it says: on standard error, or on standard output when `+` comes first.
struct CommandLineCase: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var status: Int32
    var says: String

    init(_ arguments: String, _ status: Int32, _ says: String) {
        self.arguments = arguments.split(separator: " ").map {
            $0 == "EMPTY" ? "" : String($0).replacing("_9:", with: " 9:")
        }
        self.status = status
        self.says = says
    }

    var testDescription: String { arguments.joined(separator: " ") }
}

@Suite struct ExitStatusTests {
    /// Files that the command lines name, written once.
    static let files: [String: [UInt8]] = [
        "empty.txt": [], "page.html": Array("<!DOCTYPE html><html><body>404</body></html>\n".utf8),
        "tags.txt": Array("||ads.example^\n||ads$denyallow=a.*\n||track$denyallow=b.*\n".utf8),
        "only-tags.txt": Array("||ads$denyallow=a.*\n||track$denyallow=b.*\n||banner$denyallow=c.*\n".utf8),
        "comments.txt": Array("# nothing\n".utf8),
        "stars.txt": Array("*.example.com\n*.ads.example\n".utf8),
        "globs.txt": Array("ads*.example.com\n=ads.example\n*tracker*\n".utf8),
        "names.zone": Array("$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\nx.example CNAME .\n_x.example A 0.0.0.0\n".utf8),
        "pointer.txt": Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n".utf8),
        "404.txt": Array("404: Not Found".utf8), "rejected.txt": Array("<!-- x -->\n<HTML>\nno\n".utf8),
        "hosts-list.txt": Array("0.0.0.0 ads.example\n0.0.0.0 b.example\n".utf8),
        "adblock-list.txt": Array("||ads.example^\n||b.example^\n".utf8),
        "clean.txt": Array("ads.example\ntracker.example\n".utf8),
        "low.txt": Array("0.0.0.0 statsfe1.ws.microsoft.com\n".utf8),
        "bad.yaml": Array("mode: shadow\nlayers:\n  - engine: piehole\n    lists: [a]\n".utf8),
        "missing-list.yaml": Array("layers:\n  - engine: pihole\n    lists: [absent.txt]\n".utf8),
        "empty-layers.yaml": Array("mode: shadow\nlayers: []\n".utf8),
        "format.yaml": Array("layers: [{engine: pihole, lists: [{path: clean.txt, format: domains}]}]\n".utf8),
        "no-names.txt": Array("# none\n\n".utf8), "bad-names.txt": Array("a..b\nhttps://example.com/x\n".utf8),
        "twice.txt": Array("||example^\n||a.example^$important\n||b.example^\n@@||c.b.example^\n".utf8),
        "clients.zone": Array(
            "$ORIGIN z.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n24.0.2.0.192.rpz-client-ip CNAME rpz-drop.\nn.x CNAME .\n"
                .utf8
        ),
        "answers.zone": Array("$ORIGIN z.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n24.0.2.0.192.rpz-ip CNAME .\n".utf8),
        "rewrites.txt": Array("@@||a.example^$dnsrewrite\n||b.example^$dnsrewrite=192.0.2.1\n||c.example^\n".utf8),
        "client.txt": Array("||update.com^$client=192.0.2.1\n||ads.example^\n".utf8),
        "ads-tags.txt": Array("||ads.example^\n||update$denyallow=a.*\n".utf8),
        "typed-names.txt": Array("a.example A\nb.example FOO\nMar 9 x\nc.example A B\nd.example\tFOO\n".utf8),
        "one-name.txt": Array("settings-win.data.microsoft.com\n".utf8),
        "mixed-names.txt": Array("\u{FEFF}download.windowsupdate.com\n a..b\nexample.com A\n".utf8),
        "catalog.yaml": Array("endpoints: [{pattern: a}]\n".utf8), "nul.bin": [UInt8](repeating: 0, count: 4096),
        "names.txt": Array("www.example.com\nmail.example.com\nftp.example.com\n".utf8),
        "loop.tsv": Array("loop.example\tback.example\nback.example\tloop.example\n".utf8),
        "deep.tsv": Array((0..<20).map { "n\($0).example\tn\($0 + 1).example\n" }.joined().utf8),
        "deep.txt": Array("n20.example\nn99.example\n".utf8),
        "chains.tsv": Array("a.example\tb.example\nonly-owner\n".utf8),
        "hints.tsv": Array("a.example\tb.example\nb.example\tipv4hint=192.0.2.1,198.51.100.1\n".utf8),
        "bad-hints.tsv": Array("a.example\tipv4hint=192.0.2.1\nb.example\tipv4hint=2001:db8::1\n".utf8),
        "two-addresses.tsv": Array("a.example\t192.0.2.1,192.0.2.2\n".utf8),
        "typed-address.tsv": Array("a.example\tA\t192.0.2.1\n".utf8),
        "short-address.tsv": Array("a.example\t192.0.2\n".utf8),
        "settings.ini": Array("[main]\nkey = 1\nother = 2\n".utf8),
        "settings.toml": Array(
            "listen_addresses=[\"127.0.0.1:53\"]\n[blocked_names]\nblocked_names_file = \"x\"\n".utf8
        ),
        "names.p2p": Array("Foo Org: East-West:192.0.2.0-192.0.2.9\nBar Baz, Inc:198.51.100.0-198.51.100.9\n".utf8),
        "hints.txt": Array("||198.51.100.1^\n||ads.example^\n".utf8),
        "squid.conf": Array("acl ads dstdomain .ads.example\nhttp_access deny ads\n".utf8),
        "unbound.conf": Array("rpz:\n  name: block.rpz\nforward-zone:\n  name: \"corp.example\"\n".utf8),
        "Corefile": Array(".:53 {\n  acl {\n    block type A\n  }\n}\n".utf8),
        "many-faults.txt": Array(("a.example\n" + String(repeating: "a..b\n", count: 1_500)).utf8),
        "one-layer.yaml": Array("layers: [{engine: pihole, lists: [clean.txt]}]\n".utf8),
        "excepted.txt": Array("|a.example^\n|b.example^\n@@|b.example^\n".utf8),
        "allowed.txt": Array("ads.example\n".utf8),
        "open.yaml": Array("layers: [{engine: adguard-home, lists: [ads-tags.txt]}]\n".utf8),
        "remote.yaml": Array("layers:\n  - lists: [https://lists.example/ads.txt]\n".utf8),
        "behind.tsv": Array("x.example\tads.example\n".utf8),
        "queries.ndjson": Array(
            #"""
            {"kind":"query","name":"ctldl.windowsupdate.com","qtype":"A","verdict":"nxdomain","rcode":"NXDOMAIN","enforced":true,\#
            "matched":{"relation":"qname","list":"a.txt","line":7,"text":"ctldl.windowsupdate.com"}}

            """#.utf8
        ),
        "refused.conf": Array("local=/x.example/\n  address=/a/b\n".utf8),
        "transparent.conf": Array("server:\n  local-zone: a.test transparent\n".utf8),
        "levels.txt": Array(".a.example\nb.example\n".utf8),
        "converted.txt": Array("# Converted by Patchway from unbound rules for blocky\na.example\n".utf8),
        "commands.txt": Array("# Converted by Patchway from unbound rules for pihole\npihole deny a.example\n".utf8),
        "blocky.yml": Array(
            "blocking: {clientGroupsBlock: {default: [a]}, denylists: {a: ['https://lists.example/ads.txt', \"a.a\\nb.a\"]}}\n"
                .utf8
        ),
        "odd-names.txt": Array("good.example\n b,d.example\nb\\044d.example\nb\u{FC}cher.example\n".utf8),
    ]

    static func prepare() throws {
        for (name, octets) in Array(files) + Array(ProofCases.files) + Array(CoverCases.files) + Array(FaceCases.files)
        {
            _ = try Patchway.file(name, octets)
        }
        let hollow = Patchway.scratch.appendingPathComponent("hollow")
        try FileManager.default.createDirectory(at: hollow, withIntermediateDirectories: true)
    }

    static let cases: [CommandLineCase] = [
        CommandLineCase("check loop.example --list @/clean.txt --chains @/loop.tsv", 3, "run in a loop or further"),
        CommandLineCase(
            "check n0.example --list @/deep.txt --chains @/deep.tsv --qtype A",
            0,
            "+n0.example A sinkhole"
        ),
        CommandLineCase("check ads.example --list @/clean.txt --fail-on none", 1, "rules: 2"),
        CommandLineCase("check other.example --list @/clean.txt --fail-on none", 0, "rules: 2"),
        CommandLineCase(
            "check *.windowsupdate.com --list @/clean.txt",
            0,
            "a star is a label like another here; audit"
        ),
        CommandLineCase("check 1.2.3.4 4.3.2.1 --list @/clean.txt", 0, "of that spelling, for 2 names; --chains"),
        CommandLineCase("convert --to rpz --engine adguard-home @/hints.txt", 1, "LEFT OUT: 1 address"),
        CommandLineCase("convert --to blocky --engine adguard-home @/hints.txt", 0, "rules: 2"),
        CommandLineCase("convert --to hosts @/clean.txt -o @/clean.txt", 2, "is a list that is read"),
        CommandLineCase("audit --stack @/squid.conf", 2, "squid.conf: is a list and no stack: it is read as squid's"),
        CommandLineCase("check a.example --stack @/unbound.conf", 2, "read as Unbound configuration; use --list"),
        CommandLineCase("config check @/Corefile", 2, "is read as a Corefile; use --list"),
        CommandLineCase(
            "serve --upstream 127.0.0.1 --listen-tls 127.0.0.1",
            2,
            "give --tls-cert FILE and --tls-key FILE"
        ),
        CommandLineCase(
            "serve --upstream 127.0.0.1 --listen-http 192.0.2.1 --allow-remote",
            2,
            "is for a proxy on this host"
        ),
        CommandLineCase("serve --upstream tls://dns.example", 2, "is a host name; give --bootstrap ADDRESS"),
        CommandLineCase(
            "serve --listen 127.0.0.1:0 --upstream udp://dns.example --bootstrap 127.0.0.1:9",
            2,
            "upstream dns.example: its address is not known: 127.0.0.1:9: Connection refused"
        ),
        CommandLineCase("serve --upstream dns.example", 2, "with `bootstrap` a host name: udp://dns.example"),
        CommandLineCase("serve --upstream 192.0.2.1 --bootstrap dns.example", 2, "write 192.0.2.1:53 or"),
        CommandLineCase(
            "serve --upstream 192.0.2.1 --upstream-strategy quickest",
            2,
            "one of failover, fastest, parallel, round-robin"
        ),
        CommandLineCase("serve --upstream 192.0.2.1 --parallel 9", 2, "from 2 to 8"),
        CommandLineCase("serve --upstream 192.0.2.1 --fail-over-on NXDOMAIN", 2, "one of BADVERS, FORMERR, NOTIMP"),
        CommandLineCase("serve --upstream 192.0.2.1 --route corp.example", 2, "write corp.example=10.0.0.53"),
        CommandLineCase(
            "serve --upstream 192.0.2.1 --route a.example=10.0.0.1 --route A.example=10.0.0.2",
            2,
            "two routes for a.example"
        ),
        CommandLineCase("serve --upstream 192.0.2.1 --rate-limit=-1", 2, "a network gets 0 (any number)"),
        CommandLineCase("serve --upstream 127.0.0.1 --tls-key a", 2, "give --tls-cert FILE"),
        CommandLineCase(
            "serve --upstream 127.0.0.1 --listen-tls 127.0.0.1 --tls-cert absent.pem --tls-key absent.pem",
            2,
            "absent.pem: No such file or directory; a PEM file is needed"
        ),
        CommandLineCase("serve --upstream 127.0.0.1 --config @/clean.txt", 2, "it is read as a list of domain names"),
        CommandLineCase("check a.example --list @/one-layer.yaml", 2, "with layers, and no list; use --stack"),
        CommandLineCase("audit @/one-layer.yaml", 2, "with layers, and no list; use --stack"),
        CommandLineCase("convert --to rpz @/one-layer.yaml", 2, "with layers, and no list; use --stack"),
        CommandLineCase("convert --to domains --stack @/one-layer.yaml", 0, "+tracker.example"),
        CommandLineCase("convert --to domains --stack Zones/demo/patchway.yaml", 2, "has 3 layers; a list is"),
        CommandLineCase("convert --to domains --stack @/one-layer.yaml @/clean.txt", 2, "give it alone"),
        CommandLineCase("check a.example --list @/clean.txt --client-tag pc", 2, "no such tag; one of device_audio, "),
        CommandLineCase("check a.example --list @/clean.txt --client-tag device_pc", 0, "+a.example A pass"),
        CommandLineCase("check bad!name --list @/clean.txt", 2, "`bad!name`, byte 4: is no host name: none has `!`"),
        CommandLineCase("check b\u{FC}cher.example --list @/clean.txt", 2, "byte 2: is no host name; write it as"),
        CommandLineCase("check b\\033d.example --list @/clean.txt --qtype A", 0, "+b!d.example A pass"),
        CommandLineCase("check -f @/odd-names.txt --list @/clean.txt", 3, "odd-names.txt:2:3: `b,d.example` is no"),
        CommandLineCase("check -f @/odd-names.txt --list @/clean.txt", 3, "odd-names.txt:4:2: `b"),
        CommandLineCase("check -f @/odd-names.txt --list @/clean.txt", 3, "+b,d.example A pass"),
        CommandLineCase("check -f @/many-faults.txt --list @/clean.txt", 3, "more lines that are no names: 500 [not-a"),
        CommandLineCase("check -f @/many-faults.txt --list @/clean.txt -o json", 3, "+\"skipped_lines\":1500"),
        CommandLineCase("audit Tests/Fixtures/categories", 3, "+ads/domains"),
        CommandLineCase("audit Tests/Fixtures/categories", 3, "paths: holds no rule"),
        CommandLineCase("audit Tests/Fixtures/categories/update", 3, "says 'white'"),
        CommandLineCase("audit @/names.p2p", 3, "+2 rules; NOT evaluated: answer-address 2"),
        CommandLineCase("", 0, "+SUBCOMMANDS"), CommandLineCase("--help", 0, "+Exit codes"),
        CommandLineCase("--version", 0, "+."), CommandLineCase("nope", 2, "nope"),
        CommandLineCase("audit", 2, "no lists"), CommandLineCase("audit --nope", 2, "--nope"),
        CommandLineCase("audit @/absent.txt", 2, "absent.txt: no such file"),
        CommandLineCase("audit Tests/Fixtures/packets", 2, "is a directory; name the files in it, as DIR/*"),
        CommandLineCase("audit @/hollow", 2, "hollow: is an empty directory"),
        CommandLineCase("audit @/stars.txt --engine zscaler", 3, "write .example.com for *.example.com"),
        CommandLineCase("audit @/stars.txt --engine umbrella", 2, "example.com is the name and all below it"),
        CommandLineCase("audit @/globs.txt --engine pan-os", 2, "a star is the whole first label"),
        CommandLineCase("audit -v @/names.zone", 3, "`check-names: ignore` of a stack file"),
        CommandLineCase("audit @/names.zone", 3, "+-v says why"),
        CommandLineCase("audit @/empty.txt", 3, "holds no octets"),
        CommandLineCase("audit @/page.html", 3, "HTML page"), CommandLineCase("audit @/nul.bin", 3, "binary"),
        CommandLineCase("audit @/comments.txt", 3, "comments"),
        CommandLineCase("audit @/only-tags.txt", 3, "+NOT evaluated: denyallow-any-tld 3"),
        CommandLineCase("audit @/tags.txt", 3, "+No update name is known to break"),
        CommandLineCase("audit @/clean.txt", 0, "+No update name breaks"),
        CommandLineCase("audit Zones/demo/hosts.txt", 1, "+broken"),
        CommandLineCase("audit @/low.txt", 1, "+broken"),
        CommandLineCase("audit @/low.txt --fail-on medium", 0, "+broken"),
        CommandLineCase("audit @/low.txt @/absent.txt", 2, "no such file"),
        CommandLineCase("audit @/clean.txt @/absent.txt", 2, "no such file"),
        CommandLineCase("audit @/clean.txt @/empty.txt", 3, "holds no octets"),
        CommandLineCase("audit @/clean.txt --engine piehole", 2, "did you mean `pihole`?; one of dnsmasq"),
        CommandLineCase("audit @/clean.txt --engine unbound", 2, "does not read"),
        CommandLineCase("audit @/clean.txt --block-mode nope", 2, "no block mode"),
        CommandLineCase("audit @/clean.txt --fail-on nope", 2, "one of critical"),
        CommandLineCase("audit @/clean.txt --qtype NOPE", 2, "no record type"),
        CommandLineCase("audit @/clean.txt --qtype EMPTY", 2, "no record type"),
        CommandLineCase("audit @/clean.txt --qtype A,", 2, "no record type"),
        CommandLineCase("audit @/clean.txt --for nope", 2, "one of activation"),
        CommandLineCase("audit @/clean.txt --profile nope", 2, "no such profile"),
        CommandLineCase("audit @/clean.txt -o xml", 2, "one of text, json, ndjson"),
        CommandLineCase("audit @/clean.txt --names @/no-names.txt", 2, "no names in it"),
        CommandLineCase("audit @/clean.txt --names @/mixed-names.txt", 3, "mixed-names.txt:2:2: `a..b`"),
        CommandLineCase("audit @/clean.txt --catalog @/catalog.yaml", 2, "catalog.yaml:1:"),
        CommandLineCase("audit --stack @/bad.yaml", 2, "bad.yaml:3:13: engine `piehole` is not known; did you"),
        CommandLineCase("audit --stack @/missing-list.yaml", 2, "absent.txt: no such file"),
        CommandLineCase("audit --stack Zones/demo/patchway.yaml --engine pihole", 2, "names engines, formats"),
        CommandLineCase("check example.com --list @/clean.txt", 0, "+example.com A pass"),
        CommandLineCase("check ads.example --list @/clean.txt", 0, "+ads.example A sinkhole"),
        CommandLineCase("check --list @/clean.txt", 2, "no names"), CommandLineCase("check example.com", 2, "no stack"),
        CommandLineCase("check a..b --list @/clean.txt", 2, "is no domain name"),
        CommandLineCase("check https://example.com/ --list @/clean.txt", 2, "of a URL give the name alone"),
        CommandLineCase("check example.com:443 --list @/clean.txt", 2, "leave the port out"),
        CommandLineCase("check -f @/bad-names.txt --list @/clean.txt", 2, "bad-names.txt:2:7"),
        CommandLineCase("check -f @/absent.txt --list @/clean.txt", 2, "no such file"),
        CommandLineCase("check example.com --list @/absent.txt", 2, "no such file"),
        CommandLineCase("check example.com --list @/page.html", 3, "HTML page"),
        CommandLineCase("check example.com --list @/clean.txt --chains @/chains.tsv", 2, "chains.tsv:2:1"),
        CommandLineCase(
            "check example.com --list @/clean.txt --chains @/two-addresses.tsv",
            2,
            "tsv:1:11: `192.0.2.1,"
        ),
        CommandLineCase(
            "check example.com --list @/clean.txt --chains @/typed-address.tsv",
            2,
            "tsv:1:1: `a.example` begins no chain"
        ),
        CommandLineCase("check example.com --list @/clean.txt --chains @/short-address.tsv", 2, "tsv:1:11: `192.0.2`"),
        CommandLineCase("check example.com --list @/settings.toml", 2, "use --stack"),
        CommandLineCase("check example.com --list @/settings.ini", 3, "keys with values"),
        CommandLineCase("check example.com --list @/names.p2p", 3, "PeerGuardian"),
        CommandLineCase("check a.example --list @/hints.txt --chains @/hints.tsv", 0, "+a.example A pass"),
        CommandLineCase("check a.example --list @/hints.txt --chains @/hints.tsv", 0, "+HTTPS nodata  "),
        CommandLineCase(
            "check a.example --list @/hints.txt --chains @/hints.tsv",
            0,
            "+(an address hint of b.example)"
        ),
        CommandLineCase(
            "check a.example --list @/hints.txt --chains @/bad-hints.tsv",
            2,
            "hints.tsv:2:20: `2001:db8::1`"
        ),
        CommandLineCase(
            "check example.com --list @/clean.txt --engine pihole --engine unbound",
            2,
            "2 engines for 1 list"
        ),
        CommandLineCase("check example.com --list @/clean.txt --stack Zones/demo/patchway.yaml", 2, "give one of them"),
        CommandLineCase("check example.com --block-mode x --stack Zones/demo/patchway.yaml", 2, "give one of them"),
        CommandLineCase("check ads.example --stack @/format.yaml", 0, "+ads.example A sinkhole"),
        CommandLineCase("check a.example " + String(repeating: "--list x ", count: 65), 2, "at most 64"),
        CommandLineCase("check ads.example --list @/clean.txt --format domains", 0, "+ads.example A sinkhole"),
        CommandLineCase("check a.ads.example --list @/clean.txt --format dnscrypt", 0, "+a.ads.example A nodata"),
        CommandLineCase("check ads.example --list @/clean.txt --format nope", 2, "no such list format; one of dnsmasq"),
        CommandLineCase("check ads.example --list @/clean.txt --engine pihole --format rpz", 2, "does not read"),
        CommandLineCase("check ads.example --stack @/format.yaml --format domains", 2, "--role are for --list"),
        CommandLineCase("explain a.ads.example --list @/clean.txt --format dnscrypt --qtype A", 0, "+nodata"),
        CommandLineCase("explain ads.example --list @/clean.txt --format nope", 2, "no such list format"),
        CommandLineCase("check a.b --list @/clean.txt --at Monkey_9:00", 2, "write a day and a time"),
        CommandLineCase("config check @/empty-layers.yaml", 2, "empty-layers.yaml:2:9: layers is empty; write a layer"),
        CommandLineCase("check a.b --stack @/empty-layers.yaml", 2, "2:9: layers is empty"),
        CommandLineCase("check --list @/clients.zone a.b -o ndjson", 3, "+\"undecided_client_address_rules\":1"),
        CommandLineCase("check --list @/answers.zone a.b -o ndjson", 3, "+\"undecided_answer_address_rules\":1"),
        CommandLineCase("check --list @/answers.zone a.b --qtype TXT -o ndjson", 0, "+_answer_address_rules\":0"),
        CommandLineCase("check --help", 0, "+none is the lowest"),
        CommandLineCase("audit --help", 0, "+none is the lowest"),
        CommandLineCase("replay --help", 0, "+none is the lowest"), CommandLineCase("replay", 2, "no captures"),
        CommandLineCase("replay @/absent.txt", 2, "no such file"),
        CommandLineCase("replay @", 2, "is a directory"), CommandLineCase("replay @/empty.txt", 3, "holds no octets"),
        CommandLineCase("replay @/page.html", 3, "log format"),
        CommandLineCase("replay @/names.txt --format nope", 2, "--format nope"),
        CommandLineCase("replay @/names.txt --fail-on nope", 2, "one of critical"),
        CommandLineCase("replay @/names.txt", 0, "+no update name was asked for"),
        CommandLineCase("replay @/names.txt @/absent.txt", 2, "no such file"),
        CommandLineCase("replay Zones/demo/vpn-dns.log", 1, "+As observed"),
        CommandLineCase("replay Zones/demo/names.txt --list Zones/demo/hosts.txt", 1, "+Under the stack"),
        CommandLineCase("explain", 2, "subject"), CommandLineCase("explain 0x8024402c", 0, "+0x8024402C"),
        CommandLineCase("explain 8024402C", 0, "+0x8024402C"), CommandLineCase("explain -2145107924", 0, "+0x8024402C"),
        CommandLineCase("explain -- -2145107924", 0, "+0x8024402C"),
        CommandLineCase("explain -2145107924 -o ndjson", 0, "+\"code\":\"0x8024402C\""),
        CommandLineCase("explain -o ndjson -2145107924", 0, "+\"code\":\"0x8024402C\""),
        CommandLineCase("explain -99999999999", 2, "no 32-bit error code"),
        CommandLineCase("explain 0x12345678", 3, "+not in the table"),
        CommandLineCase("explain 0xnope", 2, "no 32-bit error code"),
        CommandLineCase("explain 0x8024402c --list @/clean.txt", 0, "+0x8024402C"),
        CommandLineCase("explain download.windowsupdate.com", 0, "+windows-update"),
        CommandLineCase("explain example.com", 3, "no known error code or symbol, and no name of the catalog"),
        CommandLineCase("explain wu_e_no_connection 0x8024402c", 0, "+0x8024402C"),
        CommandLineCase("check --list @/ads-tags.txt update.com --qtype A", 3, "could not be evaluated: 1"),
        CommandLineCase("check --list @/client.txt update.com --qtype A", 3, "+unsupported"),
        CommandLineCase("check --list @/client.txt update.com --qtype A --client 192.0.2.1", 0, "+sinkhole"),
        CommandLineCase("check --list @/client.txt update.com --qtype A --client 192.0.2.2", 0, "+pass"),
        CommandLineCase("explain --list @/twice.txt a.example --qtype A", 0, "+twice.txt:2 and"),
        CommandLineCase("explain --list @/twice.txt a.example --qtype A", 0, "+twice.txt:1 it is pass"),
        CommandLineCase("explain --list @/twice.txt c.b.example --qtype A -o ndjson", 0, "+\"verdict\":\"sinkhole\"}"),
        CommandLineCase("check --list @/clients.zone a.b --qtype A", 3, "--client ADDRESS decides"),
        CommandLineCase("check --list @/clients.zone a.b --qtype A --client 192.0.2.1", 0, "+drop"),
        CommandLineCase("check --list @/clients.zone a.b --qtype A --client 192.0.3.1", 0, "+pass"),
        CommandLineCase("audit @/clients.zone", 3, "+client-address 1"),
        CommandLineCase("audit @/clients.zone --client 192.0.2.1", 1, "+remove line 4"),
        CommandLineCase("check --list @/client.txt a.b --client 192.0.2.500", 2, "no address"),
        CommandLineCase("explain --list @/client.txt update.com --qtype A", 3, "+queries from 192.0.2.1/32"),
        CommandLineCase("check --list @/client.txt a.b --client 192.0.2.1 --client 192.0.2.2", 2, "a second address"),
        CommandLineCase("check -f @/typed-names.txt --list @/clean.txt", 3, "typed-names.txt:2:11: `FOO` is no record"),
        CommandLineCase("check -f @/typed-names.txt --list @/clean.txt", 3, "typed-names.txt:3:5: `9` is no record"),
        CommandLineCase("check -f @/typed-names.txt --list @/clean.txt", 3, "typed-names.txt:4:13: `B` is too much"),
        CommandLineCase("check -f @/typed-names.txt --list @/clean.txt", 3, "typed-names.txt:5:11: `FOO` is no record"),
        CommandLineCase(
            "check --list Zones/demo/hosts.txt fe2.update.microsoft.com --qtype A",
            0,
            "--known-chains does"
        ),
        CommandLineCase(
            "check --list Zones/demo/hosts.txt fe2.update.microsoft.com --qtype A --known-chains",
            0,
            "+sinkhole"
        ),
        CommandLineCase(
            "check --list Zones/demo/hosts.txt settings-win.data.microsoft.com --qtype A --fail-on medium",
            1,
            "+sinkhole"
        ),
        CommandLineCase("replay @/one-name.txt --list Zones/demo/hosts.txt --engine dnsmasq", 1, "+settings-win"),
        CommandLineCase("convert --to rpz @/clean.txt --block-mode nxdomain", 0, "+ads.example CNAME ."),
        CommandLineCase("convert --to hosts @/clean.txt", 0, "rules: 2, lines: 2"),
        CommandLineCase("convert --to hosts @/tags.txt", 3, "tags.txt:1:1: '||ads.example^' is left out"),
        CommandLineCase("convert --to adguard @/tags.txt", 3, "not written: 2"),
        CommandLineCase("convert --to unbound @/clean.txt -o @/none/x", 2, "cannot be written"),
        CommandLineCase("convert --to nope @/clean.txt", 2, "one of rpz, unbound"),
        CommandLineCase("convert --to rpz", 2, "no lists"), CommandLineCase("convert @/clean.txt", 2, "--to"),
        CommandLineCase("convert --to rpz --allowing @/clean.txt", 2, "keeps all rules in one file"),
        CommandLineCase("convert --to rpz @/absent.txt", 2, "no such file"),
        CommandLineCase("convert --to rpz @/page.html", 3, "HTML page"),
        CommandLineCase("catalog list", 0, "+endpoints"),
        CommandLineCase("catalog list -o json", 0, "+\"kind\":\"summary\""),
        CommandLineCase("catalog show download.windowsupdate.com", 0, "+chain: "),
        CommandLineCase("catalog show example.com", 3, "+not a name of the catalog"),
        CommandLineCase("catalog lint Zones/catalog/windows-update.yaml", 0, "+, 0 errors"),
        CommandLineCase("catalog lint @/catalog.yaml", 2, "+error: @/catalog.yaml:1:"),
        CommandLineCase("catalog lint @/absent.txt", 2, "no such file"),
        CommandLineCase("config check Zones/demo/patchway.yaml", 0, "+layers: 3"),
        CommandLineCase("config check @/bad.yaml", 2, "bad.yaml:3:13: "),
        CommandLineCase("config check @/missing-list.yaml", 2, "absent.txt: no such file"),
        CommandLineCase("config check @/absent.txt", 2, "no such file"),
    ]

    @Test(arguments: cases + StackOptionCases.all + ProofCases.all + CoverCases.all + FaceCases.all)
    func exitCode(_ line: CommandLineCase) throws {
        try Self.prepare()
        let folder = Patchway.scratch.path
        let result = try Patchway.run(line.arguments.map { $0.hasPrefix("@") ? folder + $0.dropFirst() : $0 })
        #expect(result.status == line.status, "\(result.errors)\(result.output.prefix(400))")
        let isOutput = line.says.hasPrefix("+")
        let says = (isOutput ? String(line.says.dropFirst()) : line.says).replacingOccurrences(of: "@", with: folder)
        #expect(
            (isOutput ? result.output : result.errors).contains(says),
            "\(result.errors)\(result.output.prefix(400))"
        )
    }

    /// In machine formats the reason is part of the stream, which stays whole.
    @Test(arguments: ["absent.txt", "empty.txt", "page.html", "nul.bin"])
    func whatCannotBeReadIsARecord(name: String) throws {
        try Self.prepare()
        for command in ["audit", "replay"] {
            let path = Patchway.scratch.appendingPathComponent(name).path
            let result = try Patchway.run([command, path, "-o", "json"])
            #expect(result.status == (name == "absent.txt" ? 2 : 3))
            let records = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
            let found = try #require(records)
            #expect(found.contains { $0["kind"] as? String == "diagnostic" && $0["path"] as? String == path })
            #expect(found.last?["kind"] as? String == "summary")
        }
    }
}

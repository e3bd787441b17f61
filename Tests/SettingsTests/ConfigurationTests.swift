import DNS
import Policy
import Resolver
import Settings
import Testing
import TextScan

@Suite struct ConfigurationTests {
    static func faults(_ text: String) -> [String] {
        ConfigurationYAML.parse(Array(text.utf8), path: "c.yaml").diagnostics.map {
            "\($0.line ?? 0):\($0.column ?? 0) \($0.reason)"
        }
    }

    static let layer = "layers:\n  - engine: pihole\n    lists: [a.txt]\n"

    @Test(arguments: [
        ("", ["1:1 empty"]), ("# nothing\n", ["1:1 empty"]), ("hello", ["1:1 wrong-type"]),
        ("- a", ["1:1 wrong-type"]),
        ("mode: shadow", []), ("mode: shadwo", ["1:7 unknown-word"]), ("mode: [shadow]", ["1:7 wrong-type"]),
        ("mode: ''", ["1:7 empty"]), ("mood: shadow", ["1:1 unknown-key"]),
        ("mode: shadow\nmode: enforce", ["1:1 yaml-syntax"]),
        ("workers: 4", []), ("workers: 0", ["1:10 bad-number"]), ("workers: many", ["1:10 bad-number"]),
        ("workers: 257", ["1:10 bad-number"]), ("workers: 1.5", ["1:10 bad-number"]),
        ("cache: 64MiB", []), ("cache: 64 MiB", []), ("cache: 0", []), ("cache: 6 4MiB", ["1:8 bad-number"]),
        ("cache: 64MB", ["1:8 bad-number"]), ("cache: -1", ["1:8 bad-number"]), ("cache: 65GiB", ["1:8 bad-number"]),
        ("cache: 99999999999999999999GiB", ["1:8 bad-number"]),
        ("listen: 127.0.0.1:5353", []), ("listen: ['[::1]:53', ':53', '::1', 10.0.0.1#5300]", []),
        ("listen-tls: 127.0.0.1\ntls-cert: a.pem\ntls-key: b.pem", []),
        ("listen-https: [127.0.0.1, '[::1]:8443']\nlisten-http: 127.0.0.1", []),
        ("listen-https: https://127.0.0.1", ["1:15 bad-address"]),
        ("listen-tls: dns.example", ["1:13 bad-address"]),
        ("listen: localhost:53", ["1:9 bad-address"]), ("listen: [127.0.0.1:99999]", ["1:10 bad-address"]),
        ("listen: [127.0.0.1:0, '[::1', 1.2.3.4]", ["1:23 bad-address"]),
        ("upstreams:\n  - 192.0.2.1\n  - dns.example\n", ["3:5 bad-address"]),
        ("upstreams: [192.0.2.1, 'tcp://[2001:db8::1]', tls://192.0.2.1, tls://192.0.2.1:8853#dns.example]", []),
        ("upstreams: [tls://dns.example]", ["1:13 missing-key"]),
        ("upstreams: [tls://dns.example, 'https://dns.example:8443/q', udp://a.example]\nbootstrap: 192.0.2.1", []),
        ("upstreams: [dns.example]\nbootstrap: 192.0.2.1", ["1:13 bad-address"]),
        (
            "upstreams: [tls://192.0.2, udp://a.example:x, tls://a.example#b.example]\nbootstrap: 192.0.2.1",
            ["1:13 bad-address", "1:28 bad-address", "1:47 bad-address"]
        ),
        ("bootstrap: [192.0.2.1, '[2001:db8::1]:53']", []), ("bootstrap: dns.example", ["1:12 bad-address"]),
        ("routes: {corp.example: tls://dns.corp.example}", ["1:24 missing-key"]),
        ("upstreams: [quic://192.0.2.1]", ["1:13 bad-address"]),
        ("upstreams: [tls://192.0.2.1#]", ["1:13 bad-address"]),
        ("upstreams: [tcp://192.0.2.1#a]", ["1:13 bad-address"]),
        ("upstreams: [tls://192.0.2.1#192.0.2.1]", ["1:13 bad-address"]),
        ("upstreams: ['tls://#a']", ["1:13 bad-address"]),
        ("upstreams: [https://192.0.2.1, 'https://[2001:db8::1]:8443/q#dns.example']", []),
        ("upstreams: [https://dns.example/dns-query]", ["1:13 missing-key"]),
        ("upstreams: [https://192.0.2.1/a?b]", ["1:13 bad-address"]),
        ("upstreams: {a: b}", ["1:12 wrong-type"]),
        ("upstream-strategy: fastest", []), ("upstream-strategy: quickest", ["1:20 unknown-word"]),
        ("upstream-strategy: parallel\nparallel: 3", []), ("parallel: 3", []),
        ("upstream-strategy: fastest\nparallel: 3", ["2:11 wrong-key"]), ("parallel: 1", ["1:11 bad-number"]),
        ("parallel: 9", ["1:11 bad-number"]), ("upstream-strategy: [fastest]", ["1:20 wrong-type"]),
        ("{dnssec: validate, trust-anchor: root.key, insecure-names: [corp.example]}", []),
        ("dnssec: yes", ["1:9 unknown-word"]), ("insecure-names: [a..b]", ["1:18 bad-name"]),
        ("{probe: 0, user: patchway}", []), ("probe: -1", ["1:8 bad-number"]),
        ("dnstap: [unix:/run/tap, out.tap, 'tcp:127.0.0.1:6000']", []), ("dnstap: tcp:nowhere", ["1:9 bad-target"]),
        ("layers: [{lists: [{url: 'https://lists.example/a', path: a.txt}]}]", []),
        ("layers: [{lists: [{url: 'ftp://lists.example/a', path: a.txt}]}]", ["1:25 bad-address"]),
        ("layers: [{lists: [{url: 'https://lists.example/a'}]}]", ["1:19 missing-key"]),
        ("compare: 192.0.2.9", []), ("compare: [192.0.2.9, 'tls://192.0.2.10#a.example']", []),
        ("compare: [dns]", ["1:11 bad-address"]), ("compare: tls://dns.example", ["1:10 missing-key"]),
        ("fail-over-on: [SERVFAIL, REFUSED]", []), ("fail-over-on: []", []), ("fail-over-on: REFUSED", []),
        ("fail-over-on: [SERVFAIL, NXDOMAIN]", ["1:26 unknown-word"]), ("fail-over-on: 2", ["1:15 unknown-word"]),
        ("routes: {corp.example: 10.0.0.53, 10.in-addr.arpa: [10.0.0.53, 'tls://10.0.0.54#a.example']}", []),
        ("routes: {corp.example: default, a.example: {upstreams: 10.0.0.53, strategy: fastest, fall-back: yes}}", []),
        ("routes:\n  corp..example: 10.0.0.53\n", ["2:3 bad-name"]),
        ("routes:\n  corp.example: 10.0.0.53\n  Corp.Example.: 10.0.0.54\n", ["3:3 repeated-name"]),
        ("routes:\n  corp.example: []\n", ["2:17 empty"]), ("routes:\n  corp.example: intern\n", ["2:17 bad-address"]),
        ("routes:\n  corp.example: {strategy: fastest}\n", ["2:17 missing-key"]),
        ("routes:\n  corp.example: {upstreams: [10.0.0.53], fallback: yes}\n", ["2:42 unknown-key"]),
        ("routes:\n  corp.example: {upstreams: [10.0.0.53], strategy: random}\n", ["2:52 unknown-word"]),
        ("routes: [corp.example]", ["1:9 wrong-type"]), ("routes: corp.example", ["1:9 wrong-type"]),
        ("allow: [10.0.0.0/8, 'fd00::/8', 192.0.2.7]", []), ("allow: 10.0.0.0/8", []),
        ("allow: [10.0.0.0/33]", ["1:9 bad-range"]), ("allow: [everyone, 10.0.0.0/8]", ["1:9 bad-range"]),
        (
            "allow: ['fd00::/129', 10.0.0.0/, 10.0.0.0/+8, 1/2/3]",
            ["1:9 bad-range", "1:23 bad-range", "1:34 bad-range", "1:47 bad-range"]
        ),
        ("allow-remote: yes", []), ("allow-remote: maybe", ["1:15 wrong-type"]), ("log-all: 1", ["1:10 wrong-type"]),
        ("stale: 0\nprefetch: no\nmax-ttl: 3600\nmax-negative-ttl: 60\nanswer-without-rd: no", []),
        ("break-dnssec: yes", []), ("break-dnssec: sometimes", ["1:15 wrong-type"]),
        ("why: no", []), ("why: because", ["1:6 wrong-type"]), ("rate-limit: 0", []), ("rate-limit: 200", []),
        ("rate-limit: -1", ["1:13 bad-number"]),
        ("rate-limit: 20/s", ["1:13 bad-number"]),
        ("stale: -1", ["1:8 bad-number"]), ("stale: 8 days", ["1:8 bad-number"]), ("prefetch: 2", ["1:11 wrong-type"]),
        ("max-negative-ttl: 700000", ["1:19 bad-number"]), ("stop-rebinding: perhaps", ["1:17 wrong-type"]),
        ("stop-rebinding: yes\nprivate-names: [corp.example, 10.in-addr.arpa]", []),
        ("private-names: corp.example", []), ("private-names: [corp..example, a]", ["1:17 bad-name"]),
        ("capture: [a]", ["1:10 wrong-type"]), ("catalog: ''", ["1:10 empty"]),
        ("layers: a.txt", ["1:9 wrong-type"]), ("layers: [a.txt]", ["1:10 wrong-type"]),
        (layer, []),
        ("layers:\n  - engine: pihole\n", ["2:5 missing-key"]),
        ("layers:\n  - engine: piehole\n    lists: [a]\n", ["2:13 unknown-word"]),
        ("layers:\n  - lists: []\n", ["2:12 empty"]), ("layers:\n  - lists: a.txt\n", ["2:12 wrong-type"]),
        ("layers:\n  - lists: [a]\n    list: b\n", ["3:5 unknown-key"]),
        ("layers:\n  - engine: pihole\n    block-mode: nope\n    lists: [a]\n", ["3:17 unknown-word"]),
        ("layers:\n  - block-mode: nxdomain\n    lists: [a]\n", ["2:17 missing-key"]),
        (
            "layers:\n  - engine: adguard-home\n    block-addresses: [192.0.2.1, '::']\n    block-mode: custom_ip\n    lists: [a]\n",
            []
        ),
        ("layers:\n  - engine: adguard-home\n    block-addresses: [x]\n    lists: [a]\n", ["3:23 bad-address"]),
        ("layers:\n  - schedules: {x: {mon: [{after: '21:00', before: '7:00'}]}}\n    lists: [a]\n", []),
        (
            "layers:\n  - schedules: {x: {mon: [{after: '24:00', before: '7:00'}], may: []}}\n    lists: [a]\n",
            ["2:62 unknown-key", "2:35 bad-time"]
        ),
        ("layers:\n  - schedules: {x: {mon: [{after: '21:00'}]}}\n    lists: [a]\n", ["2:27 missing-key"]),
        (
            "layers:\n  - engine: blocky\n    clients: {default: [ads], '192.0.2.0/24': kids}\n    lists: [{path: a, groups: [ads]}]\n",
            []
        ),
        ("layers:\n  - engine: blocky\n    lists: [{path: a, groups: ads}]\n", ["2:5 missing-key"]),
        ("layers:\n  - engine: pihole\n    clients: {default: ads}\n    lists: [a]\n", ["2:5 wrong-engine"]),
        // A wrong engine is one fault, not two.
        ("layers:\n  - engine: x\n    block-mode: nxdomain\n    lists: [a]\n", ["2:13 unknown-word"]),
        ("layers:\n  - lists: [{role: block}]\n", ["2:13 missing-key"]),
        ("layers:\n  - lists: [{path: ''}]\n", ["2:20 empty"]),
        ("layers:\n  - lists: [{path: a, role: bloc}]\n", ["2:29 unknown-word"]),
        ("layers:\n  - lists: [{path: a, format: hosts}]\n", []),
        ("layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defpol: Custom, defcontent: w.yy}]\n", []),
        (
            "layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defpol: Drop, defpol-override-local-data: no}]\n", []
        ),
        ("layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defpol: Custom}]\n", ["3:31 missing-key"]),
        ("layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defpol: NxDomain}]\n", ["3:31 unknown-word"]),
        ("layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defcontent: w.yy}]\n", ["3:35 missing-key"]),
        ("layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defpol: Drop, defcontent: w}]\n", ["3:49 unused-key"]),
        ("layers:\n  - engine: bind-rpz\n    lists: [{path: a, defpol: Drop}]\n", ["3:12 wrong-engine"]),
        ("layers:\n  - engine: bind-rpz\n    lists: [{path: a, policy-name: x}]\n", ["3:12 wrong-engine"]),
        (
            "layers:\n  - engine: pdns-rpz\n    lists: [{path: a, policy-name: x, tags: [y], zone-size-hint: 9}]\n", []
        ),
        (
            "layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defpol: Custom, defcontent: w, defttl: 9}]\n", []
        ),
        (
            "layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defpol: Custom, defcontent: w, defttl: x}]\n",
            ["3:62 bad-number"]
        ),
        ("layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defpol: Drop, defttl: 9}]\n", ["3:45 unused-key"]),
        ("layers:\n  - engine: pdns-rpz\n    lists: [{path: a, defttl: 9}]\n", ["3:31 missing-key"]),
        ("layers:\n  - engine: pdns-rpz\n    lists: [{path: a, max-ttl: 9}]\n", ["3:32 not-evaluated"]),
        (
            "layers:\n  - engine: pdns-rpz\n    lists: [{path: a, extended-error-code: 15}]\n",
            ["3:44 not-evaluated"]
        ),
        ("layers:\n  - lists: [{path: a, format: host}]\n", ["2:31 unknown-word"]),
        ("layers:\n  - lists: [{path: a, size: 1}]\n", ["2:23 unknown-key"]),
        ("layers:\n  - lists: [a]\n    mode: protect\n", []),
        ("layers:\n  - lists: [a]\n    mode: on\n", ["3:11 unknown-word"]),
        (
            "groups: {kids: {clients: [10.0.0.0/8, 'fd00::/8'], layers: [x]}, default: {layers: []}}\nlayers: [{name: x, lists: [a]}]",
            []
        ),
        (
            "groups: {kids: {layers: x, hours: {mon: [{after: '6:00', before: '21:00'}]}}}\nlayers: [{name: x, lists: [a]}]",
            []
        ),
        ("groups: {kids: {clients: 10.0.0.1}}", ["1:16 missing-key"]),
        ("groups: {kids: {layers: [y]}}\nlayers: [{name: x, lists: [a]}]", ["1:26 no-such-layer"]),
        ("groups: {kids: {clients: [laptop], layers: []}}", ["1:27 bad-range"]),
        ("groups: {default: {clients: 10.0.0.1, layers: []}}", ["1:20 unknown-key"]),
        (
            "groups:\n  a: {clients: 10.0.0.0/8, layers: []}\n  b: {clients: [10.0.0.0/8], layers: []}\n",
            ["3:6 two-groups"]
        ),
        ("groups: [kids]", ["1:9 wrong-type"]),
        ("layers:\n  - lists: [a\nmode: shadow\n", ["2:12 yaml-syntax"]),
    ])
    func faultsHaveTheirPlace(text: String, expected: [String]) {
        // The column of a fault that the YAML reader found is that reader's business.
        let found = Self.faults(text)
        if expected.first?.hasSuffix("yaml-syntax") == true {
            #expect(found.first?.hasSuffix("yaml-syntax") == true && found.first?.hasPrefix("0:") == false, "\(found)")
        } else {
            #expect(found == expected)
        }
    }

    @Test(arguments: [
        ("layers:\n  - lists: [hosts\n", "2:12", "did not find expected"),
        ("layers:\n  - lists: [hosts]\n    engine: pihole\n    engine: dnsmasq\n", "4:5", "keep one"),
        ("layers:\n\t- lists: [hosts]\n", "2:1", "indent with blanks, not tabs"),
        ("mode: @shadow\n", "1:7", "put quotes around"),
    ])
    func brokenYAMLIsOneFaultWithAHint(text: String, place: String, words: String) {
        let found = ConfigurationYAML.parse(Array(text.utf8), path: "x").diagnostics
        #expect(found.count == 1)
        #expect(found.first.map { "\($0.line ?? 0):\($0.column ?? 0)" } == place)
        #expect(found.first?.text.contains(words) == true, "\(found)")
    }

    /// AdGuard Home's own configuration is said to be that, and not taken for Blocky's, which has some of its keys.
    @Test(arguments: [
        "http: {}\ndns: {}\nuser_rules:\n  - '||a.example^'\n", "filtering: {}\nquerylog: {}\nschema_version: 29\n",
        "upstreams:\n  groups: {}\nwhitelist_filters: []\n",
    ])
    func adGuardHome(text: String) {
        let (configuration, diagnostics) = ConfigurationYAML.parse(Array(text.utf8), path: "AdGuardHome.yaml")
        #expect(configuration.layers.isEmpty)
        #expect(diagnostics.map(\.reason) == ["adguard-home"])
    }

    @Test func allFaultsAreReportedAtOnceAndTheRestIsKept() {
        let text = "mode: shadwo\nworkers: 4\nlisten: [nowhere, 127.0.0.1:5353]\n" + Self.layer
        let (configuration, diagnostics) = ConfigurationYAML.parse(Array(text.utf8), path: "c.yaml")
        #expect(diagnostics.map(\.line) == [3, 1] || diagnostics.map(\.line) == [1, 3])
        #expect(configuration.mode == nil)
        #expect(configuration.workers == 4)
        #expect(configuration.listen.map(\.description) == ["127.0.0.1:5353"])
        #expect(configuration.layers.map(\.engine) == [.pihole])
    }

    @Test func aStackHasAtMost64Layers() {
        let text = "layers:\n" + String(repeating: "  - lists: [a]\n", count: 65)
        #expect(Self.faults(text) == ["66:5 too-many"])
        #expect(Self.faults("layers:\n" + String(repeating: "  - lists: [a]\n", count: 64)).isEmpty)
    }

    @Test(arguments: [
        ("c.yaml", "a.txt", "a.txt"), ("etc/c.yaml", "a.txt", "etc/a.txt"),
        ("/etc/c.yaml", "../a.txt", "/etc/../a.txt"),
        ("etc/c.yaml", "/a.txt", "/a.txt"), ("etc/c.yaml", "-", "-"),
    ])
    func pathsAreRelativeToTheFile(file: String, path: String, expected: String) {
        let text = "layers: [{lists: ['\(path)']}]\ncatalog: '\(path)'\n"
        let configuration = ConfigurationYAML.parse(Array(text.utf8), path: file).configuration
        #expect(configuration.layers.first?.lists.map(\.path) == [expected])
        #expect(configuration.catalog == expected)
    }

    @Test func everyModeAndEngineAndBlockModeIsRead() {
        for mode in ServingMode.allCases { #expect(Self.faults("mode: \(mode.rawValue)").isEmpty) }
        for engine in Engine.allCases {
            for mode in engine.profile.blockModes {
                let text = "layers:\n  - engine: \(engine.rawValue)\n    block-mode: \(mode.name)\n    lists: [a]\n"
                #expect(Self.faults(text).isEmpty)
            }
            for format in engine.profile.formats {
                #expect(Self.faults("layers: [{lists: [{path: a, format: \(format)}]}]").isEmpty)
            }
        }
    }

    /// What is odd, and yet a configuration with nothing but keys that it does not know, or a long path.
    private static let readable = ["byte order mark", "carriage returns", "huge scalar", "bell in quotes"]

    @Test func whereToForwardIsRead() {
        let text = """
            upstreams: [192.0.2.1, 192.0.2.2]
            upstream-strategy: round-robin
            fail-over-on: [REFUSED]
            routes:
              corp.example: {upstreams: [10.0.0.53, 10.0.0.54], strategy: parallel, parallel: 4, fall-back: yes}
              www.corp.example: default
            """
        let (configuration, faults) = ConfigurationYAML.parse(Array(text.utf8), path: "c.yaml")
        #expect(faults.isEmpty)
        #expect(configuration.asking.strategy == .roundRobin)
        #expect(configuration.asking.failOverCodes == [.refused])
        #expect(configuration.routes.map(\.name.description) == ["corp.example", "www.corp.example"])
        #expect(configuration.routes.map(\.upstreams.count) == [2, 0])
        #expect(configuration.routes.map(\.fallsBack) == [true, false])
        let asking = configuration.routes[0].asking.over(configuration.asking)
        #expect(asking.strategy == .parallel && asking.width == 4 && asking.failOverCodes == [.refused])
        #expect(configuration.routes[1].asking.over(configuration.asking) == configuration.asking)
    }

    @Test(arguments: [
        ("corp.example=10.0.0.53", 1), ("corp.example=10.0.0.53,tls://10.0.0.54#a.example", 2),
        ("corp.example=default", 0),
        ("corp.example", nil), ("corp..example=10.0.0.53", nil), ("corp.example=", nil),
        ("corp.example=10.0.0.53,", nil),
        ("corp.example=10.0.0.53,default", nil), ("=10.0.0.53", nil),
    ])
    func routesInOneArgument(text: String, count: Int?) {
        #expect(Configuration.Route(text)?.upstreams.count == count)
    }

    @Test(arguments: HostileYAMLTests.bombs)
    func survives(name: String, text: String) {
        let diagnostics = ConfigurationYAML.parse(Array(text.utf8), path: "c.yaml").diagnostics
        #expect(!diagnostics.isEmpty || Self.readable.contains(name))
        for diagnostic in diagnostics {
            #expect(diagnostic.text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "must be safe to print")
            #expect(diagnostic.text.utf8.count < 2000)
        }
    }
}

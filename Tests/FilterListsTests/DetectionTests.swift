import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// What a file is taken for, and what is never taken for a list.
@Suite struct DetectionTests {
    /// The id of the format, or of the error.
    private func outcome(_ octets: [UInt8], _ path: String = "x.txt", engine: Engine? = nil) -> String {
        do throws(ListError) {
            let loaded = try LayerLoader.load([ListInput(path: path, octets: octets)], engine: engine)
            return "\(loaded.reports[0].format) \(loaded.reports[0].engine.rawValue)"
        } catch {
            return error.id
        }
    }

    @Test(arguments: [
        ("0.0.0.0 a.example\n0.0.0.0 b.example\n", "hosts pihole"), ("a.example\nb.example\n", "domains pihole"),
        ("# only\na.example # note\n", "domains pihole"), ("*.a.example\nb.example\n", "wildcard blocky"),
        ("||a.example^\n@@||b.example^\nc.example\n", "adblock adguard-home"),
        ("address=/a.example/#\nport=53\n", "dnsmasq dnsmasq"),
        ("server:\nlocal-zone: \"a.example\" static\n", "unbound unbound"),
        ("$TTL 5\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\na.example CNAME .\n", "rpz bind-rpz"),
        ("ads.*\n=a.example\n*x*\nb.example\n", "dnscrypt dnscrypt-proxy"),
        ("-- x\nnewServer(\"192.0.2.1\")\naddAction(\"a.example\", DropAction())\n", "dnsdist dnsdist"),
        ("s = newSuffixMatchNode()\ns:add({\n  \"a.example\",\n})\naddAction(s, DropAction())\n", "dnsdist dnsdist"),
        ("-- x\nmodules = { 'policy' }\npolicy.add(policy.all(policy.DENY))\n", "kresd knot-policy"),
        (".a.example\n.b.example # x\nc.example\n", "squid squid"),
        ("a.example;\nb.example;\n", "proxifier proxifier"),
        ("^ad\\.\n(a|b)\\.example$\n", "regex pihole"), ("192.0.2.1\n192.0.2.0/24\n", "addresses packet-filter"),
        ("a.example/path\nb.example/x/y\n", "format-not-supported"),
        ("full:a.example\nb.example @cn\n", "v2fly v2ray"),
        ("zone \"a.example\" { type master; };\n", "bind-zones bind-zones"),
        ("{\"denied-remote-hosts\": [\"a.example\"]}", "lsrules little-snitch"),
        ("x:192.0.2.1-192.0.2.9\n", "p2p packet-filter"),
        ("a.example 192.0.2.1\nb.example c.example\n", "ambiguous-format"),
        ("a,b,c,d\n1,2,3,4\n", "format-not-supported"),
        ("white\nblack\n", "format-not-supported"),
        (String(repeating: "0123456789abcdef", count: 4), "format-not-supported"),
        ("{\"a\": 1}", "not-a-list"), ("<!DOCTYPE html>\n<html></html>", "not-a-list"),
        ("<?xml version=\"1.0\"?><x/>", "not-a-list"),
        ("-----BEGIN PGP SIGNATURE-----\niHUE\n", "not-a-list"), ("# only\n! comments\n\n", "no-rules"),
        ("|a.example^$dnsrewrite=NOERROR;CNAME;b.example\n", "adblock adguard-home"),
        ("this is prose, not a list\nof anything at all\n", "format-not-recognised"), ("", "empty-input"),
        ("rpz:\n  name: block.rpz\n  zonefile: /x\n", "unbound unbound"),
        ("rpz:\n  name: block.rpz\nforward-zone:\n  name: a.example\n", "unbound unbound"),
        ("server:\n  verbosity: 1\n  port: 53\n", "no-rules"),
        ("a.example\n*.b.example\n/(?i)re[0-9]+/\n/x/\n", "wildcard blocky"),
        ("0.0.0.0 h.example\n*.b.example\n/x/\n/y/\n", "wildcard blocky"), ("/x/\n/y[0-9]/\n", "ambiguous-format"),
        ("||a.example^\n/x/\n/y/\n", "adblock adguard-home"),
        ("forward-zone:\n  name: \".\"\n  forward-addr: 192.0.2.1\n", "no-rules"),
        ("stub-zone:\n  name: \"corp.example\"\n  stub-addr: 192.0.2.1\n", "unbound unbound"),
        ("server:\n  access-control: 192.0.2.0/24 allow\n", "no-rules"),
        ("http_access allow localhost manager\nhttp_access deny all\nhttp_port 3128\n", "squid-conf squid"),
        ("http_access deny to_localhost\n", "squid-conf squid"),
        ("blocking:\n  denylists:\n    ads:\n      - https://a.example/x\n", "format-not-supported"),
        ("include \"/etc/bind/named.conf.options\";\n// x\ninclude \"/etc/bind/named.conf.local\";\n", "no-rules"),
        ("options {\n  directory \"/var/cache/bind\";\n  listen-on-v6 { any; };\n};\n", "no-rules"),
        ("config-dir=/etc/powerdns\nhint-file=/x\nlocal-address=127.0.0.1\nquiet=yes\n", "not-a-list"),
        ("-- x\nreadTrustAnchorsFromFile(\"/x\")\nrpzFile(\"a\")\n", "not-a-list"),
        ("# x\ninclude-toplevel: \"/etc/unbound/unbound.conf.d/*.conf\"\n", "no-rules"),
        ("server:\n    auto-trust-anchor-file: \"/x\"\n", "no-rules"),
        ("remote-control:\n  control-enable: yes\n", "no-rules"),
        ("port=53\nno-resolv\nconf-dir=/etc/dnsmasq.d\n", "no-rules"), ("port=53\nno-resolv\n", "no-rules"),
        ("logfile_rotate 0\nhttp_port 3128\ninclude /etc/squid/conf.d/*.conf\n", "no-rules"),
        ("setSecurityPollSuffix(\"\")\nsetLocal(\"127.0.0.1\")\n", "no-rules"),
        ("net.listen('127.0.0.1', 53)\nmodules = {\n  'hints > iterate',\n}\ncache.size = 100 * MB\n", "no-rules"),
        (".:53 {\n  errors\n  forward . 192.0.2.1\n  cache 30\n}\n", "no-rules"),
        ("example.org {\n  log\n  file_server\n}\n", "ambiguous-format"),
        ("example.org {\n  bind 127.0.0.1\n  reverse_proxy localhost:80\n}\n", "ambiguous-format"),
        ("example.org {\n  root * /srv\n  hosts {\n    x\n  }\n  php_fastcgi x\n}\n", "ambiguous-format"),
        ("(snip) {\n errors\n}\n. {\n import snip\n}\n", "no-rules"),
        ("Options { directory \"x\"; };\nACL own { 192.0.2.1; };\n", "no-rules"),
        ("$ORIGIN a.example.\n@ SOA a b 1 2 3 4 5\n@ NS ns\nwww A 192.0.2.1\nnull A 0.0.0.0\n", "ambiguous-format"),
        ("$ORIGIN a.example.\n@ SOA a b 1 2 3 4 5\nnull A 0.0.0.0\n", "ambiguous-format"),
        ("@ SOA a b 1 2 3 4 5\n@ NS ns\nmail MX 5 m\nnull A 0.0.0.0\n", "ambiguous-format"),
        ("$TTL 5\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\na.example A 0.0.0.0\nb.example A 0.0.0.0\n", "rpz bind-rpz"),
        ("nameserver 192.0.2.53\nsearch corp.example\n", "not-a-list"), ("*\n", "format-not-recognised"),
        ("$TTL 5\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\nwww A 192.0.2.1\n* A 192.0.2.1\n", "ambiguous-format"),
        ("$TTL 5\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n* A 192.0.2.1\n", "ambiguous-format"),
        ("$ORIGIN rpz.example.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\nx.example A 192.0.2.1\n", "rpz bind-rpz"),
        ("@ SOA a. b. 1 1 1 1 1\n@ NS a.\nx.example A 0.0.0.0\n", "ambiguous-format"),
        (
            "options {\n  response-policy { zone \"p.rpz\"; };\n};\nzone \"a.example\" { type master; };\n",
            "bind-zones bind-zones"
        ),
    ])
    func formats(text: String, expected: String) {
        #expect(outcome(Array(text.utf8)) == expected, "\(text)")
    }

    @Test func theEngineGivenChoosesAmongTheFormatsItReads() {
        let names = Array("a.example\nb.example\n".utf8)
        #expect(outcome(names, engine: .dnscryptProxy) == "domains dnscrypt-proxy")
        #expect(outcome(names, engine: .technitium) == "domains technitium")
        #expect(outcome(names, engine: .unbound) == "engine-does-not-read")
        #expect(outcome(Array("0.0.0.0 a.example\n".utf8), engine: .dnsmasq) == "hosts dnsmasq")
        #expect(outcome(names, "dnscrypt-names.txt") == "dnscrypt dnscrypt-proxy")
    }

    /// An engine that is given reads its own configuration, whatever is in it, and no other one's.
    @Test(arguments: [
        ("include-toplevel: \"/x/*.conf\"\n", Engine.unbound, "no-rules"),
        ("include-toplevel: \"/x/*.conf\"\n", .bindRPZ, "engine-does-not-read"),
        ("config-dir=/x\nhint-file=/y\n", .pdnsRPZ, "not-a-list"), ("port=53\n", .dnsmasq, "no-rules"),
        ("/x/\na.example\n", .blocky, "wildcard blocky"), ("/x/\n", .adguardHome, "wildcard adguard-home"),
        ("include \"/x\";\n", .bindRPZ, "engine-does-not-read"),
        ("@ SOA a. b. 1 1 1 1 1\n@ NS a.\nwww A 192.0.2.1\n", .bindRPZ, "rpz bind-rpz"),
    ])
    func configurationsOfAnEngineGiven(text: String, engine: Engine, expected: String) {
        #expect(outcome(Array(text.utf8), engine: engine) == expected)
    }

    @Test func hostileFilesAreRefusedOrCounted() throws {
        #expect(outcome([UInt8](repeating: 0x61, count: 1 << 20)) == "not-a-list")
        #expect(outcome([0x7F, 0x45, 0x4C, 0x46, 0, 1, 2, 3]) == "not-a-list")
        #expect(outcome((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167) }) == "not-a-list")
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let count = Int.random(in: 1...400, using: &generator)
            let alphabet = Array("a.*|^@$#/=!:;\"'()\\ \n\r\t\0[]{}zoneCNAMEserver-local,é0".utf8)
            let octets = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            for engine in Engine.allCases { _ = outcome(octets, engine: engine) }
            for format in ListFormat.all {
                let input = ListInput(path: "x", octets: octets)
                _ = try? LayerLoader.load(
                    [ListInput(path: input.path, format: format, octets: input.octets)],
                    mayBeEmpty: true
                )
            }
        }
        let long = "a.example\n" + String(repeating: "x", count: 100_000) + "\nb.example\n"
        let loaded = try LayerLoader.load([ListInput(path: "x", octets: Array(long.utf8))])
        #expect(loaded.reports[0].rules == 2)
        #expect(loaded.reports[0].unsupported == ["line-too-long": 1])
        // What stands in it is not known, so no name passes for certain.
        let stack = CompiledStack(layers: [loaded.layer])
        #expect(stack.verdict(try DomainName("c.example"), type: .a).kind == .unsupported)
        let comment = "a.example\n# " + String(repeating: "x", count: 100_000) + "\nb.example\n"
        let remark = try LayerLoader.load([ListInput(path: "x", octets: Array(comment.utf8))]).reports[0]
        #expect(remark.rules == 2 && remark.ignored == ["line-too-long": 1])
        let nul = try LayerLoader.load([
            ListInput(path: "x", octets: Array("a.example\nc.example\nd.example\nb\0.example\n".utf8))
        ]).reports[0]
        #expect(nul.rules == 3)
        #expect(nul.notices.map(\.reason) == ["nul-octets"])
    }

    @Test(arguments: [true, false])
    func otherEncodingsAreReadWithANotice(bigEndian: Bool) throws {
        var octets: [UInt8] = bigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]
        for octet in Array("a.example\r\nb.example\r\n".utf8) { octets += bigEndian ? [0, octet] : [octet, 0] }
        let loaded = try LayerLoader.load([ListInput(path: "x", octets: octets)], engine: .technitium)
        #expect(loaded.layer.ruleCount == 2)
        #expect(loaded.reports[0].notices.map(\.reason) == ["utf-16"])
        let marked = try LayerLoader.load([ListInput(path: "x", octets: Array("\u{FEFF}a.example\n".utf8))])
        #expect(try marked.verdict("a.example").kind == .sinkhole)
    }

    @Test func usageErrorsAreToldFromUndecidedOnes() {
        func isUndecided(_ inputs: [ListInput], engine: Engine? = nil, mode: String? = nil) -> Bool? {
            do throws(ListError) {
                _ = try LayerLoader.load(inputs, engine: engine, blockMode: mode)
                return nil
            } catch {
                #expect(!error.description.isEmpty)
                return error.isUndecided
            }
        }
        let names = ListInput(path: "x", octets: Array("a.example\n".utf8))
        #expect(isUndecided([names]) == nil)
        #expect(isUndecided([]) == false)
        #expect(isUndecided([ListInput(path: "/nonexistent/list")]) == false)
        #expect(isUndecided([ListInput(path: "/")]) == false)
        #expect(isUndecided([names], mode: "nonsense") == false)
        #expect(isUndecided([names], engine: .bindRPZ) == false)
        #expect(isUndecided([ListInput(path: "x", octets: Array("{}".utf8))]) == true)
    }

    @Test func everyFormatHasItsFileAndNoOther() throws {
        let folder = Fixtures.packageRoot.appendingPathComponent("Sources/FilterLists/Formats")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.count == ListFormat.all.count)
        #expect(Set(ListFormat.all.map(\.id)).count == ListFormat.all.count)
        for engine in Engine.allCases {
            for id in engine.profile.formats { #expect(ListFormat.named(id) != nil, "\(engine) \(id)") }
        }
    }

    /// Lists of firewalls mix what other lists do not: single lines are left to the engine that is given.
    @Test(arguments: [Engine.panOS, .zscaler, .fortiGate, .umbrella])
    func mixedLinesOfFirewalls(engine: Engine) throws {
        let text = "https://e.example/x\na.example/b\nc.example\n192.0.2.1\n*.d.*.example\nfoo bar\n"
        let found = try FormatDetector.detect(Array(text.utf8).span, path: "list.txt", engine: engine)
        #expect(found.format == .domains && found.engine == engine)
        #expect {
            try FormatDetector.detect(Array(text.utf8).span, path: "list.txt")
        } throws: { error in
            (error as? ListError)?.text.contains("pan-os, zscaler, fortigate, umbrella") == true
        }
        // What has no name at all is none.
        #expect(throws: ListError.self) {
            try FormatDetector.detect(
                Array("https://e.example/x\nfoo bar\n".utf8).span,
                path: "list.txt",
                engine: engine
            )
        }
    }
}

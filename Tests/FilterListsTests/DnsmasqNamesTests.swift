import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Names and values as dnsmasq 2.90 reads them: outside ASCII, in quotes, with backslashes; compared with the running engine
/// in a locale of UTF-8 and in that of C.
struct DnsmasqNamesTests {
    /// Rules, with `b.zz` null beside them, and what becomes of a name.
    @Test(
        arguments: [
            ("address=/bücher.zz/192.0.2.1", "xn--bcher-kva.zz", .redirect),
            ("address=/BÜCHER.zz/192.0.2.1", "a.xn--bcher-kva.zz", .redirect),
            ("address=/straße.zz/", "xn--strae-oqa.zz", .nxdomain), ("address=/straße.zz/", "strasse.zz", .pass),
            ("local=/a_b.bücher.zz/", "a_b.xn--bcher-kva.zz", .nxdomain),
            ("local=/a_b.bücher.zz/", "xn--bcher-kva.zz", .pass),
            ("server=/пример.zz/#", "xn--e1afmkfd.zz", .pass), ("address=/*ücher.zz/", "xn--bcher-kva.zz", .pass),
            ("address=/*ücher.zz/", "xn--cher-zra.zz", .nxdomain), ("address=/例え.zz/#", "xn--r8jz45g.zz", .sinkhole),
            ("host-record=bücher.zz,192.0.2.1", "xn--bcher-kva.zz", .redirect),
            ("cname=bücher.zz,a.zz", "xn--bcher-kva.zz", .redirect),
            // What they are converted to is not known here, or dnsmasq does not start.
            ("address=/☃.c.zz/", "xn--n3h.c.zz", .unsupported), ("address=/☃.c.zz/", "d.zz", .pass),
            ("address=/☃.c.zz/", "b.zz", .sinkhole), ("address=/-bücher.zz/", "b.zz", .unsupported),
            ("address=/\(String(repeating: "a", count: 64)).zz/", "b.zz", .unsupported),
            ("rebind-domain-ok=\(String(repeating: "a", count: 64))", "b.zz", .unsupported),
            ("cname=a..zz,c.zz", "b.zz", .sinkhole), ("txt-record=a..zz,x", "b.zz", .sinkhole),
            ("no-resolv\naddress=/./", "d.zz", .nxdomain),
            // Behind a dot `*` and `#` are no wildcards.
            ("address=/.*.zz/", "a.zz", .pass), ("address=/.*.zz/", "a.*.zz", .nxdomain),
            ("address=/..*.zz/", "a.zz", .pass), ("address=/.*q.zz/#", "aq.zz", .pass),
            ("address=/.*q.zz/#", "*q.zz", .sinkhole), ("server=/.*.zz/", "a.zz", .pass),
            ("local=/.*.zz/", "a.zz", .pass), ("local=/.*/", "a.zz", .pass), ("server=/.#/", "a.zz", .pass),
            ("address=/*.*.zz/", "a.zz", .pass), ("address=/*.*.zz/", "a.*.zz", .nxdomain),
            ("address=/.a.zz/", "b.a.zz", .nxdomain),
            // Nothing can be sent to port 0.
            ("server=/a.zz/198.18.0.1#0", "a.zz", .unsupported), ("server=/a.zz/198.18.0.1#", "a.zz", .unsupported),
            ("server=/a.zz/198.18.0.1#0", "c.zz", .pass), ("server=/a.zz/198.18.0.1#53", "a.zz", .route),
            ("server=198.18.0.1#0", "a.zz", .unsupported), ("server=198.18.0.1#0", "b.zz", .sinkhole),
            // Nothing is escaped.
            ("address=/a\\.zz/", "a\\\\.zz", .nxdomain), ("address=/a\\.zz/", "a\\.zz", .pass),
        ] as [(String, String, VerdictKind)]
    )
    func namesOfRules(rule: String, name: String, kind: VerdictKind) throws {
        let list = try readList("address=/b.zz/#\n\(rule)\n", .dnsmasq)
        #expect(try list.verdict(name).kind == kind, "\(rule) / \(name)")
    }

    /// In hosts files they depend on the locale.
    @Test(
        arguments: [
            ("192.0.2.1 bücher.zz b.zz", "xn--bcher-kva.zz", .unsupported),
            ("192.0.2.1 bücher.zz b.zz", "b.zz", .redirect),
            ("192.0.2.1 bücher.zz b.zz", "a.xn--bcher-kva.zz", .pass),
            ("192.0.2.1 ☃.zz b.zz", "xn--n3h.zz", .unsupported),
            ("192.0.2.1 -ü.zz b.zz", "b.zz", .redirect), ("192.0.2.1 a\\.zz b.zz", "a\\.zz", .pass),
        ] as [(String, String, VerdictKind)]
    )
    func namesOfHosts(line: String, name: String, kind: VerdictKind) throws {
        #expect(try readList(line + "\n", .hosts, .dnsmasq).verdict(name).kind == kind)
    }

    @Test func octetsOfOtherEncodings() throws {
        func kind(_ text: String, _ octet: UInt8, _ format: ListFormat) throws -> VerdictKind {
            let octets = Array(text.utf8).map { $0 == 0x7E ? octet : $0 }
            let list = ListInput(path: "list", format: format, octets: octets)
            return try LayerLoader.load([list], engine: .dnsmasq).verdict("b.zz").kind
        }
        #expect(try kind("address=/b.zz/#\naddress=/b~cher.zz/\n", 0xFC, .dnsmasq) == .unsupported)
        #expect(try kind("192.0.2.1 b~cher.zz b.zz\n", 0xFC, .hosts) == .redirect)
    }

    @Test(
        arguments: [
            ("address=/\"a.zz\"/192.0.2.1", "a.zz", .redirect), ("address=\"/a.zz/192.0.2.1\"", "a.zz", .redirect),
            ("address=/a.zz/\"#\"", "a.zz", .sinkhole), ("address=/\"*.zz\"/", "x.zz", .nxdomain),
            ("address=/\"#\"/", "x.y", .unsupported), ("local=/\"a.zz/c.zz\"/", "c.zz", .nxdomain),
            ("address=/a.zz/192.0.2.1 # \"x", "a.zz", .redirect), ("server=/a.zz/\"192.0.2.1\"", "a.zz", .route),
            ("host-record=\"a.zz\",192.0.2.1", "a.zz", .redirect), ("host-record=a.zz,\"192.0.2.1\"", "a.zz", .pass),
            ("host-record=a.zz,192.0.2.1,\"300\"", "300", .redirect), ("cname=a.zz,\"c.zz\",\"77\"", "a.zz", .redirect),
            ("domain=\"a.zz\"", "b.zz", .sinkhole), ("rebind-domain-ok=/\"a.zz\"/", "b.zz", .sinkhole),
            ("rev-server=192.0.2.0/\"24\"", "b.zz", .sinkhole), ("alias=192.0.2.1,\"192.0.2.2\"", "b.zz", .sinkhole),
            ("interface=\"lo\"", "b.zz", .sinkhole), ("dns-rr=\"a.zz\",\"65\",00", "b.zz", .sinkhole),
            ("local-ttl=\"30\"", "b.zz", .sinkhole),
            // dnsmasq does not start.
            ("\"address\"=/a.zz/192.0.2.1", "b.zz", .unsupported), ("address=/a\".zz/", "b.zz", .unsupported),
            ("address=/\"a\"\".zz\"/", "b.zz", .unsupported), ("address=\"", "b.zz", .unsupported),
            ("address=/a.zz/192.0.2.1 \"# x\"", "b.zz", .unsupported), ("dns-rr=a.zz,65,\"00\"", "b.zz", .unsupported),
            ("alias=\"192.0.2.1\",192.0.2.2", "b.zz", .unsupported), ("cname=\"a.zz,c.zz\"", "b.zz", .unsupported),
            ("host-record=\"a.zz,192.0.2.1\"", "b.zz", .unsupported), ("\"filter-AAAA\"", "b.zz", .unsupported),
            ("host-record=a.zz", "b.zz", .unsupported), ("interface-name=\"a,c\",lo", "b.zz", .unsupported),
        ] as [(String, String, VerdictKind)]
    )
    func quotes(rule: String, name: String, kind: VerdictKind) throws {
        let list = try readList("address=/b.zz/#\n\(rule)\n", .dnsmasq)
        #expect(try list.verdict(name).kind == kind, "\(rule) / \(name)")
        // A rule without its name beside it is given at the line where it stands.
        if kind == .redirect || kind == .nxdomain { #expect(try list.verdict(name).matched?.rule.line == 2) }
    }

    /// What is in quotes is text, escapes are followed there alone.
    @Test(
        arguments: [
            ("txt-record=a.zz,\"x,\\\"y\"", [4] + Array("x,\"y".utf8)),
            ("txt-record=a.zz,x\\ty", [4] + Array("x\\ty".utf8)),
            ("txt-record=a.zz,\"x\\ty\"", [3] + Array("x\ty".utf8)),
            ("txt-record=a.zz,\" x \" ", [3] + Array(" x ".utf8)),
        ] as [(String, [UInt8])]
    )
    func texts(rule: String, data: [UInt8]) throws {
        #expect(try readList(rule + "\n", .dnsmasq).verdict("a.zz", .txt).answer?.records.first?.data == data)
    }

    /// Where servers are; with some dnsmasq does not start.
    @Test(
        arguments: [
            ("192.0.2.1", true), ("192.0.2.1 # 53", true), ("2001:db8::1#53@lo", true),
            ("192.0.2.1@192.0.2.2#0", true), ("192.0.2.1@", true), ("localhost", true), ("#53", false), ("##", false),
            ("#x", false), ("@lo", false), ("[::1]", false), ("192.0.2.1#65536", false), ("192.0.2.1#5#3", false),
            ("192.0.2.1@192.0.2.2#x", false), ("192.0.2.1@::1", false), ("::1@192.0.2.1", false), ("::1@::2", true),
            ("192.0.2.1@@", false), ("192.0.2.1@@lo", false), ("192.0.2.1@lo@192.0.2.2", true), ("::1%", false),
            ("192.0.2.1@192.0.2.2@lo", false), ("192.0.2.1,192.0.2.2", false), ("192.0.2.1%lo", true),
        ]
    )
    func servers(target: String, isTaken: Bool) throws {
        let kind = try readList("address=/b.zz/#\nserver=/a.zz/\(target)\n", .dnsmasq).verdict("a.zz").kind
        #expect(kind == (isTaken ? .route : .unsupported))
        for rule in ["server=\(target)", "rev-server=192.0.2.0/24,\(target)"] {
            let kind = try readList("address=/b.zz/#\n\(rule)\n", .dnsmasq).verdict("b.zz").kind
            #expect(kind == (isTaken ? .sinkhole : .unsupported), "\(rule)")
        }
    }

    /// Ranges of `rev-server`: taken, what dnsmasq does not start with, and lengths of which only that much is known.
    @Test(
        arguments: [
            ("192.0.2.0", VerdictKind.sinkhole), ("192.0.2.0/9", .sinkhole), ("2001:db8::/32", .sinkhole),
            ("192.0.2.0/x", .sinkhole), ("192.0.2.0/33", .unsupported), ("192.0.2.0/0", .unsupported),
            ("192.0.2.0/", .unsupported), ("x/8", .unsupported), ("::1/129", .unsupported), ("", .unsupported),
            ("192.0.2.0/8,", .unsupported), ("192.0.2.0/8,192.0.2.1,192.0.2.2", .unsupported),
        ]
    )
    func reverseRanges(range: String, kind: VerdictKind) throws {
        #expect(try readList("address=/b.zz/#\nrev-server=\(range)\n", .dnsmasq).verdict("b.zz").kind == kind)
    }

    /// A hosts file is words of C to dnsmasq and lines of C to the C library: a NUL ends them.
    @Test(
        arguments: [
            ("192.0.2.1 a.zz\0x b.zz", "a.zz b.zz", "a.zz"), ("192.0.2.1\0 a.zz", "a.zz", ""),
            ("\0192.0.2.1 a.zz", "", ""),
            ("192.0.2.1 a.zz \0 b.zz", "a.zz b.zz", "a.zz"), ("192.0.2.1 \0a.zz b.zz", "b.zz", ""),
            ("192.0.2.1 a.zz #\0 b.zz", "a.zz", "a.zz"),
        ]
    )
    func octetsBehindNUL(line: String, words: String, lines: String) throws {
        for (engine, found) in [(Engine.dnsmasq, words), (.hostsFile, lines)] {
            let list = try readList("\(line)\n192.0.2.9 c.zz\n", .hosts, engine)
            let names = try ["a.zz", "b.zz", "c.zz"].filter { try list.verdict($0, .a).kind == .redirect }
            #expect(names.joined(separator: " ") == (found.isEmpty ? "c.zz" : found + " c.zz"), "\(engine)")
        }
    }

    /// The root's own addresses are left out like others.
    @Test func addressesOfTheRoot() throws {
        let list = try readList("filter-AAAA\n", .dnsmasq)
        let addresses = [try #require(IPAddress("2001:db8::1"))]
        #expect(try list.verdict(".", .aaaa, addresses: addresses).kind == .nodata)
        #expect(try list.verdict(".", .a).kind == .pass)
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// Access rules of CoreDNS (`plugin/acl/acl.go`, and the cases of its README).
@Suite struct CorefileTests {
    private static func verdict(_ text: String, _ question: String, client: String) throws -> Verdict {
        let words = question.split(separator: " ").map(String.init)
        let context = QueryContext(client: IPAddress(client).map { Client(address: $0) })
        return try readList(text, .corefile).verdict(words[0], try #require(RRType(words[1])), context: context)
    }

    @Test(arguments: [
        ("block type A net 192.0.2.0/24", "a.example A", "192.0.2.1", VerdictKind.refused),
        ("block type A net 192.0.2.0/24", "a.example AAAA", "192.0.2.1", .pass),
        ("block type A net 192.0.2.0/24", "a.example A", "198.51.100.1", .pass),
        ("block type A net 192.0.2.0/24", "a.example A", "", .unsupported),
        ("block type A net 192.0.2.0/24", "a.example AAAA", "", .pass),
        ("filter type A net 192.0.2.0/24", "a.example A", "192.0.2.1", .nodata),
        ("drop net 192.0.2.0/24", "a.example TXT", "192.0.2.1", .drop),
        ("allow net 192.0.2.0/28\nblock net 192.0.2.0/24", "a.example A", "192.0.2.1", .pass),
        ("allow net 192.0.2.0/28\nblock net 192.0.2.0/24", "a.example A", "192.0.2.77", .refused),
        ("allow net 192.0.2.0/24 2001:db8::/32\nblock", "a.example A", "2001:db8::1", .pass),
        ("allow net 192.0.2.0/24 2001:db8::/32\nblock", "a.example A", "2001:db9::1", .refused),
        ("allow net 192.0.2.0/24\nblock", "a.example A", "", .unsupported),
        // Whoever asks, it passes, or is refused.
        ("allow net 192.0.2.0/24", "a.example A", "", .pass),
        ("block net 192.0.2.1\nblock", "a.example A", "", .refused),
        ("block type ANY", "a.example ANY", "", .refused), ("block type ANY", "a.example A", "", .pass),
        ("filter type HTTPS SVCB", "a.example HTTPS", "", .nodata),
        ("BLOCK TYPE A NET *", "a.example A", "", .refused),
        ("block net 192.0.2.1", "a.example A", "192.0.2.1", .refused), ("block net *", "a.example A", "", .refused),
        ("block net 192.0.2.1", "a.example A", "192.0.2.2", .pass),
        ("block type A type AAAA net 192.0.2.1 net 192.0.2.2", "a.example AAAA", "192.0.2.2", .refused),
        // What CoreDNS would not start with decides nothing.
        ("block type a", "a.example A", "", .pass), ("block type TYPE65", "a.example HTTPS", "", .pass),
        ("block net 192.0.2.0/33", "a.example A", "192.0.2.1", .pass), ("block type", "a.example A", "", .pass),
        ("deny", "a.example A", "", .pass), ("block 192.0.2.1", "a.example A", "192.0.2.1", .pass),
    ])
    func policies(lines: String, question: String, client: String, kind: VerdictKind) throws {
        let text = ". {\n    acl {\n\(lines)\n    }\n    forward . 198.51.100.53\n}\n"
        let verdict = try Self.verdict(text, question, client: client)
        #expect(verdict.kind == kind, "\(lines)")
        if kind == .refused { #expect(verdict.answer?.isAuthoritative == false) }
    }

    private static let blocks = """
        . {
          acl {
            filter type TXT
          }
        }
        example, other.example:53 {
          acl sub.example deep.sub.example {
            drop type A
            block
          }
          acl sub.example {
            filter
          }
          acl example.org {
            block
          }
        }
        deep.sub.example {
          acl . {
            allow type A
            filter
          }
          acl {
            drop
          }
        }
        """

    @Test(arguments: [
        ("a.zz TXT", VerdictKind.nodata), ("a.zz A", .pass), ("example TXT", .pass), ("sub.example A", .drop),
        ("x.sub.example AAAA", .refused), ("other.example A", .pass), ("deep.sub.example A", .pass),
        ("x.deep.sub.example AAAA", .nodata), ("example.org A", .pass), ("xsub.example A", .pass),
    ])
    func namesBelongToTheBlockWithTheLongestKey(question: String, kind: VerdictKind) throws {
        #expect(try Self.verdict(Self.blocks, question, client: "").kind == kind)
    }

    @Test(arguments: [
        // Without a block for all names the others are refused.
        ("example {\n acl {\n allow\n }\n}\n", "a.zz A", VerdictKind.refused),
        ("example {\n acl {\n allow\n }\n}\n", "a.example A", .pass),
        // A Corefile of one server block needs no braces.
        (".\nacl {\n block\n}\n", "a.zz A", .refused), (":53\nacl {\n block\n}\n", "a.zz A", .refused),
        ("(x) {\n acl {\n block\n }\n}\n. {\n import x\n}\n", "a.zz A", .refused),
        (". { # block\n acl { # x\n \"block\" type A#x\n } }", "a.zz A", .refused),
        ("dns://.:1053 {\n acl {\n block\n }\n}\n", "a.zz A", .refused),
    ])
    func blocksInOtherForms(text: String, question: String, kind: VerdictKind) throws {
        #expect(try Self.verdict(text, question, client: "").kind == kind, "\(text)")
    }

    @Test(arguments: [
        ("import more.conf", "include"), ("template IN A {\n rcode NXDOMAIN\n }", "plugin"), ("hosts x", "plugin"),
        ("acl tls://a {\n block\n }", "server-block"), ("acl 10.0.0.0/8 {\n block\n }", ""),
        ("acl {\n block net {$NETWORK}\n }", "environment"),
        ("import x\n import x", ""), ("log\n errors\n forward . 192.0.2.1 {\n tls\n }", ""),
    ])
    func whatIsNotEvaluatedIsCounted(directives: String, reason: String) throws {
        let text = "(x) {\n log\n}\n. {\n acl {\n block type ANY\n }\n \(directives)\n}\n"
        #expect(try readList(text, .corefile).reports[0].unsupported == (reason.isEmpty ? [:] : [reason: 1]))
    }

    /// Names of a block whose fate is not known have no verdict; those that an access rule refuses have one.
    @Test(arguments: [
        ("template IN A {\n rcode NXDOMAIN\n }", "a.zz A", VerdictKind.unsupported),
        ("hosts x", "a.zz ANY", .refused), ("import more.conf", "a.zz ANY", .unsupported),
        ("import more.conf", "a.zz A", .unsupported), ("import more.conf", "a.example A", .pass),
        ("acl {\n block net {$NETWORK}\n }", "a.zz A", .unsupported),
        ("acl {\n allow\n }\n rewrite a b", "a.zz A", .unsupported),
        ("acl {\n block\n }\n rewrite a b", "a.zz A", .refused),
        ("acl tls://a {\n drop\n }", "a.zz A", .unsupported), ("acl tls://a {\n drop\n }", "a.zz ANY", .refused),
        ("acl 10.0.0.0/8 {\n drop\n }", "a.zz A", .pass),
    ])
    func whatIsNotEvaluatedLeavesItsNamesOpen(directives: String, question: String, kind: VerdictKind) throws {
        let text = ". {\n acl {\n block type ANY\n }\n \(directives)\n}\nexample {\n acl {\n block type ANY\n }\n}\n"
        #expect(try Self.verdict(text, question, client: "").kind == kind, "\(directives)")
    }

    /// What stands in front of the access rules leaves nothing firm.
    @Test(arguments: [
        "view x {\n expr incidr(client_ip(), '192.0.2.0/24')\n }", "local", "dns64", "not-a-plugin",
    ])
    func whatStandsInFrontLeavesAllNamesOfItsBlockOpen(directive: String) throws {
        let text = "example {\n acl {\n block\n }\n \(directive)\n}\n. {\n acl {\n drop\n }\n}\n"
        #expect(try readList(text, .corefile).reports[0].unsupported == ["plugin": 1])
        #expect(try Self.verdict(text, "a.example A", client: "").kind == .unsupported)
        #expect(try Self.verdict(text, "a.zz A", client: "").kind == .drop)
    }

    @Test(arguments: [
        // What is imported may hold a block for any name.
        ("import conf.d/*.conf\n. {\n acl {\n block\n }\n}\n", "include", VerdictKind.unsupported),
        ("example {\n acl {\n block\n }\n}\nimport more.conf\n", "include", .unsupported),
        ("example {\n log\n}\nimport x.conf # y\nb.zz {\n acl {\n block\n }\n}\n", "include", .unsupported),
        ("example,\nimport keys.conf\n{\n acl {\n block\n }\n}\n", "include", .unsupported),
        ("import keys.conf\n{\n acl {\n block\n }\n}\n", "include", .unsupported),
        // No `import` at the start of a line.
        (". import {\n acl {\n block\n }\n}\n", "", .refused),
        // Servers at other addresses have other blocks.
        (". {\n bind 192.0.2.1\n acl {\n block\n }\n}\n. {\n bind 192.0.2.2\n}\n", "plugin", .unsupported),
        ("zz {\n bind 192.0.2.1\n acl {\n block\n }\n}\n. {\n log\n}\n", "plugin", .unsupported),
        ("zz {\n bind 192.0.2.1\n acl {\n block\n }\n}\n. {\n bind 192.0.2.1\n}\n", "", .refused),
        // Nor is it known which of two blocks a query gets to.
        ("zz {\n acl {\n block\n }\n}\nzz {\n log\n}\n", "server-block", .unsupported),
        ("{$ZONE} {\n log\n}\n. {\n acl {\n block\n }\n}\n", "server-block", .unsupported),
    ])
    func namesThatNoBlockIsKnownToGetAreOpen(text: String, reason: String, kind: VerdictKind) throws {
        let loaded = try readList(text, .corefile)
        #expect(loaded.reports[0].unsupported.keys.sorted() == (reason.isEmpty ? [] : [reason]), "\(text)")
        #expect(loaded.reports[0].ignored == [:])
        #expect(try Self.verdict(text, "a.zz A", client: "192.0.2.1").kind == kind, "\(text)")
    }

    @Test func importNeedsAnArgument() throws {
        let report = try readList("import\n. {\n acl {\n block\n }\n}\n", .corefile).reports[0]
        #expect(report.ignored == ["bad-statement": 1])
    }

    /// Rules are kept for each key, so they are bounded together; what is beyond leaves its names open.
    @Test(arguments: ["block type A", "block net 192.0.2.1", "block type A\n }\n acl {\n block type A"])
    func rulesOfManyKeysTakeLinearTime(line: String) throws {
        let keys = (1...498).map { "k\($0).zz" }.joined(separator: " ")
        func loaded(_ count: Int) throws -> LoadedLayer {
            try readList("\(keys) {\n acl {\n\(String(repeating: line + "\n", count: count)) }\n}\n", .corefile)
        }
        let few = try loaded(10)
        #expect(few.reports[0].unsupported == [:])
        let many = try loaded(1_000)
        #expect(many.reports[0].rules <= 1 << 18)
        #expect(many.reports[0].unsupported["too-many-parts", default: 0] > 0)
        #expect(try many.verdict("a.k1.zz", .txt).kind == .unsupported)
        #expect(try many.verdict("a.yy").kind == .refused)
    }

    @Test func linesInsideQuotesAreCounted() throws {
        let report = try readList(". {\n log \"a\\\nb\nc\" d\n acl {\n deny\n }\n}\n", .corefile).reports[0]
        #expect(report.diagnostics.map(\.line) == [6])
    }

    @Test func otherServersAreCounted() throws {
        let text = ".:53 {\n acl {\n block\n }\n}\n.:5353 tls://. ::/0 {\n acl {\n drop\n }\n}\n"
        let loaded = try readList(text, .corefile)
        #expect(loaded.reports[0].unsupported == ["server-block": 3])
        #expect(try loaded.verdict("a.zz").kind == .refused)
    }

    /// Networks are the zones of the names of their addresses (`plugin/pkg/cidr`); other names may hold a slash.
    @Test(arguments: [
        ("10.0.0.0/8", "1.0.0.10.in-addr.arpa", true), ("10.0.0.0/8", "10.in-addr.arpa", true),
        ("10.0.0.0/8:53", "1.10.in-addr.arpa", true), ("10.0.0.0/8", "11.in-addr.arpa", false),
        ("192.0.2.77/24", "5.2.0.192.in-addr.arpa", true), ("172.16.0.0/12", "1.31.172.in-addr.arpa", true),
        ("172.16.0.0/12", "1.32.172.in-addr.arpa", false), ("172.16.0.0/12", "172.in-addr.arpa", false),
        ("2001:db8::/32", "1.8.b.d.0.1.0.0.2.ip6.arpa", true), ("2001:db8::/31", "9.b.d.0.1.0.0.2.ip6.arpa", true),
        ("2001:db8::/32:53", "8.b.d.0.1.0.0.2.ip6.arpa", true), ("2001:db8::/31", "a.b.d.0.1.0.0.2.ip6.arpa", false),
        ("0/25.2.0.192.in-addr.arpa", "1.0/25.2.0.192.in-addr.arpa", true), ("10.0.0.0/8", "a.zz", false),
    ])
    func networks(key: String, name: String, isRefused: Bool) throws {
        let asKey = ".:53 {\n log\n}\n\(key) {\n acl {\n block\n }\n}\n"
        let asZone = ". {\n acl \(key) {\n block\n }\n}\n"
        for text in [asKey, asZone] {
            let kind = try Self.verdict(text, "\(name) PTR", client: "").kind
            #expect(kind == (isRefused ? .refused : .pass), "\(text)")
        }
    }

    /// Access rules come before hosts files, and one that allows says nothing about those.
    @Test func hostsFilesComeAfterwards() throws {
        let corefile = ". {\n acl {\n allow net 192.0.2.1\n block net 192.0.2.0/24\n }\n}\n"
        let lists = [
            ListInput(path: "hosts", format: .hosts, octets: Array("0.0.0.0 ads.example\n".utf8)),
            ListInput(path: "Corefile", format: .corefile, octets: Array(corefile.utf8)),
        ]
        let loaded = try LayerLoader.load(lists, engine: .coreDNS)
        func kind(_ name: String, _ client: String) throws -> VerdictKind {
            try loaded.verdict(name, context: QueryContext(client: Client(address: IPAddress(client)))).kind
        }
        #expect(try kind("ads.example", "192.0.2.1") == .sinkhole)
        #expect(try kind("ads.example", "192.0.2.2") == .refused)
        #expect(try kind("ads.example", "198.51.100.1") == .sinkhole)
        #expect(try kind("a.example", "192.0.2.1") == .pass)
        #expect(
            try loaded.verdict("ads.example", .txt, context: QueryContext(client: Client(address: .v4(1)))).kind
                == .nodata
        )
    }

    /// `plugin/hosts/hosts.go`: the addresses of a name, no data for its other types; what its file says is not known.
    @Test(arguments: [
        ("ads.example A", VerdictKind.sinkhole), ("ads.example AAAA", .nodata), ("ads.example ANY", .nodata),
        ("lan.example A", .redirect), ("lan.example AAAA", .redirect), ("other.example A", .unsupported),
        ("x.ads.example A", .unsupported), ("refused.example A", .refused),
        ("7.2.0.192.in-addr.arpa PTR", .unsupported),
        ("a.zz A", .pass),
    ])
    func entriesOfHosts(question: String, kind: VerdictKind) throws {
        let text = """
            example in-addr.arpa {
              acl refused.example {
                block
              }
              hosts {
                0.0.0.0 ads.example ADS2.example. # x
                192.0.2.7 lan.example refused.example
                2001:db8::7 lan.example
                ttl 60
                fallthrough
              }
              forward . 198.51.100.53
            }
            . {
              log
            }
            """
        let verdict = try Self.verdict(text, question, client: "")
        #expect(verdict.kind == kind)
        if kind == .redirect { #expect(verdict.answer?.records.first?.ttl == 60) }
    }

    @Test(arguments: [
        ("hosts hosts.txt {\n 0.0.0.0 ads.example\n fallthrough\n }", "other.example A", VerdictKind.pass),
        ("hosts hosts.txt {\n 0.0.0.0 ads.example\n fallthrough\n }", "file.example A", .sinkhole),
        ("hosts hosts.txt {\n 0.0.0.0 ads.example\n }", "other.example A", .unsupported),
        ("hosts hosts.txt zz {\n 0.0.0.0 ads.example ads.zz\n fallthrough\n }", "ads.example A", .pass),
        ("hosts hosts.txt {\n fallthrough\n 0.0.0.0 ads.example\n }", "ads.example A", .unsupported),
        ("hosts hosts.txt {\n 0.0.0.0 *.ads.example\n fallthrough\n }", "x.ads.example A", .unsupported),
        (
            "hosts hosts.txt {\n 0.0.0.0 ads.example\n fallthrough\n }\n template IN A {\n rcode NXDOMAIN\n }",
            "ads.example A", .unsupported
        ),
        ("hosts hosts.txt {\n 0.0.0.0 ads.example\n fallthrough\n }\n kubernetes zz", "ads.example A", .sinkhole),
    ])
    func hostsWithTheirFile(directive: String, question: String, kind: VerdictKind) throws {
        let corefile = ". {\n \(directive)\n forward . 192.0.2.53\n}\n"
        let lists = [
            ListInput(path: "hosts.txt", format: .hosts, octets: Array("0.0.0.0 file.example\n".utf8)),
            ListInput(path: "Corefile", format: .corefile, octets: Array(corefile.utf8)),
        ]
        let words = question.split(separator: " ").map(String.init)
        let loaded = try LayerLoader.load(lists, engine: .coreDNS, mayBeEmpty: true)
        #expect(try loaded.verdict(words[0], try #require(RRType(words[1]))).kind == kind, "\(directive)")
    }

    @Test func isToldFromOtherFiles() throws {
        func format(_ text: String) -> String? {
            try? LayerLoader.load([ListInput(path: "x", octets: Array(text.utf8))]).reports[0].format.id
        }
        #expect(format(".:53 {\n\n  acl {\n    # note\n    block type ANY\n  }\n}\n") == "corefile")
        #expect(format(".:53 {\n hosts {\n 192.0.2.1 a.zz\n 192.0.2.2 b.zz\n 192.0.2.3 c.zz\n }\n}\n") == "corefile")
        #expect(format("acl trusted {\n  192.0.2.0/24;\n};\n") != "corefile")
        #expect(format("acl ads dstdomain .ads.example\nhttp_access deny ads\n") != "corefile")
    }

    @Test func snippetsThatImportEachOtherEnd() throws {
        var text = ""
        for level in 0..<8 {
            text += "(s\(level)) {\n" + String(repeating: " import s\(level + 1)\n", count: 16) + "}\n"
        }
        text += "(s8) {\n acl {\n block type ANY\n }\n}\n. {\n import s0\n}\n"
        let report = try readList(text, .corefile).reports[0]
        #expect(report.unsupported["include", default: 0] + report.unsupported["too-many-parts", default: 0] > 0)
        #expect(report.rules <= 10_000)
    }
}

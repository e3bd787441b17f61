import Foundation
import TestSupport
import Testing

/// Blocky's own configuration as a stack.
@Suite struct BlockyConfigurationTests {
    private static func check(_ file: String, _ arguments: String) throws -> Patchway.Result {
        try Patchway.run(["check", "--stack", file] + arguments.split(separator: " ").map(String.init))
    }

    private static let file = Fixtures.folder("blocky").appendingPathComponent("config.yml").path

    @Test(arguments: [
        // Names of its own come before lists, with everything below them.
        ("x.printer.lan --qtype A,AAAA,TXT --client 192.0.2.1", "x.printer.lan A redirect 192.0.2.9"),
        ("x.printer.lan --qtype A,AAAA,TXT --client 192.0.2.1", "x.printer.lan AAAA redirect 2001:db8::9"),
        ("x.printer.lan --qtype A,AAAA,TXT --client 192.0.2.1", "x.printer.lan TXT nodata"),
        ("9.2.0.192.in-addr.arpa --qtype PTR --client 192.0.2.1", "PTR redirect printer.lan"),
        ("x.printer.lan --qtype A --client 192.0.2.1", "config.yml:8: printer.lan: 192.0.2.9,2001:db8::9"),
        ("a.corp.example --qtype A --client 192.0.2.1", "a.corp.example A route"),
        ("cdn.corp.example --qtype A --client 192.0.2.1", "cdn.corp.example A route"),
        ("a.example --qtype SRV --client 192.0.2.1", "a.example SRV nodata"),
        ("ads.example --qtype A --client 192.0.2.1", "ads.example A redirect 192.0.2.99"),
        // A family without an address of its own gets the null one.
        ("ads.example --qtype AAAA --client 192.0.2.1", "ads.example AAAA sinkhole ::"),
        ("inline.example --qtype A --client 192.0.2.1", "config.yml:20: inline.example"),
        ("a.tree.example --qtype A --client 192.0.2.1", "config.yml:21: *.tree.example"),
        ("ok.tree.example --qtype A --client 192.0.2.1", "ok.tree.example A pass"),
        ("games.example --qtype A --client 192.0.2.17 --at Sun_22:00", "games.example A redirect"),
        ("games.example --qtype A --client 192.0.2.17 --at Tue_06:29", "games.example A redirect"),
        ("games.example --qtype A --client 192.0.2.17 --at Tue_06:30", "games.example A pass"),
        ("games.example --qtype A --client 192.0.2.17 --at Tue_22:00", "games.example A pass"),
        ("games.example --qtype A --client 192.0.2.1 --at Sun_22:00", "games.example A pass"),
        ("games.example --qtype A --client 192.0.2.17", "games.example A unsupported"),
        // A group that only allows.
        ("a.example --qtype A --client kids1", "a.example A redirect"),
        ("school.example --qtype A --client kids1", "school.example A pass"),
    ])
    func decides(arguments: String, says: String) throws {
        let words = arguments.split(separator: " ").map { $0.replacingOccurrences(of: "_", with: " ") }
        let answer = try Patchway.run(["check", "--stack", Self.file] + words)
        #expect(answer.output.contains(says), "\(answer.output) \(answer.errors)")
        #expect(answer.status == (says.hasSuffix("unsupported") ? 3 : 0))
    }

    /// What a name that is sent elsewhere has behind it meets the lists, and only those.
    @Test func answersOfOtherServersMeetTheLists() throws {
        let chains = try Patchway.file(
            "blocky-chains.tsv",
            "a.corp.example\tads.example\nb.corp.example\tx.printer.lan\nd.corp.example\tcdn.corp.example\n".utf8
        )
        let arguments = "a.corp.example b.corp.example d.corp.example --qtype A --client 192.0.2.1 --chains \(chains)"
        let lines = try Self.check(Self.file, arguments).output.split(separator: "\n")
        #expect(lines.first?.contains("A redirect 192.0.2.99") == true)
        #expect(lines.first?.contains("(cname ads.example)") == true)
        #expect(lines.dropFirst().allSatisfy { $0.contains(" A route") })
        #expect(lines.count == 3)
    }

    @Test func seconds() throws {
        let result = try Patchway.run(
            ["explain", "ads.example", "x.printer.lan", "--stack", Self.file, "--qtype", "A", "--client", "192.0.2.1"]
        )
        #expect(result.output.contains("ads.example. 90 IN A 192.0.2.99"), "\(result.output) \(result.errors)")
        #expect(result.output.contains("x.printer.lan. 300 IN A 192.0.2.9"))
    }

    @Test(arguments: [
        ("denylists: {ads: ['https://lists.example/a.txt']}", 3, "remote-list"),
        ("denylists: {ads: ['https://lists.example/a.txt']}", 3, "could not be evaluated: 1"),
        ("allowlists: {ads: ['https://lists.example/a.txt']}", 3, "remote-list"),
        ("denylists: {ads: [absent.txt]}", 2, "absent.txt: no such file"),
        ("denylists: {other: []}", 2, "3:32: group `ads` has no list, so Blocky does not start"),
        ("denylists: {ads: []}\n  blockType: nope", 2, "blockType `nope` is not known"),
        ("denylists: {ads: []}\n  blockTTL: soon", 2, "no duration; write 6h or 90s"),
        ("denylists: {ads: []}\n  listSchedules: {ads: [x]}", 2, "schedule `x` is not among"),
        ("denylists: {ads: []}\n  schedules: {x: {weekdays: [monday]}}", 2, "`monday` is no day"),
        ("denylists: {ads: []}\n  schedules: {x: {weekdays: [mon], start: \"8:00\", end: \"09:00\"}}", 2, "no time"),
        ("denylists: {ads: []}\n  schedules: {x: {weekdays: [mon], start: \"08:00\"}}", 2, "or neither"),
        ("denylists: {ads: []}\ncustomDNS: {mapping: {a.lan: x}}", 2, "`x` is no address"),
        ("denylists: {ads: []}\ncustomDNS: {rewrite: {a.lan: b.lan}}", 3, "1 rewrite"),
        ("denylists: {ads: []}\ncustomDNS: {zone: 'a. IN A 192.0.2.1'}", 3, "1 custom-zone"),
        ("denylists: {ads: []}\nconditional: {mapping: {.: 192.0.2.1}}", 0, "rules: 1"),
        ("denylists: {ads: []}\nfqdnOnly: {enable: perhaps}", 2, "enable is true or false, not `perhaps`"),
        ("denylists: {ads: []}\n  listSchedules: {other: []}", 2, "group `other` has no list"),
        ("denylists: {ads: [], kids: ['https://lists.example/k.txt']}", 0, "[no-client]"),
        ("denylists: {ads: []}\nrebindingProtection: {enable: true}", 3, "1 rebindingProtection"),
        ("denylists: {ads: []}\nhostsFile: {sources: [/etc/hosts]}", 3, "1 hostsFile"),
        ("denylists: {ads: []}\nfqdnOnly: {enable: false}\nhostsFile: {sources: []}", 0, "rules: 0"),
        ("denylists: {ads: []}\nclientLookup: {upstream: 192.0.2.1}", 0, "rules: 0"),
        // Blocky does not start with a key that it has not.
        ("denylist: {ads: []}\n  denylists: {ads: []}", 3, "4:3: Blocky has no key `denylist` of blocking"),
        ("denylists: {ads: []}\n  loading: {downloads: {atempts: 3}}", 3, "did you mean `attempts`?"),
        ("denylists: {ads: []}\ncustomDns: {mapping: {}}", 3, "did you mean `customDNS`?"),
        ("denylists: {ads: []}\n  loading: {strategy: fast}\nports: {dns: 53}\nredis: {address: x}", 0, "rules: 0"),
    ])
    func saysWhatItDoesNotEvaluate(blocking: String, status: Int32, says: String) throws {
        let text = "# Blocky\nblocking:\n  clientGroupsBlock: {default: [ads]}\n  \(blocking)\n"
        let file = try Patchway.file("blocky-\(blocking.utf8.reduce(0) { $0 &* 31 &+ Int($1) }).yml", text.utf8)
        let result = try Self.check(file, "a.example --qtype A")
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains(says), "\(result.errors)")
    }

    private static let own = """
        customDNS:
          rewrite: {old.zz: new.zz}
          mapping: {host.lan: 192.0.2.8}
          zone: |
            $ORIGIN zone.zz.
            www 60 IN A 192.0.2.1
            mail.zz. IN A 192.0.2.2
        conditional:
          mapping: {test: 192.0.2.54}
          rewrite: {far.zz: near.zz}
        hostsFile:
          sources:
            - |
              192.0.2.3 printer.zz # one
        blocking:
          denylists: {ads: ["ads.zz\\nads.far.zz\\nads.lan\\n"]}
          allowlists: {ads: ["ok.lan\\n"]}
          clientGroupsBlock: {default: [ads]}

        """

    /// Names that the configuration says something about that is not evaluated, and those that Blocky answers itself.
    @Test(arguments: [
        ("localhost", "", "sinkhole"), ("a.localhost", "", "sinkhole"), ("example", "", "pass"),
        ("a.old.zz", "", "unsupported"), ("a.www.zone.zz", "", "unsupported"), ("zone.zz", "", "pass"),
        ("mail.zz", "", "unsupported"), ("printer.zz", "", "redirect"), ("a.printer.zz", "", "pass"),
        ("a.far.zz", "", "unsupported"), ("ads.far.zz", "", "sinkhole"), ("ads.zz", "", "sinkhole"),
        ("1.2.0.192.in-addr.arpa", "", "unsupported"), ("3.2.0.192.in-addr.arpa", "", "redirect"),
        ("4.2.0.192.in-addr.arpa", "", "pass"),
        ("x.lan", "", "nxdomain"), ("ok.lan", "", "nxdomain"), ("ads.lan", "", "sinkhole"),
        ("host.lan", "", "redirect"), ("x.test", "", "route"), ("test", "", "nxdomain"),
        ("x.local", "", "nxdomain"), ("1.1.16.172.in-addr.arpa", "", "nxdomain"), ("xlan", "", "pass"),
        ("x.lan", "{rfc6762-appendixG: off}", "pass"), ("x.local", "{rfc6762-appendixG: off}", "nxdomain"),
        ("x.local", "{enable: No}", "pass"), ("home.arpa", "{enable: true}", "nxdomain"),
    ])
    func ownNames(name: String, special: String, kind: String) throws {
        let text = Self.own + (special.isEmpty ? "" : "specialUseDomains: \(special)\n")
        let file = try Patchway.file("blocky-own-\(special.utf8.count).yml", text.utf8)
        let type = name.hasSuffix("arpa") ? "PTR" : "A"
        let result = try Self.check(file, "\(name) --qtype \(type)")
        #expect(result.output.contains("\(name) \(type) \(kind)"), "\(result.output) \(result.errors)")
    }

    /// A group whose lists to deny are elsewhere is not one that only allows; names of clients come from elsewhere, too.
    @Test func whatIsElsewhereIsNotForgotten() throws {
        let text = """
            blocking:
              denylists: {ads: ['https://lists.example/a.txt']}
              allowlists: {ads: ["ok.example\\n"]}
              clientGroupsBlock: {laptop: [ads]}
            clientLookup: {clients: {laptop: [192.0.2.1]}}
            """
        let file = try Patchway.file("blocky-elsewhere.yml", text.utf8)
        let result = try Self.check(file, "a.example --qtype A --client laptop")
        #expect(result.output.contains("a.example A unsupported"), "\(result.output)")
        #expect(result.output.contains("blocky-elsewhere.yml:2: https://lists.example/a.txt"), "\(result.output)")
        #expect(result.errors.contains("1 client-names"), "\(result.errors)")
        #expect(result.status == 3)
    }

    /// What a list holds that is elsewhere is not known; what is known of others stays, as far as it could not be undone.
    @Test(arguments: [
        ("a.example", "laptop", "unsupported"), ("ok.example", "laptop", "pass"), ("ads.example", "laptop", "sinkhole"),
        ("track.example", "laptop", "sinkhole"), ("x.lan", "laptop", "unsupported"),
        ("own.example", "laptop", "redirect"),
        ("a.corp.example", "laptop", "unsupported"), ("ok.corp.example", "laptop", "route"),
        ("a.example", "tablet", "unsupported"), ("ads.example", "tablet", "unsupported"),
        ("ok.example", "tablet", "pass"), ("a.example", "phone", "pass"), ("ads.example", "phone", "sinkhole"),
        ("a.corp.example", "phone", "route"),
    ])
    func listsThatAreElsewhere(name: String, client: String, kind: String) throws {
        let text = """
            customDNS: {mapping: {own.example: 192.0.2.1}}
            conditional: {mapping: {corp.example: 192.0.2.54}}
            blocking:
              denylists:
                ads: ["ads.example\\n/^track/\\n"]
                far: ['https://lists.example/a.txt']
              allowlists:
                ads: ["ok.example\\nok.corp.example\\n"]
                free: ['http://lists.example/b.txt']
              clientGroupsBlock:
                laptop: [ads, far]
                tablet: [ads, free, far]
                phone: [ads]
            """
        let file = try Patchway.file("blocky-far.yml", text.utf8)
        let result = try Self.check(file, "\(name) --qtype A --client \(client)")
        #expect(result.output.contains("\(name) A \(kind)"), "\(result.output) \(result.errors)")
    }

    /// Special-use names by type, and the addresses that lists see (`resolver/sudn_resolver.go`).
    @Test(arguments: [
        ("localhost", "A", "redirect 127.0.0.1|sinkhole 127.0.0.1"), ("localhost", "AAAA", "sinkhole ::1"),
        ("localhost", "TXT", "nxdomain"), ("home.arpa", "DS", "pass"), ("home.arpa", "A", "nxdomain"),
        ("_dns.resolver.arpa", "SVCB", "nodata"), ("x.10.in-addr.arpa", "PTR", "nxdomain"),
        ("9.e.f.ip6.arpa", "PTR", "nxdomain"), ("c.e.f.ip6.arpa", "PTR", "pass"),
        ("15.172.in-addr.arpa", "PTR", "pass"), ("31.172.in-addr.arpa", "PTR", "nxdomain"),
    ])
    func specialUseNames(name: String, type: String, says: String) throws {
        let text = "blocking: {denylists: {ads: [\"ads.zz\\n\"]}, clientGroupsBlock: {default: [ads]}}\n"
        let file = try Patchway.file("blocky-special.yml", text.utf8)
        let result = try Self.check(file, "\(name) --qtype \(type)")
        let isSaid = says.split(separator: "|").contains { result.output.contains("\(name) \(type) \($0)") }
        #expect(isSaid, "\(result.output) \(result.errors)")
        #expect(says == "pass" || result.output.contains("special-use names of Blocky:"), "\(result.output)")
    }

    @Test func listsSeeTheAddressOfLocalhost() throws {
        let text = """
            blocking:
              denylists: {ads: ["127.0.0.1\\n"]}
              allowlists: {ads: ["a.localhost\\n"]}
              clientGroupsBlock: {default: [ads]}
              blockType: nxDomain
              blockTTL: 90s
            customDNS: {mapping: {own.zz: 127.0.0.1}}
            """
        let file = try Patchway.file("blocky-localhost.yml", text.utf8)
        let lines = try Self.check(file, "localhost a.localhost own.zz --qtype A").output.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[0].hasPrefix("localhost A nxdomain") && lines[0].contains("blocky-localhost.yml"), "\(lines)")
        #expect(lines[1].hasPrefix("a.localhost A sinkhole 127.0.0.1"), "\(lines)")
        #expect(lines[2].hasPrefix("own.zz A sinkhole 127.0.0.1"), "\(lines)")
        let explained = try Patchway.run(["explain", "own.zz", "x.test", "--stack", file, "--qtype", "A"])
        #expect(!explained.output.contains("SOA"), "only names that lists block have one: \(explained.output)")
    }

    private static let hosts = """
        hostsFile:
          hostsTTL: 10m
          filterLoopback: true
          sources:
            - |
              192.0.2.3 printer.zz alias.zz
              2001:db8::3 printer.zz
              192.0.2.4 two.zz
              192.0.2.5 two.zz
              192.0.2.6 Capital.zz
              127.0.0.1 loop.zz
              192.0.2.7%eth0 zoned.zz
        fqdnOnly: {enable: true}
        conditional: {mapping: {.: 192.0.2.54}}
        customDNS: {mapping: {alias.zz: 192.0.2.8}}
        blocking:
          denylists: {ads: ["printer.zz\\n"]}
          clientGroupsBlock: {default: [ads]}

        """

    /// Hosts come behind names of the configuration and before lists, for the family of their address.
    @Test(arguments: [
        ("printer.zz", "A", "redirect 192.0.2.3"), ("printer.zz", "AAAA", "redirect 2001:db8::3"),
        ("printer.zz", "TXT", "nxdomain"), ("alias.zz", "A", "redirect 192.0.2.8"), ("two.zz", "A", "unsupported"),
        ("capital.zz", "A", "pass"), ("loop.zz", "A", "pass"), ("zoned.zz", "A", "pass"), ("two.zz", "AAAA", "pass"),
        ("3.2.0.192.in-addr.arpa", "PTR", "redirect printer.zz"), ("4.2.0.192.in-addr.arpa", "PTR", "unsupported"),
        ("printer", "A", "nxdomain"), ("a.printer", "A", "pass"),
    ])
    func hosts(name: String, type: String, says: String) throws {
        let file = try Patchway.file("blocky-hosts.yml", Self.hosts.utf8)
        let result = try Self.check(file, "\(name) --qtype \(type)")
        #expect(result.output.contains("\(name) \(type) \(says)"), "\(result.output) \(result.errors)")
        let open = Self.hosts.replacingOccurrences(of: "sources:", with: "sources:\n    - /etc/hosts")
            .replacingOccurrences(of: "fqdnOnly: {enable: true}", with: "fqdnOnly: {enable: false}")
        let other = try Self.check(try Patchway.file("blocky-hosts-open.yml", open.utf8), "\(name) --qtype \(type)")
        let isFirm = name == "alias.zz" || type == "TXT"
        #expect(other.output.contains("unsupported") == !isFirm, "\(other.output) \(other.errors)")
    }

    @Test(arguments: [("printer", "route"), ("a.printer", "pass"), ("lan", "route")])
    func serversForSingleLabels(name: String, kind: String) throws {
        let text = Self.hosts.replacingOccurrences(of: "fqdnOnly: {enable: true}", with: "fqdnOnly: {enable: off}")
        let file = try Patchway.file("blocky-single.yml", text.utf8)
        let result = try Self.check(file, "\(name) --qtype A")
        #expect(result.output.contains("\(name) A \(kind)"), "\(result.output) \(result.errors)")
    }

    /// A group that is named among those that deny is none that only allows, however empty; lists of no client are said.
    @Test func emptyAndUnusedGroups() throws {
        let text = """
            upstreams: {groups: {default: [192.0.2.53]}}
            blocking:
              denylists:
                ads: []
                unused: [absent.txt, 'https://lists.example/a.txt']
              allowlists: {ads: ["ok.example\\n"]}
              clientGroupsBlock: {default: [ads]}
            rebindingProtection: {enable: yes}
            """
        let file = try Patchway.file("blocky-empty.yml", text.utf8)
        #expect(try Self.check(file, "a.example --qtype A").output.contains("a.example A pass"))
        let checked = try Patchway.run(["config", "check", file])
        #expect(checked.status == 3)
        #expect(checked.errors.contains(":5:5: group `unused`, lists: 2: no client has"), "\(checked.errors)")
        #expect(checked.errors.contains(":8:1: what it does to answers is not evaluated"), "\(checked.errors)")
        #expect(checked.output.contains("NOT evaluated: 1, so verdicts"), "\(checked.output)")
        #expect(checked.output.contains("blocky's upstreams and ports are not taken over"), "\(checked.output)")
        #expect(!checked.output.contains("no upstreams"))
    }

    @Test func withoutClientsNothingIsBlocked() throws {
        let file = try Patchway.file("blocky-no-clients.yml", "blocking: {denylists: {ads: [absent.txt]}}\n".utf8)
        let checked = try Patchway.run(["config", "check", file])
        #expect(checked.status == 0 && checked.errors.contains("there is no `clientGroupsBlock`"), "\(checked.errors)")
    }

    @Test func isFineAsAConfiguration() throws {
        let result = try Patchway.run(["config", "check", Self.file])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Patchway.run(["audit", "--stack", Self.file, "--client", "192.0.2.1"]).status == 0)
    }
}

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
        ("denylists: {ads: []}\nconditional: {mapping: {.: 192.0.2.1}}", 3, "1 conditional"),
        ("denylists: {ads: []}\nrebindingProtection: {enable: true}", 3, "1 rebindingProtection"),
        ("denylists: {ads: []}\nhostsFile: {sources: [/etc/hosts]}", 3, "1 hostsFile"),
        ("denylists: {ads: []}\nfqdnOnly: {enable: false}\nhostsFile: {sources: []}", 0, "rules: 0"),
        ("denylists: {ads: []}\nclientLookup: {upstream: 192.0.2.1}", 0, "rules: 0"),
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
        ("a.old.zz", "", "unsupported"), ("a.www.zone.zz", "", "unsupported"), ("zone.zz", "", "pass"),
        ("mail.zz", "", "unsupported"), ("printer.zz", "", "unsupported"), ("a.printer.zz", "", "pass"),
        ("a.far.zz", "", "unsupported"), ("ads.far.zz", "", "sinkhole"), ("ads.zz", "", "sinkhole"),
        ("1.2.0.192.in-addr.arpa", "", "unsupported"), ("3.2.0.192.in-addr.arpa", "", "unsupported"),
        ("4.2.0.192.in-addr.arpa", "", "pass"),
        ("x.lan", "", "unsupported"), ("ok.lan", "", "unsupported"), ("ads.lan", "", "sinkhole"),
        ("host.lan", "", "redirect"), ("x.test", "", "route"), ("test", "", "unsupported"),
        ("x.local", "", "unsupported"), ("1.1.16.172.in-addr.arpa", "", "unsupported"), ("xlan", "", "pass"),
        ("x.lan", "{rfc6762-appendixG: false}", "pass"), ("x.local", "{rfc6762-appendixG: false}", "unsupported"),
        ("x.local", "{enable: false}", "pass"), ("home.arpa", "{enable: true}", "unsupported"),
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
        #expect(result.output.contains("a.example A pass"), "\(result.output)")
        #expect(result.errors.contains("1 client-names"), "\(result.errors)")
        #expect(result.status == 3)
    }

    @Test func isFineAsAConfiguration() throws {
        let result = try Patchway.run(["config", "check", Self.file])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Patchway.run(["audit", "--stack", Self.file, "--client", "192.0.2.1"]).status == 0)
    }
}

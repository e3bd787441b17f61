import Foundation
import TestSupport
import Testing

/// The stack files that show how an engine is described.
@Suite struct StackExampleTests {
    private static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.folder("stacks").path))?.sorted() ?? []

    @Test(arguments: names) func isFine(name: String) throws {
        let file = Fixtures.folder("stacks").appendingPathComponent("\(name)/patchway.yaml").path
        let result = try Patchway.run(["config", "check", file])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains(": fine; layers: "))
    }

    /// Where nobody says when, what a group gets in its hours is told beside the verdict.
    @Test(arguments: [([], true), (["--at", "Mon 16:00"], false)])
    func saysWhatHoursChange(more: [String], isTold: Bool) throws {
        let file = Fixtures.folder("stacks").appendingPathComponent("groups/patchway.yaml").path
        let asked = ["check", "games.example", "--stack", file, "--qtype", "A", "--client", "192.168.7.20"]
        let said = try Patchway.run(asked + more).errors
        #expect(said.contains("verdicts that differ in groups of clients: ") == isTold, "\(said)")
        #expect(said.contains(" in its hours 1; ") == isTold)
    }

    /// What a client of theirs gets, with the whole derivation.
    @Test(arguments: [
        ("blocky", "other.example", ["--client", "kids1"], "redirect"),
        ("blocky", "x.ads.example", ["--client", "10.0.0.1"], "unsupported"),
        ("blocky", "x.school.example", ["--client", "kids1"], "pass"),
        ("pihole", "mask-h2.icloud.com", [], "nxdomain"),
        ("pihole", "kids.example", ["--client", "192.0.2.8"], "redirect"),
        ("dnscrypt-proxy", "games.example", ["--at", "Mon 21:30"], "refused"),
        ("dnscrypt-proxy", "use-application-dns.net", [], "nxdomain"),
        ("groups", "games.example", ["--client", "192.168.7.20"], "nxdomain"),
        ("groups", "games.example", ["--client", "fd00:7::1", "--at", "Mon 16:00"], "nxdomain"),
        ("groups", "games.example", ["--client", "192.168.7.20", "--at", "Mon 16:00"], "pass"),
        ("groups", "games.example", ["--client", "192.168.3.20"], "pass"), ("groups", "games.example", [], "pass"),
        ("groups", "bad.example", ["--client", "192.168.7.9"], "pass"),
        ("groups", "bad.example", ["--client", "192.168.3.20"], "sinkhole"),
        ("adguard-home", "portal.example", [], "redirect"), ("technitium", "x.ads.example", [], "redirect"),
    ])
    func explains(name: String, question: String, context: [String], verdict: String) throws {
        let file = Fixtures.folder("stacks").appendingPathComponent("\(name)/patchway.yaml").path
        let result = try Patchway.run(["explain", question, "--stack", file, "--qtype", "A"] + context)
        #expect(result.status == (verdict == "unsupported" ? 3 : 0), "\(result.errors.suffix(400))")
        #expect(result.output.contains("\(question) A \(verdict)"), "\(result.output)")
    }

    @Test func thereAreSome() { #expect(!Self.names.isEmpty) }
}

import Foundation
import Testing

/// Text for people fits the columns that they have, and nothing of it is cut.
@Suite struct WidthTests {
    private static let long = (0..<8).map { "a-label-with-number-\($0)" }.joined(separator: ".") + ".windowsupdate.com"

    static let commands = [
        "check --list @/twice.txt c.b.example a.example --qtype A,HTTPS",
        "explain --list @/twice.txt c.b.example a.example --qtype A,HTTPS",
        "explain --list @/clean.txt --chains @/behind.tsv x.example", "explain 0x8024402c",
        "explain ctldl.windowsupdate.com --list Zones/demo/adblock.txt",
        "audit Zones/demo/adblock.txt", "audit Tests/Fixtures/lists/squid-conf/squid.conf",
        "audit --stack @/blocky.yml",
        "cover --engine pan-os --for delivery-optimization Zones/demo/firewall.txt",
        "catalog show download.windowsupdate.com", "replay Zones/demo/vpn-dns.log",
        "replay Zones/demo/vpn-dns.log --list Zones/demo/hosts.txt",
        "diff Zones/demo/vpn-dns.log Zones/demo/direct-dns.log",
        "check --help", "audit --help", "serve --help", "fetch --help", "catalog --help", "--help",
        "explain --list @/long-name.txt \(long)", "check --list @/long-name.txt \(long)", "audit @/long-name.txt",
    ]

    @Test(arguments: commands)
    func fitsFortyColumns(command: String) throws {
        try ExitStatusTests.prepare()
        _ = try Patchway.file("long-name.txt", "||\(Self.long)^\n".utf8)
        let arguments = command.split(separator: " ").map {
            $0.hasPrefix("@") ? Patchway.scratch.path + $0.dropFirst() : String($0)
        }
        let output = try Patchway.run(arguments, environment: ["COLUMNS": "40"]).output
        #expect(!output.isEmpty)
        for line in output.split(separator: "\n") { #expect(line.count <= 40, "\(line)") }
        func octets(_ text: String) -> String { text.filter { !$0.isWhitespace } }
        if command.hasPrefix("explain") || command.hasPrefix("check") {
            let whole = try Patchway.run(arguments).output
            #expect(octets(output) == octets(whole), "nothing is cut")
        }
    }

    /// A line that a program may read stays whole.
    @Test func verdictsThatNobodyLooksAtAreLines() throws {
        try ExitStatusTests.prepare()
        let list = Patchway.scratch.appendingPathComponent("twice.txt").path
        let long = String(repeating: "very-long-label.", count: 12) + "example"
        let output = try Patchway.run(["check", "--list", list, long, "--qtype", "A"]).output
        #expect(output.split(separator: "\n").count == 1)
    }

    /// Whatever `COLUMNS` says, there is a page, and its descriptions.
    @Test(arguments: ["0", "-3", "1", "20", "x", "99999"])
    func helpHasDescriptions(columns: String) throws {
        let page = try Patchway.run(["check", "--help"], environment: ["COLUMNS": columns])
        #expect(page.status == 0)
        #expect(page.output.filter { !$0.isWhitespace }.contains("Recordtypesfornameswithoutone."))
    }
}

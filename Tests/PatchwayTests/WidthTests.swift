import Foundation
import Testing

/// Text for people fits the columns that they have; only words that are longer stand over.
@Suite struct WidthTests {
    static let commands = [
        "check --list @/twice.txt c.b.example a.example --qtype A,HTTPS",
        "explain --list @/twice.txt c.b.example a.example --qtype A,HTTPS",
        "explain --list @/clean.txt --chains @/behind.tsv x.example", "explain 0x8024402c",
        "explain ctldl.windowsupdate.com --list Zones/demo/adblock.txt",
        "audit Zones/demo/adblock.txt", "audit Tests/Fixtures/lists/squid-conf/squid.conf",
        "audit --stack @/blocky.yml",
        "catalog show download.windowsupdate.com", "replay Zones/demo/vpn-dns.log",
        "replay Zones/demo/vpn-dns.log --list Zones/demo/hosts.txt",
    ]

    @Test(arguments: commands)
    func fitsFortyColumns(command: String) throws {
        try ExitStatusTests.prepare()
        let arguments = command.split(separator: " ").map {
            $0.hasPrefix("@") ? Patchway.scratch.path + $0.dropFirst() : String($0)
        }
        let output = try Patchway.run(arguments, environment: ["COLUMNS": "40"]).output
        #expect(!output.isEmpty)
        for line in output.split(separator: "\n") where line.count > 40 {
            #expect(line.split(separator: " ").count == 1, "\(line)")
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
}

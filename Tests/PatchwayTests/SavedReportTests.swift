import Foundation
import TestSupport
import Testing

/// `report`: what is written of saved records is what the command itself writes.
@Suite struct SavedReportTests {
    static let forms = ["text", "csv", "md", "html", "sarif", "junit", "github"]

    /// Names that are soon asked about; two of the audits ask about the whole catalog.
    private static let few = ["--names", "Zones/demo/names.txt"]

    static let audits: [(name: String, arguments: [String])] = [
        ("golden", ["--names", "Zones/demo/names.txt"] + GoldenTests.lists),
        ("catalog", GoldenTests.lists),
        ("stack", few + ["--stack", "Zones/demo/patchway.yaml"]),
        ("groups", few + ["--stack", "Tests/Fixtures/stacks/groups/patchway.yaml"]),
        ("missing", few + ["Zones/demo/hosts.txt", "Zones/no-such-list.txt"]),
        ("types", few + ["--engine", "dnsmasq", "--qtype", "A,AAAA,HTTPS,TXT,SRV", "Zones/demo/hosts.txt"]),
        ("builds", few + ["Tests/Fixtures/builds/unbound.conf", "Tests/Fixtures/builds/dnsmasq.conf"]),
        ("spelling", ["--names", "@names", "@wide", "@open"]),
    ]

    /// Names in capitals, a list that breaks made-up names, and one whose rules cannot be evaluated.
    private static func filled(_ arguments: [String]) throws -> [String] {
        let files = [
            "@names": try Patchway.file("saved-names.txt", Array("Fe2.Update.Microsoft.COM\nads.example\n".utf8)),
            "@wide": try Patchway.file(
                "saved-wide.adblock",
                Array("||update.microsoft.com^\n||ads.example^$client=a\n/ads[/\n@@||x.example^\n".utf8)
            ),
            "@open": try Patchway.file(
                "saved-open.zone",
                Array(
                    "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n32.1.2.0.192.rpz-client-ip CNAME .\n*.update.microsoft.com CNAME x.y.\n"
                        .utf8
                )
            ),
        ]
        return arguments.map { files[$0] ?? $0 }
    }

    @Test(arguments: audits.map(\.name))
    func isWhatTheCommandItselfWrites(name: String) throws {
        let (_, arguments) = try #require(Self.audits.first { $0.name == name })
        let audit = try ["audit"] + Self.filled(arguments)
        // The array and the lines hold the same records.
        let records = name == "golden" ? "json" : "ndjson"
        let saved = try Patchway.run(audit + ["-o", records])
        #expect(!saved.output.isEmpty, "\(saved.errors)")
        let file = try Patchway.file("saved-\(name).\(records)", Array(saved.output.utf8))
        for form in Self.forms.map({ [$0] }) + [["text", "-v"], ["md", "-v"]] {
            let direct = try Patchway.run(audit + ["-o"] + form, environment: ["COLUMNS": "90"])
            let again = try Patchway.run(["report", file, "-o"] + form, environment: ["COLUMNS": "90"])
            #expect(again.status == 0, "\(form): \(again.errors)")
            #expect(again.output == direct.output, "\(name) as \(form)")
        }
    }

    @Test func thresholdsOfBuildServersAreAskedAnew() throws {
        let audit = ["audit", "Zones/demo/hosts.txt"]
        let saved = try Patchway.run(audit + ["-o", "ndjson"])
        let file = try Patchway.file("saved-threshold.ndjson", Array(saved.output.utf8))
        let direct = try Patchway.run(audit + ["-o", "junit", "--fail-on", "critical"])
        let again = try Patchway.run(["report", file, "-o", "junit", "--fail-on", "critical"])
        #expect(again.output == direct.output)
        #expect(try Patchway.run(["report", file, "-o", "junit"]).output != direct.output)
    }

    static let edits: [(regex: String, with: String, says: String)] = [
        ("\"verdict\":\"sinkhole\"", "\"verdict\":\"sinkhole", ":3:"),
        ("\"verdict\":\"sinkhole\"", "\"verdict\":\"gone\"", "`verdict`: there is no `gone`"),
        ("\"severity\":\"medium\",\"endpoint\"", "\"severity\":\"high\",\"endpoint\"", "`severity`: does not follow"),
        ("\"owner\":\"maintainer of [^\"]*\"", "\"owner\":\"me\"", "`owner`: does not follow"),
        (
            "\"observed\":false", "\"observed\":false,\"more\":1",
            "`more`: does not follow from the rest, or is not known"
        ),
        ("\"reading\":", "\"raeding\":", "`raeding`: does not follow from the rest, or is not known"),
        ("\"broken_names\":[0-9]+", "\"broken_names\":99", "`broken_names`: does not follow"),
        ("\"pattern_kind\":\"exact\"", "\"pattern_kind\":\"suffix\"", "`pattern`: kind `suffix` needs"),
        ("\\{\"kind\":\"summary\".*\n", "", "no summary follows; was it cut short?"),
        ("\\{\"kind\":\"file\".*\n", "", "a finding needs a file in front of it"),
        ("\"report\":\"audit\"", "\"report\":\"gate\"", "`report`: is not `audit`"),
        ("\"tool\":\"patchway\"", "\"tool\":\"other\"", "`tool`: is another one"),
        ("\"kind\":\"finding\"", "\"kind\":\"\\\\u001b[2J\"", "`kind`: no kind of record of an audit"),
        ("(?s)^.*$", "[", ":1:2: the text ends where a value is expected"),
        ("(?s)^.*$", "[]", "there are no records in it"),
        ("(?s)^.*$", "{}", "`report`: is not `audit`"),
        ("(?s)^.*$", "\u{1B}[2J", ":1:1: expected a value"),
    ]

    /// Made once: an audit takes its time.
    private static let saved = Result {
        try Patchway.run(["audit"] + few + ["Zones/demo/hosts.txt", "-o", "ndjson"]).output
    }

    @Test(arguments: edits.indices)
    func whatNoAuditWroteIsRefusedWithItsPlace(index: Int) throws {
        let (regex, replacement, says) = Self.edits[index]
        let saved = try Self.saved.get()
        let changed = saved.replacingOccurrences(of: regex, with: replacement, options: .regularExpression)
        #expect(changed != saved)
        let file = try Patchway.file("saved-edit-\(index).ndjson", Array(changed.utf8))
        let result = try Patchway.run(["report", file])
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("patchway: \(file):") && result.errors.contains(says), "\(result.errors)")
        #expect(!result.errors.contains("\u{1B}"))
    }

    @Test func recordsAreNotWrittenAnewAsRecords() throws {
        #expect(try Patchway.run(["report", "x", "-o", "json"]).status == 2)
    }
}

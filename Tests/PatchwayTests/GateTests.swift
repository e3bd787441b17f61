import Foundation
import FoundationXML
import Testing

/// `patchway gate`: what it says of releases, and how it ends.
@Suite struct GateTests {
    /// A release: both versions, further arguments, the exit code, alarms, and the names newly broken.
    struct Release: CustomTestStringConvertible, Sendable {
        var old: String?
        var new: String
        var arguments: [String] = []
        var status: Int32
        var alarms: [String] = []
        var broken: Int?
        var testDescription: String { "\(old?.prefix(60) ?? "none") → \(new.prefix(60)) \(arguments)" }
    }

    private static let some = "||ads.example^\n||track.example^\n"
    private static let many = (0..<3_000).map { "||n\($0).example^\n" }.joined()

    static let releases: [Release] = [
        Release(old: some, new: some, status: 0, broken: 0),
        Release(old: some, new: some + "||other.example^\n", status: 0, broken: 0),
        Release(old: some, new: some + "||slscr.update.microsoft.com^\n", status: 1, broken: 1),
        // What was broken before breaks nothing new, and what goes is freed.
        Release(
            old: "||slscr.update.microsoft.com^\n",
            new: "||slscr.update.microsoft.com^\n" + some,
            status: 0,
            broken: 0
        ),
        Release(old: "||slscr.update.microsoft.com^\n", new: some, status: 0, broken: 0),
        // A list that comes.
        Release(old: nil, new: "||slscr.update.microsoft.com^\n", status: 1, broken: 1),
        // Below the severity that was asked for.
        Release(
            old: some,
            new: some + "||statsfe2.update.microsoft.com^\n",
            arguments: ["--fail-on", "high"],
            status: 0
        ),
        // A format conversion that makes a host a subtree (an incident that took years to be found).
        Release(old: "0.0.0.0 e.edgesuite.net\n", new: "||edgesuite.net^\n", status: 1),
        // As a whole.
        Release(old: some, new: some + "||xyz^\n||com^\n", status: 1, alarms: ["top-level"]),
        Release(
            old: some,
            new: some + "/./\n",
            arguments: ["--engine", "adguard-home"],
            status: 1,
            alarms: ["catch-all"]
        ),
        Release(old: some, new: many, status: 1, alarms: ["growth"], broken: 0),
        Release(old: many, new: many + many.replacing("n", with: "m"), status: 0, broken: 0),
        Release(
            old: many,
            new: many + "||a.example^\n||b.example^\n",
            arguments: ["--max-growth", "0"],
            status: 1,
            alarms: ["growth"]
        ),
        Release(old: many, new: some, status: 1, alarms: ["shrinkage"]),
        Release(
            old: some,
            new: "<!DOCTYPE html>\n<html><body>error</body></html>\n",
            status: 1,
            alarms: ["page", "unreadable"]
        ),
        Release(old: some, new: String(some.dropLast(4)), status: 1, alarms: ["truncated"]),
        // A rule for one client, where nobody says who asks, is neither fine nor broken.
        Release(old: some, new: some + "||update.microsoft.com^$client=192.0.2.7\n", status: 3, broken: 0),
        Release(
            old: some,
            new: some + "||slscr.update.microsoft.com^$client=192.0.2.7\n",
            arguments: ["--client", "192.0.2.7"],
            status: 1
        ),
    ]

    private static func files(_ release: Release) throws -> [String] {
        let id = "gate-\(UUID().uuidString)"
        let old = try release.old.map { try Patchway.file("\(id).old", $0.utf8) } ?? "-"
        return [old, try Patchway.file("\(id).new", release.new.utf8)]
    }

    private static func records(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test(arguments: releases)
    func release(_ release: Release) throws {
        let result = try Patchway.run(["gate"] + Self.files(release) + release.arguments + ["-o", "ndjson"])
        #expect(result.status == release.status, "\(result.output.suffix(1_000)) \(result.errors)")
        let records = try Self.records(result.output)
        let alarms = records.filter { $0["kind"] as? String == "alarm" }.compactMap { $0["id"] as? String }
        if !release.alarms.isEmpty { #expect(alarms == release.alarms) }
        if let broken = release.broken { #expect(records.last?["broken"] as? Int == broken) }
    }

    /// Every form ends the same way, and is what it says.
    @Test(arguments: ["text", "json", "sarif", "junit", "github", "csv", "md", "html"])
    func forms(form: String) throws {
        let new = Self.some + "||slscr.update.microsoft.com^\n||com^\n"
        let result = try Patchway.run(
            ["gate"] + Self.files(Release(old: Self.some, new: new, status: 1)) + ["-o", form]
        )
        #expect(result.status == 1)
        #expect(result.output.contains("slscr.update.microsoft.com"))
        #expect(form == "csv" || result.output.contains("top-level"))
        let data = Data(result.output.utf8)
        if form == "json" || form == "sarif" {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: data) }
        }
        if form == "junit" { #expect(XMLParser(data: data).parse()) }
    }

    /// Nothing is known of a list that cannot be read: it frees nothing.
    @Test func unreadableFreesNothing() throws {
        let files = try Self.files(Release(old: "||slscr.update.microsoft.com^\n", new: "<html>\n", status: 1))
        let records = try Self.records(Patchway.run(["gate"] + files + ["-o", "ndjson"]).output)
        #expect(records.last?["freed"] as? Int == 0)
    }

    @Test(
        arguments: [
            ("name: slscr.update.microsoft.com\n    reason: r\n    until: 2999-01-01", 0),
            ("rule: '||update.microsoft.com^'\n    reason: r\n    until: 2999-01-01", 0),
            // Another name, another rule, another list, and one whose time is over.
            ("name: fe2.update.microsoft.com\n    reason: r\n    until: 2999-01-01", 1),
            ("rule: '||microsoft.com^'\n    reason: r\n    until: 2999-01-01", 1),
            ("name: slscr.update.microsoft.com\n    list: else\n    reason: r\n    until: 2999-01-01", 1),
            ("name: slscr.update.microsoft.com\n    reason: r\n    until: 2020-01-01", 1),
            // No reason, no end, no day, no name: the file is refused.
            ("name: slscr.update.microsoft.com\n    until: 2999-01-01", 2),
            ("name: slscr.update.microsoft.com\n    reason: r", 2),
            ("name: slscr.update.microsoft.com\n    reason: r\n    until: soon", 2),
            ("reason: r\n    until: 2999-01-01", 2),
            ("name: a..b\n    reason: r\n    until: 2999-01-01", 2),
            ("nmae: a.b\n    reason: r\n    until: 2999-01-01", 2),
        ] as [(String, Int32)]
    )
    func baseline(entry: String, status: Int32) throws {
        let isRule = entry.hasPrefix("rule")
        let rule = isRule ? "||update.microsoft.com^\n" : "||slscr.update.microsoft.com^\n"
        let files = try Self.files(Release(old: Self.some, new: Self.some + rule, status: status))
        let baseline = try Patchway.file("baseline-\(UUID().uuidString).yaml", "accept:\n  - \(entry)\n".utf8)
        let result = try Patchway.run(["gate"] + files + ["--baseline", baseline])
        #expect(result.status == status, "\(result.output) \(result.errors)")
        if status == 2 { #expect(result.errors.contains(#/\.yaml:[2-4]:[0-9]+: /#)) }
    }

    /// What was written accepts what was found, and nothing else.
    @Test func writtenBaselineAccepts() throws {
        let rules = "||update.microsoft.com^\n||windowsupdate.com^\n||com^\n"
        let files = try Self.files(Release(old: Self.some, new: Self.some + rules, status: 1))
        let place = Patchway.scratch.appendingPathComponent("written-\(UUID().uuidString).yaml").path
        #expect(try Patchway.run(["gate"] + files + ["--write-baseline", place]).status == 1)
        #expect(try Patchway.run(["gate"] + files + ["--baseline", place]).status == 0)
        // Another list with the same alarm is another matter.
        let elsewhere = try Patchway.file("more-\(UUID().uuidString)", (Self.some + rules).utf8)
        #expect(try Patchway.run(["gate", files[0], elsewhere, "--baseline", place]).status == 1)
        let other = try Patchway.file("other-\(UUID().uuidString)", (Self.some + "||microsoft.com^\n").utf8)
        #expect(try Patchway.run(["gate", files[0], other, "--baseline", place]).status == 1)
    }

    /// Folders are compared file by file; what is in neither form is a mistake of the command line.
    @Test func foldersAndMistakes() throws {
        let root = Patchway.scratch.appendingPathComponent("gate-\(UUID().uuidString)")
        for (side, file, text) in [
            ("old", "a/one.txt", Self.some), ("new", "a/one.txt", Self.some + "||slscr.update.microsoft.com^\n"),
            ("old", "gone.txt", "||fe2.update.microsoft.com^\n"),
            ("new", "came.txt", "||tlu.dl.delivery.mp.microsoft.com^\n"),
            ("new", ".hidden", "||com^\n"),
        ] {
            let place = root.appendingPathComponent(side).appendingPathComponent(file)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: place)
        }
        let (old, new) = (root.appendingPathComponent("old").path, root.appendingPathComponent("new").path)
        let result = try Patchway.run(["gate", old, new, "-o", "ndjson"])
        let records = try Self.records(result.output)
        let changes = records.filter { $0["kind"] as? String == "change" }.map {
            "\($0["change"] ?? "") \($0["name"] ?? "")"
        }
        #expect(result.status == 1, "\(result.errors)")
        #expect(changes.contains("broken slscr.update.microsoft.com"))
        #expect(changes.contains("broken tlu.dl.delivery.mp.microsoft.com"))
        #expect(changes.contains("freed fe2.update.microsoft.com"))
        for arguments in [
            [old, "\(new)/came.txt"], ["\(old)/none", "\(new)/came.txt"], [old], [old, new, "--max-growth", "-1"],
        ] {
            #expect(try Patchway.run(["gate"] + arguments).status == 2, "\(arguments)")
        }
    }

    /// A folder of categories is read as `audit` reads it.
    @Test func categories() throws {
        let root = Patchway.scratch.appendingPathComponent("ut1-\(UUID().uuidString)")
        let category = root.appendingPathComponent("update")
        try FileManager.default.createDirectory(at: category, withIntermediateDirectories: true)
        try Data("update.microsoft.com\n".utf8).write(to: category.appendingPathComponent("domains"))
        let gate = try Self.records(Patchway.run(["gate", "-", root.path, "-o", "ndjson"]).output)
        let audit = try Self.records(Patchway.run(["audit", root.path, "-o", "ndjson"]).output)
        #expect(gate.last?["broken"] as? Int ?? 0 > 5)
        #expect(gate.last?["broken"] as? Int == audit.last?["broken_names"] as? Int)
    }

    /// A list of names to allow breaks by what it leaves out.
    @Test(
        arguments: [
            ("*.update.microsoft.com\n*.windowsupdate.com\n", "*.windowsupdate.com\n", 1),
            ("*.windowsupdate.com\n", "*.update.microsoft.com\n*.windowsupdate.com\n", 0),
            ("*.windowsupdate.com\n", "*.windowsupdate.com\n*.example.com\n", 0),
        ] as [(String, String, Int32)]
    )
    func coverage(old: String, new: String, status: Int32) throws {
        let files = try Self.files(Release(old: old, new: new, status: status))
        let result = try Patchway.run(["gate"] + files + ["--engine", "pan-os", "--role", "allow"])
        #expect(result.status == status, "\(result.output)")
        #expect(result.output.contains("[coverage]") == (status == 1))
    }

    /// What could not be compared stands in the reports that build servers read.
    @Test(arguments: ["sarif", "junit", "github", "md", "html", "ndjson"])
    func notCompared(form: String) throws {
        let list = try Patchway.file("compared-\(form)", Self.some.utf8)
        let result = try Patchway.run(["gate", "/nonexistent/list", list, "-o", form])
        #expect(result.status == 2)
        #expect(result.output.contains("not-compared"))
        if form == "sarif" { #expect(result.output.contains("\"executionSuccessful\":false")) }
        guard form != "ndjson" else { return }
        #expect(try Patchway.run(["audit", "/nonexistent/list", list, "-o", form]).output.contains("not-compared"))
    }

    /// Nothing compared is not nothing broken.
    @Test func nothingToCompare() throws {
        #expect(try Patchway.run(["gate", "-", "-"]).status == 3)
    }

    /// A baseline that is written again keeps its entries and their reasons.
    @Test func baselinesAreKept() throws {
        let files = try Self.files(
            Release(old: Self.some, new: Self.some + "||slscr.update.microsoft.com^\n", status: 1)
        )
        let entry = "name: slscr.update.microsoft.com\n    reason: ours\n    until: 2999-01-01"
        let place = try Patchway.file("kept-\(UUID().uuidString).yaml", "accept:\n  - \(entry)\n".utf8)
        #expect(try Patchway.run(["gate"] + files + ["--baseline", place, "--write-baseline", place]).status == 0)
        #expect(try String(contentsOfFile: place, encoding: .utf8).contains("ours"))
        #expect(try Patchway.run(["gate"] + files + ["--baseline", place]).status == 0)
    }
}

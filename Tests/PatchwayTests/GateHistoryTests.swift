import Foundation
import TestSupport
import Testing

/// `patchway gate` over repositories: the edits of real incidents, made anew.
@Suite struct GateHistoryTests {
    /// A repository whose commits, a hundred days apart, write one list each.
    private static func repository(_ versions: [String]) throws -> String {
        try TestRepository.make(versions.map { ["list.txt": $0] }, days: 100).path
    }

    struct Incident: CustomTestStringConvertible, Sendable {
        var name: String
        var versions: [String]
        /// `NAME through ALIAS, DAYS days` of some of what must be found.
        var found: [(name: String, through: String, days: Int, still: Bool)]
        var testDescription: String { name }
    }

    /// What list maintainers did, in the order of their reports.
    static let incidents = [
        Incident(
            name: "a conversion widens a host to a subtree",
            versions: [
                "0.0.0.0 e.edgesuite.net\n0.0.0.0 ads.example\n", "||edgesuite.net^\n||ads.example^\n",
                "||ads.example^\n",
            ],
            found: [("download.windowsupdate.com", "download.windowsupdate.com.edgesuite.net", 100, false)]
        ),
        Incident(
            name: "names of a traffic manager",
            versions: [
                "ads.example\n",
                "ads.example\nsls.update.microsoft.com.akadns.net\nstatsfe2.update.microsoft.com.akadns.net\n",
                "ads.example\nmore.example\nsls.update.microsoft.com.akadns.net\nstatsfe2.update.microsoft.com.akadns.net\n",
                "ads.example\nmore.example\n",
            ],
            found: [
                ("slscr.update.microsoft.com", "sls.update.microsoft.com.akadns.net", 200, false),
                ("statsfe2.update.microsoft.com", "statsfe2.update.microsoft.com.akadns.net", 200, false),
            ]
        ),
        Incident(
            name: "a content network's host",
            versions: ["0.0.0.0 ads.example\n", "0.0.0.0 ads.example\n0.0.0.0 cs11.wpc.v0cdn.net\n"],
            found: [("ctldl.windowsupdate.com", "cs11.wpc.v0cdn.net", -1, true)]
        ),
    ]

    @Test(arguments: incidents)
    func found(incident: Incident) throws {
        let repository = try Self.repository(incident.versions)
        let result = try Patchway.run(["gate", "--history", repository, "--path", "list.txt", "-o", "ndjson"])
        let status: Int32 = incident.found.contains { $0.still } ? 1 : 0
        #expect(result.status == status, "\(result.errors)")
        let records = try result.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        for (name, alias, days, still) in incident.found {
            let exposure = try #require(records.first { $0["name"] as? String == name }, "\(name)")
            let chain = exposure["chain"] as? [[String: Any]]
            #expect(chain?.last?["target"] as? String == alias)
            #expect(exposure["still"] as? Bool == still)
            if !still { #expect(exposure["days"] as? Int == days) }
        }
        #expect(records.last?["versions"] as? Int == incident.versions.count)
        // For people the same, once for all names of a rule.
        let text = try Patchway.run(["gate", "--history", repository, "--path", "list.txt"]).output
        for (name, alias, _, still) in incident.found {
            #expect(text.contains("\(name) through \(alias)"))
            #expect(text.contains(still ? "STILL IN" : "out on"))
        }
    }

    /// The same at the commit that brings it in, between revisions.
    @Test func revisions() throws {
        let incident = Self.incidents[1]
        let repository = try Self.repository(incident.versions)
        func status(_ old: String, _ new: String) throws -> Int32 {
            try Patchway.run(["gate", "--repo", repository, "--path", "list.txt", old, new]).status
        }
        #expect(try status("HEAD~3", "HEAD~2") == 1)
        #expect(try status("HEAD~2", "HEAD~1") == 0)
        #expect(try status("HEAD~1", "HEAD") == 0)
        #expect(try status("HEAD", "HEAD~2") == 1)
        #expect(try status("HEAD", "nowhere") == 2)
    }

    /// A version that is no list is said, and ends nothing.
    @Test func unreadableVersions() throws {
        let list = "||slscr.update.microsoft.com^\n||ads.example^\n"
        let repository = try Self.repository([list, "<html>\n", list, "||ads.example^\n"])
        let result = try Patchway.run(["gate", "--history", repository, "--path", "list.txt"])
        #expect(result.status == 3)
        #expect(result.output.contains("3 versions, NOT read 1"))
        #expect(result.output.contains("300 days"))
    }

    /// What the last version leaves open is said, and is not fine.
    @Test func undecidedVersions() throws {
        let open = "||slscr.update.microsoft.com^$client=192.0.2.7\n||ads.example^\n"
        let repository = try Self.repository(["||ads.example^\n", open])
        let result = try Patchway.run(["gate", "--history", repository, "--path", "list.txt"])
        #expect(result.status == 3)
        #expect(result.output.contains("names undecided in the last: 1"))
    }

    /// A link's blob is a path and no list.
    @Test func links() throws {
        let repository = try Self.repository(["||ads.example^\n"])
        try FileManager.default.createSymbolicLink(atPath: repository + "/link.txt", withDestinationPath: "list.txt")
        try TestRepository.commit("link", in: URL(fileURLWithPath: repository))
        #expect(try Patchway.run(["gate", "--history", repository, "--path", "link.txt"]).status == 3)
        let result = try Patchway.run(["gate", "--repo", repository, "--path", "./link.txt", "HEAD~1", "HEAD"])
        #expect(result.status == 2 && result.errors.contains("symbolic link"))
    }

    @Test(arguments: [
        ["gate", "--history", "/dev/null", "--path", "x"], ["gate", "--history", "."],
        ["gate", "--repo", ".", "HEAD", "HEAD"],
        ["gate", "a", "b", "--path", "x"], ["gate", "--history", ".", "--path", "x", "a", "b"],
        ["gate", "--history", ".", "--path", "README.md", "-o", "html"],
    ])
    func mistakes(arguments: [String]) throws {
        #expect(try Patchway.run(arguments).status == 2)
    }
}

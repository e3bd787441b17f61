import Foundation
import TestSupport
import Testing

/// What the commands print about the demo files; `UPDATE_GOLDEN=1 swift test` writes it anew.
@Suite struct GoldenTests {
    static let lists = ["hosts.txt", "adblock.txt", "rpz.zone", "dnsmasq.conf"].map { "Zones/demo/\($0)" }
    static let log = ["replay", "Zones/demo/vpn-dns.log", "--year", "2026", "--list", "Zones/demo/hosts.txt"]
    static let gate = ["gate", "Zones/demo/adblock.txt", "Zones/demo/hosts.txt", "--engine", "pihole"]
    static let check = ["check", "-f", "Zones/demo/names.txt", "--stack", "Zones/demo/patchway.yaml"]

    static let equivalent =
        ["audit", "--equivalent"] + ["unbound.conf", "dnsmasq.conf", "rpz.zone"].map { "Tests/Fixtures/builds/\($0)" }

    static let cover = [
        "cover", "Zones/demo/firewall.txt", "--engine", "pan-os", "--for", "delivery-optimization", "--for",
        "microsoft-update",
    ]

    static let cases: [(name: String, arguments: [String], status: Int32)] = [
        ("audit.txt", ["audit", "--names", "Zones/demo/names.txt"] + lists, 1),
        ("audit.ndjson", ["audit", "--names", "Zones/demo/names.txt", "-o", "ndjson"] + lists, 1),
        ("audit-stack.txt", ["audit", "--names", "Zones/demo/names.txt", "--stack", "Zones/demo/patchway.yaml"], 1),
        ("audit.sarif", ["audit", "--names", "Zones/demo/names.txt", "-o", "sarif"] + lists, 1),
        ("gate.txt", gate, 1), ("gate.ndjson", gate + ["-o", "ndjson"], 1), ("gate.sarif", gate + ["-o", "sarif"], 1),
        ("gate.junit", gate + ["-o", "junit"], 1), ("gate.github", gate + ["-o", "github"], 1),
        ("equivalent.txt", equivalent, 1), ("equivalent.ndjson", equivalent + ["-o", "ndjson"], 1),
        ("allow.txt", ["allow", lists[0]], 0), ("allow.ndjson", ["allow", lists[0], "-o", "ndjson"], 0),
        ("allow.rules", ["allow", lists[2], "-o", "rules"], 0), ("allow-open.txt", ["allow", lists[3]], 1),
        ("replay.txt", log, 1),
        ("replay.ndjson", log + ["-o", "ndjson"], 1),
        ("replay.csv", log + ["-o", "csv"], 1), ("replay.md", log + ["-o", "md"], 1),
        ("replay.html", log + ["-o", "html"], 1),
        ("replay-redacted.txt", log + ["--redact", "--redact-key", "Zones/demo/names.txt"], 1),
        ("replay-change.txt", log + ["--swap", "\(lists[0])=\(lists[1])"], 1),
        ("replay-change.ndjson", log + ["--swap", "\(lists[0])=\(lists[1])", "-o", "ndjson"], 1),
        ("diff.txt", ["diff", "Zones/demo/vpn-dns.log", "Zones/demo/direct-dns.log", "--year", "2026"], 1),
        (
            "diff.ndjson",
            ["diff", "Zones/demo/vpn-dns.log", "Zones/demo/direct-dns.log", "--year", "2026", "-o", "ndjson"], 1
        ),
        ("check.txt", check + ["--qtype", "A,HTTPS"], 0),
        ("check.ndjson", check + ["--qtype", "A,HTTPS", "-o", "ndjson"], 0),
        ("explain-code.txt", ["explain", "0x8024402c"], 0),
        ("explain-code.ndjson", ["explain", "0x8024402c", "-o", "ndjson"], 0),
        ("explain-name.txt", ["explain", "ctldl.windowsupdate.com", "--list", lists[1], "--qtype", "A"], 0),
        ("cover.txt", cover, 1), ("cover.ndjson", cover + ["-o", "ndjson"], 1),
        ("config-check.txt", ["config", "check", "Zones/demo/patchway.yaml"], 0),
    ]

    @Test(arguments: cases.map(\.name))
    func agrees(name: String) throws {
        let (_, arguments, status) = try #require(Self.cases.first { $0.name == name })
        let result = try Patchway.run(arguments)
        #expect(result.status == status, "\(result.errors)")
        let printed = Self.normalised(result.output)
        let place = Fixtures.folder("golden").appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try FileManager.default.createDirectory(at: Fixtures.folder("golden"), withIntermediateDirectories: true)
            try Data(printed.utf8).write(to: place)
        }
        let expected = String(decoding: try Data(contentsOf: place), as: UTF8.self)
        #expect(printed == expected, "UPDATE_GOLDEN=1 writes \(place.lastPathComponent) anew")
    }

    /// Leaves out what differs from run to run and with every release of the catalog.
    private static func normalised(_ text: String) -> String {
        let cost = text.replacing(#/"(elapsed_ms|peak_rss_bytes)":[0-9]+/#) { "\"\($0.output.1)\":0" }
        let version = cost.replacing(#/"patchway","version":"[^"]*"/#, with: #""patchway","version":"0""#)
        let page = version.replacing(#/Patchway [^,]*, catalog [^<\n]*/#, with: "Patchway normalised")
        return page.replacing(#/"(catalog|stack)":"[^"]*"/#) { "\"\($0.output.1)\":\"normalised\"" }
    }

    @Test(arguments: cases.map(\.name).filter { $0.hasSuffix(".ndjson") })
    func streamsBeginWithAHeaderAndEndWithASummary(name: String) throws {
        let (_, arguments, _) = try #require(Self.cases.first { $0.name == name })
        func kinds(_ records: [[String: Any]]) -> [String] { records.compactMap { $0["kind"] as? String } }
        let lines = try Patchway.run(arguments).output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(kinds(lines).first == "header")
        #expect(kinds(lines).last == "summary")
        #expect(kinds(lines).count == lines.count)
        // The array holds the same records.
        let array = try Patchway.run(arguments.map { $0 == "ndjson" ? "json" : $0 }).output
        let records = try #require(try JSONSerialization.jsonObject(with: Data(array.utf8)) as? [[String: Any]])
        #expect(kinds(records) == kinds(lines))
    }
}

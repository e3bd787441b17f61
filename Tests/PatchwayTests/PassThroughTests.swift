import Foundation
import TestSupport
import Testing

/// The files of `Zones/passthru`, which Scripts/zones makes.
@Suite struct PassThroughTests {
    static let profiles = ["autopatch", "client-direct", "configmgr", "home", "intune", "wsus-client", "wsus-server"]
    static let kinds = [("rpz", "bind-rpz"), ("unbound.conf", "unbound"), ("dnsmasq.conf", "dnsmasq")]

    @Test(arguments: profiles)
    func areWhatTheCatalogSays(profile: String) throws {
        for (suffix, engine) in Self.kinds {
            let made = try Patchway.run(["catalog", "allow", "--profile", profile, "--engine", engine])
            #expect(made.status == 0, "\(made.errors)")
            let file = Fixtures.packageRoot.appendingPathComponent("Zones/passthru/\(profile).\(suffix)")
            let kept = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            #expect(made.output == kept, "\(profile).\(suffix) is stale; Scripts/zones makes it anew")
        }
    }

    @Test func nothingElseIsThere() throws {
        let folder = Fixtures.packageRoot.appendingPathComponent("Zones/passthru").path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(Set(files) == Set(Self.profiles.flatMap { profile in Self.kinds.map { "\(profile).\($0.0)" } }))
    }

    /// `cover` proves of every pattern that the zone lets all its names pass, but for those that the file says it cannot name.
    @Test(arguments: profiles)
    func zonesCoverThePatterns(profile: String) throws {
        let zone = "Zones/passthru/\(profile).rpz"
        let result = try Patchway.run(["cover", zone, "--engine", "bind-rpz", "--profile", profile, "-o", "ndjson"])
        let text = String(
            decoding: try Data(contentsOf: Fixtures.packageRoot.appendingPathComponent(zone)),
            as: UTF8.self
        )
        let unsaid = Set(
            text.split(separator: "\n").filter { $0.hasPrefix(";   ") && $0.contains("*") && !$0.contains(" is ") }.map
            { $0.dropFirst(4) }
        )
        var (covered, missed): (Int, Set<Substring>) = (0, [])
        for line in result.output.split(separator: "\n") {
            let record = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            guard record["kind"] as? String == "coverage", let pattern = record["pattern"] as? String else { continue }
            if record["outcome"] as? String == "covered" { covered += 1 } else { missed.insert(pattern[...]) }
        }
        #expect(covered > 0)
        #expect(missed == unsaid)
    }
}

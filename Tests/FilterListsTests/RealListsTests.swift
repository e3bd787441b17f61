import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// Lists that people really use.
@Suite(.enabled(if: SharedSuites.root != nil, Comment(rawValue: SharedSuites.absence)))
struct RealListsTests {
    private static let folder = "data/blocklists/"

    private static func path(_ file: String) throws -> String {
        try #require(SharedSuites.root).appendingPathComponent(folder + file).path
    }

    /// What a file is, told by its name; nil for files whose name says nothing.
    private static func expectation(_ file: String) -> String? {
        let table: [(String, String)] = [
            (".gpg", "not-a-list"), (".json", "not-a-list"), (".csv", "format-not-supported"),
            (".checksum", "format-not-supported"), ("--usage", "format-not-supported"),
            ("--urls", "format-not-supported"), ("--urls.xz", "format-not-supported"),
            ("--expressions", "format-not-supported"), ("proxifier", "proxifier"),
            ("p2p--update", "p2p"), ("zones.blacklist.xz", "bind-zones"),
            ("mmotti__regex", "regex"), ("mmotti__social", "regex"),
            ("allowed-ips", "no-rules"), ("blocked-ips", "dnscrypt-ips"),
            ("captive-portals", "dnscrypt-captive"), ("cloaking-rules", "dnscrypt-cloaking"),
            ("forwarding-rules", "no-rules"), ("safesearch--rules", "adblock"), ("bogus-nxdomain", "dnsmasq"),
            ("v2fly__data--microsoft", "v2fly"), ("data--dnscrypt", "dnscrypt"),
            ("example-blocked-names", "dnscrypt"), ("example-allowed-names", "dnscrypt"), ("unbound", "unbound"),
            ("dnsmasq", "dnsmasq"), ("china.conf", "dnsmasq"), (".zone.xz", "rpz"), ("bind-nxdomain", "rpz"),
            ("__wildcard--", "wildcard"), (".wildcard.", "wildcard"), ("relay_adblock-2025", "wildcard"),
            ("adblock", "adblock"), ("-ags", "adblock"), ("easylist", "adblock"), ("__hosts--", "hosts"),
            ("data--hosts", "hosts"), (".hosts.", "hosts"), ("neodevpro__host", "hosts"), ("-nl.txt", "domains"),
            ("__domains--", "domains"), (".domains.", "domains"), ("--domains", "domains"),
            ("ShadowWhisperer", "domains"), ("full-domains", "domains"), ("neodevpro__domain", "domains"),
        ]
        return table.first { file.contains($0.0) }?.1
    }

    @Test func everyFileIsReadForWhatItIsOrRefusedWithTheReason() throws {
        var read = 0
        var refused = 0
        var rules = 0
        for file in try SharedSuites.files(in: Self.folder) where file != "MANIFEST.tsv" {
            let path = try Self.path(file)
            let outcome: String
            do throws(ListError) {
                let loaded = try LayerLoader.load([ListInput(path: path)])
                outcome = loaded.reports[0].format.id
                read += 1
                rules += loaded.layer.ruleCount
                // Hardly anything in a list of its own engine's format is dropped.
                let report = loaded.reports[0]
                let isClean = (report.ignoredCount + report.unsupportedCount) * 2 <= report.rules
                // The files of its zones are not beside it.
                if file.contains("zones.blacklist") { continue }
                // More than half of what the one of olbat has are addresses, which Pi-hole skips.
                let others = ["easylist", "relay_adblock", "olbat__blacklists--cleaning"]
                #expect(isClean || others.contains { file.contains($0) }, "\(file)")
            } catch {
                outcome = error.id
                refused += 1
                #expect(error.isUndecided, "\(file): \(error)")
                #expect(error.text.count > 20)
            }
            if let expected = Self.expectation(file) { #expect(outcome == expected, "\(file)") }
        }
        print("real lists: \(read) read, \(refused) refused, \(rules) rules")
        #expect(read + refused > 180)
    }

    /// The names of class core, do and crl that the one WindowsSpyBlocker "update" list breaks, by format.
    @Test(arguments: [
        ("crazy-max__data--dnscrypt--update.txt", Engine.dnscryptProxy, 61),
        ("crazy-max__data--openwrt--update--dnsmasq.conf", .dnsmasq, 38),
        ("crazy-max__data--hosts--update.txt", .dnsmasq, 24),
    ])
    func oneListInThreeFormatsBreaksDifferentNames(file: String, engine: Engine, broken: Int) throws {
        let loaded = try LayerLoader.load([ListInput(path: Self.path(file))], engine: engine)
        var names: [String] = []
        for row in try SharedSuites.rows("facts/filters/names.tsv") where ["core", "do", "crl"].contains(row[1]) {
            names.append(row[0])
        }
        #expect(names.count == 76)
        let hit = try names.filter { !(try loaded.verdict($0, .a).kind.isPass) }
        #expect(hit.count == broken)
    }
}

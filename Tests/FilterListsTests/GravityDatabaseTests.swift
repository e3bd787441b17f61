import DNS
import FilterLists
import Foundation
import Policy
import Suites
import TestSupport
import Testing
import TextScan

/// Pi-hole's database, its special domains and `_esni` names.
@Suite struct GravityDatabaseTests {
    private static func octets() throws -> [UInt8] {
        Array(try Data(contentsOf: Fixtures.folder("gravity").appendingPathComponent("groups.db")))
    }

    private static func load(_ octets: [UInt8]) throws -> LoadedLayer {
        try LayerLoader.load([ListInput(path: "gravity.db", octets: octets)])
    }

    @Test(
        arguments: [
            ("ads.example", RRType.a, VerdictKind.sinkhole, "gravity.db:https://lists.example/ads.txt", 1),
            ("sub.ads.example", .a, .pass, "", 0), ("a.wide.example", .txt, .nodata, "", 2),
            ("x.ok.wide.example", .a, .pass, "gravity.db:https://lists.example/allow.txt", 2),
            ("off.example", .a, .pass, "", 0), ("kids.example", .a, .pass, "", 0),
            ("groupoff.example", .a, .pass, "", 0), ("upper.example", .a, .pass, "", 0),
            ("free.example", .a, .pass, "gravity.db:https://lists.example/allow.txt", 1),
            ("owner.example", .a, .pass, "gravity.db:domainlist", 3),
            ("denied.example", .a, .sinkhole, "gravity.db:domainlist", 7),
            ("disabled.example", .a, .pass, "", 0), ("regexed.example", .a, .pass, "gravity.db:domainlist", 9),
            ("bad1.example", .a, .sinkhole, "gravity.db:domainlist", 12), ("bad1.example", .aaaa, .pass, "", 0),
            ("_esni.ads.example", .txt, .nxdomain, "", 1), ("_esni.owner.example", .a, .nxdomain, "", 0),
            ("_esni.free.example", .a, .pass, "gravity.db:https://lists.example/allow.txt", 1),
            ("use-application-dns.net", .aaaa, .nxdomain, "special domains of Pi-hole FTL", 1),
            ("use-application-dns.net", .txt, .pass, "", 0), ("x.use-application-dns.net", .a, .pass, "", 0),
            ("mask.icloud.com", .https, .pass, "gravity.db:domainlist", 20),
            ("mask-h2.icloud.com", .https, .nxdomain, "special domains of Pi-hole FTL", 3),
            ("_dns.resolver.arpa", .svcb, .nodata, "special domains of Pi-hole FTL", 4),
            ("xresolver.arpa", .svcb, .nodata, "", 4), ("resolver.arpa", .a, .pass, "", 0),
        ] as [(String, RRType, VerdictKind, String, Int)]
    )
    func verdicts(name: String, type: RRType, kind: VerdictKind, list: String, line: Int) throws {
        let verdict = try Self.load(Self.octets()).verdict(name, type)
        #expect(verdict.kind == kind)
        if !list.isEmpty { #expect(verdict.matched?.rule.list == list) }
        if line > 0 { #expect(verdict.matched?.rule.line == line) }
    }

    @Test func whatIsNotInForceIsSaid() throws {
        let reports = try Self.load(Self.octets()).reports
        #expect(reports[0].ignored == ["upper-case": 1])
        #expect(reports[0].notices.map(\.reason) == ["other-groups", "client-groups"])
        #expect(reports.map(\.role) == [.block, .block, .allow, .exempt, .deny, .exempt, .deny])
    }

    @Test func aliasesMeetSpecialDomains() throws {
        let verdict = try Self.load(Self.octets()).verdict("a.example", chain: ["mask-h2.icloud.com"])
        #expect(verdict.kind == .nxdomain)
    }

    @Test func otherDatabasesAndDamagedOnesAreRefused() throws {
        func reason(_ octets: [UInt8], engine: Engine? = nil, format: ListFormat? = nil) -> String? {
            do throws(ListError) {
                let input = ListInput(path: "x.db", format: format, octets: octets)
                _ = try LayerLoader.load([input], engine: engine)
                return nil
            } catch {
                return error.id
            }
        }
        let whole = try Self.octets()
        #expect(reason(Array(whole.prefix(600))) == "not-a-list")
        #expect(reason(Array("SQLite format 3\0".utf8)) == "not-a-list")
        #expect(reason(whole, engine: .blocky) == "engine-does-not-read")
        #expect(reason(Array("a.example\n".utf8), format: .gravityDatabase) == "not-a-list")
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            var damaged = whole
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                damaged[Int.random(in: 16..<damaged.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            // Any outcome but a crash or a hang.
            _ = reason(damaged)
        }
        // A view in place of a table is not followed.
        #expect(
            reason(whole.replacing(Array("TABLE gravity(".utf8), with: Array("VIEWW gravity(".utf8))) == "not-a-list"
        )
    }
}

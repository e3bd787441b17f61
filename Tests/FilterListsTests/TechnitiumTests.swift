import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Technitium's zones, aliases and block modes, as its sources have them.
@Suite struct TechnitiumTests {
    private static func load(_ mode: String? = nil, own: [String] = []) throws -> LoadedLayer {
        let lists: [(String, ListRole)] = [
            ("ads.example\nlow.ads.example\n@@||free.example^\n", .block), ("good.ads.example\n", .allow),
            ("zone.example\n", .deny), ("best.zone.example\n", .exempt),
        ]
        return try LayerLoader.load(
            lists.map { ListInput(path: "\($0.1)", role: $0.1, format: .domains, octets: Array($0.0.utf8)) },
            engine: .technitium,
            blockMode: mode,
            options: LayerOptions(blockAddresses: own.compactMap { IPAddress($0) })
        )
    }

    @Test(arguments: [
        ("ads.example", [String](), VerdictKind.nxdomain), ("x.ads.example", [], .nxdomain),
        ("x.good.ads.example", [], .pass), ("a.zone.example", [], .nxdomain), ("best.zone.example", [], .pass),
        ("x.example", ["ads.example"], .nxdomain), ("x.example", ["y.example", "ads.example"], .nxdomain),
        // An alias that is allowed ends the search, and so does a name.
        ("x.example", ["free.example", "ads.example"], .pass), ("free.example", ["ads.example"], .pass),
    ])
    func zonesAndAliases(name: String, chain: [String], kind: VerdictKind) throws {
        #expect(try Self.load().verdict(name, chain: chain).kind == kind)
    }

    /// A, AAAA, HTTPS, TXT, SOA and NS of a blocked zone, and NS below it.
    @Test(arguments: [
        ("NxDomain", [String](), "nxdomain nxdomain nxdomain redirect nxdomain nxdomain nxdomain"),
        ("AnyAddress", [], "sinkhole sinkhole nodata redirect redirect redirect nodata"),
        ("CustomAddress", ["192.0.2.9"], "redirect nodata nodata redirect redirect redirect nodata"),
        (
            "CustomAddress", ["192.0.2.9", "192.0.2.8", "::"],
            "redirect sinkhole nodata redirect redirect redirect nodata"
        ),
    ])
    func blockModes(mode: String, own: [String], kinds: String) throws {
        let loaded = try Self.load(mode, own: own)
        let found = try [RRType.a, .aaaa, .https, .txt, .soa, .ns].map { try loaded.verdict("ads.example", $0).kind }
        let below = try loaded.verdict("x.ads.example", .ns).kind
        #expect((found + [below]).map(\.description).joined(separator: " ") == kinds)
    }

    @Test func answers() throws {
        let loaded = try Self.load("CustomAddress", own: ["192.0.2.9", "192.0.2.8"])
        let answer = try #require(try loaded.verdict("x.example", chain: ["ads.example"]).answer)
        #expect(answer.text == "A=192.0.2.9 A=192.0.2.8")
        #expect(answer.owner.description == "ads.example" && answer.keepsAliases && !answer.isAuthoritative)
        // Its text names an address of the list that is not known here.
        #expect(try loaded.verdict("ads.example", .txt).answer == nil)
        #expect(try loaded.verdict("ads.example", .aaaa).answer?.records.isEmpty == true)
    }
}

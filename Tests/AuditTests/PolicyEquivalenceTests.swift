import Audit
import Catalog
import DNS
import FilterLists
import FindingSupport
import Findings
import Policy
import TestSupport
import Testing

/// Builds of one list as policies: which names differ, why, and that none is overlooked.
@Suite struct PolicyEquivalenceTests {
    private static func catalog() throws -> EndpointCatalog {
        try Samples.catalog(
            [try Samples.endpoint("*.update.example")],
            hosts: ["www.update.example", "fe.update.example"],
            edges: ["fe.update.example>cdn.example"]
        )
    }

    private static func compare(_ builds: [CompiledStack], shown: Int = 10) throws -> BuildComparison {
        let catalog = try catalog()
        let found = PolicyEquivalence(builds, catalog: catalog, shown: shown)
        return try #require(found.comparisons.first)
    }

    /// Two builds with the differences that are expected: `<` blocked by the first, `>` by the other, reason, name, types.
    struct Row: CustomTestStringConvertible, Sendable {
        var first: (engine: Engine, text: String)
        var other: (engine: Engine, text: String)
        var differences: [String]
        var testDescription: String { "\(first) \(other)" }

        init(_ first: (Engine, String), _ other: (Engine, String), _ differences: [String]) {
            self.first = first
            self.other = other
            self.differences = differences
        }
    }

    private static let zone = "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n"
    private static let probe = "patchway-probe"

    static let rows: [Row] = [
        // The same in other words.
        Row((.adguardHome, "||ads.example^\n"), (.dnsmasq, "address=/ads.example/\n"), []),
        Row((.adguardHome, "||ads.example^\n"), (.bindRPZ, zone + "ads.example CNAME .\n*.ads.example CNAME .\n"), []),
        Row((.pihole, "0.0.0.0 ads.example\n"), (.pihole, "ads.example\n"), []),
        // A name is in one alone, in either.
        Row(
            (.adguardHome, "||a.example^\n||b.example^\n"),
            (.adguardHome, "||a.example^\n"),
            ["< missing b.example A,AAAA,HTTPS"]
        ),
        Row(
            (.adguardHome, "||a.example^\n"),
            (.adguardHome, "||a.example^\n||b.example^\n"),
            ["> missing b.example A,AAAA,HTTPS"]
        ),
        // A format for single names, and one for what lies below.
        Row(
            (.adguardHome, "||ads.example^\n"),
            (.pihole, "0.0.0.0 ads.example\n"),
            ["< exact-subtree \(probe).ads.example A,AAAA,HTTPS"]
        ),
        Row(
            (.adguardHome, "||ads.example^\n"),
            (.bindRPZ, zone + "*.ads.example CNAME .\n"),
            ["< below-only ads.example A,AAAA,HTTPS"]
        ),
        // Exceptions: lost, not as wide, and not strong enough.
        Row(
            (.adguardHome, "||ads.example^\n@@||ok.ads.example^\n"),
            (.dnsmasq, "address=/ads.example/\n"),
            ["> lost-exception ok.ads.example A,AAAA,HTTPS"]
        ),
        Row(
            (.adguardHome, "||ads.example^\n@@||ok.ads.example^\n"),
            (.adguardHome, "||ads.example^\n@@|ok.ads.example^\n"),
            ["> narrower-exception \(probe).ok.ads.example A,AAAA,HTTPS"]
        ),
        Row(
            (.adguardHome, "||ads.example^\n@@||ok.ads.example^\n"),
            (.adguardHome, "||ads.example^$important\n@@||ok.ads.example^\n"),
            ["> overruled-exception ok.ads.example A,AAAA,HTTPS"]
        ),
        // What takes a rule back in one engine is nothing to another one.
        Row(
            (.adguardHome, "||ads.example^\n||b.example^\n||ads.example^$badfilter\n"),
            (.blocky, "||ads.example^\n||b.example^\n||ads.example^$badfilter\n"),
            ["> badfilter ads.example A,AAAA,HTTPS", "< exact-subtree \(probe).b.example A,AAAA,HTTPS"]
        ),
        // A line that the engine drops, with its place.
        Row(
            (.adguardHome, "||a.example^\n||b.example^\n"),
            (.pihole, "0.0.0.0 a.example\n0.0.0.0 b.example^\n0.0.0.0 c.example\n"),
            [
                "< dropped b.example A,AAAA,HTTPS", "< exact-subtree \(probe).a.example A,AAAA,HTTPS",
                "> missing c.example A,AAAA,HTTPS",
            ]
        ),
        // Record types.
        Row(
            (.adguardHome, "||ads.example^\n"),
            (.dnsmasq, "address=/ads.example/0.0.0.0\n"),
            ["< record-type ads.example AAAA,HTTPS"]
        ),
        Row(
            (.adguardHome, "||ads.example^\n"),
            (.adguardHome, "||ads.example^$dnstype=A\n"),
            ["< record-type ads.example AAAA,HTTPS"]
        ),
        // One engine looks at aliases.
        Row(
            (.adguardHome, "||cdn.example^\n"),
            (.dnsmasq, "address=/cdn.example/\n"),
            ["< alias fe.update.example A,AAAA,HTTPS"]
        ),
        // Patterns.
        Row(
            (.adguardHome, "||ads*.example^\n||b.example^\n"),
            (.adguardHome, "||b.example^\n"),
            ["< pattern ads\(probe).example A,AAAA,HTTPS"]
        ),
        // Answers of their own.
        Row(
            (.dnsmasq, "address=/ads.example/192.0.2.1\n"),
            (.dnsmasq, "address=/ads.example/192.0.2.2\n"),
            ["< answer ads.example A"]
        ),
    ]

    @Test(arguments: rows)
    func namesWhatDiffersAndWhy(row: Row) throws {
        let builds = try [(row.first, "first"), (row.other, "other")].map {
            try Samples.stack($0.0.engine, $0.0.text, path: $0.1)
        }
        let found = try Self.compare(builds)
        let words = found.shown.map { difference in
            let types = difference.types.map(\.description).joined(separator: ",")
            return "\(difference.blocking == 0 ? "<" : ">") \(difference.reason.rawValue) \(difference.name) \(types)"
        }
        #expect(words.sorted() == row.differences.sorted())
        #expect(found.differing == row.differences.count)
    }

    @Test func countsBlockModesApart() throws {
        let found = try Self.compare([
            try Samples.stack(.adguardHome, "||ads.example^\n"), try Samples.stack(.dnsmasq, "address=/ads.example/\n"),
        ])
        #expect(found.otherMode == 2 && found.differing == 0)
    }

    @Test func leavesOpenWhatIsNotKnown() throws {
        let open = try Samples.stack(.adguardHome, "||ads.example^$client=192.0.2.7\n||b.example^\n")
        let found = try Self.compare([open, open])
        #expect(found.undecided > 0 && found.differing == 0 && !found.isDecided)
        // A pattern that one build alone has was tried on examples, and is not proven to be nothing.
        let patterns = try Self.compare([
            try Samples.stack(.adguardHome, "||b.example^\n/^zz[0-9]+$/\n"),
            try Samples.stack(.adguardHome, "||b.example^\n"),
        ])
        #expect(patterns.openPatterns == 1 && !patterns.isDecided)
    }

    @Test(arguments: [(12, true), (12, false), (5, true)])
    func saysThatABuildIsCut(lost: Int, isTail: Bool) throws {
        let names = (0..<40).map { "||n\($0).example^\n" }
        let kept = isTail ? names.dropLast(lost) : names.dropFirst(lost)
        let found = try Self.compare([
            try Samples.stack(.adguardHome, names.joined()), try Samples.stack(.adguardHome, kept.joined()),
        ])
        let isCut = isTail && lost >= 10
        let reason: DifferenceReason = isCut ? .truncated : .missing
        #expect(found.counts == [DifferenceKind(blocking: 0, reason: reason): lost])
        #expect(found.truncatedFrom == (isCut ? 40 - lost + 1 : nil))
        #expect(found.shown.allSatisfy { $0.reason == reason } && found.shown.count == min(lost, 10))
    }

    // MARK: - Nothing is overlooked

    /// A random rule of an engine over few names.
    private static func rule(_ engine: Engine, _ generator: inout SeededGenerator) -> String {
        let labels = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            Bool.random(using: &generator) ? "a" : "b"
        }
        let name = (labels + ["example"]).joined(separator: ".")
        let pick = Int.random(in: 0..<4, using: &generator)
        switch engine {
        case .adguardHome: return ["||\(name)^", "|\(name)^", "@@||\(name)^", "||\(name)^$dnstype=A"][pick]
        case .dnsmasq:
            return ["address=/\(name)/", "address=/\(name)/0.0.0.0", "server=/\(name)/#", "address=/*.\(name)/"][pick]
        case .unbound:
            let kind = ["always_nxdomain", "always_null", "always_transparent", "static"][pick]
            return "local-zone: \"\(name)\" \(kind)"
        default:
            return ["\(name) CNAME .", "*.\(name) CNAME .", "*.\(name) CNAME rpz-passthru.", "\(name) CNAME *."][pick]
        }
    }

    private static func list(_ engine: Engine, _ generator: inout SeededGenerator) -> String {
        var rules: Set<String> = []
        for _ in 0..<Int.random(in: 1...5, using: &generator) { rules.insert(rule(engine, &generator)) }
        let text = rules.sorted().map { $0 + "\n" }.joined()
        switch engine {
        case .bindRPZ: return zone + text
        case .unbound: return "server:\n" + text
        default: return text
        }
    }

    private static let engines: [Engine] = [.adguardHome, .dnsmasq, .unbound, .bindRPZ]

    @Test func agreesWithTryingEveryName() throws {
        var generator = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max))
        var names = [try DomainName("example"), try DomainName("zz.other")]
        var last = [names[0]]
        for _ in 0..<4 {
            last = last.flatMap { name in ["a", "b", "q"].compactMap { name.child(Array($0.utf8)) } }
            names += last
        }
        let catalog = EndpointCatalog(endpoints: [])
        let types: [RRType] = [.a, .aaaa, .https]
        var (same, other) = (0, 0)
        for round in 0..<400 {
            let pair = [Self.engines[round % 4], Self.engines[round / 4 % 4]]
            let texts = pair.map { Self.list($0, &generator) }
            let builds = zip(pair, texts).compactMap { try? Samples.stack($0, $1) }
            guard builds.count == 2 else { continue }
            func kinds(_ name: DomainName, _ build: Int) -> [VerdictKind] {
                types.map { builds[build].decide(NameBuffer(name), type: $0).kind }
            }
            let isOther = names.contains { name in
                zip(kinds(name, 0), kinds(name, 1)).contains {
                    $0.isPass != $1.isPass && $0 != .unsupported && $1 != .unsupported
                }
            }
            let found = PolicyEquivalence(builds, catalog: catalog, types: types).comparisons[0]
            if isOther { other += 1 } else { same += 1 }
            #expect((found.differing > 0) == isOther, "\(pair) \(texts)")
        }
        #expect(same > 10 && other > 100)
    }

    @Test(arguments: ["rpz", "dnsmasq", "unbound", "adguard"])
    func exportsAreEquivalentWhereNothingIsLeftOut(id: String) throws {
        var generator = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max))
        let format = try #require(ExportFormat.named(id))
        var compared = 0
        for round in 0..<80 {
            let engine = Self.engines[round % 4]
            guard let layer = try? Samples.layer(engine, Self.list(engine, &generator)) else { continue }
            var written: [UInt8] = []
            let report = LayerExporter.export(layer, to: format) { text in
                for index in 0..<text.count { written.append(text[index]) }
            }
            let target = try? LayerLoader.load(
                [ListInput(path: "written", format: format.listFormat, octets: written)],
                engine: format.engine
            ).layer
            guard report.omittedRules.isEmpty, let target else { continue }
            let found = PolicyEquivalence(
                [layer, target].map { CompiledStack(layers: [$0]) },
                catalog: EndpointCatalog(endpoints: [])
            ).comparisons[0]
            compared += 1
            #expect(
                found.differing == 0,
                "\(engine) \(String(decoding: written, as: UTF8.self)) \(found.shown.map(\.name))"
            )
        }
        #expect(compared > 5)
    }
}

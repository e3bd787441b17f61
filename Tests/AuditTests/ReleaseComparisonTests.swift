import Audit
import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import Testing

@Suite struct ReleaseComparisonTests {
    /// `name TYPE,TYPE rule` of each finding: the types that changed.
    private static func words(_ findings: [Finding]) -> [String] {
        findings.map {
            let types = $0.brokenTypes.map(\.description).joined(separator: ",")
            return "\($0.name) \(types) \($0.verdict.matched?.rule.text ?? "")"
        }
    }

    private static func compare(_ old: String?, _ new: String?, _ engine: Engine = .adguardHome) throws
        -> ReleaseComparison
    {
        let catalog = try Samples.catalog(
            [try Samples.endpoint("*.update.example")],
            hosts: ["www.update.example", "fe.update.example"],
            edges: ["fe.update.example>cdn.example"]
        )
        let auditor = Auditor(names: AuditName.all(of: catalog), chains: catalog.chains, wildcards: catalog)
        return ReleaseComparison(
            auditor,
            old: try old.map { try Samples.stack(engine, $0) },
            new: try new.map { try Samples.stack(engine, $0) }
        )
    }

    @Test(
        arguments: [
            // Nothing changes.
            ("||ads.example^", "||ads.example^\n||more.example^", [], [], [], []),
            // A new rule, and the alias that it meets.
            ("||ads.example^", "||cdn.example^", ["fe.update.example A,AAAA,HTTPS ||cdn.example^"], [], [], []),
            // A rule goes.
            (
                "||www.update.example^", "||ads.example^", [],
                ["www.update.example A,AAAA,HTTPS ||www.update.example^"], [], []
            ),
            // Another rule for the same is no change; a wider one breaks what it adds.
            (
                "||www.update.example^", "||update.example^", ["fe.update.example A,AAAA,HTTPS ||update.example^"], [],
                [],
                ["www.update.example A,AAAA,HTTPS ||update.example^"]
            ),
            // One type more.
            (
                "||www.update.example^$dnstype=AAAA", "||www.update.example^",
                ["www.update.example A,HTTPS ||www.update.example^"], [], [],
                ["www.update.example AAAA ||www.update.example^"]
            ),
            // An exception that comes, and one that is lost.
            (
                "||www.update.example^", "||www.update.example^\n@@||www.update.example^", [],
                ["www.update.example A,AAAA,HTTPS ||www.update.example^"], [], []
            ),
            (
                "||www.update.example^\n@@||www.update.example^", "||www.update.example^",
                ["www.update.example A,AAAA,HTTPS ||www.update.example^"], [], [], []
            ),
            // A name that only the list spells out.
            (
                "||ads.example^", "||new.update.example^", ["new.update.example A,AAAA,HTTPS ||new.update.example^"],
                [], [], []
            ),
            // It did not pass before either.
            (
                "||update.example^", "||update.example^\n||new.update.example^", [], [], [],
                [
                    "www.update.example A,AAAA,HTTPS ||update.example^",
                    "fe.update.example A,AAAA,HTTPS ||update.example^",
                    "new.update.example A,AAAA,HTTPS ||new.update.example^",
                ]
            ),
        ] as [(String, String, [String], [String], [String], [String])]
    )
    func whatChanges(
        old: String,
        new: String,
        broken: [String],
        freed: [String],
        open: [String],
        unchanged: [String]
    ) throws {
        let compared = try Self.compare(old, new)
        #expect(Self.words(compared.broken).sorted() == broken.sorted())
        #expect(Self.words(compared.freed).sorted() == freed.sorted())
        #expect(Self.words(compared.open).sorted() == open.sorted())
        #expect(Self.words(compared.unchanged).sorted() == unchanged.sorted())
    }

    /// A rule for one client is open where nobody says who asks: neither broken nor freed.
    @Test func openIsNeitherBrokenNorFreed() throws {
        let open = "||www.update.example^$client=192.0.2.7"
        let firm = "||www.update.example^"
        let appears = try Self.compare("||ads.example^", open)
        #expect(appears.broken.isEmpty && appears.open.count == 1)
        let weaker = try Self.compare(firm, open)
        #expect(weaker.freed.isEmpty && weaker.open.count == 1)
        let firmer = try Self.compare(open, firm)
        #expect(firmer.broken.count == 1 && firmer.freed.isEmpty)
        let gone = try Self.compare(open, "||ads.example^")
        #expect(gone.freed.count == 1 && gone.broken.isEmpty)
    }

    /// A list that comes breaks what it blocks, one that goes frees it.
    @Test func listsThatComeAndGo() throws {
        let list = "||www.update.example^"
        #expect(try Self.compare(nil, list).broken.count == 1)
        #expect(try Self.compare(list, nil).freed.count == 1)
    }

    /// The other way round the same names change sides.
    @Test func reversed() throws {
        let (one, other) = ("||www.update.example^", "||update.example^$dnstype=A\n||cdn.example^")
        let (there, back) = (try Self.compare(one, other), try Self.compare(other, one))
        func types(_ findings: [Finding]) -> Set<String> {
            Set(findings.flatMap { finding in finding.brokenTypes.map { "\(finding.name) \($0)" } })
        }
        #expect(types(there.broken) == types(back.freed))
        #expect(types(there.freed) == types(back.broken))
        #expect(types(there.unchanged) == types(back.unchanged))
        #expect(!types(there.broken).isEmpty && !types(there.freed).isEmpty && !types(there.unchanged).isEmpty)
    }
}

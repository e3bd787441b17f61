import Catalog
import DNS
import Testing

/// Documented patterns that cannot match names that exist.
@Suite struct PatternGapTests {
    private func catalog(_ patterns: [String], hosts: [String] = []) throws -> EndpointCatalog {
        EndpointCatalog(
            endpoints: try patterns.map { text in
                let isStar = text.hasPrefix("*.")
                return Endpoint(
                    pattern: try EndpointPattern(text, kind: isStar ? .suffix : .exact),
                    service: Service(rawValue: "updates"),
                    phase: .scan,
                    severity: .high
                )
            },
            knownHosts: try hosts.map {
                KnownHost(name: try DomainName($0), pattern: nil, kind: .host, seenIn: ["a capture"], seenWhen: nil)
            }
        )
    }

    @Test(
        arguments: [
            (
                ["*.prod.do.example", "*.do.example"], ["geo-prod.do.example"],
                ["*.prod.do.example|geo-prod.do.example|*.do.example"]
            ),
            (["*.prod.do.example", "Geo-Prod.do.example"], [], ["*.prod.do.example|geo-prod.do.example|-"]),
            (
                ["*.prod.do.example", "*.do.example"], ["x.a-prod.do.example"],
                ["*.prod.do.example|x.a-prod.do.example|*.do.example"]
            ),
            // Names that are matched, that only end alike, and that have nothing in front of the hyphen.
            (
                ["*.prod.do.example", "*.do.example"],
                ["a.prod.do.example", "nonprod.do.example", "-prod.do.example", "prod.do.example"],
                []
            ),
            // Two patterns, of which each matches one of the names.
            (
                ["*.b.do.example", "*.a-b.do.example", "*.c-b.do.example"], ["x.a-b.do.example", "x.c-b.do.example"],
                ["*.b.do.example|x.a-b.do.example,x.c-b.do.example|-"]
            ),
            (["*.do.example"], ["do.test", "x.do.example"], ["-|do.test|-"]),
        ] as [([String], [String], [String])]
    )
    func finds(patterns: [String], hosts: [String], expected: [String]) throws {
        let gaps = try catalog(patterns, hosts: hosts).gaps.map { gap in
            let names = gap.names.map { $0.lowercased.description }.joined(separator: ",")
            return "\(gap.pattern?.text ?? "-")|\(names)|\(gap.coveredBy?.text ?? "-")"
        }
        #expect(gaps == expected)
    }
}

import Catalog
import DNS
import TestSupport
import Testing

@Suite struct EndpointCatalogTests {
    static func endpoint(
        _ text: String,
        _ kind: EndpointPattern.Kind,
        service: String = "s",
        profiles: [Profile] = [.home],
        isShared: Bool = false
    ) throws -> Endpoint {
        Endpoint(
            pattern: try EndpointPattern(text, kind: kind),
            isShared: isShared,
            service: Service(rawValue: service),
            phase: .scan,
            severity: .high,
            profiles: profiles
        )
    }

    static func catalog() throws -> EndpointCatalog {
        EndpointCatalog(
            endpoints: [
                try endpoint("*.example.com", .suffix), try endpoint("*.net.example.com", .suffixAndApex),
                try endpoint("kv*.net.example.com", .glob), try endpoint("kv1.net.example.com", .exact),
                try endpoint("w.*.example.com", .glob), try endpoint("*.cdn.example", .suffix, isShared: true),
                try endpoint("*.empty.example", .suffix, service: "t", profiles: [.intune]),
                try endpoint("a?-*.empty.example", .glob, service: "t", profiles: [.intune]),
            ],
            knownHosts: [
                KnownHost(
                    name: try DomainName("deep.kv9.net.example.com"),
                    pattern: nil,
                    kind: .host,
                    seenIn: [],
                    seenWhen: nil
                )
            ]
        )
    }

    @Test(arguments: [
        ("kv1.net.example.com", ["kv1.net.example.com", "kv*.net.example.com", "*.net.example.com", "*.example.com"]),
        ("KV2.net.example.com", ["kv*.net.example.com", "*.net.example.com", "*.example.com"]),
        ("net.example.com", ["*.net.example.com", "*.example.com"]),
        ("w.net.example.com", ["*.net.example.com", "w.*.example.com", "*.example.com"]),
        ("example.com", []), ("com", []), (".", []), ("example.com.corp.example", []), ("a.cdn.example", []),
    ])
    func findsTheMostSpecificFirst(name: String, expected: [String]) throws {
        let catalog = try Self.catalog()
        let name = try DomainName(name)
        #expect(catalog.endpoints(matching: name).map(\.pattern.text) == expected)
        #expect(catalog.endpoint(matching: name)?.pattern.text == expected.first)
        #expect(catalog.protects(name) == !expected.isEmpty)
    }

    @Test func sharedSpaceIsFoundOnRequestOnly() throws {
        let catalog = try Self.catalog()
        let name = try DomainName("a.cdn.example")
        #expect(catalog.endpoint(matching: name, includingShared: true)?.pattern.text == "*.cdn.example")
        #expect(!catalog.protects(name))
    }

    @Test func theIndexAgreesWithAskingEveryPattern() throws {
        let catalog = try Self.catalog()
        var generator = SeededGenerator(seed: 7)
        let labels = ["example", "com", "net", "kv1", "kv", "w", "a1-x", "empty", "cdn", "x"]
        for _ in 0..<5000 {
            let text = (0...Int(generator.next() % 5)).map { _ in labels[Int(generator.next() % 10)] }.joined(
                separator: "."
            )
            let name = try DomainName(text)
            let found = catalog.endpoints(matching: name, includingShared: true).map(\.pattern.text)
            let expected = catalog.endpoints.filter { $0.pattern.matches(name) }.map(\.pattern.text)
            #expect(Set(found) == Set(expected) && found.count == expected.count, "\(text)")
            #expect(expected.isEmpty || catalog.mayCover(NameBuffer(name)), "\(text)")
        }
    }

    @Test func theSieveTellsNearlyAllOtherNames() throws {
        let catalog = try Self.catalog()
        let held = try (0..<10_000).count { number in
            let name = try DomainName("h\(number).www.d\(number).org")
            return catalog.mayCover(NameBuffer(name))
        }
        #expect(held < 100)
    }

    @Test func selectsServicesAndProfiles() throws {
        let catalog = try Self.catalog()
        #expect(catalog.selecting(services: [Service(rawValue: "t")]).endpoints.count == 2)
        #expect(catalog.selecting(profiles: [.intune, .wsusServer]).endpoints.count == 2)
        #expect(catalog.selecting(services: [Service(rawValue: "s")], profiles: [.intune]).endpoints.isEmpty)
        #expect(catalog.selecting().endpoints.count == catalog.endpoints.count)
    }

    @Test func probesAreDocumentedOrKnownBeforeTheyAreMadeUp() throws {
        let catalog = try Self.catalog()
        func probes(_ index: Int) -> [String] {
            catalog.probes(for: catalog.endpoints[index]).map { "\($0.origin.rawValue) \($0.name)" }
        }
        #expect(probes(0) == ["documented kv1.net.example.com", "known deep.kv9.net.example.com"])
        #expect(probes(1).first == "documented net.example.com")
        #expect(probes(3) == ["documented kv1.net.example.com"])
        #expect(probes(6) == ["synthesised patchway-probe.empty.example"])
        #expect(probes(7) == ["synthesised ap-patchway-probe.empty.example"])
        for endpoint in catalog.endpoints {
            for probe in catalog.probes(for: endpoint) { #expect(endpoint.pattern.matches(probe.name)) }
        }
        let names = catalog.auditNames.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(!names.contains { $0.description.hasSuffix("cdn.example") })
    }

    @Test func severityPutsUnknownAboveLow() {
        #expect(Severity.allCases.sorted() == [.none, .low, .unknown, .medium, .high, .critical])
    }
}

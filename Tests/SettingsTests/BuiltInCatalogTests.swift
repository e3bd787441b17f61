import Catalog
import DNS
import Settings
import Testing
import TextScan

@Suite struct BuiltInCatalogTests {
    static let loaded = BuiltInCatalog.load()
    static let catalog = loaded.catalog

    @Test func hasNoFaults() {
        #expect(Self.loaded.diagnostics.map(\.description) == [])
        #expect(Self.catalog.endpoints.count >= 230)
        #expect(Set(Self.catalog.endpoints.map(\.pattern.kind)).count == EndpointPattern.Kind.allCases.count)
    }

    @Test func otherServicesAreAddedOnRequest() throws {
        let (catalog, diagnostics) = BuiltInCatalog.load(includingOthers: true)
        #expect(diagnostics.map(\.description) == [])
        #expect(catalog.endpoints.count >= Self.catalog.endpoints.count + 100)
        #expect(Array(catalog.endpoints.prefix(Self.catalog.endpoints.count)) == Self.catalog.endpoints)
        #expect(catalog.fingerprint != Self.catalog.fingerprint)
        let name = try DomainName("current.cvd.clamav.net")
        #expect(catalog.endpoint(matching: name)?.phase == .detect)
        #expect(!Self.catalog.protects(name))
        #expect(!catalog.protects(try DomainName("github.com")), "space that others share is not protected")
    }

    @Test func everyWordIsExplained() {
        for endpoint in Self.catalog.endpoints {
            #expect(Self.catalog.services[endpoint.service] != nil)
            #expect(!endpoint.sources.isEmpty, "\(endpoint.pattern.text)")
            #expect(endpoint.sources.allSatisfy { Self.catalog.sources[$0] != nil })
            #expect(endpoint.profiles.allSatisfy { Self.catalog.profiles[$0] != nil })
            #expect(!endpoint.transports.isEmpty, "\(endpoint.pattern.text)")
        }
    }

    @Test(arguments: [
        ("fe2.update.microsoft.com", "*.update.microsoft.com", Phase.scan, Severity.critical),
        ("fe3cr.delivery.mp.microsoft.com", "fe3cr.delivery.mp.microsoft.com", .metadata, .critical),
        ("7.au.download.windowsupdate.com", "*.au.download.windowsupdate.com", .download, .critical),
        ("ctldl.windowsupdate.com", "ctldl.windowsupdate.com", .verify, .high),
        ("kv601.prod.do.dsp.mp.microsoft.com", "kv*.prod.do.dsp.mp.microsoft.com", .peer, .medium),
        ("geover-prod.do.dsp.mp.microsoft.com", "geover-prod.do.dsp.mp.microsoft.com", .peer, .medium),
        ("statsfe2.update.microsoft.com", "stats*.update.microsoft.com", .report, .low),
        ("login.live.com", "login.live.com", .authenticate, .high),
    ])
    func namesTheEndpointOfAHost(name: String, pattern: String, phase: Phase, severity: Severity) throws {
        let endpoint = try #require(Self.catalog.endpoint(matching: DomainName(name)))
        #expect(endpoint.pattern.text == pattern)
        #expect(endpoint.phase == phase)
        #expect(endpoint.severity == severity)
    }

    @Test(arguments: [
        "windowsupdate.microsoft.com.corp.example", "download.windowsupdate.com.lan", "windowsupdate.com.br",
        "notwindowsupdate.com", "ctldl.windowsupdate.authorizeddns.us", "update.microsoft.com.evil.example",
        "update.microsoftapply.com", "microsoftupdate.com", "tsfe.trafficshaping.dsp.mp.microsoft.co",
        "prod.dodsp.mp.microsoft.com.nsatc.ne", "microsoft.com", "com", "example.com", "e123.akamaiedge.net",
        "wsus.com", "windowsupdates.eu", "xupdate.microsoft.com", "x.ctldl.windowsupdate.co",
    ])
    func leavesOtherNamesAlone(name: String) throws {
        #expect(try Self.catalog.endpoints(matching: DomainName(name)).isEmpty)
    }

    @Test func knownHostsAgreeWithTheirPatterns() {
        #expect(Self.catalog.knownHosts.count >= 350)
        for host in Self.catalog.knownHosts {
            let endpoint = Self.catalog.endpoint(matching: host.name)
            #expect(endpoint?.pattern.text == host.pattern, "\(host.name)")
            if host.kind == .host { #expect(endpoint != nil, "\(host.name)") }
        }
    }

    @Test func everyEndpointHasAProbe() {
        for endpoint in Self.catalog.endpoints {
            let probes = Self.catalog.probes(for: endpoint)
            #expect(!probes.isEmpty, "\(endpoint.pattern.text)")
            #expect(probes.allSatisfy { endpoint.pattern.matches($0.name) })
        }
        #expect(Self.catalog.auditNames.count > 350)
    }

    @Test func chainsLeadToTheNamesThatFiltersHit() throws {
        let aliases = Self.catalog.chains.aliases(of: try DomainName("ctldl.windowsupdate.com")).map(\.description)
        #expect(aliases.contains("cs11.wpc.v0cdn.net"))
        #expect(aliases.contains("audownload.windowsupdate.nsatc.net"))
        let chains = Self.catalog.chains.chains(from: try DomainName("download.windowsupdate.com"))
        #expect(chains.contains { $0.aliases.first?.description == "2-01-3cf7-0009.cdx.cedexis.net" })
        for owner in Self.catalog.chains.owners {
            #expect(Self.catalog.chains.chains(from: owner).count < ChainGraph.maximumChains)
        }
    }

    @Test func errorTableIsWhole() throws {
        let (table, diagnostics) = BuiltInCatalog.errors()
        #expect(diagnostics.map(\.description) == [])
        #expect(table.errors.count == 237)
        let error = try #require(table[ErrorCode(rawValue: 0x8024_402C)])
        #expect(error.stage == .dns)
        #expect(error.symbols == ["WU_E_PT_WINHTTP_NAME_NOT_RESOLVED"])
        #expect(table[ErrorCode(rawValue: 0x8024_5006)]?.conflict != nil)
        for endpoint in Self.catalog.endpoints {
            for code in endpoint.errors { #expect(table[code] != nil, "\(code)") }
        }
    }

    @Test func fingerprintFollowsTheFiles() {
        let other = BuiltInCatalog.load(endpoints: Array("catalog: x\nendpoints: []\n".utf8), path: "x")
        #expect(other.diagnostics.isEmpty)
        #expect(other.catalog.fingerprint != Self.catalog.fingerprint)
    }
}

import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// Exceptions, clients, and rules of the same engine.
@Suite struct ExportSpecialsTests {
    private static let adguard = """
        ||ads.example^
        @@||x.ads.example^$client=192.0.2.1
        ||cl.example^$client=192.0.2.1
        ||rw.example^$dnsrewrite=192.0.2.9
        @@||rw.example^$dnsrewrite=192.0.2.9,client=192.0.2.2
        @@/ok.re/

        """

    private func written(
        _ rules: String,
        _ target: String,
        for context: QueryContext = .unknown
    ) throws -> (lines: [String], report: ExportReport) {
        let layer = try readList(rules, .adblock).layer
        let sink = OctetSink()
        let format = try #require(ExportFormat.named(target))
        let report = LayerExporter.export(layer, to: format, for: context) { sink.octets += $0.octets }
        let text = String(decoding: sink.octets, as: UTF8.self)
        return (Array(text.split(separator: "\n").map(String.init).suffix(report.lines)), report)
    }

    /// What is written would block more than the lists; both numbers say so, and the reason is that of the rule.
    @Test func exceptionsThatAreLeftOutAreCounted() throws {
        let (lines, report) = try written(Self.adguard, "unbound")
        #expect(report.omittedExceptions == ["client": 1, "pattern": 1])
        #expect(report.omitted["not-evaluated"] == nil && report.omitted["client"] ?? 0 >= 2 && !lines.isEmpty)
        let hosts = try written("|a.example^\n@@|b.example^\n", "hosts").report
        #expect(hosts.omittedExceptions == ["allow": 1])
        #expect(try written("||a.example^\n@@|b.a.example^\n", "adguard").report.omittedExceptions.isEmpty)
    }

    @Test func exceptionsAboutAddressesAreCounted() throws {
        let zone =
            "$ORIGIN p.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n32.1.2.0.192.rpz-ip CNAME rpz-passthru.\nb.zz CNAME .\n"
        let layer = try readList(zone, .rpz, .bindRPZ).layer
        let report = LayerExporter.export(layer, to: try #require(ExportFormat.named("rpz"))) { _ in }
        #expect(report.omitted == ["address": 1] && report.omittedExceptions == ["address": 1])
    }

    @Test func rulesAreWrittenForOneClient() throws {
        let one = QueryContext(client: Client(address: IPAddress("192.0.2.1")))
        let (lines, report) = try written(Self.adguard, "dnsmasq", for: one)
        #expect(report.omitted["client"] == nil)
        #expect(lines.contains("server=/x.ads.example/#") && lines.contains("local=/cl.example/"))
        let other = QueryContext(client: Client(address: IPAddress("192.0.2.7")))
        let (others, second) = try written(Self.adguard, "pihole", for: other)
        #expect(second.omitted["client"] == nil && second.otherClients == 3)
        #expect(others == [#"pihole --regex '(\.|^)ads\.example$'"#])
    }

    @Test func rulesOfTheSameEngineStandAsTheyAre() throws {
        let (lines, report) = try written(Self.adguard, "adguard")
        #expect(report.omitted.isEmpty && report.verbatim == 4)
        #expect(Set(lines) == Set(Self.adguard.split(separator: "\n").map(String.init)))
        let again = try readList(lines.joined(separator: "\n") + "\n", .adblock)
        for (name, client) in [
            ("x.ads.example", "192.0.2.1"), ("cl.example", "192.0.2.1"), ("rw.example", "192.0.2.1"),
        ] {
            let context = QueryContext(client: Client(address: IPAddress(client)))
            let first = try readList(Self.adguard, .adblock).verdict(name, context: context)
            #expect(try again.verdict(name, context: context).kind == first.kind)
        }
    }
}

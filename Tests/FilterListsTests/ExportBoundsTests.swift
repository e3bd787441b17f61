import DNS
import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// What large and hostile lists cost a conversion.
struct ExportBoundsTests {
    /// Every exporter asks whether to go on, also where nothing is written; what it has done by then is all it has done.
    @Test(arguments: ExportFormat.all.map(\.id), [ListFormat.domains, .dnsmasq])
    func isCutShort(_ target: String, _ format: ListFormat) throws {
        let rest = format.id == ListFormat.domains.id ? ("", "") : ("server=/", "/192.0.2.1")
        let text = (0..<100).map { "\(rest.0)h\($0).example\(rest.1)\n" }.joined()
        let layer = try readList(text, format).layer
        var asked = 0
        let report = LayerExporter.export(
            layer,
            to: try #require(ExportFormat.named(target)),
            while: { _ in
                asked += 1
                return asked <= 5
            },
            write: { _ in }
        )
        #expect(asked >= 6 && report.lines + report.omittedCount <= 15)
    }

    /// What is there so far is told.
    @Test func saysHowFarItIs() throws {
        let layer = try readList((0..<100).map { "h\($0).example\n" }.joined(), .domains).layer
        let target = try #require(ExportFormat.named("rpz"))
        let report = LayerExporter.export(layer, to: target, while: { $0.lines == 0 }, write: { _ in })
        #expect((1...4).contains(report.lines))
    }

    /// The layer is asked about each type at every name: lists that tell any number apart are left out, and named.
    @Test(arguments: ["rpz", "unbound", "hosts", "adguard"])
    func manyTypes(_ target: String) throws {
        func report(_ count: Int) throws -> ExportReport {
            let records = (0..<count).map { "dns-rr=h\($0).example,\($0 + 300),00\n" }.joined()
            let layer = try readList("address=/a.example/\n" + records, .dnsmasq).layer
            return LayerExporter.export(layer, to: try #require(ExportFormat.named(target)), write: { _ in })
        }
        #expect(try report(50).omitted["many-types"] == nil)
        let many = try report(150)
        #expect(many.omitted == ["many-types": 151] && many.lines == 0)
        #expect(many.diagnostics.contains { $0.reason == "many-types" && $0.line == 2 })
    }
}

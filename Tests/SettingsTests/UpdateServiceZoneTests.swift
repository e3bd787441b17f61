import Catalog
import DNS
import Testing

/// The simulated update service against the catalog it stands for. Reads the plain form in which the file is written.
@Suite struct UpdateServiceZoneTests {
    /// Record types and data by owner.
    static let records: [DomainName: [(type: String, data: String)]] = {
        var records: [DomainName: [(type: String, data: String)]] = [:]
        let text = String(decoding: EmbeddedData.file(EmbeddedData.updateService) ?? [], as: UTF8.self)
        for line in text.split(separator: "\n") where !line.hasPrefix(";") && !line.hasPrefix("$") {
            let fields = line.split(separator: " ")
            guard fields.count >= 4, fields[1] == "IN", let owner = try? DomainName(String(fields[0])) else { continue }
            records[owner, default: []].append((String(fields[2]), String(fields[3])))
        }
        return records
    }()

    @Test func everyKnownHostIsServed() {
        #expect(Self.records.count > 450)
        for host in BuiltInCatalogTests.catalog.knownHosts where host.kind == .host {
            #expect(Self.records[host.name] != nil, "\(host.name)")
        }
    }

    @Test func everyChainEndsInAddresses() throws {
        for (owner, records) in Self.records where records.contains(where: { $0.type == "CNAME" }) {
            #expect(records.count == 1, "a CNAME stands alone: \(owner)")
            var name = owner
            var steps = 0
            while let target = Self.records[name]?.first(where: { $0.type == "CNAME" })?.data, steps < 20 {
                name = try DomainName(target)
                steps += 1
            }
            #expect(steps < 16, "\(owner)")
            #expect(Self.records[name]?.contains { $0.type == "A" } == true, "\(owner) ends at \(name)")
        }
    }

    @Test func everyStepIsKnown() throws {
        let chains = BuiltInCatalogTests.catalog.chains
        for (owner, records) in Self.records
        where !owner.description.hasSuffix(".example.org")
            && !owner.description.hasSuffix(".example.net")
        {
            for record in records where record.type == "CNAME" {
                let target = try DomainName(record.data)
                #expect(chains.edges(from: owner).contains { $0.target == target }, "\(owner)")
            }
        }
        #expect(Self.records.values.joined().count { $0.type == "CNAME" } >= 70)
    }
}

import Catalog
import DNS
import Testing
import TextScan

@Suite struct DataFileTests {
    @Test(arguments: EmbeddedData.paths)
    func everyEmbeddedFileIsThere(path: String) throws {
        let bytes = try #require(EmbeddedData.file(path))
        #expect(bytes.count > 1000)
        #expect(bytes.last == 0x0A)
    }

    @Test func otherPathsAreAbsent() {
        #expect(EmbeddedData.file("../Package.swift") == nil)
        #expect(EmbeddedData.file("") == nil)
    }

    @Test func embeddedRowsHaveNoFaults() throws {
        let hosts = KnownHostsFile.parse(try #require(EmbeddedData.file(EmbeddedData.knownHosts)), path: "h")
        #expect(hosts.diagnostics.isEmpty)
        #expect(hosts.hosts.count >= 350)
        #expect(Set(hosts.hosts.map(\.name)).count == hosts.hosts.count)
        let chains = ChainsFile.parse(try #require(EmbeddedData.file(EmbeddedData.chains)), path: "c")
        #expect(chains.diagnostics.isEmpty)
        #expect(chains.edges.count >= 100)
    }

    @Test func badRowsAreReportedAndLostAlone() {
        let text =
            "# c\nok.example\t-\thost\tw\t-\nshort\t-\na..b\t-\thost\tw\t-\nx.example\t-\tguest\tw\t2020\n\nlast.example\t*.example\talias\ta; b\t2020\n"
        let (hosts, diagnostics) = KnownHostsFile.parse(Array(text.utf8), path: "h.tsv")
        #expect(hosts.map(\.name.description) == ["ok.example", "last.example"])
        #expect(hosts.last?.seenIn == ["a", "b"])
        #expect(
            diagnostics.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.reason)" } == [
                "3:1 column-count", "4:1 bad-name", "5:13 bad-kind",
            ]
        )
    }

    @Test func chainsOfTwoColumnsAreAccepted() {
        let (edges, diagnostics) = ChainsFile.parse(Array("a.example\tb.example\nc.example\td..\n".utf8), path: "c.tsv")
        #expect(edges.map(\.target.description) == ["b.example"])
        #expect(diagnostics.map(\.line) == [2])
    }

    @Test func hostileRowsAreOnlyCounted() {
        let long = [UInt8](repeating: 0x61, count: 1 << 20)
        let many = Array(String(repeating: "\t", count: 100_000).utf8)
        let (hosts, diagnostics) = KnownHostsFile.parse(long + [0x0A] + many + [0x0A, 0, 0, 0x0A, 0xFF], path: "h")
        #expect(hosts.isEmpty)
        #expect(diagnostics.count == 4)
    }

    @Test func fingerprintsTellOctetsAndPartsApart() {
        let octets = (0..<20).map { UInt8($0) }
        var others: [[UInt8]] = (0...octets.count).map { Array(octets.prefix($0)) }
        others += octets.indices.dropLast().map { Array(octets[...$0]) + [0xFF] + Array(octets[($0 + 1)...]) }
        var found = Set(others.map { Fingerprint(of: $0) })
        #expect(found.count == others.count)
        for split in 1..<octets.count {
            var parts = Fingerprint(of: octets.prefix(split))
            parts.add(octets.suffix(from: split))
            #expect(found.insert(parts).inserted, "split at \(split)")
        }
        #expect(Fingerprint(of: octets) == Fingerprint(of: octets))
        #expect(Fingerprint(of: octets).description.utf8.count == 16)
    }
}

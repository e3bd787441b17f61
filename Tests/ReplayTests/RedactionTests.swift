import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import QueryLogs
import TestSupport
import Testing
import TextScan

@testable import Replay

/// What is redacted shows nowhere, and what belongs together still does.
@Suite struct RedactionTests {
    private static func catalog() throws -> EndpointCatalog {
        try Samples.catalog(
            [
                try Samples.endpoint("*.update.example", phase: .scan),
                try Samples.endpoint("get.example", phase: .download),
            ],
            hosts: ["www.update.example"],
            edges: ["www.update.example>www.edge.cdn.example", "get.example>get.example.net.example"]
        )
    }

    private static let key = Array("0123456789abcdef".utf8)

    /// SipHash-2-4 of its paper: the octets 0 to 14 under the key of the octets 0 to 15.
    @Test func theHashIsSipHash() {
        let hash = SipHash(key: (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908))
        #expect(hash.hash(Array(0..<15 as Range<UInt8>)) == 0xA129_CA61_49BE_45E5)
        #expect(hash.hash([]) == 0x726F_DB47_DD0E_0E31)
    }

    @Test func aKeyGivesOneSetOfPseudonyms() throws {
        let catalog = try Self.catalog()
        let address = try #require(IPAddress("10.8.0.1"))
        let one = try #require(Redaction(catalog, key: Self.key))
        let same = try #require(Redaction(catalog, key: Self.key))
        let other = Redaction(catalog)
        #expect(one.client(address) == same.client(address) && one.id == same.id)
        #expect(one.client(address) != other.client(address) && one.id != other.id)
        #expect(Redaction(catalog, key: Array(Self.key.dropLast())) == nil)
        // The name of a client's pseudonym is nobody's address (RFC 6666).
        #expect("\(one.client(address))".hasPrefix("100::"))
    }

    @Test(arguments: [
        ("www.update.example", true), ("www.edge.cdn.example", true), ("WWW.Edge.cdn.example", true),
        ("a77.edge.cdn.example", true), ("get.example.net.example", true), ("www.update.example.cdn.example", true),
        ("wsus.corp.example", false), ("corp.cdn.example", false), ("edge.cdn.example", false), ("localhost", false),
        ("get.example.corp.test", false), ("x.get.example.other.example", false),
    ])
    func namesOfUpdatesStay(name: String, stays: Bool) throws {
        let redaction = try #require(Redaction(try Self.catalog(), key: Self.key))
        let alias = redaction.alias(try DomainName(name))
        #expect((alias == (try DomainName(name))) == stays)
        #expect(Redaction.isPseudonym(alias) != stays)
    }

    /// Secrets in every place where an event may hold them.
    private static let secrets = [
        "10.8.0.7", "2001:db8::7", "198.51.100.7", "wsus.corp.example", "10.99.1.2", "fd00::99", "SRV-PATCH01",
        "Finance Policy",
        "blocked for j.doe",
    ]

    private static func secretEvents() throws -> [QueryEvent] {
        let events = [
            try Events.answered(.noError, ["wsus.corp.example", "10.99.1.2"]),
            try Events.answered(.noError, ["fd00::99", "10.99.1.2", "10.99.1.22"], name: "get.example", type: .aaaa),
            try Events.answered(.noError, ["WSUS.corp.example", "20.54.30.3"], name: "a.update.example"),
            Events.blocked(try Events.answered(.nxDomain), LoggedBlock(source: "SRV-PATCH01", rule: "Finance Policy")),
            Events.blocked(try Events.answered(.noError, ["10.99.1.2"]), LoggedBlock(source: "10.8.0.7")),
            Events.extended(try Events.answered(.nxDomain), 15, "blocked for j.doe at 10.8.0.7"),
            try Events.answered(.servFail, name: "wsus.corp.example"),
            try Events.answered(.nxDomain, name: "www.update.example.wsus.corp.example"),
        ]
        return ["10.8.0.7", "2001:db8::7", "198.51.100.7"].flatMap { client in
            events.map { event in
                var event = event
                event.client = IPAddress(client).map { SocketAddress($0, port: 5353) }
                event.server = IPAddress("10.99.1.2").map { SocketAddress($0) }
                event.process = "SRV-PATCH01"
                return event
            }
        }
    }

    @Test func noSecretIsKept() throws {
        let catalog = try Self.catalog()
        func replayed(_ redaction: Redaction?) throws -> (text: String, replayer: Replayer) {
            var replayer = Replayer(
                catalog: catalog,
                stack: try Samples.stack(.adguardHome, "||update.example^"),
                redaction: redaction
            )
            for event in try Self.secretEvents() { replayer.add(event) }
            var octets: [UInt8] = []
            let identity = PartialIdentity(catalog: "c", stack: nil, redaction: redaction?.id)
            replayer.writePartial(identity) { piece in for index in piece.indices { octets.append(piece[index]) } }
            let findings = replayer.observed() + replayer.underStack()
            let said = findings.map { "\($0.detail ?? "") \($0.chain.map(\.target)) \($0.owner)" }
            let clients = replayer.clients().map { "\($0)" }
            return (String(decoding: octets, as: UTF8.self) + (said + clients).joined(separator: "\n"), replayer)
        }
        let open = try replayed(nil)
        let redacted = try replayed(Redaction(catalog, key: Self.key))
        for secret in Self.secrets {
            #expect(open.text.lowercased().contains(secret.lowercased()), "\(secret) would show")
            #expect(!redacted.text.lowercased().contains(secret.lowercased()), "\(secret) shows")
        }
        // Nothing else changes: neither what is judged nor how many there are.
        func counted(_ replayer: Replayer) -> [String] {
            replayer.observed().map {
                "\($0.name) \($0.rule) \($0.evidence) \($0.verdict.kind) \($0.sightings?.count ?? 0) \($0.sightings?.clients ?? 0)"
            }.sorted()
        }
        #expect(counted(open.replayer) == counted(redacted.replayer))
        #expect(redacted.replayer.totals.clients == 3)
        #expect(redacted.replayer.totals.redactedChains == 2 && open.replayer.totals.redactedChains == 0)
    }

    /// Parts that were redacted with one key make what the whole makes.
    @Test func redactedPartsMakeTheWhole() throws {
        let catalog = try Self.catalog()
        func replayer() -> Replayer {
            Replayer(catalog: catalog, redaction: Redaction(catalog, key: Self.key))
        }
        func octets(_ replayer: Replayer) -> [UInt8] {
            var octets: [UInt8] = []
            let identity = PartialIdentity(catalog: "c", stack: nil, redaction: replayer.redactionID)
            replayer.writePartial(identity) { piece in for index in piece.indices { octets.append(piece[index]) } }
            return octets
        }
        let events = try Self.secretEvents()
        var whole = replayer()
        for event in events { whole.add(event) }
        var merged = Replayer(catalog: catalog)
        for start in [2, 0, 1] {
            var part = replayer()
            for index in stride(from: start, to: events.count, by: 3) { part.add(events[index]) }
            let written = octets(part)
            let fault = merged.mergePartial(written.span, path: "p", accept: { _ in nil })
            #expect(fault == nil)
        }
        #expect(octets(merged) == octets(whole))
        #expect(merged.totals.redactedChains == whole.totals.redactedChains)
    }
}

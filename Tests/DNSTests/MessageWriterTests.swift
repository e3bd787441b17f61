import DNS
import LDNS
import TestSupport
import Testing

/// What the writer writes, read by our view and by libldns.
@Suite struct MessageWriterTests {
    private static let host = "fe2.update.microsoft.com"

    private static func answer(_ build: (inout MessageWriter) throws -> Void) rethrows -> [UInt8] {
        var writer = MessageWriter()
        writer.begin(id: 0x2A17, bits: 0x8180)
        try build(&writer)
        return writer.octets
    }

    @Test func aChainReadsBackAndIsCompressed() throws {
        let host = try DomainName(Self.host)
        let target = try DomainName("fe2.update.msft.trafficmanager.net")
        let packet = Self.answer { writer in
            writer.question(host, type: .a)
            writer.record(.answer, owner: host, type: .cname, ttl: 300, data: target.wire)
            writer.record(.answer, owner: target, type: .a, ttl: 60, data: [192, 0, 2, 1])
            writer.record(.authority, owner: host.parent ?? .root, type: .ns, ttl: 60, data: target.wire)
            writer.record(.additional, owner: target, type: .a, ttl: 60, data: [192, 0, 2, 2])
        }
        let view = try MessageView(packet.span)
        try view.validateRecords()
        #expect(ParseOracle.verdict(packet: packet.span).isSuccess)
        #expect(try view.questionName() == host)
        #expect(view.questionType == .a && view.questionClass == .in && view.recordCount == 4)
        var shown: [String] = []
        try view.forEachRecord { record throws(WireError) in
            let name = try view.name(at: record.nameOffset)
            shown.append("\(record.section) \(name) \(record.type) \(record.ttl) \(record.dataLength)")
            return true
        }
        #expect(
            shown == [
                "answer fe2.update.microsoft.com CNAME 300 36",
                "answer fe2.update.msft.trafficmanager.net A 60 4",
                "authority update.microsoft.com NS 60 36",
                "additional fe2.update.msft.trafficmanager.net A 60 4",
            ]
        )
        // The owners after the first stand as pointers, but for the target, which RDATA holds outside the compressor.
        let plain = 12 + host.wire.count + 4 + 2 * host.wire.count + 2 * target.wire.count + 4 * 10 + 2 * 36 + 8
        #expect(packet.count < plain)
    }

    @Test func lettersAreKeptWhateverWasWrittenBefore() throws {
        let packet = try Self.answer { writer in
            writer.question(try DomainName("A.example"), type: .a)
            writer.record(.answer, owner: try DomainName("a.EXAMPLE"), type: .a, ttl: 1, data: [0, 0, 0, 0])
        }
        let view = try MessageView(packet.span)
        let first = view.first
        let record = try #require(first)
        #expect(Array(packet[record.nameOffset..<(record.nameOffset + 11)]) == (try DomainName("a.EXAMPLE")).wire)
    }

    @Test func optionsAndExtendedErrorsReadBack() throws {
        let errors = [
            ExtendedError(code: .blocked), ExtendedError(code: .filtered, text: Array("list:42 ü".utf8)),
        ]
        let packet = try Self.answer { writer in
            writer.question(try DomainName(Self.host), type: .https)
            writer.opt(EDNS(payloadSize: 1232, dnssecOK: true), responseCode: .badVers, errors: errors)
        }
        let view = try MessageView(packet.span)
        try view.validateRecords()
        #expect(ParseOracle.verdict(packet: packet.span).isSuccess)
        #expect(view.edns == EDNS(payloadSize: 1232, version: 0, dnssecOK: true))
        #expect(view.responseCode == .badVers)
        #expect(view.extendedErrors == errors)
    }

    @Test func randomMessagesReadBackByBoth() throws {
        var generator = SeededGenerator(seed: 31)
        let labels = ["a", "B", "update", "microsoft", "com", "x-y", String(repeating: "l", count: 63)]
        for _ in 0..<300 {
            func name() throws -> DomainName {
                let count = Int.random(in: 0...3, using: &generator)
                return try DomainName(
                    count == 0
                        ? "."
                        : (0..<count).compactMap { _ in labels.randomElement(using: &generator) }.joined(separator: ".")
                )
            }
            let question = try name()
            let records = try (0..<Int.random(in: 0...90, using: &generator)).map { index in
                let section = Section(rawValue: UInt8(index / 31)) ?? .additional
                return (section, try name(), try name())
            }
            let packet = Self.answer { writer in
                writer.question(question, type: .ns)
                for (section, owner, target) in records {
                    writer.record(section, owner: owner, type: .ns, ttl: 1, data: target.wire)
                }
            }
            let view = try MessageView(packet.span)
            try view.validateRecords()
            #expect(ParseOracle.verdict(packet: packet.span).isSuccess)
            #expect(try view.questionName() == question)
            var index = 0
            try view.forEachRecord { record throws(WireError) in
                let (section, owner, target) = records[index]
                #expect(record.section == section)
                #expect(try view.name(at: record.nameOffset) == owner)
                #expect(try view.name(at: record.dataOffset) == target)
                let library = ParseOracle.name(in: packet.span, at: record.nameOffset)
                #expect((try? library.get().0.wire) == owner.wire)
                index += 1
                return true
            }
            #expect(index == records.count)
        }
    }
}

extension Result {
    var isSuccess: Bool { if case .success = self { true } else { false } }
}

extension MessageView {
    /// The first record after the question section.
    var first: RecordView? {
        var found: RecordView?
        forEachRecord { (record: RecordView) throws(Never) in
            found = record
            return false
        }
        return found
    }
}

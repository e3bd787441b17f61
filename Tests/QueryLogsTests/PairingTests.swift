import DNS
import QueryLogs
import Testing
import TextScan

/// What belongs to one transaction.
@Suite struct PairingTests {
    private func ask(_ name: String = "a.example", id: UInt16 = 1, port: UInt16 = 40_000, type: RRType = .a) throws
        -> [UInt8]
    {
        Frames.ipv4(Frames.udp(try Frames.query(name, id: id, type: type), from: port))
    }

    private func reply(
        _ name: String = "a.example",
        id: UInt16 = 1,
        port: UInt16 = 40_000,
        rcode: ResponseCode = .noError,
        address: UInt8 = 1
    ) throws -> [UInt8] {
        let message = try Frames.answer(name, id: id, rcode: rcode, address: address)
        return Frames.ipv4(Frames.udp(message, from: 53, to: port), from: Frames.server4, to: Frames.client4)
    }

    private func events(_ packets: [(Int, [UInt8])], limits: PairingLimits = PairingLimits()) -> [QueryEvent] {
        let file = CaptureFile.pcap(packets.map { .init($0.0, $0.1) }, link: 101)
        let (events, report) = read(file, options: LogOptions(pairing: limits))
        #expect(report.messages == events.reduce(0) { $0 + $1.queryCount + $1.answerCount })
        return events
    }

    @Test func foldsRetriesAndCopies() throws {
        let found = events([
            (0, try ask()), (1, try ask()), (2_000_000, try ask()), (2_100_000, try reply()), (2_100_001, try reply()),
        ])
        #expect(found.map(\.queryCount) == [3] && found.map(\.answerCount) == [2])
        #expect(found.map(\.latency) == [2_100_000] && found.map(\.hasConflictingAnswers) == [false])
    }

    @Test func ignoresLetterCase() throws {
        let found = events([(0, try ask("A.eXample")), (1, try reply("a.example"))])
        #expect(found.map { "\($0.name)" } == ["A.eXample"] && found.map(\.reply) == [.seen])
    }

    @Test func keepsOtherTransactionsApart() throws {
        let found = events([
            (0, try ask()), (1, try ask(id: 2)), (2, try ask(port: 40_001)), (3, try ask("b.example")),
            (4, try ask(type: .aaaa)), (5, try reply(id: 2)),
        ])
        #expect(found.map(\.reply) == [.none, .seen, .none, .none, .none])
    }

    @Test func takesTheFirstOfTwoAnswers() throws {
        let found = events([(0, try ask()), (1, try reply(address: 9)), (2, try reply(address: 1))])
        #expect(found.map(\.line) == ["a.example A NOERROR CNAME>alias.example 203.0.113.9"])
        #expect(found.map(\.hasConflictingAnswers) == [true])
    }

    @Test func takesAnAnswerThatWasSeenFirst() throws {
        let found = events([(5, try reply()), (3, try ask())])
        #expect(found.map(\.reply) == [.seen] && found.map(\.latency) == [2] && found.map(\.time) == [3])
    }

    @Test func separatesWhatLiesFarApart() throws {
        let found = events([(0, try ask()), (10_000_001, try ask()), (10_000_002, try reply())])
        #expect(found.map(\.reply) == [.none, .seen] && found.map(\.queryCount) == [1, 1])
    }

    @Test func showsAnAnswerWithoutAQuery() throws {
        let found = events([(0, try reply(rcode: .servFail))])
        #expect(found.map(\.line) == ["a.example A SERVFAIL"] && found.map(\.queryCount) == [0])
    }

    @Test func pairsAnAnswerThatRepeatsNoQuestion() throws {
        let bare: [UInt8] = Frames.be16(1) + [0x80, 0x01] + [UInt8](repeating: 0, count: 8)
        let packet = Frames.ipv4(Frames.udp(bare, from: 53, to: 40_000), from: Frames.server4, to: Frames.client4)
        #expect(events([(0, try ask()), (1, packet)]).map(\.line) == ["a.example A FORMERR"])
        let (lone, report) = read(CaptureFile.pcap([.init(0, packet)], link: 101))
        #expect(lone.isEmpty && report.skipped == ["message-without-question": 1])
    }

    @Test func remembersABoundedNumber() throws {
        var packets: [(Int, [UInt8])] = []
        for id in 0..<100 { packets.append((id, try ask("n\(id).example", id: UInt16(id)))) }
        packets.append((100, try reply("n0.example", id: 0)))
        packets.append((101, try reply("n99.example", id: 99)))
        let found = events(packets, limits: PairingLimits(maximumOpen: 10))
        #expect(found.count == 101)
        #expect(found.filter { $0.reply == .seen }.map { "\($0.name)" } == ["n99.example", "n0.example"])
    }

    @Test func readsExtendedErrorsAndCodes() throws {
        let message = try Frames.answer(
            "a.example",
            rcode: .badVers,
            errors: [ExtendedError(code: .blocked, text: Array("by list".utf8))]
        )
        let packet = Frames.ipv4(Frames.udp(message, from: 53, to: 40_000), from: Frames.server4, to: Frames.client4)
        let found = try #require(events([(0, packet)]).first)
        #expect(found.rcode == .badVers)
        #expect(found.extendedErrors == [ExtendedError(code: .blocked, text: Array("by list".utf8))])
    }

    /// What Unbound says of a zone is its type, also where tags of the client have it do something else (found with 1.17.1).
    @Test(arguments: [
        ("always_nxdomain", "NXDOMAIN", "a.example A NXDOMAIN [local-zone always_nxdomain]"),
        ("always_nxdomain", "NOERROR", "a.example A NOERROR TYPE0"),
        ("always_refuse", "REFUSED", "a.example A REFUSED [local-zone always_refuse]"),
        ("always_refuse", "NXDOMAIN", "a.example A NXDOMAIN"),
        // Data of the zone's own go before its nulls.
        ("always_null", "NOERROR", "a.example A NOERROR TYPE0 [local-zone always_null]"),
    ])
    func repliesRefuteRemarks(zoneType: String, code: String, expected: String) {
        let start = "[1795435202] unbound[77:1] info:"
        let text = """
            \(start) 192.0.2.1 a.example. A IN
            \(start) example. \(zoneType) 192.0.2.1@41001 a.example. A IN
            \(start) 192.0.2.1 a.example. A IN \(code) 0.000000 1 40

            """
        let (events, report) = read(text)
        #expect(events.map(\.line) == [expected])
        let isRefuted = !expected.contains("[")
        #expect(report.diagnostics.diagnostics.map(\.reason) == (isRefuted ? ["block-refuted"] : []))
    }

    @Test func leavesOutOtherOperations() throws {
        var notify = try Frames.query("a.example")
        notify[2] = 0x20
        let (events, report) = read(CaptureFile.pcap([.init(0, Frames.ipv4(Frames.udp(notify)))], link: 101))
        #expect(events.isEmpty && report.skipped == ["opcode-4": 1])
    }
}

import DNS
import QueryLogs
import TestSupport
import Testing
import TextScan

@Suite struct CaptureFileTests {
    private func exchange() throws -> [CaptureFile.Packet] {
        let query = Frames.ipv4(Frames.udp(try Frames.query("a.example")))
        let answer = Frames.ipv4(
            Frames.udp(try Frames.answer("a.example"), from: 53, to: 40_000),
            from: Frames.server4,
            to: Frames.client4
        )
        return [.init(1_700_000_000_000_000, query), .init(1_700_000_000_012_345, answer)]
    }

    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
    func readsBothByteOrdersAndResolutions(isBigEndian: Bool, hasNanoseconds: Bool) throws {
        let file = CaptureFile.pcap(
            try exchange(),
            link: 101,
            isBigEndian: isBigEndian,
            hasNanoseconds: hasNanoseconds
        )
        let (events, report) = read(file)
        let event = try #require(events.first)
        #expect(events.count == 1 && report.events == 1 && report.messages == 2 && report.records == 2)
        #expect(event.line == "a.example A NOERROR CNAME>alias.example 203.0.113.1")
        #expect(event.time == 1_700_000_000_000_000 && event.latency == 12_345)
        #expect(event.server == SocketAddress(Frames.server4, port: 53) && event.transport == .udp)
        #expect(event.flags == [.recursionAvailable] && event.hasSOA == false)
        #expect(event.position == SourcePosition(record: 1, byte: 24))
        #expect(event.answers.map(\.ttl) == [60, 30])
    }

    @Test func keepsWhatPrecedesTheCut() throws {
        let file = CaptureFile.pcap(try exchange(), link: 101)
        for length in 0..<file.count {
            let (events, report) = read(Array(file[0..<length]))
            #expect(report.records <= 2 && events.count <= 1)
            if length > 24, length < file.count, length != 24 + 16 + (try exchange()[0].octets.count) {
                #expect(report.diagnostics.counts["capture-truncated"] == 1)
            }
        }
    }

    @Test func stopsAtADamagedRecord() throws {
        var file = CaptureFile.pcap(try exchange(), link: 101)
        file += Frames.le32(1) + Frames.le32(1) + Frames.le32(0x7FFF_FFFF) + Frames.le32(1)
        let (events, report) = read(file)
        #expect(events.count == 1 && report.diagnostics.counts == ["capture-damaged": 1])
    }

    @Test func keepsTheFirstRecordsOfACutPacket() throws {
        var packets = try exchange()
        let whole = packets[1].octets.count
        packets[1].octets.removeLast(6)
        packets[1].original = whole
        let (events, report) = read(CaptureFile.pcap(packets, link: 101))
        #expect(events.map(\.line) == ["a.example A NOERROR CNAME>alias.example"])
        #expect(report.diagnostics.counts == ["message-cut": 1])
    }

    @Test func readsSectionsInterfacesAndPacketBlocks() throws {
        let packets = try exchange()
        let nanoseconds: [UInt8] = Frames.le16(9) + Frames.le16(1) + [9, 0, 0, 0] + Frames.le32(0)
        let binary: [UInt8] = Frames.le16(9) + Frames.le16(1) + [0x80 | 20, 0, 0, 0]
        let offset: [UInt8] = Frames.le16(14) + Frames.le16(8) + Frames.le32(1_699_999_000) + Frames.le32(0)
        let simple = CaptureFile.block(3, Frames.le32(packets[0].octets.count) + packets[0].octets)
        let old = CaptureFile.block(
            2,
            Frames.le16(1) + Frames.le16(0) + Frames.le32(0) + Frames.le32(1_000_000_000)
                + Frames.le32(packets[1].octets.count) + Frames.le32(packets[1].octets.count) + packets[1].octets
        )
        var file = CaptureFile.section() + CaptureFile.interface(link: 101)
        file += CaptureFile.interface(link: 1, options: nanoseconds) + CaptureFile.block(0x0BAD, [1, 2, 3])
        file += CaptureFile.enhanced(0, ticks: 5_000_000, packets[0].octets)
        file += CaptureFile.enhanced(1, ticks: 5_250_000_000, Frames.ethernet(packets[1].octets))
        file += CaptureFile.section() + CaptureFile.interface(link: 101, options: binary + offset)
        file += CaptureFile.enhanced(0, ticks: 1000 << 20 | 1 << 19, packets[0].octets)
        file +=
            CaptureFile.section() + CaptureFile.interface(link: 101) + CaptureFile.interface(link: 101) + simple + old
        let (events, report) = read(file)
        #expect(report.format == .pcapng && report.records == 5 && report.skipped.isEmpty)
        #expect(report.diagnostics.counts.isEmpty)
        #expect(events.map(\.time) == [5_000_000, 1_700_000_000_500_000, 1_000_000_000])
        #expect(events.map(\.reply) == [.seen, .none, .seen])
        #expect(events.first?.latency == 250_000)
    }

    @Test func countsBlocksThatAreWrong() throws {
        let packet = try exchange()[0].octets
        let file =
            CaptureFile.section() + CaptureFile.enhanced(0, ticks: 1, packet) + CaptureFile.interface(link: 101)
            + CaptureFile.enhanced(0, ticks: 1, packet) + CaptureFile.enhanced(7, ticks: 1, packet)
        let (events, report) = read(file)
        #expect(events.count == 1 && report.records == 3)
        #expect(report.skipped == ["malformed-block": 2])
        let damaged = read(file + [6, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0])
        #expect(damaged.report.diagnostics.counts["capture-damaged"] == 1)
        let cut = read(Array(file.dropLast(3)))
        #expect(cut.report.diagnostics.counts["capture-truncated"] == 1)
    }

    /// Whatever the octets are, reading ends and every packet is accounted for.
    @Test func survivesDamage() throws {
        var generator = SeededGenerator(seed: 7)
        let classic = CaptureFile.pcap(try exchange() + exchange(), link: 101)
        let next =
            CaptureFile.section() + CaptureFile.interface(link: 101)
            + CaptureFile.enhanced(0, ticks: 1, try exchange()[1].octets)
        for round in 0..<4000 {
            var file = round % 2 == 0 ? classic : next
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                file[Int.random(in: 24..<file.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            let (events, report) = read(file)
            #expect(events.count == report.events && report.records <= 5)
        }
    }
}

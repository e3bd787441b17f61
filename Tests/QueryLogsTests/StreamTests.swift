import DNS
import QueryLogs
import Testing
import TextScan

/// DNS over TCP in captures.
@Suite struct StreamTests {
    private func framed(_ messages: [[UInt8]]) -> [UInt8] {
        messages.flatMap { Frames.be16($0.count) + $0 }
    }

    private func segment(_ octets: [UInt8], at sequence: Int, flags: UInt8 = 0x18) -> [UInt8] {
        Frames.ipv4(Frames.tcp(octets, sequence: sequence, flags: flags), proto: 6)
    }

    private func names(_ frames: [[UInt8]]) -> (names: [String], skipped: [String: Int], faults: [String: Int]) {
        let packets = frames.enumerated().map { CaptureFile.Packet($0.offset, $0.element) }
        let (events, report) = read(CaptureFile.pcap(packets, link: 101))
        #expect(events.allSatisfy { $0.transport == .tcp })
        return (events.map { "\($0.name)" }, report.skipped, report.diagnostics.counts)
    }

    private func stream() throws -> [UInt8] {
        framed(try (1...3).map { try Frames.query("q\($0).example", id: UInt16($0)) })
    }

    @Test(arguments: [1, 2, 3, 7, 29, 30, 31, 1000])
    func readsMessagesWhateverTheSegments(size: Int) throws {
        let octets = try stream()
        var frames = [segment([], at: 99, flags: 2)]
        for start in stride(from: 0, to: octets.count, by: size) {
            frames.append(segment(Array(octets[start..<min(start + size, octets.count)]), at: 100 + start))
        }
        let result = names(frames)
        #expect(result.names == ["q1.example", "q2.example", "q3.example"])
        #expect(result.skipped == ["tcp-without-data": 1] && result.faults.isEmpty)
    }

    @Test func readsSegmentsOutOfOrderTwiceAndOverlapping() throws {
        let octets = try stream()
        let frames = [
            segment([], at: 0xFFFF_FFF0, flags: 2),
            segment(Array(octets[40..<60]), at: 0xFFFF_FFF1 + 40 - 0x1_0000_0000),
            segment(Array(octets[20..<45]), at: 0xFFFF_FFF1 + 20 - 0x1_0000_0000),
            segment(Array(octets[0..<20]), at: 0xFFFF_FFF1),
            segment(Array(octets[0..<20]), at: 0xFFFF_FFF1),
            segment(Array(octets[50...]), at: 0xFFFF_FFF1 + 50 - 0x1_0000_0000),
        ]
        #expect(names(frames).names == ["q1.example", "q2.example", "q3.example"])
    }

    @Test func readsDataInSYNAndAfterARepeatedSYN() throws {
        let octets = try stream()
        let frames = [
            segment(Array(octets[0..<30]), at: 99, flags: 2), segment([], at: 99, flags: 2),
            segment(Array(octets[30...]), at: 130),
        ]
        #expect(names(frames).names == ["q1.example", "q2.example", "q3.example"])
    }

    @Test func startsInTheMiddle() throws {
        let octets = try stream()
        let frames = [segment(Array(octets[10..<30]), at: 110), segment(Array(octets[30...]), at: 130)]
        let result = names(frames)
        #expect(result.names == ["q2.example", "q3.example"])
        #expect(result.skipped["tcp-unframed"] == 1)
    }

    @Test func goesOnBehindAGap() throws {
        let octets = try stream()
        let frames = [
            segment([], at: 99, flags: 2), segment(Array(octets[0..<30]), at: 100),
            segment(Array(octets[60...]), at: 160), segment([], at: 190, flags: 1),
        ]
        let result = names(frames)
        #expect(result.names == ["q1.example", "q3.example"])
        #expect(result.faults == ["tcp-gap": 1])
    }

    @Test func saysThatAMessageWasCutOff() throws {
        let octets = try stream()
        let result = names([segment([], at: 99, flags: 2), segment(Array(octets[0..<40]), at: 100)])
        #expect(result.names == ["q1.example"] && result.faults == ["tcp-gap": 1])
    }

    @Test func survivesAFloodOfSegmentsOutOfOrder() throws {
        var frames = [segment([], at: 0, flags: 2)]
        for index in 0..<2000 { frames.append(segment([1, 2, 3], at: 1000 + index * 10)) }
        frames.append(segment(try stream(), at: 500_000))
        #expect(names(frames).names == ["q1.example", "q2.example", "q3.example"])
    }
}

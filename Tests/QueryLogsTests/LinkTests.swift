import DNS
import QueryLogs
import Testing
import TextScan

/// Every way in which a DNS message may be wrapped.
@Suite struct LinkTests {
    private let name = "ctldl.windowsupdate.com"

    private func expectOneQuery(_ frames: [[UInt8]], link: Int, client: IPAddress = Frames.client4) {
        let packets = frames.enumerated().map { CaptureFile.Packet($0.offset, $0.element) }
        let (events, report) = read(CaptureFile.pcap(packets, link: link))
        #expect(events.map(\.line) == ["ctldl.windowsupdate.com A none"], "\(report.skipped)")
        #expect(events.first?.client == SocketAddress(client, port: 40_000))
        #expect(report.format == .pcap && report.messages == 1 && report.records == frames.count)
    }

    @Test(arguments: [0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 228, 276])
    func readsIPv4OnEveryLink(link: Int) throws {
        expectOneQuery([Frames.frame(Frames.ipv4(Frames.udp(try Frames.query(name))), link: link)], link: link)
    }

    @Test(arguments: [0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 229, 276])
    func readsIPv6OnEveryLink(link: Int) throws {
        let packet = Frames.ipv6(Frames.udp(try Frames.query(name)))
        expectOneQuery([Frames.frame(packet, link: link)], link: link, client: Frames.client6)
    }

    @Test(arguments: [[0x8100], [0x88A8, 0x8100], [0x9100, 0x8100], [0x8100, 0x8100, 0x8100]])
    func readsTags(tags: [Int]) throws {
        expectOneQuery([Frames.ethernet(Frames.ipv4(Frames.udp(try Frames.query(name))), tags: tags)], link: 1)
    }

    @Test func readsPPPoEAndMPLS() throws {
        let packet = Frames.ipv4(Frames.udp(try Frames.query(name)))
        let session = Frames.frame(packet, link: 51)
        expectOneQuery([Frames.ethernet(session, type: 0x8864)], link: 1)
        expectOneQuery([Frames.ethernet([0, 1, 0, 64, 0, 1, 1, 64] + packet, type: 0x8847)], link: 1)
    }

    @Test func leavesOutPadding() throws {
        let packet = Frames.ethernet(Frames.ipv4(Frames.udp(try Frames.query(name))))
        expectOneQuery([packet + [UInt8](repeating: 0xEE, count: 40)], link: 1)
    }

    @Test func readsTunnels() throws {
        let inner = Frames.ipv4(Frames.udp(try Frames.query(name)))
        let inner6 = Frames.ipv6(Frames.udp(try Frames.query(name)))
        let outer = IPAddress.v4(1)
        expectOneQuery([Frames.ipv4(inner, proto: 4, from: outer, to: outer)], link: 101)
        expectOneQuery([Frames.ipv4(inner6, proto: 41, from: outer, to: outer)], link: 101, client: Frames.client6)
        expectOneQuery([Frames.ipv4([0, 0, 8, 0] + inner, proto: 47, from: outer)], link: 101)
        expectOneQuery([Frames.ipv4([0x20, 0, 8, 0, 1, 2, 3, 4] + inner, proto: 47, from: outer)], link: 101)
    }

    @Test func endsTunnelsInTunnels() throws {
        var packet = Frames.ipv4(Frames.udp(try Frames.query(name)))
        for _ in 0..<8 { packet = Frames.ipv4(packet, proto: 4) }
        let (events, report) = read(CaptureFile.pcap([.init(0, packet)], link: 101))
        #expect(events.isEmpty && report.skipped == ["not-dns": 1])
    }

    @Test func skipsExtensionHeaders() throws {
        let datagram = Frames.udp(try Frames.query(name))
        let options: [UInt8] = [60, 0, 1, 4, 0, 0, 0, 0] + [51, 0, 1, 4, 0, 0, 0, 0]
        let authentication: [UInt8] = [17, 4] + [UInt8](repeating: 0, count: 22)
        let packet = Frames.ipv6(options + authentication + datagram, next: 0)
        expectOneQuery([packet], link: 101, client: Frames.client6)
    }

    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 0, 1, 1, 2]])
    func joinsFragments(order: [Int]) throws {
        let datagram = Frames.udp(try Frames.query(name))
        let pieces = [Array(datagram[0..<16]), Array(datagram[16..<32]), Array(datagram[32...])]
        let four = order.map { index in
            Frames.ipv4(pieces[index], id: 9, fragment: index * 2 | (index < 2 ? 0x2000 : 0))
        }
        expectOneQuery(four, link: 101)
        let six = order.map { index in
            let header: [UInt8] = [17, 0] + Frames.be16(index * 16 | (index < 2 ? 1 : 0)) + Frames.be32(77)
            return Frames.ipv6(header + pieces[index], next: 44)
        }
        expectOneQuery(six, link: 101, client: Frames.client6)
    }

    @Test func readsTheBeginningOfAnIncompleteDatagram() throws {
        let datagram = Frames.udp(try Frames.answer(name), from: 53, to: 40_000)
        let packet = Frames.ipv4(Array(datagram[0..<56]), id: 9, fragment: 0x2000)
        let (events, report) = read(CaptureFile.pcap([.init(0, packet)], link: 101))
        #expect(events.map(\.line) == ["ctldl.windowsupdate.com A NOERROR"])
        #expect(report.diagnostics.counts == ["fragments-missing": 1, "message-cut": 1])
    }

    @Test(
        arguments: [
            (5353, "mdns"), (5355, "llmnr"), (137, "nbns"), (853, "encrypted-dns"), (123, "not-dns"),
        ] as [(UInt16, String)]
    )
    func countsOtherProtocolsApart(port: UInt16, reason: String) throws {
        let packet = Frames.ipv4(Frames.udp(try Frames.query(name), to: port))
        let (events, report) = read(CaptureFile.pcap([.init(0, packet)], link: 101))
        #expect(events.isEmpty && report.skipped == [reason: 1] && report.messages == 0)
        let opened = read(CaptureFile.pcap([.init(0, packet)], link: 101), options: LogOptions(ports: [53, port]))
        #expect(opened.events.count == 1)
    }

    @Test(
        arguments: [
            ([UInt8](), 1, "packet-truncated"), (Frames.ethernet([], type: 0x0806), 1, "not-ip"),
            ([0x45], 101, "packet-truncated"),
            ([0x40] + [UInt8](repeating: 0, count: 30), 101, "malformed-ip"), ([0x20], 101, "not-ip"),
            ([0x45], 105, "link-type-105"),
            (Frames.ipv6([0, 0], next: 50), 101, "ipsec"), (Frames.ipv6([], next: 59), 101, "not-dns"),
            (Frames.ipv4([0, 1, 2], proto: 17), 101, "packet-truncated"), (Frames.ipv4([0], proto: 1), 101, "not-dns"),
            (Frames.ipv4(Frames.udp([1, 2, 3])), 101, "malformed-message"),
        ] as [([UInt8], Int, String)]
    )
    func countsWhatItCannotUse(frame: [UInt8], link: Int, reason: String) {
        let (events, report) = read(CaptureFile.pcap([.init(0, frame)], link: link))
        #expect(events.isEmpty)
        #expect(report.skipped == [reason: 1])
    }
}

import DNS
import Testing

@testable import Resolver

/// Frame Streams as they stand on the wire, and how the writer's end goes on.
@Suite struct FrameStreamTests {
    private static let second: UInt64 = 1_000_000_000
    private static let named = Array("protobuf:dnstap.Dnstap".utf8)

    @Test func writesControlFrames() {
        #expect(FrameStream.control(.stop) == [0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3])
        #expect(
            FrameStream.control(.ready)
                == [0, 0, 0, 0, 0, 0, 0, 34, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 22] + Self.named
        )
        #expect(FrameStream.frame([7, 8]) == [0, 0, 0, 2, 7, 8])
    }

    static let readings: [([UInt8], FrameStream.Reading)] = [
        ([], .partial), ([0, 0, 0, 0, 0, 0], .partial), ([0, 0, 0, 9], .broken),
        ([0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 5], .control(.finish, isForDnstap: true, octets: 12)),
        ([0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 5, 9], .control(.finish, isForDnstap: true, octets: 12)),
        ([0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 6], .broken), ([0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0], .broken),
        ([0, 0, 0, 0, 0, 0, 2, 1], .broken), ([0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1], .partial),
        (
            [0, 0, 0, 0, 0, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 65],
            .control(.accept, isForDnstap: false, octets: 21)
        ),
        ([0, 0, 0, 0, 0, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 65], .broken),
        ([0, 0, 0, 0, 0, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 65], .broken),
        ([0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1, 255, 255, 255, 255], .broken),
    ]

    @Test(arguments: readings) func readsControlFrames(_ octets: [UInt8], _ expected: FrameStream.Reading) {
        #expect(FrameStream.read(octets) == expected)
    }

    @Test func shakesHands() {
        var session = FrameSession()
        #expect(session.tick(now: 5) == .connect)
        #expect(session.connected(now: 6) == .send(FrameStream.control(.ready)))
        let accept = FrameStream.control(.accept)
        #expect(session.received(Array(accept[..<9]), now: 7) == .none)
        #expect(session.phase == .offered)
        #expect(session.received(Array(accept[9...]), now: 7) == .send(FrameStream.control(.start)))
        #expect(session.phase == .streaming)
        #expect(session.stop() == .send(FrameStream.control(.stop)))
        #expect(session.received(FrameStream.control(.finish), now: 8) == .close)
        #expect(session.phase == .over)
        #expect(session.tick(now: 100 * Self.second) == .none, "over is over")
    }

    @Test func goesAwayFromThoseWhoWantSomethingElse() {
        var session = FrameSession()
        _ = session.tick(now: 5)
        _ = session.connected(now: 6)
        let other: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 13, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 65]
        #expect(session.received(other, now: 7) == .close)
        #expect(session.phase == .waiting(until: 7 + Self.second))
    }

    @Test func comesBackLessAndLessOften() {
        var session = FrameSession()
        var (now, pauses): (UInt64, [UInt64]) = (0, [])
        for _ in 0..<8 {
            #expect(session.tick(now: now) == .connect)
            #expect(session.failed(now: now) == .close)
            guard case .waiting(let until) = session.phase else { return }
            pauses.append((until - now) / Self.second)
            #expect(session.tick(now: until - 1) == .none)
            now = until
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60])
        _ = session.tick(now: now)
        _ = session.connected(now: now)
        _ = session.received(FrameStream.control(.accept), now: now)
        _ = session.failed(now: now)
        #expect(session.phase == .waiting(until: now + Self.second), "who was reached is near")
    }

    @Test func waitsForNobodyForever() {
        var session = FrameSession()
        _ = session.tick(now: 0)
        _ = session.connected(now: 0)
        #expect(session.tick(now: 5 * Self.second) == .none)
        #expect(session.tick(now: 5 * Self.second + 1) == .close)
        #expect(session.stop() == .close)
        #expect(session.phase == .over)
    }

    @Test func writesFields() {
        var writer = ProtobufWriter()
        writer.field(1, 300)
        writer.field(15, [0x61])
        writer.field(9, fixed: 0x0102_0304)
        writer.field(16, 0)
        #expect(writer.octets == [0x08, 0xAC, 0x02, 0x7A, 0x01, 0x61, 0x4D, 4, 3, 2, 1, 0x80, 0x01, 0])
    }

    @Test func readsTargets() {
        #expect(TapTarget("unix:/run/tap") == .unix("/run/tap"))
        #expect(TapTarget("tcp:127.0.0.1:6000") == .tcp(SocketAddress(.v4(0x7F00_0001), port: 6_000)))
        #expect(TapTarget("tcp:[::1]:6000")?.description == "tcp:[::1]:6000")
        #expect(TapTarget("out.tap") == .file("out.tap"))
        for text in [
            "tpc:127.0.0.1:6000", "", "-", "tcp:127.0.0.1", "tcp:host:1", "unix:",
            "unix:" + String(repeating: "a", count: 108),
        ] {
            #expect(TapTarget(text) == nil, "\(text)")
        }
    }
}

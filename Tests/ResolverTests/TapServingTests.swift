import CSockets
import DNS
import Glibc
import Policy
import Testing

@testable import Resolver

/// dnstap of a running server, read back.
@Suite(.timeLimit(.minutes(2))) struct TapServingTests {
    /// The fields of a protocol buffer message, by number.
    private struct Fields {
        var values: [Int: [[UInt8]]] = [:]

        init?(_ octets: [UInt8]) {
            var position = 0
            func varint() -> UInt64? {
                var (value, shift): (UInt64, UInt64) = (0, 0)
                while position < octets.count, shift < 64 {
                    let octet = octets[position]
                    position += 1
                    value |= UInt64(octet & 0x7F) << shift
                    if octet & 0x80 == 0 { return value }
                    shift += 7
                }
                return nil
            }
            while position < octets.count {
                guard let key = varint() else { return nil }
                let number = Int(key >> 3)
                switch key & 7 {
                case 0:
                    guard let value = varint() else { return nil }
                    values[number, default: []].append(FrameStream.number(UInt32(truncatingIfNeeded: value)))
                case 2:
                    guard let length = varint(), position + Int(length) <= octets.count else { return nil }
                    values[number, default: []].append(Array(octets[position..<(position + Int(length))]))
                    position += Int(length)
                case 5:
                    guard position + 4 <= octets.count else { return nil }
                    values[number, default: []].append(octets[position..<(position + 4)].reversed())
                    position += 4
                default: return nil
                }
            }
        }

        func octets(_ number: Int) -> [UInt8]? { values[number]?.first }
        func value(_ number: Int) -> Int? { octets(number).map { $0.reduce(0) { $0 << 8 | Int($1) } } }
        func fields(_ number: Int) -> Fields? { octets(number).flatMap { Fields($0) } }
        func text(_ number: Int) -> String? { octets(number).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// Takes dnstap on a port, as fstrm_capture does.
    private final class Reader {
        let address: SocketAddress
        private let listener: Int32
        private var connection: Int32 = -1
        private var input: [UInt8] = []
        private(set) var frames: [Fields] = []
        private(set) var controls: [FrameStream.Control] = []

        init() {
            var peer = SocketAddress(.v4(0x7F00_0001), port: 0).peer
            listener = unsafe patchway_tcp_listen(&peer, 4, 0)
            address = SocketAddress(.v4(0x7F00_0001), port: UInt16(patchway_local_port(listener)))
        }

        deinit {
            hangUp()
            _ = patchway_close(listener)
        }

        func hangUp() {
            if connection >= 0 { _ = patchway_close(connection) }
            (connection, input, controls) = (-1, [], [])
        }

        /// Takes what has come.
        func take() {
            if connection < 0 {
                var peer = patchway_peer()
                connection = unsafe patchway_accept(listener, &peer)
                if connection < 0 { return }
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while case let count = unsafe patchway_receive(connection, &chunk, chunk.count), count > 0 {
                input += chunk[..<count]
            }
            read()
        }

        private func read() {
            while input.count >= 4 {
                let length = input[..<4].reduce(0) { $0 << 8 | Int($1) }
                guard length == 0 else {
                    guard input.count >= 4 + length else { return }
                    if let fields = Fields(Array(input[4..<(4 + length)])) { frames.append(fields) }
                    input.removeFirst(4 + length)
                    continue
                }
                guard case .control(let kind, true, let octets) = FrameStream.read(input) else { return }
                controls.append(kind)
                input.removeFirst(octets)
                let reply: FrameStream.Control? = kind == .ready ? .accept : kind == .stop ? .finish : nil
                if let reply {
                    let frame = FrameStream.control(reply)
                    _ = unsafe patchway_send(connection, frame, frame.count)
                }
            }
        }
    }

    private func serve(_ taps: [TapTarget], all: Bool = false) throws -> (FakeUpstream, TestServer) {
        let upstream = FakeUpstream { query in [.send(makeReply(to: query.octets, [.a(query.name)]))] }
        let policy = ServerPolicy(stack: CompiledStack(layers: [try blockingLayer(["bad.example"])]))
        let served = try TestServer([upstream.address], policy: policy) {
            $0.taps = taps
            $0.mode = .enforce
            $0.capturesAll = all
        }
        return (upstream, served)
    }

    @Test func tellsWhatWasAskedAndAnswered() throws {
        let reader = Reader()
        let (upstream, served) = try serve([.tcp(reader.address)], all: true)
        defer { upstream.stop() }
        let asked = makeQuery("WWW.bad.example", id: 77, edns: EDNS(payloadSize: 1_200, dnssecOK: true))
        let blocked = try #require(served.ask(asked))
        let free = try #require(served.ask(makeQuery("free.example", .a, id: 78)))
        #expect(
            eventually {
                reader.take(); return reader.frames.count == 4
            }
        )
        #expect(reader.controls == [.ready, .start])
        let messages = reader.frames.compactMap { $0.fields(14) }
        #expect(reader.frames.allSatisfy { $0.value(15) == 1 && $0.text(2) == "patchway" })
        #expect(messages.map { $0.value(1) } == [5, 6, 5, 6])
        #expect(messages.allSatisfy { $0.value(2) == 1 && $0.value(3) == 1 && $0.octets(4) == [127, 0, 0, 1] })
        #expect(messages[0].octets(10) == asked, "as the client wrote it")
        #expect(messages[0].octets(15) == nil)
        #expect(messages[1].octets(14) == blocked)
        #expect(messages[3].octets(14) == free)
        #expect((messages[1].value(12) ?? 0) >= (messages[1].value(8) ?? .max))
        let policy = try #require(messages[1].fields(15))
        #expect(policy.text(1) == "pihole")
        #expect(policy.text(2) == "lists/test.txt:1: bad.example")
        #expect(policy.value(3) == 6, "LOCAL_DATA: a null address")
        #expect(policy.value(4) == 1)
        #expect(policy.octets(5) == name("www.bad.example").wire)
        #expect(messages[3].fields(15) == nil)
        let thread = SystemThread { served.server.drain() }
        #expect(
            eventually {
                reader.take(); return reader.controls.contains(.stop)
            }
        )
        thread?.join()
        #expect(served.server.counters.droppedRecords == 0)
    }

    @Test func findsAReaderThatComesBack() throws {
        let reader = Reader()
        let (upstream, served) = try serve([.tcp(reader.address)])
        defer { served.server.stop(); upstream.stop() }
        #expect(served.ask(makeQuery("a.bad.example")) != nil)
        #expect(
            eventually {
                reader.take(); return reader.frames.count == 2
            }
        )
        reader.hangUp()
        usleep(100_000)
        for number in 0..<20 { #expect(served.ask(makeQuery("n\(number).bad.example")) != nil) }
        var isBack = false
        for _ in 0..<4 where !isBack {
            isBack = eventually {
                reader.take(); return reader.frames.count >= 42
            }
        }
        #expect(isBack, "what waited comes then: \(reader.frames.count)")
        #expect(served.server.counters.droppedRecords == 0)
    }

    @Test func answersWithoutAReader() throws {
        let (upstream, served) = try serve([.unix("/nonexistent/tap")], all: true)
        defer { upstream.stop() }
        let client = TestClient(served.address)
        for number in 0..<200 {
            #expect(client.ask(makeQuery("n\(number).bad.example"), milliseconds: 1_000) != nil)
        }
        served.server.stop()
        #expect(served.server.counters.droppedRecords == 400, "both frames of each")
    }

    @Test func writesFiles() throws {
        let path = "/tmp/patchway-tap-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer { _ = unsafe unlink(path); _ = unsafe unlink(path + ".old") }
        for round in 0..<2 {
            let (upstream, served) = try serve([.file(path)])
            for number in 0...round { #expect(served.ask(makeQuery("n\(number).bad.example")) != nil) }
            served.server.drain()
            upstream.stop()
        }
        for (file, count) in [(path + ".old", 2), (path, 4)] {
            let octets = try read(file)
            #expect(octets.starts(with: FrameStream.control(.start)))
            #expect(octets.suffix(12) == FrameStream.control(.stop)[...])
            var (position, frames) = (FrameStream.control(.start).count, 0)
            while position + 12 < octets.count {
                let length = octets[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
                #expect(Fields(Array(octets[(position + 4)..<(position + 4 + length)])) != nil)
                (position, frames) = (position + 4 + length, frames + 1)
            }
            #expect(frames == count)
        }
        #expect(throws: ServerError.self) { try serve([.file("/dev/null/tap")]) }
    }

    private func read(_ path: String) throws -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { throw ServerError.capture(path, errno) }
        defer { _ = close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        return Array(buffer[..<max(count, 0)])
    }
}

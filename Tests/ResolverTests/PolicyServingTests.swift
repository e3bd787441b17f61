import DNS
import Foundation
import Policy
import Testing

@testable import Resolver

/// What clients get under a policy, and what is noted about it.
@Suite(.timeLimit(.minutes(2))) struct PolicyServingTests {
    private static let script: FakeUpstream.Script = { query in
        query.name == "update.example"
            ? [
                .send(
                    makeReply(
                        to: query.octets,
                        [.cname(query.name, "edge.tracker.example"), .a("edge.tracker.example")]
                    )
                )
            ]
            : [.send(makeReply(to: query.octets, [.a(query.name)]))]
    }

    private func policy(_ names: [String], protecting: String? = nil) throws -> ServerPolicy {
        let stack = CompiledStack(layers: [try blockingLayer(names)])
        guard let protecting else { return ServerPolicy(stack: stack) }
        let protected = name(protecting)
        return ServerPolicy(stack: stack, isProtected: { $0.name == protected })
    }

    private let edns = EDNS(payloadSize: 1_232)

    @Test func enforcesTheVerdictOnTheNameAndSaysWhichLine() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address], policy: policy(["other.example", "bad.example"])) {
            $0.mode = .enforce
        }
        defer { served.server.stop(); upstream.stop() }
        for _ in 0..<2 {
            let reply = ReplySummary(served.ask(makeQuery("www.bad.example", edns: edns)))
            #expect(reply?.records == ["www.bad.example A 0.0.0.0"])
            #expect(reply?.errors == [15])
            #expect(reply?.errorText == "test.txt:2")
        }
        #expect(ReplySummary(served.ask(makeQuery("bad.example", .https, edns: edns)))?.records == ["bad.example SOA"])
        #expect(upstream.queries.isEmpty)
        #expect(ReplySummary(served.ask(makeQuery("good.example", edns: edns)))?.errors == [])
    }

    /// Engines know nothing of special names but what their lists say; nothing of them is ever forwarded.
    @Test func rulesAboutSpecialNamesDecideBeforeTheirUsualAnswers() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address], policy: policy(["box.test", "localhost"])) {
            $0.mode = .enforce
        }
        defer { served.server.stop(); upstream.stop() }
        func records(_ name: String, dnssecOK: Bool = false) -> [String]? {
            var edns = edns
            edns.dnssecOK = dnssecOK
            return ReplySummary(served.ask(makeQuery(name, edns: edns)))?.records
        }
        #expect(records("www.box.test") == ["www.box.test A 0.0.0.0"])
        #expect(records("box.test", dnssecOK: true) == ["box.test A 0.0.0.0"], "nobody signs them")
        #expect(records("app.localhost") == ["app.localhost A 0.0.0.0"])
        #expect(records("other.test") == ["test SOA"])
        served.server.reload(try policy(["box.test"]), mode: .shadow)
        #expect(eventually { records("box.test") == ["test SOA"] }, "who only looks changes nothing")
        #expect(eventually { served.server.counters.flagged >= 4 })
        #expect(records("app.localhost") == ["app.localhost A 127.0.0.1"])
        #expect(upstream.queries.isEmpty)
    }

    @Test func enforcesTheVerdictOnAnAlias() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address], policy: policy(["tracker.example"])) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        for _ in 0..<2 {
            let reply = ReplySummary(served.ask(makeQuery("update.example", edns: edns)))
            #expect(reply?.records == ["update.example A 0.0.0.0"])
            #expect(reply?.errorText == "test.txt:1")
        }
        #expect(upstream.queries.count == 1)
    }

    @Test func shadowsTruthfullyAndFlags() throws {
        let upstream = FakeUpstream(Self.script)
        let path = NSTemporaryDirectory() + "patchway-capture-\(UInt64.random(in: 0 ... .max)).ndjson"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let served = try TestServer([upstream.address], policy: policy(["tracker.example", "bad.example"])) {
            $0.capturePath = path
        }
        defer { served.server.stop(); upstream.stop() }
        for _ in 0..<2 {
            #expect(ReplySummary(served.ask(makeQuery("Update.Example")))?.records.count == 2)
            #expect(ReplySummary(served.ask(makeQuery("bad.example")))?.records == ["bad.example A 192.0.2.1"])
            #expect(ReplySummary(served.ask(makeQuery("good.example")))?.records.count == 1)
        }
        served.server.drain()
        #expect(served.server.counters.flagged == 4)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(lines.count == 4)
        for line in lines {
            let matched = try #require(line["matched"] as? [String: Any])
            let isChain = line["name"] as? String == "update.example"
            #expect(line["kind"] as? String == "query")
            #expect(line["verdict"] as? String == "sinkhole")
            #expect(line["enforced"] as? Bool == false)
            #expect(line["client"] as? String == "127.0.0.1")
            #expect(matched["relation"] as? String == (isChain ? "cname" : "qname"))
            #expect(matched["element"] as? String == (isChain ? "edge.tracker.example" : "bad.example"))
            #expect(matched["line"] as? Int == (isChain ? 1 : 2))
            #expect(matched["list"] as? String == "lists/test.txt")
        }
        #expect(lines.map { $0["cached"] as? Bool } == [false, false, true, true])
    }

    @Test func countsRecordsThatAFullDiskLoses() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address], policy: policy(["bad.example"])) {
            $0.capturePath = "/dev/full"
        }
        defer { served.server.stop(); upstream.stop() }
        for _ in 0..<3 { #expect(served.ask(makeQuery("bad.example")) != nil) }
        served.server.drain()
        #expect(served.server.counters.droppedRecords == 3)
    }

    @Test func protectsWhatAnUpdateServiceNeeds() throws {
        let upstream = FakeUpstream(Self.script)
        let both = try policy(["tracker.example", "bad.example"], protecting: "update.example")
        let served = try TestServer([upstream.address], policy: both) { $0.mode = .protect }
        defer { served.server.stop(); upstream.stop() }
        #expect(ReplySummary(served.ask(makeQuery("update.example")))?.records.count == 2)
        #expect(ReplySummary(served.ask(makeQuery("bad.example")))?.records == ["bad.example A 0.0.0.0"])
        #expect(ReplySummary(served.ask(makeQuery("x.tracker.example")))?.records == ["x.tracker.example A 0.0.0.0"])
    }

    @Test func appliesAReloadedPolicyToWhatIsCached() throws {
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address], policy: policy(["bad.example"])) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        func records(_ text: String) -> [String]? { ReplySummary(served.ask(makeQuery(text)))?.records }
        #expect(records("bad.example") == ["bad.example A 0.0.0.0"])
        #expect(records("good.example") == ["good.example A 192.0.2.1"])
        #expect(records("update.example")?.count == 2)
        served.server.reload(try policy(["good.example", "tracker.example"]))
        #expect(eventually { records("good.example") == ["good.example A 0.0.0.0"] })
        #expect(records("update.example") == ["update.example A 0.0.0.0"])
        #expect(records("bad.example") == ["bad.example A 192.0.2.1"])
        served.server.reload(try policy([]))
        #expect(eventually { records("good.example") == ["good.example A 192.0.2.1"] })
        #expect(records("update.example")?.count == 2)
    }

    @Test func keepsVerdictsWhenAllUpstreamsAreDead() throws {
        let silent = FakeUpstream { _ in [] }
        let served = try TestServer([silent.address], policy: policy(["bad.example"])) { $0.mode = .enforce }
        defer { served.server.stop(); silent.stop() }
        #expect(ReplySummary(served.ask(makeQuery("bad.example"), milliseconds: 500))?.records.count == 1)
    }

    @Test func sendsToTCPAndAnswersThere() throws {
        guard var builder = LayerBuilder(engine: .bindRPZ) else { return }
        builder.beginList(ListSource(path: "lists/tcp.rpz", format: "rpz", octets: Array("tcp.example".utf8)))
        let truncate = builder.intern(.truncate)
        builder.add(
            .exact,
            name: name("tcp.example"),
            class: .data,
            action: truncate,
            at: RulePosition(line: 1, offset: 0, length: 11)
        )
        let upstream = FakeUpstream(Self.script)
        let stack = CompiledStack(layers: [builder.compile()])
        let served = try TestServer([upstream.address], policy: ServerPolicy(stack: stack)) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        for _ in 0..<2 {
            // Asked over TCP in between, the true answer is in the cache, and UDP is still sent away.
            let overUDP = ReplySummary(served.ask(makeQuery("tcp.example", edns: edns)))
            #expect((overUDP?.bits ?? 0) & MessageHeader.truncatedFlag != 0)
            #expect(overUDP?.records == [])
            #expect(overUDP?.errorText == "tcp.rpz:1")
            let stream = TestStream(served.address)
            stream.send(TestStream.frame(makeQuery("tcp.example", edns: edns)))
            #expect(ReplySummary(stream.receive())?.records == ["tcp.example A 192.0.2.1"])
        }
    }
}

import DNS
import Detection
import Glibc
import Policy
import Testing

@testable import Resolver

/// Answers beside those of a reference, served end to end.
@Suite(.timeLimit(.minutes(2))) struct ComparisonServingTests {
    private static func policy() -> ServerPolicy {
        ServerPolicy(
            stack: CompiledStack(layers: []),
            need: {
                $0.name.description.hasSuffix("update.example")
                    ? UpdateNeed(service: "s", phase: "scan", severity: "high") : nil
            },
            isProtected: { $0.name.description.hasSuffix("update.example") }
        )
    }

    /// A server between two scripts, with its records in a file.
    private struct Lab {
        let upstream: FakeUpstream
        let reference: FakeUpstream
        let served: TestServer
        let path: String

        init(
            _ answers: @escaping FakeUpstream.Script,
            reference: @escaping FakeUpstream.Script = { [.send(makeReply(to: $0.octets, [.a($0.name, 7)]))] },
            adjust: (inout ServerConfiguration) -> Void = { _ in }
        ) throws {
            let upstream = FakeUpstream(answers)
            let other = FakeUpstream(reference)
            let path = "/tmp/patchway-comparison-\(getpid())-\(UInt64.random(in: 0 ... .max)).ndjson"
            (self.upstream, self.reference, self.path) = (upstream, other, path)
            served = try TestServer([upstream.address], policy: policy()) {
                $0.references = [Upstream(other.address)]
                $0.capturePath = path
                $0.tryTimeout = 100
                adjust(&$0)
            }
        }

        var records: [String] {
            let file = unsafe fopen(path, "r")
            guard let file = unsafe file else { return [] }
            defer { unsafe _ = fclose(file) }
            var octets = [UInt8](repeating: 0, count: 1 << 20)
            let count = unsafe fread(&octets, 1, octets.count, file)
            return String(decoding: octets[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        }

        func stop() {
            served.server.stop()
            upstream.stop()
            reference.stop()
            _ = unsafe unlink(path)
        }
    }

    private static let cases: [(String, @Sendable (FakeUpstream.Query) -> [FakeUpstream.Action], String)] = [
        ("nx.update.example", { [.send(makeReply(to: $0.octets, [.soa("example")], bits: 0x8183))] }, "D09"),
        ("bare.update.example", { [.send(makeReply(to: $0.octets, [], bits: 0x8103))] }, "D05"),
        ("empty.update.example", { [.send(makeReply(to: $0.octets, [.soa("example")]))] }, "D09"),
        (
            "cut.update.example",
            { [.send(makeReply(to: $0.octets, [.cname($0.name, "cdn.example"), .soa("example")]))] },
            "D09"
        ),
        (
            "null.update.example",
            { [.send(makeReply(to: $0.octets, [Record(owner: $0.name, type: .a, data: [0, 0, 0, 0])]))] }, "D06"
        ),
        (
            "portal.update.example",
            { [.send(makeReply(to: $0.octets, [Record(owner: $0.name, type: .a, data: [208, 91, 112, 55])]))] }, "D04"
        ),
    ]

    @Test(arguments: cases.indices) func flagsWhatAFilterDoes(_ index: Int) throws {
        let (name, script, rule) = Self.cases[index]
        let lab = try Lab(script)
        defer { lab.stop() }
        #expect(lab.served.ask(makeQuery(name)) != nil)
        #expect(eventually { lab.records.contains { $0.contains("\"kind\":\"comparison\"") } })
        let record = try #require(lab.records.first { $0.contains("comparison") })
        #expect(record.contains("\"outcome\":\"flagged\",\"rule\":\"\(rule)\""), "\(record)")
        #expect(record.contains("\"name\":\"\(name)\",\"qtype\":\"A\",\"upstream\":\"\(lab.upstream.address)\""))
        #expect(
            record.contains(
                "{\"server\":\"\(lab.reference.address)\",\"rcode\":\"NOERROR\",\"addresses\":[\"192.0.2.7\"]}"
            )
        )
        #expect(record.contains("\"need\":{\"service\":\"s\",\"phase\":\"scan\",\"severity\":\"high\"}"))
        #expect(eventually { lab.served.server.counters.differences == 1 })
        #expect(lab.served.server.counters.comparisons == 1)
    }

    @Test func asksReferencesAboutNothingElse() throws {
        let lab = try Lab({ [.send(makeReply(to: $0.octets, [.a($0.name, 7)]))] })
        defer { lab.stop() }
        for name in ["other.example", "same.update.example"] { #expect(lab.served.ask(makeQuery(name)) != nil) }
        #expect(lab.served.ask(makeQuery("same.update.example", .txt)) != nil)
        // What comes from the cache was compared when it came.
        #expect(lab.served.ask(makeQuery("same.update.example")) != nil)
        #expect(eventually { lab.reference.queries.count == 1 })
        usleep(100_000)
        #expect(lab.reference.queries.map(\.name) == ["same.update.example"])
        #expect(lab.records.isEmpty, "what agrees is not flagged")
        #expect(lab.served.server.counters.differences == 0)
        #expect(lab.served.server.counters.comparisons == 1)
    }

    @Test func holdsUpNobody() throws {
        let lab = try Lab(
            { [.send(makeReply(to: $0.octets, [.soa("example")], bits: 0x8183))] },
            reference: { _ in [] },
            adjust: { $0.tryTimeout = 1_000 }
        )
        defer { lab.stop() }
        for number in 0..<20 {
            let answer = lab.served.ask(makeQuery("n\(number).update.example"), milliseconds: 700)
            #expect(ReplySummary(answer)?.code == .nxDomain, "the client's answer is the upstream's")
        }
        #expect(lab.served.ask(makeQuery("free.example"), milliseconds: 700) != nil)
    }

    @Test func countsWhatItDoesNotCompare() throws {
        let lab = try Lab({ [.send(makeReply(to: $0.octets, [.a($0.name, 7)]))] }, adjust: { $0.comparisonRate = 5 })
        defer { lab.stop() }
        for number in 0..<50 { #expect(lab.served.ask(makeQuery("n\(number).update.example")) != nil) }
        let counters = lab.served.server.counters
        #expect(
            eventually { lab.served.server.counters.comparisons + lab.served.server.counters.droppedComparisons == 50 }
        )
        #expect(lab.served.server.counters.comparisons <= 10, "\(counters.comparisons)")
        #expect(lab.reference.queries.count <= 10)
    }

    @Test func tellsRefusalsAndSilenceFromServersThatAnswerNothing() throws {
        let lab = try Lab(
            { query in
                if query.name == "ok.update.example" {
                    return [.send(makeReply(to: query.octets, [.a(query.name, 7)]))]
                }
                if query.name.hasPrefix("refused") { return [.send(makeReply(to: query.octets, [], bits: 0x8185))] }
                return []
            },
            adjust: { $0.staleLimit = 0 }
        )
        defer { lab.stop() }
        #expect(ReplySummary(lab.served.ask(makeQuery("refused0.update.example")))?.code == .refused)
        #expect(eventually { lab.reference.queries.count == 1 })
        usleep(100_000)
        #expect(lab.records.isEmpty, "who refuses everything minds the client")
        #expect(lab.served.ask(makeQuery("ok.update.example")) != nil)
        #expect(ReplySummary(lab.served.ask(makeQuery("refused1.update.example")))?.code == .refused)
        #expect(ReplySummary(lab.served.ask(makeQuery("silent.update.example")))?.code == .servFail)
        #expect(eventually { lab.records.count == 2 })
        #expect(lab.records.contains { $0.contains("refused1.update.example") && $0.contains("\"D13\"") })
        #expect(lab.records.contains { $0.contains("silent.update.example") && $0.contains("\"D14\"") })
    }

    @Test func comparesWithOthersAfterAReload() throws {
        let lab = try Lab({ [.send(makeReply(to: $0.octets, [.soa("example")], bits: 0x8183))] })
        defer { lab.stop() }
        let other = FakeUpstream { [.send(makeReply(to: $0.octets, [.soa("example")], bits: 0x8183))] }
        defer { other.stop() }
        var next = ServerConfiguration(upstreams: [lab.upstream.address])
        next.references = [Upstream(other.address)]
        #expect(try lab.served.server.reloadUpstreams(next))
        #expect(eventually { lab.served.ask(makeQuery("a.update.example")) != nil && other.queries.count == 1 })
        #expect(lab.reference.queries.isEmpty)
    }

    @Test func refusesToCompareAServerWithItself() {
        var configuration = ServerConfiguration(upstreams: [SocketAddress(.v4(0x7F00_0001), port: 5300)])
        configuration.references = [Upstream(SocketAddress(.v4(0x7F00_0001), port: 5300))]
        #expect(throws: ServerError.self) { try configuration.validate() }
        configuration.references = [Upstream(SocketAddress(.v4(0x7F00_0001), port: 5301))]
        #expect(throws: Never.self) { try configuration.validate() }
    }

    @Test func saysHowOftenAndForPeople() throws {
        var judge = ComparisonJudge()
        let active = ActivePolicy(Self.policy(), mode: .shadow, generation: 0)
        func finished(_ reply: [UInt8]) -> FinishedComparison {
            let query = makeQuery("au.update.example")
            return FinishedComparison(
                name: name("au.update.example"),
                type: .a,
                time: 0,
                upstream: "192.0.2.53:53",
                answer: .message(reply),
                references: (0..<2).map {
                    ("192.0.2.\($0):53", .message(makeReply(to: query, [.a("au.update.example", 7)])))
                },
                isHealthy: true,
                policy: active
            )
        }
        let query = makeQuery("au.update.example")
        let bad = finished(makeReply(to: query, [.soa("example")], bits: 0x8183))
        let good = finished(makeReply(to: query, [.a("au.update.example", 7)]))
        #expect(
            judge.judge(bad).line
                == "au.update.example A of 192.0.2.53:53: NXDOMAIN, 2 references have 192.0.2.7 [D09, weak] (high, scan)"
        )
        _ = judge.judge(bad)
        #expect(judge.judge(bad).line?.contains("[D09, strong], 3 of the last 3 times") == true)
        #expect(judge.judge(good).line == nil)
        #expect(judge.judge(bad).line?.contains("[D09, weak], 4 of the last 5 times") == true)
        var fold = FlagFold()
        var octets: [UInt8] = []
        for _ in 0..<3 { fold.append(judge.judge(bad), to: &octets) }
        #expect(octets.count { $0 == 0x0A } == 1)
    }
}

import DNS
import FilterLists
import Policy
import Testing

@testable import Resolver

/// Promise D6: signed answers are left as they are for those who ask for the signatures.
@Suite(.timeLimit(.minutes(4))) struct SignedAnswerTests {
    /// Signs what it says to those who want that, but for names under `plain`; has no data for types other than A, and no
    /// name `gone`.
    private static func upstream() -> FakeUpstream {
        FakeUpstream { query in
            let wantsSignatures = (try? MessageView(query.octets.span))?.edns?.dnssecOK == true
            let isSigned = wantsSignatures && !query.name.contains("plain")
            let hasData = query.type == .a && !query.name.contains("gone")
            var records: [Record] = []
            if hasData {
                if query.name.hasPrefix("trap") {
                    // The alias is signed, what it leads to is not.
                    records = [.cname(query.name, "x.bad.example"), .a("x.bad.example")]
                    if isSigned { records.append(signature(.cname, of: query.name)) }
                } else if query.name.hasPrefix("alias") {
                    records = [.cname(query.name, "x.bad.example"), .a("x.bad.example")]
                    if isSigned { records.append(signature(.a, of: "x.bad.example")) }
                } else {
                    records = [.a(query.name)]
                    if isSigned { records.append(signature(.a, of: query.name)) }
                }
            } else {
                records = [.soa("example")]
                if isSigned { records.append(signature(.soa, of: "example", in: .authority)) }
            }
            let bits: UInt16 = query.name.contains("gone") ? 0x8183 : 0x8180
            return [.send(makeReply(to: query.octets, records, bits: bits))]
        }
    }

    private static func signature(_ type: RRType, of owner: String, in section: Section = .answer) -> Record {
        let head = [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 255), 13, 2]
        let data = head + [UInt8](repeating: 1, count: 14) + name("example").wire + [UInt8](repeating: 7, count: 64)
        return Record(section: section, owner: owner, type: .rrsig, data: data)
    }

    private func serve(
        _ upstream: FakeUpstream,
        breaks: Bool = false,
        mode: ServingMode = .enforce
    ) throws -> TestServer {
        let stack = CompiledStack(layers: [try blockingLayer(["bad.example"])])
        return try TestServer([upstream.address], policy: ServerPolicy(stack: stack)) {
            $0.mode = mode
            $0.breaksDNSSEC = breaks
            $0.tryTimeout = 100
            $0.staleLimit = 0
        }
    }

    private func ask(_ served: TestServer, _ text: String, _ type: RRType = .a, dnssec: Bool) -> ReplySummary? {
        ReplySummary(served.ask(makeQuery(text, type, edns: EDNS(payloadSize: 1_232, dnssecOK: dnssec))))
    }

    @Test(arguments: ["bad.example", "alias.example"])
    func areNotRewrittenForThoseWhoAskForSignatures(text: String) throws {
        let upstream = Self.upstream()
        let served = try serve(upstream)
        defer { served.server.stop(); upstream.stop() }
        for _ in 0..<2 {
            let reply = ask(served, text, dnssec: true)
            #expect(reply?.records.contains { $0.hasSuffix(" A 192.0.2.1") } == true)
            #expect(reply?.records.contains { $0.contains(" RRSIG ") } == true)
            #expect(reply?.errors == [])
            #expect(ask(served, text, dnssec: false)?.errors == [15], "others get what the policy says")
        }
        served.server.drain()
        #expect(served.server.counters.flagged == 4, "noted all the same")
    }

    /// Signatures of something else in the answer count for nothing.
    @Test func whatIsBlockedMustBeSignedItself() throws {
        let upstream = Self.upstream()
        let served = try serve(upstream)
        defer { served.server.stop(); upstream.stop() }
        for _ in 0..<2 {
            #expect(ask(served, "trap.example", dnssec: true)?.errors == [15])
            #expect(ask(served, "alias.example", dnssec: true)?.errors == [])
        }
    }

    /// BIND 9.18 spares them from DROP as well.
    @Test func areNotDroppedEither() throws {
        let upstream = Self.upstream()
        let zone = "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\nbad.example CNAME rpz-drop.\n"
        let list = ListInput(path: "zone", format: .rpz, octets: Array(zone.utf8))
        let layer = try LayerLoader.load([list], engine: .bindRPZ).layer
        let policy = ServerPolicy(stack: CompiledStack(layers: [layer]))
        let served = try TestServer([upstream.address], policy: policy) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        #expect(ask(served, "bad.example", dnssec: true)?.records.contains { $0.hasSuffix(" A 192.0.2.1") } == true)
        let client = TestClient(served.address)
        #expect(client.ask(makeQuery("bad.example"), milliseconds: 300) == nil)
    }

    @Test func unsignedOnesAreRewritten() throws {
        let upstream = Self.upstream()
        let served = try serve(upstream)
        defer { served.server.stop(); upstream.stop() }
        for text in ["plain.bad.example", "alias.plain.example"] {
            for _ in 0..<2 {
                let reply = ask(served, text, dnssec: true)
                #expect(reply?.records == ["\(text) A 0.0.0.0"])
                #expect(reply?.errors == [15])
            }
        }
        #expect(upstream.queries.count == 2, "once each")
    }

    @Test(arguments: [("bad.example", RRType.txt, ResponseCode.noError), ("gone.bad.example", .a, .nxDomain)])
    func negativeOnesAreSignedToo(text: String, type: RRType, code: ResponseCode) throws {
        let upstream = Self.upstream()
        let served = try serve(upstream)
        defer { served.server.stop(); upstream.stop() }
        let reply = ask(served, text, type, dnssec: true)
        #expect(reply?.code == code)
        #expect(reply?.errors == [])
        #expect(reply?.records.contains { $0.contains(" RRSIG ") } == true)
    }

    @Test func areRewrittenWhenTold() throws {
        let upstream = Self.upstream()
        let served = try serve(upstream, breaks: true)
        defer { served.server.stop(); upstream.stop() }
        #expect(ask(served, "bad.example", dnssec: true)?.records == ["bad.example A 0.0.0.0"])
        #expect(upstream.queries.isEmpty)
        #expect(ask(served, "alias.example", dnssec: true)?.errors == [15])
    }

    /// A policy that comes later has no more against a cached answer than against one that comes after it.
    @Test func aReloadLeavesThemToo() throws {
        let upstream = Self.upstream()
        let served = try TestServer([upstream.address]) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        for text in ["bad.example", "plain.bad.example"] { #expect(ask(served, text, dnssec: true)?.errors == []) }
        served.server.reload(ServerPolicy(stack: CompiledStack(layers: [try blockingLayer(["bad.example"])])))
        #expect(eventually { ask(served, "plain.bad.example", dnssec: true)?.errors == [15] })
        #expect(ask(served, "bad.example", dnssec: true)?.errors == [])
        #expect(ask(served, "bad.example", dnssec: false)?.errors == [15])
    }

    /// Promise D11 holds for them: what the policy says about the name is said without upstreams, as long as they are away.
    @Test func policyGoesOnWithoutUpstreams() throws {
        let silent = FakeUpstream { query in
            query.number < 4
                ? [] : [.send(makeReply(to: query.octets, [.a(query.name), Self.signature(.a, of: query.name)]))]
        }
        let served = try serve(silent)
        defer { served.server.stop(); silent.stop() }
        let reply = ask(served, "bad.example", dnssec: true)
        #expect(reply?.records == ["bad.example A 0.0.0.0"])
        #expect(reply?.errors == [15])
        #expect(ask(served, "bad.example", dnssec: true)?.errors == [], "the upstream is back")
    }
}

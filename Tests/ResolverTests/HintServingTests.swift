import DNS
import FilterLists
import Policy
import Testing

@testable import Resolver

/// What a server makes of the address hints in real answers.
@Suite(.timeLimit(.minutes(2))) struct HintServingTests {
    private static func https(_ owner: String, hint last: UInt8) -> Record {
        Record(owner: owner, type: .https, data: [0, 1, 0, 0, 1, 0, 3, 2, 0x68, 0x32, 0, 4, 0, 4, 192, 0, 2, last])
    }

    private static let script: FakeUpstream.Script = { query in
        let records =
            query.name == "alias.example"
            ? [Record.cname(query.name, "edge.example"), https("edge.example", hint: 1)]
            : [https(query.name, hint: query.name == "bad.example" ? 1 : 2)]
        return [.send(makeReply(to: query.octets, records))]
    }

    /// What the capture says a rule looked at.
    @Test(arguments: [
        ("||192.0.2.1^", "alias.example", RRType.https, Relation.hint), ("||192.0.2.1^", "bad.example", .https, .hint),
        ("||bad.example^", "bad.example", .https, .qname), ("||edge.example^", "alias.example", .https, .cname),
        ("||edge.example^$dnstype=CNAME", "alias.example", .https, .cname),
        ("||192.0.2.1^", "bad.example", .a, .address),
    ])
    func theRelationIsFoundAgain(rule: String, asked: String, type: RRType, relation: Relation) throws {
        let list = ListInput(path: "lists/hints.txt", format: .adblock, octets: Array((rule + "\n").utf8))
        let stack = CompiledStack(layers: [try LayerLoader.load([list]).layer])
        let chain = asked == "alias.example" ? [name("edge.example")] : []
        let address = IPAddress.v4(0xC000_0201)
        let verdict = stack.verdict(
            name(asked),
            type: type,
            chain: chain,
            addresses: type == .a ? [address] : [],
            hints: [address]
        )
        let matched = try #require(verdict.matched)
        #expect(matched.relation == relation)
        let decision = Decision(kind: verdict.kind, layer: 0, rule: UInt32(try #require(matched.number)))
        #expect(
            stack.relation(decision, of: matched.element, type: type, isAlias: matched.element != name(asked))
                == relation
        )
    }

    @Test func enforcesRulesAboutThem() throws {
        let list = ListInput(path: "lists/hints.txt", format: .adblock, octets: Array("||192.0.2.1^\n".utf8))
        let stack = CompiledStack(layers: [try LayerLoader.load([list]).layer])
        let upstream = FakeUpstream(Self.script)
        let served = try TestServer([upstream.address], policy: ServerPolicy(stack: stack)) { $0.mode = .enforce }
        defer { served.server.stop(); upstream.stop() }
        let edns = EDNS(payloadSize: 1_232)
        for _ in 0..<2 {
            let blocked = ReplySummary(served.ask(makeQuery("bad.example", .https, edns: edns)))
            #expect(blocked?.records == ["bad.example SOA"])
            #expect(blocked?.errorText == "hints.txt:1")
            let alias = ReplySummary(served.ask(makeQuery("alias.example", .https, edns: edns)))
            #expect(alias?.records == ["alias.example SOA"])
            let passed = ReplySummary(served.ask(makeQuery("good.example", .https, edns: edns)))
            #expect(passed?.records.first?.hasPrefix("good.example HTTPS ") == true)
            #expect(passed?.errors == [])
        }
    }
}

import DNS
import FilterLists
import Foundation
import Policy
import Testing

/// The index of a stack tells layers apart that have nothing to say about a name. It may be wrong about one that has something
/// to say only to the effect that it is asked in vain.
@Suite struct StackIndexTests {
    @Test func noLayerThatDecidesIsLeftOut() throws {
        let seed = ExportTests.seed
        print("stack index: seed \(seed)")
        var (asked, decided) = (0, 0)
        // More layers than there are marks, so that some share one.
        for (round, count) in [2, 3, 9, 18, 40, 64].enumerated() {
            var lists = RandomLists(seed: seed &+ UInt64(round))
            let layers = try (0..<count).map { number in
                let engine = ExportTests.sources[(number + round) % ExportTests.sources.count]
                return try LayerLoader.load(lists.inputs(engine, 12), engine: engine, mayBeEmpty: true).layer
            }
            let stack = CompiledStack(layers: layers)
            for _ in 0..<400 {
                guard let name = try? DomainName(lists.question()) else { continue }
                let buffer = NameBuffer(name)
                for type in [RRType.a, .https, .any] {
                    let found = stack.decide(buffer, type: type)
                    let whole = stack.decide(buffer, SuffixHashes(buffer), type: type)
                    #expect(found == whole, "\(name) \(type) in round \(round) of seed \(seed)")
                    asked += 1
                    if whole.hasRule { decided += 1 }
                }
                var batch = NameBatch()
                batch.append { $0.fill(name) }
                stack.prefetch(&batch)
                let batched = batch.with(0) { stack.decide($0, $1, type: .a) }
                #expect(
                    batched == stack.decide(buffer, type: .a),
                    "\(name) in a batch in round \(round) of seed \(seed)"
                )
            }
        }
        #expect(decided > asked / 20 && asked > 3_000, "\(decided) of \(asked) meet a rule")
    }

    /// What an engine knows of itself it knows behind other layers, too.
    @Test(arguments: [
        "address=/x.zz/\n", "bogus-priv\n", "domain-needed\n", "no-ident\n", "host-record=h.zz,10.1.2.3\n",
    ])
    func whatNoRuleIsAboutIsKnownInStacks(configuration: String) throws {
        func layer(_ text: String, _ engine: Engine) throws -> CompiledLayer {
            let list = ListInput(path: "\(engine).list", octets: Array((text + "address=/y.zz/\n").utf8))
            return try LayerLoader.load([list], engine: engine).layer
        }
        let first = try layer(configuration, .dnsmasq)
        let other = try LayerLoader.load(
            [ListInput(path: "o.list", octets: Array("||o.zz^\n".utf8))],
            engine: .pihole
        )
        let (alone, beside) = (CompiledStack(layers: [first]), CompiledStack(layers: [first, other.layer]))
        let behind = CompiledStack(layers: [other.layer, first])
        for text in [
            "version.bind", "bind", "hits.bind", "none.bind", "single", "1.0.0.10.in-addr.arpa", "7.10.in-addr.arpa",
            "3.2.1.10.in-addr.arpa", "1.0.0.127.ip6.int", "f.f.ip6.int", "h.zz", "o.example",
        ] {
            let name = try DomainName(text)
            for type in [RRType.a, .ptr, .txt, .any] {
                let own = alone.verdict(name, type: type)
                for stack in [beside, behind] {
                    let found = stack.verdict(name, type: type)
                    #expect(found.kind == own.kind && found.note == own.note, "\(text) \(type)")
                    #expect(found.matched?.rule.line == own.matched?.rule.line, "\(text) \(type)")
                }
            }
        }
    }
}

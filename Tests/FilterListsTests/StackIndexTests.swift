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
}

import Audit
import TestSupport
import Testing

/// The fewest choices, and of those the ones that weigh least, as trying every set of choices finds them.
@Suite struct CoverSearchTests {
    /// A random instance: a few choices, demands over them, weights.
    private static func instance(_ random: inout SeededGenerator) -> (demands: [[Int]], weights: [Int]) {
        let choices = Int.random(in: 1...9, using: &random)
        let density = Int.random(in: 1...4, using: &random)
        let demands = (0..<Int.random(in: 0...10, using: &random)).map { _ in
            (0..<choices).filter { _ in Int.random(in: 0..<5, using: &random) < density }
        }
        let heaviest = Int.random(in: 0...6, using: &random)
        return (demands, (0..<choices).map { _ in Int.random(in: 0...heaviest, using: &random) })
    }

    /// Number and weight of the best set, found by trying all.
    private static func best(_ demands: [[Int]], _ weights: [Int]) -> (count: Int, weight: Int) {
        var best = (count: Int.max, weight: Int.max)
        for set in 0..<(1 << weights.count) {
            guard demands.allSatisfy({ $0.isEmpty || $0.contains { set >> $0 & 1 == 1 } }) else { continue }
            let weight = weights.indices.reduce(0) { $0 + (set >> $1 & 1 == 1 ? weights[$1] : 0) }
            if (set.nonzeroBitCount, weight) < best { best = (set.nonzeroBitCount, weight) }
        }
        return best
    }

    @Test func agreesWithTryingEverySet() {
        var random = SeededGenerator(seed: 6)
        var disagreements = 0
        var branched = 0
        for _ in 0..<10_000 {
            let (demands, weights) = Self.instance(&random)
            let outcome = CoverSearch(demands: demands, weights: weights).run()
            let best = Self.best(demands, weights)
            let meetsAll = demands.allSatisfy { $0.isEmpty || !Set($0).isDisjoint(with: outcome.chosen) }
            let weight = outcome.chosen.reduce(0) { $0 + weights[$1] }
            let sharing = outcome.independent.flatMap { demands[$0] }
            if !meetsAll || (outcome.chosen.count, weight) != best || !outcome.isProven
                || outcome.lowerBound != best.count || outcome.independent.count > best.count
                || Set(sharing).count != sharing.count
                || outcome.unmet != demands.indices.filter({ demands[$0].isEmpty })
            {
                disagreements += 1
            }
            if outcome.nodes > demands.count { branched += 1 }
        }
        #expect(disagreements == 0)
        // Not all of them are solved by what is forced.
        #expect(branched > 100)
    }

    /// Where the budget ends, what is found still meets every demand, and the bound holds.
    @Test func saysHowFarItMayBeFromTheBest() {
        var random = SeededGenerator(seed: 7)
        var cut = 0
        for _ in 0..<500 {
            let (demands, weights) = Self.instance(&random)
            let outcome = CoverSearch(demands: demands, weights: weights, budget: 2).run()
            #expect(demands.allSatisfy { $0.isEmpty || !Set($0).isDisjoint(with: outcome.chosen) })
            #expect(outcome.lowerBound <= Self.best(demands, weights).count)
            #expect(!outcome.isProven || outcome.lowerBound == outcome.chosen.count)
            if !outcome.isProven { cut += 1 }
        }
        #expect(cut > 10)
    }

    @Test func fewerChoicesCountBeforeWeights() {
        let outcome = CoverSearch(demands: [[0, 2], [1, 2]], weights: [0, 0, 1_000]).run()
        #expect(outcome.chosen == [2])
        #expect(outcome.independent.count == 1)
    }

    @Test func nothingNeedsNothing() {
        #expect(CoverSearch(demands: [], weights: []).run() == CoverSearch.Outcome())
    }
}

/// Finds the fewest choices that meet every demand, and among those sets of choices the one that weighs least.
///
/// A demand is met by any one of the choices that it names. The search is exact: demands that share no choice, even by way of
/// others, are solved apart; what is forced, or never better than something else, is settled first; branch and bound does the
/// rest. It ends early where its budget of nodes ends, and then says how far it may be from the best.
public struct CoverSearch: Sendable {
    /// What a search found.
    public struct Outcome: Sendable, Equatable {
        /// The choices, in ascending order.
        public var chosen: [Int] = []
        /// No set of fewer choices meets every demand.
        public var lowerBound = 0
        /// Demands no two of which can be met by one choice: as many choices are needed at least, which is easy to see.
        public var independent: [Int] = []
        /// Places of the search tree that were looked at.
        public var nodes = 0
        /// Whether nothing better exists, neither fewer choices nor as many that weigh less.
        public var isProven = true
        /// Demands that no choice meets.
        public var unmet: [Int] = []

        /// That nothing is needed.
        public init() {}
    }

    private let demands: [[Int]]
    /// What each choice costs: the number of choices counts before all weights together.
    private let costs: [Int]
    private let scale: Int
    private let budget: Int

    /// How many nodes are looked at where nobody says it.
    public static let defaultBudget = 2_000_000

    /// A search.
    /// - Parameters:
    ///   - demands: for each demand the choices that meet it, from 0.
    ///   - weights: the weight of every choice, 0 or more.
    ///   - budget: the most nodes of the search tree.
    public init(demands: [[Int]], weights: [Int], budget: Int = defaultBudget) {
        self.demands = demands.map { Array(Set($0)).sorted() }
        scale = weights.reduce(1, +)
        costs = weights.map { [scale] in $0 + scale }
        self.budget = budget
    }

    /// Searches.
    /// - Complexity: exponential in the size of the largest group of demands that hang together, cut off by the budget
    public func run() -> Outcome {
        var outcome = Outcome()
        outcome.unmet = demands.indices.filter { demands[$0].isEmpty }
        for component in components() {
            let choices = Array(Set(component.flatMap { demands[$0] })).sorted()
            let place = Dictionary(uniqueKeysWithValues: choices.enumerated().map { ($1, $0) })
            let rows = component.map { demand in
                Bits(demands[demand].compactMap { place[$0] }, of: choices.count)
            }
            let packed = CoverTree.packing(rows, choices.map { _ in 1 })
            outcome.independent += packed.rows.map { component[$0] }
            var tree = CoverTree(choices.map { costs[$0] }, budget: max(budget - outcome.nodes, 1))
            let found = tree.solve(rows)
            outcome.chosen += found.chosen.map { choices[$0] }
            outcome.nodes += tree.nodes
            outcome.isProven = outcome.isProven && !tree.isCut
            outcome.lowerBound += tree.isCut ? max(found.bound / scale, packed.rows.count) : found.chosen.count
        }
        outcome.chosen.sort()
        outcome.independent.sort()
        return outcome
    }

    /// Demands that hang together by choices.
    private func components() -> [[Int]] {
        var users: [Int: [Int]] = [:]
        for (demand, choices) in demands.enumerated() {
            for choice in choices { users[choice, default: []].append(demand) }
        }
        var seen = [Bool](repeating: false, count: demands.count)
        var found: [[Int]] = []
        for first in demands.indices where !seen[first] && !demands[first].isEmpty {
            seen[first] = true
            var members = [first]
            var next = 0
            while next < members.count {
                for choice in demands[members[next]] {
                    for other in users.removeValue(forKey: choice) ?? [] where !seen[other] {
                        seen[other] = true
                        members.append(other)
                    }
                }
                next += 1
            }
            found.append(members.sorted())
        }
        return found
    }
}

/// Branch and bound over demands that hang together.
private struct CoverTree {
    private let costs: [Int]
    private let budget: Int
    private(set) var nodes = 0
    /// Whether the budget ended before the search.
    private(set) var isCut = false
    private var best: (cost: Int, chosen: [Int])?

    init(_ costs: [Int], budget: Int) {
        self.costs = costs
        self.budget = budget
    }

    /// The cheapest choices, and what no choices are cheaper than.
    mutating func solve(_ rows: [Bits]) -> (chosen: [Int], bound: Int) {
        let rows = withoutDominatedChoices(Self.withoutImplied(rows))
        let greedy = greedy(rows)
        best = (greedy.reduce(0) { $0 + costs[$1] }, greedy)
        let bound = Self.packing(rows, costs).cost
        explore(rows, [], 0)
        return (best?.chosen ?? [], bound)
    }

    private mutating func explore(_ rows: [Bits], _ chosen: [Int], _ cost: Int) {
        nodes += 1
        guard nodes <= budget else {
            isCut = true
            return
        }
        var (rows, chosen, cost) = (rows, chosen, cost)
        // What has one choice left has it.
        while let forced = rows.first(where: { $0.count == 1 })?.first {
            chosen.append(forced)
            cost += costs[forced]
            rows.removeAll { $0.contains(forced) }
        }
        guard cost + Self.packing(rows, costs).cost < best?.cost ?? .max else { return }
        guard let row = rows.min(by: { $0.count < $1.count }) else {
            best = (cost, chosen.sorted())
            return
        }
        let choices = row.members.map { choice in (choice, rows.count { $0.contains(choice) }) }
            .sorted { ($1.1, costs[$0.0], $0.0) < ($0.1, costs[$1.0], $1.0) }
        var left = rows
        for (choice, _) in choices where !isCut {
            explore(left.filter { !$0.contains(choice) }, chosen + [choice], cost + costs[choice])
            // Sets with it have been looked at.
            for index in left.indices { left[index].remove(choice) }
            if left.contains(where: \.isEmpty) { return }
        }
    }

    /// Demands without those that are met wherever another is.
    private static func withoutImplied(_ rows: [Bits]) -> [Bits] {
        var seen: Set<Bits> = []
        let distinct = rows.filter { seen.insert($0).inserted }.sorted { $0.count < $1.count }
        var kept: [Bits] = []
        for row in distinct where !kept.contains(where: { $0.isSubset(of: row) }) { kept.append(row) }
        return kept
    }

    /// Demands without choices in whose place another does as well and costs no more.
    private func withoutDominatedChoices(_ rows: [Bits]) -> [Bits] {
        let columns = costs.indices.map { choice in
            Bits(rows.indices.filter { rows[$0].contains(choice) }, of: rows.count)
        }
        var gone = Bits([], of: costs.count)
        for choice in costs.indices {
            let isDominated = costs.indices.contains { other in
                guard other != choice, !gone.contains(other), columns[choice].isSubset(of: columns[other]) else {
                    return false
                }
                return (costs[other], other) < (costs[choice], choice)
            }
            if isDominated { gone.insert(choice) }
        }
        return Self.withoutImplied(rows.map { $0.subtracting(gone) })
    }

    private func greedy(_ rows: [Bits]) -> [Int] {
        var (rows, chosen) = (rows, [Int]())
        while let first = rows.first {
            var best = (choice: first.first ?? 0, met: 0)
            for choice in costs.indices {
                let met = rows.count { $0.contains(choice) }
                if met > best.met || met == best.met && costs[choice] < costs[best.choice] { best = (choice, met) }
            }
            chosen.append(best.choice)
            rows.removeAll { $0.contains(best.choice) }
        }
        return chosen.sorted()
    }

    /// Demands that share no choice, and what they cost at least together.
    static func packing(_ rows: [Bits], _ costs: [Int]) -> (cost: Int, rows: [Int]) {
        guard let first = rows.first else { return (0, []) }
        var used = Bits([], of: first.size)
        var taken: [Int] = []
        var cost = 0
        for index in rows.indices.sorted(by: { (rows[$0].count, $0) < (rows[$1].count, $1) })
        where rows[index].isDisjoint(with: used) {
            used.formUnion(rows[index])
            taken.append(index)
            cost += rows[index].members.reduce(Int.max) { min($0, costs[$1]) }
        }
        return (cost, taken)
    }
}

/// A set of small numbers.
private struct Bits: Hashable {
    private var words: [UInt64]
    /// One more than the greatest number that may be in it.
    let size: Int

    init(_ members: some Sequence<Int>, of size: Int) {
        self.size = size
        words = [UInt64](repeating: 0, count: (size + 63) / 64)
        for member in members { insert(member) }
    }

    mutating func insert(_ number: Int) { words[number >> 6] |= 1 << UInt64(number & 63) }
    mutating func remove(_ number: Int) { words[number >> 6] &= ~(1 << UInt64(number & 63)) }
    func contains(_ number: Int) -> Bool { words[number >> 6] >> UInt64(number & 63) & 1 == 1 }
    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
    var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
    var first: Int? {
        for (index, word) in words.enumerated() where word != 0 { return index * 64 + word.trailingZeroBitCount }
        return nil
    }

    var members: [Int] {
        var found: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                found.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
        }
        return found
    }

    func isSubset(of other: Bits) -> Bool { zip(words, other.words).allSatisfy { $0 & ~$1 == 0 } }
    func isDisjoint(with other: Bits) -> Bool { zip(words, other.words).allSatisfy { $0 & $1 == 0 } }

    mutating func formUnion(_ other: Bits) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    func subtracting(_ other: Bits) -> Bits {
        var rest = self
        for index in words.indices { rest.words[index] &= ~other.words[index] }
        return rest
    }
}

/// Names that no expression of an automaton tells apart.
public struct NameClass: Equatable, Sendable {
    /// The shortest of them.
    public var name: [UInt8]
    /// The numbers of the expressions that they match, in order.
    public var matches: [Int]
}

/// More states than are looked at.
public struct AutomatonTooLarge: Error, Equatable {}

extension NameAutomaton {
    /// Visits the classes into which an automaton divides the names of a language, in the order of their shortest names:
    /// whatever is the same for all names that match the same expressions is known of every name once it is known of these.
    ///
    /// Labels have at least one octet. Limits are counted only from where the shortest name of a class goes beyond them.
    /// - Parameters:
    ///   - symbols: the octets that names have.
    ///   - budget: states and steps that are looked at.
    ///   - visit: takes a class, each once; false ends the search.
    /// - Complexity: O(states reached × steps from them), at worst exponential in the automaton's size
    public func forEachClass(
        of language: NameExpression,
        limits: NameLimits = .dns,
        symbols: NameSymbols = .all,
        budget: Int = 1_000_000,
        _ visit: (NameClass) -> Bool
    ) throws(AutomatonTooLarge) {
        var whole = self
        whole.add(language, number: Self.languageNumber)
        var search = ClassSearch(whole, from: Int32(nodes.count), symbols, budget)
        // The shortest name of a class that has one within the limits may be longer than that without: then once more.
        if try search.run(limits: limits, counting: false, visit) == .exceeded {
            _ = try search.run(limits: limits, counting: true, visit)
        }
    }

    /// The classes in order.
    public func classes(
        of language: NameExpression,
        limits: NameLimits = .dns,
        symbols: NameSymbols = .all,
        budget: Int = 1_000_000
    ) throws(AutomatonTooLarge) -> [NameClass] {
        var found: [NameClass] = []
        try forEachClass(of: language, limits: limits, symbols: symbols, budget: budget) { names in
            found.append(names)
            return true
        }
        return found
    }

    static let languageNumber = Int(Int32.max)
}

/// The search for classes: breadth first, so that the first name that leads to a class is the shortest, and of those the
/// first by the order of the alphabet from the last octet on.
private struct ClassSearch {
    /// A set of the automaton's states, with the octets of the label that is being read; 1 for any where they are not
    /// counted.
    private struct Place: Hashable {
        var set: Int32
        var label: Int32
    }

    /// How a place was reached.
    private struct Step {
        var place: Place
        var before: Int32
        var octet: UInt8
        var depth: Int32
    }

    private let automaton: NameAutomaton
    /// States from this one on are those of the language.
    private let language: Int32
    private let symbols: NameSymbols
    private var budget: Int
    /// Sets whose classes were visited.
    private var visited: Set<Int32> = []
    private var sets: [[Int32]] = []
    private var known: [[Int32]: Int32] = [:]
    /// The sets that follow one, by groups of octets.
    private var following: [[(symbols: NameSymbols, set: Int32)]?] = []
    /// When a state was last met, for sets that are being made.
    private var met: [UInt32]
    private var turn: UInt32 = 0

    init(_ automaton: NameAutomaton, from language: Int32, _ symbols: NameSymbols, _ budget: Int) {
        self.automaton = automaton
        self.language = language
        self.symbols = symbols
        self.budget = budget
        met = Array(repeating: 0, count: automaton.size)
    }

    /// How a search ended.
    enum End {
        case done
        /// A name was found that is beyond limits which were not counted.
        case exceeded
    }

    /// Visits classes that were not visited before.
    mutating func run(
        limits: NameLimits,
        counting: Bool,
        _ visit: (NameClass) -> Bool
    ) throws(AutomatonTooLarge) -> End {
        guard let first = set(try closure(of: automaton.roots, atEnd: true)) else { return .done }
        // Nothing is read yet: as behind a dot.
        var steps = [Step(place: Place(set: first, label: 0), before: -1, octet: 0, depth: 0)]
        var seen: Set<Place> = [steps[0].place]
        var index = 0
        while index < steps.count {
            let step = steps[index]
            let here = step.place
            if here.label > 0, !visited.contains(here.set), let matches = try matches(of: sets[Int(here.set)]) {
                let name = Self.text(to: index, steps)
                guard counting || limits.allow(name) else { return .exceeded }
                visited.insert(here.set)
                guard visit(NameClass(name: name, matches: matches)) else { return .done }
            }
            let isFull = counting && Int(step.depth) >= limits.name
            for (symbols, set) in isFull ? [] : try edges(from: here.set) {
                // The dot leads elsewhere than what else leads to the same states: a label begins.
                let labels = [
                    (symbols.bits & NameSymbols.label.bits, counting ? here.label + 1 : 1),
                    (symbols.bits & NameSymbols.dot.bits, 0),
                ]
                for (symbols, label) in labels where symbols != 0 {
                    guard !counting || Int(label) <= limits.label, label > 0 || here.label > 0 else { continue }
                    let place = Place(set: set, label: label)
                    guard seen.insert(place).inserted else { continue }
                    try spend(1)
                    let octet = NameSymbols(bits: symbols).first
                    steps.append(Step(place: place, before: Int32(index), octet: octet, depth: step.depth + 1))
                }
            }
            index += 1
        }
        return .done
    }

    /// The octets that lead to a place; the last one read is the first of the text.
    private static func text(to index: Int, _ steps: [Step]) -> [UInt8] {
        var text: [UInt8] = []
        var index = index
        while steps[index].before >= 0 {
            text.append(steps[index].octet)
            index = Int(steps[index].before)
        }
        return text
    }

    private mutating func spend(_ amount: Int) throws(AutomatonTooLarge) {
        budget -= amount
        guard budget >= 0 else { throw AutomatonTooLarge() }
    }

    // MARK: - Sets of states

    /// The number of a set; nil where no name of the language leads on.
    private mutating func set(_ states: [Int32]) -> Int32? {
        guard let last = states.last, last >= language else { return nil }
        let states = settled(states)
        if let number = known[states] { return number }
        let number = Int32(sets.count)
        known[states] = number
        sets.append(states)
        following.append(nil)
        return number
    }

    /// The states without those of expressions that another one makes irrelevant, whatever is read from here on.
    private func settled(_ states: [Int32]) -> [Int32] {
        let settling = states.lazy.map { automaton.nodes[Int($0)] }.filter(\.settles).map(\.rank).min()
        guard let settling else { return states }
        return states.filter { automaton.nodes[Int($0)].rank <= settling }
    }

    /// The states that free steps lead to, in order; of those that have nothing else none are kept.
    private mutating func closure(
        of states: [Int32],
        atEnd: Bool = false,
        atStart: Bool = false
    ) throws(AutomatonTooLarge) -> [Int32] {
        turn += 1
        var open = states
        var found: [Int32] = []
        while let state = open.popLast() {
            guard met[Int(state)] != turn else { continue }
            met[Int(state)] = turn
            let node = automaton.nodes[Int(state)]
            if node.counts { found.append(state) }
            try spend(1)
            open += node.free
            if atEnd { open += node.atEnd }
            if atStart { open += node.atStart }
        }
        found.sort()
        return found
    }

    /// The numbers of the expressions that are matched where the text begins; nil where the language is not.
    private mutating func matches(of states: [Int32]) throws(AutomatonTooLarge) -> [Int]? {
        let last = try closure(of: states, atStart: true)
        let numbers = Set(last.map { automaton.nodes[Int($0)].number }).filter { $0 >= 0 }.map(Int.init).sorted()
        return numbers.last == NameAutomaton.languageNumber ? numbers.dropLast() : nil
    }

    private mutating func edges(
        from set: Int32
    ) throws(AutomatonTooLarge) -> [(symbols: NameSymbols, set: Int32)] {
        if let known = following[Int(set)] { return known }
        let states = sets[Int(set)]
        let own = states.flatMap { automaton.nodes[Int($0)].edges }
        // What the language does not go on with leads nowhere.
        var open: UInt64 = 0
        for state in states where state >= language {
            for edge in automaton.nodes[Int(state)].edges { open |= edge.symbols.bits & symbols.bits }
        }
        var found: [(symbols: NameSymbols, set: Int32)] = []
        for group in Self.groups(open, own.lazy.map(\.symbols)) {
            try spend(own.count)
            let next = own.filter { $0.symbols.bits & group != 0 }.map(\.to)
            if let set = self.set(try closure(of: next)) { found.append((NameSymbols(bits: group), set)) }
        }
        following[Int(set)] = found
        return found
    }

    /// The octets in groups that no step tells apart, in the order of their first ones.
    private static func groups(_ all: UInt64, _ steps: some Sequence<NameSymbols>) -> [UInt64] {
        var groups = [all]
        for step in Set(steps) {
            groups = groups.flatMap { [$0 & step.bits, $0 & ~step.bits] }.filter { $0 != 0 }
        }
        return groups.filter { $0 != 0 }.sorted { $0.trailingZeroBitCount < $1.trailingZeroBitCount }
    }
}

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
    /// The classes into which an automaton divides the names of a language, in the order of their shortest names: whatever
    /// is the same for all names that match the same expressions is known of every name once it is known of these.
    ///
    /// Labels have at least one octet. Limits matter only where the shortest name of a class goes beyond them, and are
    /// counted only then.
    /// - Parameters:
    ///   - symbols: the octets that names have.
    ///   - budget: states and steps that are looked at.
    /// - Complexity: O(states reached × steps from them), at worst exponential in the automaton's size
    public func classes(
        of language: NameExpression,
        limits: NameLimits = .dns,
        symbols: NameSymbols = .all,
        budget: Int = 4_000_000
    ) throws(AutomatonTooLarge) -> [NameClass] {
        var whole = self
        whole.add(language, number: Self.languageNumber)
        var search = ClassSearch(whole, from: Int32(nodes.count), symbols, budget)
        let found = try search.classes(label: nil, name: .max)
        if found.allSatisfy({ limits.allow($0.name) }) { return found }
        var counting = ClassSearch(whole, from: Int32(nodes.count), symbols, budget)
        return try counting.classes(label: limits.label, name: limits.name)
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

    mutating func classes(label limit: Int?, name length: Int) throws(AutomatonTooLarge) -> [NameClass] {
        guard let first = set(closure(of: automaton.roots, atEnd: true)) else { return [] }
        // Nothing is read yet: as behind a dot.
        var steps = [Step(place: Place(set: first, label: 0), before: -1, octet: 0, depth: 0)]
        var seen: Set<Place> = [steps[0].place]
        var classes: [NameClass] = []
        var accepted: Set<Int32> = []
        var index = 0
        while index < steps.count {
            let step = steps[index]
            defer { index += 1 }
            let here = step.place
            if here.label > 0, !accepted.contains(here.set) {
                let numbers = numbers(of: sets[Int(here.set)])
                if numbers.last == NameAutomaton.languageNumber {
                    accepted.insert(here.set)
                    classes.append(NameClass(name: Self.text(to: index, steps), matches: numbers.dropLast()))
                }
            }
            guard Int(step.depth) < length else { continue }
            for (symbols, set) in try edges(from: here.set) {
                // The dot leads elsewhere than what else leads to the same states: a label begins.
                for (symbols, label) in [
                    (symbols.bits & NameSymbols.label.bits, limit == nil ? 1 : Int(here.label) + 1),
                    (symbols.bits & NameSymbols.dot.bits, 0),
                ] where symbols != 0 {
                    guard label <= limit ?? 1, label > 0 || here.label > 0 else { continue }
                    let place = Place(set: set, label: Int32(label))
                    guard seen.insert(place).inserted else { continue }
                    try spend(1)
                    let octet = NameSymbols(bits: symbols).first
                    steps.append(Step(place: place, before: Int32(index), octet: octet, depth: step.depth + 1))
                }
            }
        }
        return classes
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
        if let number = known[states] { return number }
        let number = Int32(sets.count)
        known[states] = number
        sets.append(states)
        following.append(nil)
        return number
    }

    /// The states that free steps lead to, in order; of those that have nothing else none are kept.
    private mutating func closure(of states: [Int32], atEnd: Bool = false, atStart: Bool = false) -> [Int32] {
        turn += 1
        var open = states
        var found: [Int32] = []
        while let state = open.popLast() {
            guard met[Int(state)] != turn else { continue }
            met[Int(state)] = turn
            let node = automaton.nodes[Int(state)]
            if node.counts { found.append(state) }
            open += node.free
            if atEnd { open += node.atEnd }
            if atStart { open += node.atStart }
        }
        found.sort()
        return found
    }

    /// The numbers of the expressions that are matched where the text begins.
    private mutating func numbers(of states: [Int32]) -> [Int] {
        let last = closure(of: states, atStart: true)
        return Set(last.map { automaton.nodes[Int($0)].number }).filter { $0 >= 0 }.map(Int.init).sorted()
    }

    private mutating func edges(
        from set: Int32
    ) throws(AutomatonTooLarge) -> [(symbols: NameSymbols, set: Int32)] {
        if let known = following[Int(set)] { return known }
        let own = sets[Int(set)].flatMap { automaton.nodes[Int($0)].edges }
        var found: [(symbols: NameSymbols, set: Int32)] = []
        for group in Self.groups(symbols, own.lazy.map(\.symbols)) {
            try spend(own.count)
            let next = own.filter { $0.symbols.bits & group != 0 }.map(\.to)
            if let set = self.set(closure(of: next)) { found.append((NameSymbols(bits: group), set)) }
        }
        following[Int(set)] = found
        return found
    }

    /// The octets in groups that no step tells apart, in the order of their first ones.
    private static func groups(_ all: NameSymbols, _ steps: some Sequence<NameSymbols>) -> [UInt64] {
        var groups = [all.bits]
        for step in Set(steps) {
            groups = groups.flatMap { [$0 & step.bits, $0 & ~step.bits] }.filter { $0 != 0 }
        }
        return groups.filter { $0 != 0 }.sorted { $0.trailingZeroBitCount < $1.trailingZeroBitCount }
    }
}

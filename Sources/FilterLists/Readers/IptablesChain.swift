import DNS
import TextScan

/// The rules of a chain in their order, as the commands of a script make them of an empty one.
struct IptablesChain {
    /// A rule.
    struct Rule {
        let place: Range<Int>
        let line: Int
        let effect: IptablesCommand.Effect
        let ranges: [AddressRange]
        let likeness: String
        /// Why it is left open, where it is.
        let reason: UnsupportedReason
        /// Whether it was deleted.
        var isGone = false
    }

    /// Every rule that there was.
    private var rules: [Rule] = []
    /// Rules put in front, the last one first, and those behind them.
    private var front: [Int] = []
    private var back: [Int] = []
    private var gone = 0
    private var alike: [String: [Int]] = [:]
    /// Steps that finding rules may still take.
    private var steps = 20_000_000
    /// The command that makes packets that no rule decides about be dropped.
    private(set) var closing: (place: Range<Int>, line: Int)?
    /// The first command that could not be followed.
    private(set) var lost: (place: Range<Int>, line: Int)?

    /// The rules that are there, in order.
    var ordered: [Rule] {
        (front.reversed() + back).map { rules[$0] }.filter { !$0.isGone }
    }

    /// From here on nothing is known.
    mutating func lose(_ place: Range<Int>, _ line: Int) { lost = lost ?? (place, line) }

    /// Does what a command says.
    mutating func apply(_ command: IptablesCommand, _ place: Range<Int>, _ line: Int) {
        let made = made(command, place, line)
        switch command.operation {
        case .append: for rule in made { add(rule, at: nil) }
        case .insert(let number): for rule in made { insert(rule, number, place, line) }
        case .delete(let number?), .replace(let number):
            guard let index = find(number) else { return lose(place, line) }
            if command.operation == .replace(number) {
                guard made.count == 1 else { return lose(place, line) }
                remove(index)
                rules.append(made[0])
                alike[made[0].likeness, default: []].append(rules.count - 1)
                swap(index, rules.count - 1)
            } else {
                remove(index)
            }
        case .delete(nil): for rule in made { remove(alike: rule) }
        case .flush: (rules, front, back, alike, gone, lost) = ([], [], [], [:], 0, nil)
        case .policy: closing = command.effect == .accept ? nil : (place, line)
        case .other: break
        }
    }

    /// The rules of a command: one for each destination.
    private func made(_ command: IptablesCommand, _ place: Range<Int>, _ line: Int) -> [Rule] {
        let destinations = command.destinations ?? [RuleSink.all(isV4: command.isV4)]
        let likeness = command.likeness
        return destinations.map { ranges in
            let own = destinations.count == 1 ? likeness : command.likeness(of: ranges)
            return Rule(
                place: place,
                line: line,
                effect: command.effect,
                ranges: ranges,
                likeness: own,
                reason: command.reason
            )
        }
    }

    private mutating func add(_ rule: Rule, at number: Int?) {
        rules.append(rule)
        alike[rule.likeness, default: []].append(rules.count - 1)
        if number == 1 { front.append(rules.count - 1) } else { back.append(rules.count - 1) }
    }

    private mutating func insert(_ rule: Rule, _ number: Int, _ place: Range<Int>, _ line: Int) {
        if number == 1 { return add(rule, at: 1) }
        let count = front.count + back.count - gone
        if number == count + 1 { return add(rule, at: nil) }
        guard let next = find(number), take(front.count + back.count) else { return lose(place, line) }
        back = Array(front.reversed()) + back
        front = []
        guard let position = back.firstIndex(of: next) else { return lose(place, line) }
        add(rule, at: nil)
        back.insert(back.removeLast(), at: position)
    }

    /// Puts one rule where another stands.
    private mutating func swap(_ old: Int, _ new: Int) {
        if let position = front.firstIndex(of: old) { front[position] = new }
        if let position = back.firstIndex(of: old) { back[position] = new }
        gone -= 1
    }

    /// The rule of a number; nil where there is none, or finding it takes too long.
    private mutating func find(_ number: Int) -> Int? {
        guard number >= 1, take(front.count + back.count) else { return nil }
        var left = number
        for index in front.reversed() + back where !rules[index].isGone {
            left -= 1
            if left == 0 { return index }
        }
        return nil
    }

    private mutating func take(_ count: Int) -> Bool {
        steps -= count
        return steps >= 0
    }

    private mutating func remove(_ index: Int) {
        rules[index].isGone = true
        gone += 1
        let likeness = rules[index].likeness
        alike[likeness]?.removeAll { $0 == index }
    }

    /// Removes the first rule that is like another; where there is none, the command does nothing.
    private mutating func remove(alike rule: Rule) {
        guard let known = alike[rule.likeness], let only = known.first else { return }
        if known.count == 1 { return remove(only) }
        guard take(front.count + back.count + known.count) else { return lose(rule.place, rule.line) }
        let first = (front.reversed() + back).first { !rules[$0].isGone && rules[$0].likeness == rule.likeness }
        if let first { remove(first) }
    }
}

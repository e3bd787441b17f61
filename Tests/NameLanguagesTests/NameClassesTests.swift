import NameLanguages
import TestSupport
import Testing

/// Classes of names, by hand and against trying every name of a small alphabet.
@Suite struct NameClassesTests {
    @Test(
        "shortest name of a wildcard that no rule is about",
        arguments: [
            // A name exactly; at and below; below alone.
            (["=a.b"], "a.b" as String?), (["+a.b"], nil), (["-a.b"], nil), (["=c.a.b"], "a.a.b"),
            // One label, then two.
            (["~*.a.b"], "a.a.a.b"), (["~*.a.b", "~*.*.a.b"], "a.a.a.a.b"), (["=a.a.b", "~*.*.a.b"], "b.a.b"),
            // Other names, and such as only look alike.
            (["+c.a.b", "+aa.b"], "a.a.b"), (["+b"], nil), (["-b"], nil), (["-."], nil),
        ]
    )
    func shortest(rules: [String], expected: String?) throws {
        var automaton = NameAutomaton()
        for (number, rule) in rules.enumerated() { automaton.add(rule, number: number) }
        let classes = try automaton.classes(of: .below("a.b".utf8))
        let missed = classes.first { $0.matches.isEmpty }
        #expect(missed.map { String(decoding: $0.name, as: UTF8.self) } == (expected == "a.b" ? "a.a.b" : expected))
    }

    /// A label of 64 octets, and a name of 254, are no names.
    @Test func limitsCount() throws {
        var automaton = NameAutomaton()
        let letter = NameExpression.symbols(.label)
        for length in 1...63 {
            automaton.add(.sequence(Array(repeating: letter, count: length) + [.text(".a.b".utf8)]), number: length)
        }
        automaton.add(.sequence([.anything, .text(".".utf8), .anything, .text(".a.b".utf8)]), number: 64)
        let classes = try automaton.classes(of: .below("a.b".utf8))
        #expect(classes.count == 64)
        #expect(classes.allSatisfy { !$0.matches.isEmpty && $0.name.count <= 253 })
        #expect(try automaton.classes(of: .below("a.b".utf8), limits: NameLimits(label: 64, name: 253)).count == 65)

        // With 250 octets before it, nothing but a short label has room below a name.
        var long = NameAutomaton()
        let base = Array((0..<4).map { _ in String(repeating: "x", count: 62) }.joined(separator: ".").utf8)
        #expect(base.count == 251)
        long.add(.sequence([letter, .text(".".utf8), .text(base)]), number: 0)
        #expect(try long.classes(of: .below(base)).map(\.matches) == [[0]])
    }

    /// Below a name that settles what weaker expressions look for, they tell nothing apart, and stronger ones still do.
    @Test func whatIsSettledIsNotLookedFor() throws {
        func found(settling: Int?, rank: Int) throws -> [[Int]] {
            var automaton = NameAutomaton()
            automaton.add(name: Array("b".utf8), at: nil, below: 0, settling: settling)
            automaton.add(.containing(.text("x".utf8)), number: 1, rank: rank)
            return try automaton.classes(of: .below("a.b".utf8)).map(\.matches)
        }
        #expect(try found(settling: nil, rank: 2) == [[0], [0, 1]])
        #expect(try found(settling: 1, rank: 2) == [[0]])
        #expect(try found(settling: 2, rank: 2) == [[0], [0, 1]])
        #expect(try found(settling: 2, rank: 1) == [[0], [0, 1]])
        #expect(try found(settling: 1, rank: 0) == [[0], [0, 1]])
    }

    /// A search that ends early has seen the shortest names, even where all together are too many.
    @Test func theFirstClassesAreSeenFirst() {
        var automaton = NameAutomaton()
        for number in 0..<24 {
            let any = Array(repeating: NameExpression.symbols(.all), count: number)
            automaton.add(.sequence([.anything, .text("x".utf8)] + any + [.text(".a.b".utf8)]), number: number)
        }
        var seen: [[UInt8]] = []
        #expect(throws: Never.self) {
            try automaton.forEachClass(of: .below("a.b".utf8), budget: 100_000) {
                seen.append($0.name)
                return seen.count < 3
            }
        }
        #expect(seen.map { String(decoding: $0, as: UTF8.self) } == ["a.a.b", "x.a.b", "aa.a.b"])
        #expect(throws: AutomatonTooLarge.self) {
            try automaton.forEachClass(of: .below("a.b".utf8), budget: 100_000) { _ in true }
        }
    }

    @Test func tooLargeIsSaid() {
        var automaton = NameAutomaton()
        // Which of the last twenty octets were `a` takes a million states.
        let any = NameExpression.symbols(.all)
        automaton.add(
            .sequence(Array(repeating: any, count: 20) + [.symbols(NameSymbols(0x61)), .anything]),
            number: 0
        )
        #expect(throws: AutomatonTooLarge.self) { try automaton.classes(of: .anything, budget: 100_000) }
    }

    @Test func agreesWithTryingEveryName() throws {
        let seed: UInt64 = 20_261_128
        var random = SeededGenerator(seed: seed)
        var (counted, disagreements) = (0, 0)
        for _ in 0..<10_000 {
            let letters: [UInt8] = Bool.random(using: &random) ? [0x61, 0x2E] : [0x61, 0x62, 0x2E]
            let limits = NameLimits(label: Int.random(in: 1...3, using: &random), name: letters.count == 2 ? 6 : 4)
            let language = random.expression(letters, depth: 3)
            let rules = (0..<Int.random(in: 0...3, using: &random)).map { _ in random.expression(letters, depth: 3) }
            var automaton = NameAutomaton()
            for (number, rule) in rules.enumerated() { automaton.add(rule, number: number) }
            let symbols = NameSymbols(where: letters.contains)
            let found = try automaton.classes(of: language, limits: limits, symbols: symbols)
            // The shortest length of every combination of matches that some name has.
            var expected: [[Int]: Int] = [:]
            for name in Trial.names(letters, limits) where language.matches(name) {
                let matches = rules.indices.filter { rules[$0].matches(name) }
                expected[matches] = min(expected[matches] ?? .max, name.count)
            }
            var shortest: [[Int]: Int] = [:]
            for entry in found {
                let isTrue = rules.indices.filter { rules[$0].matches(entry.name) } == entry.matches
                let isName = Trial.isName(entry.name, limits) && language.matches(entry.name)
                if !isTrue || !isName { disagreements += 1 }
                shortest[entry.matches] = min(shortest[entry.matches] ?? .max, entry.name.count)
            }
            if shortest != expected { disagreements += 1 }
            if found.map(\.name.count) != found.map(\.name.count).sorted() { disagreements += 1 }
            counted += expected.count
        }
        #expect(disagreements == 0, "seed \(seed)")
        #expect(counted > 5_000, "seed \(seed)")
    }
}

extension NameAutomaton {
    /// `=name` is the name, `-name` what is below it, `+name` both, `~pattern` with stars for one label each.
    fileprivate mutating func add(_ rule: String, number: Int) {
        let octets = Array(rule.utf8.dropFirst())
        let name = octets == [0x2E] ? [] : octets
        switch rule.first {
        case "=": add(name: name, at: number, below: nil)
        case "+": add(name: name, at: number, below: number)
        case "-": add(name: name, at: nil, below: number)
        default:
            let run = NameExpression.sequence([.symbols(.label), .star(.symbols(.label))])
            add(.sequence(octets.map { $0 == 0x2A ? run : .symbols(NameSymbols($0)) }), number: number)
        }
    }
}

/// Names and expressions tried one by one.
private enum Trial {
    static func isName(_ text: [UInt8], _ limits: NameLimits) -> Bool {
        text.count <= limits.name
            && text.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0.count <= limits.label
            }
    }

    /// Every name of these octets.
    static func names(_ letters: [UInt8], _ limits: NameLimits) -> [[UInt8]] {
        var texts: [[UInt8]] = [[]]
        var names: [[UInt8]] = []
        for _ in 0..<limits.name {
            texts = texts.flatMap { text in letters.map { text + [$0] } }
            names += texts.filter { isName($0, limits) }
        }
        return names
    }
}

extension NameExpression {
    /// Whether the whole text matches, place by place.
    fileprivate func matches(_ text: [UInt8]) -> Bool { ends(text, [0]).contains(text.count) }

    private func ends(_ text: [UInt8], _ begins: Set<Int>) -> Set<Int> {
        switch self {
        case .empty: return begins
        case .symbols(let symbols):
            return Set(begins.filter { $0 < text.count && symbols.contains(text[$0]) }.map { $0 + 1 })
        case .sequence(let parts): return parts.reduce(begins) { $1.ends(text, $0) }
        case .choice(let parts): return parts.reduce(into: []) { $0.formUnion($1.ends(text, begins)) }
        case .star(let part):
            var found = begins
            while case let more = part.ends(text, found).subtracting(found), !more.isEmpty { found.formUnion(more) }
            return found
        case .start: return begins.intersection([0])
        case .end: return begins.intersection([text.count])
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func expression(_ letters: [UInt8], depth: Int) -> NameExpression {
        let part = { (random: inout SeededGenerator) in random.expression(letters, depth: depth - 1) }
        switch Int.random(in: depth == 0 ? 5...8 : 0...8, using: &self) {
        case 0, 1: return .sequence((0..<Int.random(in: 1...3, using: &self)).map { _ in part(&self) })
        case 2: return .choice([part(&self), part(&self)])
        case 3: return .star(part(&self))
        case 4: return .sequence([.anything, .symbols(.dot), part(&self)])
        case 5:
            let picked = letters.randomElement(using: &self) ?? 0x61
            return .symbols(NameSymbols(picked))
        case 6: return .symbols(.label)
        case 7:
            return Int.random(in: 0...4, using: &self) == 0 ? (Bool.random(using: &self) ? .start : .end) : .anything
        default: return Bool.random(using: &self) ? .empty : .symbols(.all)
        }
    }
}

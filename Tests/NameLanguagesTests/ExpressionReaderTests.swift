import NameLanguages
import Policy
import TestSupport
import Testing

/// Regular expressions are read as RE2 means them, or not at all.
@Suite struct ExpressionReaderTests {
    @Test(arguments: [
        "\\b", "a\\B", "(?m)^a", "(?-i)a", "(?U)a*", "\\pL", "\\x61", "\\Qa\\E", "é", "[é]", "a{2", "(a", "a)", "*a",
        "[[:graph:]]", "a{1001}", "((a{100}){100}){100}", "[\\d-z]", "a**",
    ])
    func leavesOthersUnread(pattern: String) {
        #expect(ExpressionReader.read(Array(pattern.utf8), ignoresCase: true) == nil)
    }

    /// Expressions by hand: those that RE2 does not compile are none.
    @Test(arguments: [
        "", "a", "A", "a.b", "a\\.b", "^a", "b$", "^$", "^a.b$", "\\Aa", "b\\z", "a|b", "a||b", "(a|b)*\\.", "(|a)b",
        "(?:^|\\.)a\\.b$", "(^a)*b", "a*?b", "a+?b", "a??b", "a{2}", "a{0}b", "a{1,}b", "a{0,2}?b", "[ab]+\\.",
        "[^a.]b",
        "[^A]", "[a-b]\\.[b-c]", "[.-a]", "[]a]", "[^]a]", "[a\\-]", "[\\d_-]\\.", "[[:digit:]a]+\\.", "[^[:alpha:]]b",
        "\\d", "\\D\\.", "\\w\\.\\w", "\\Wb", "\\S", "\\s", "\\_", "(?i)A", "(?i:A)B", "(a(?i)B|B)A", "(?s).a",
        "(?is:A.)b",
        "(?P<x>a)\\.", "^a$|b$", "a^", "$b", "(a$|b)\\.", "^*a", "(?:a*)*b", "()b",
        "[a-z0-9]([a-z0-9-]*[a-z0-9])?",
    ])
    func agreesWithRE2(pattern: String) throws {
        for ignoresCase in [false, true] {
            let regex = try NameRegex(Array(pattern.utf8).span, .re2(ignoresCase: ignoresCase))
            let expression = try #require(ExpressionReader.read(Array(pattern.utf8), ignoresCase: ignoresCase))
            try check(expression, regex)
        }
    }

    @Test func agreesWithRE2OnMany() throws {
        var random = SeededGenerator(seed: 6)
        var count = 0
        for _ in 0..<1_500 {
            let text = random.pattern(depth: 3)
            guard let regex = try? NameRegex(Array(text.utf8).span, .re2(ignoresCase: false)) else { continue }
            guard let expression = ExpressionReader.read(Array(text.utf8), ignoresCase: false) else { continue }
            count += 1
            try check(expression, regex)
        }
        #expect(count > 1_000)
    }

    static let names = [
        "a", "b", "c", "0", "-", "_", "aa", "ab", "ba", "b0", "a-", "a.a", "a.b", "b.a", "b.b", "c.c", "aa.b", "ab.b",
        "a.bb", "b.a.b",
        "a.b.a", "0.a.b", "c.0.b", "a_.b", "abc.cba", "aab.b",
    ].map { Array($0.utf8) }

    private func check(_ expression: NameExpression, _ regex: NameRegex) throws {
        var automaton = NameAutomaton()
        automaton.add(expression, number: 0)
        for name in Self.names {
            let found = try automaton.classes(of: .text(name)).map(\.matches)
            let text = String(decoding: name, as: UTF8.self)
            let pattern = String(decoding: regex.pattern, as: UTF8.self)
            #expect(found == [regex.matches(name.span) ? [0] : []], "\(pattern) on \(text)")
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func pattern(depth: Int) -> String {
        func one(of texts: [String]) -> String { texts.randomElement(using: &self) ?? "" }
        switch Int.random(in: depth == 0 ? 4...7 : 0...7, using: &self) {
        case 0, 1: return pattern(depth: depth - 1) + pattern(depth: depth - 1)
        case 2: return "(\(pattern(depth: depth - 1))|\(pattern(depth: depth - 1)))"
        case 3: return "(?:\(pattern(depth: depth - 1)))" + one(of: ["*", "+", "?", "{2}", "{0,1}", "{1,}"])
        case 4: return one(of: ["[ab]", "[^a]", "[^.]", "[a-c0]", "\\d", "\\w", "."])
        case 5: return one(of: ["^", "$", "\\A", "\\z", ""])
        default: return one(of: ["a", "b", "\\.", "c", "a", "b"])
        }
    }
}

import TestSupport
import Testing

@testable import Policy

/// What RE2 is asked first matches whatever TRE matches.
@Suite struct RegexTranslationTests {
    @Test(arguments: [
        ("^ad([sxv]?[0-9]*|system)[_.-]", "\\Aad(?:(?:[svx]|)[0123456789]*|system)[\\-\\._]"),
        ("(^|\\.)Tracker[a-c]{1,8}\\.example$", "(?:\\A|\\.)tracker[abc]{1,8}\\.example\\z"),
        ("a.b\\d\\w", "a(?s:.)b[0-9][0-9a-z_]"), ("[]a]x{3,}", "[\\]a]x{3,}"), ("[A-C-]", "[\\-ABCabc]"),
    ])
    func translates(pattern: String, expected: String) {
        let written = RegexTranslation.re2(Array(pattern.utf8).span)
        #expect(written.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(arguments: [
        "", "(", ")", "a||b", "()", "(|a)", "a**", "a+?", "*a", "^*", "a{", "a{,3}", "a{0}", "a{3,2}", "a{256}", "[",
        "[]",
        "[a", "[z-a]", "[a-Z]", "[!-z]", "[^A]", "[^A-Z]", "[[:upper:]]", "[[.a.]]", "[[=a=]]", "[^ -~]", "\\", "\\b",
        "\\<a", "\\1", "(a)\\1", "\\x61", "\\Qa\\E", "a b", "é", "(?i)a", "(?#a)", "a\\n", "a\tb", "a{~1}",
    ])
    func leavesAloneWhatMayDiffer(pattern: String) {
        let written = RegexTranslation.re2(Array(pattern.utf8).span)
        #expect(written == nil)
    }

    /// Whatever octet stands wherever, in texts that end within a word and with one.
    @Test func plainTextHasNoOtherOctets() {
        for count in 0...17 {
            let plain = [UInt8](repeating: 0x61, count: count)
            let isPlain = RegexTranslation.isPlain(plain.span)
            #expect(isPlain)
            for place in plain.indices {
                for octet in UInt8.min ... .max {
                    var text = plain
                    text[place] = octet
                    let isPlain = RegexTranslation.isPlain(text.span)
                    #expect(isPlain == (0x21...0x7E).contains(octet), "\(octet) at \(place)")
                }
            }
        }
    }

    @Test func randomExpressionsMatchWhatTREMatches() throws {
        var random = SeededGenerator(seed: .random(in: 1 ... .max))
        var translated = 0
        for _ in 0..<8_000 {
            let pattern = Array(Self.expression(3, &random).utf8)
            guard let written = RegexTranslation.re2(pattern.span), let tre = try? NameRegex(pattern.span, .tre),
                let re2 = try? NameRegex(written.span, .re2(ignoresCase: false))
            else { continue }
            translated += 1
            for _ in 0..<20 {
                let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    Self.alphabet.randomElement(using: &random) ?? 0x61
                }
                let (ours, theirs) = (re2.matches(text.span), tre.matches(text.span))
                // TRE decides what the translation lets through; its own slips (`^a?$|^` does not match "b") stay its own.
                #expect(
                    ours || !theirs,
                    "\(String(decoding: pattern, as: UTF8.self)) on \(String(decoding: text, as: UTF8.self))"
                )
            }
        }
        #expect(translated > 1_000)
    }

    private static let alphabet = Array("aab1-._~".utf8)

    /// A random expression that both libraries may read.
    static func expression(_ depth: Int, _ random: inout SeededGenerator) -> String {
        let branches = (0..<(Int.random(in: 0..<4, using: &random) == 0 ? 2 : 1)).map { _ in
            (0..<Int.random(in: 1...3, using: &random)).map { _ in piece(depth, &random) }.joined()
        }
        return branches.joined(separator: "|")
    }

    private static func piece(_ depth: Int, _ random: inout SeededGenerator) -> String {
        let anchors = ["^", "$", "(^|\\.)", "($|-)"]
        if Int.random(in: 0..<8, using: &random) == 0 { return anchors.randomElement(using: &random) ?? "^" }
        var atom =
            [
                "a", "B", "b", "1", "\\.", ".", "-", "\\-", "[ab]", "[^a.]", "[a-b1]", "[[:digit:]-]", "[^[:space:]]",
                "[A-B]",
                "[^[:punct:]]", "\\d", "\\w", "_",
            ].randomElement(using: &random) ?? "a"
        if depth > 0, Int.random(in: 0..<3, using: &random) == 0 { atom = "(\(expression(depth - 1, &random)))" }
        let tails = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "{0,}"]
        return atom + (tails.randomElement(using: &random) ?? "")
    }
}

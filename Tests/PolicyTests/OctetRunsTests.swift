import TestSupport
import Testing

@testable import Policy

/// A name without any of the runs that RE2 says a match needs is not matched.
@Suite struct OctetRunsTests {
    @Test func whatIsMatchedHoldsARun() throws {
        var random = SeededGenerator(seed: .random(in: 1 ... .max))
        var told = 0
        for _ in 0..<6_000 {
            let pattern = Array(RegexTranslationTests.expression(2, &random).utf8)
            let ignoresCase = Bool.random(using: &random)
            guard let runs = OctetRuns.required(by: pattern, ignoresCase: ignoresCase),
                let regex = try? NameRegex(pattern.span, .re2(ignoresCase: ignoresCase))
            else { continue }
            for _ in 0..<40 {
                let text = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                    Array("ab1-.".utf8).randomElement(using: &random) ?? 0x61
                }
                guard regex.matches(text.span) else { continue }
                told += 1
                let holds = text.indices.contains { start in
                    runs.pairs.contains(OctetRuns.number(text[start...].prefix(2))) && start + 2 <= text.count
                        || start + 4 <= text.count && runs.fours.contains(OctetRuns.number(text[start..<(start + 4)]))
                }
                #expect(
                    holds,
                    "\(String(decoding: pattern, as: UTF8.self)) on \(String(decoding: text, as: UTF8.self))"
                )
            }
        }
        #expect(told > 100)
    }

    @Test(arguments: [
        ("^mads\\.", ["ads."]), ("^adtrack(er|ing)?[0-9]*\\.", ["rack"]),
        ("telemetry|ads\\.", ["etry", "ads."]), ("^www\\.goo", [".goo"]), ("aff[_.-]", ["aff_", "aff.", "aff-"]),
    ])
    func runsOfExpressions(pattern: String, expected: [String]) throws {
        let runs = try #require(OctetRuns.required(by: Array(pattern.utf8), ignoresCase: true))
        #expect(runs.fours.union(runs.pairs) == Set(expected.map { OctetRuns.number($0.utf8) }))
    }

    @Test(arguments: ["", ".*", "a", "[ab]+", "(a|telemetry)"])
    func needsNone(pattern: String) {
        #expect(OctetRuns.required(by: Array(pattern.utf8), ignoresCase: true) == nil)
    }
}

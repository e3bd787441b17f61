import DNS
import Policy
import Testing

/// Thousands of text patterns give the same verdicts as each of them alone.
@Suite struct PatternIndexTests {
    private func pattern(_ text: String, start: TextPattern.Start, endsAtEnd: Bool) -> TextPattern {
        let tokens = text.utf8.map { octet in
            switch octet {
            case 0x2A: TextPattern.Token.any
            case 0x3F: TextPattern.Token.one
            case 0x5E: TextPattern.Token.separator
            default: TextPattern.Token.octet(octet)
            }
        }
        return TextPattern(start: start, tokens: tokens, endsAtEnd: endsAtEnd)
    }

    private func layer(_ patterns: [TextPattern]) throws -> CompiledLayer {
        var builder = try #require(LayerBuilder(engine: .dnscryptProxy))
        builder.beginList(ListSource(path: "test.list", format: "test", octets: []))
        let block = builder.intern(.block)
        for (index, pattern) in patterns.enumerated() {
            let position = RulePosition(line: index + 1, offset: 0, length: 0)
            builder.add(pattern: pattern, class: .block, action: block, at: position)
        }
        return builder.compile()
    }

    @Test func allTogetherMatchWhatEachAloneMatches() throws {
        let parts = ["ads", "update", "x", "telemetry", "a?b", "cdn*net", "win", "e.ex", "tele*", "*m*", "ab^", ""]
        var patterns: [TextPattern] = []
        for part in parts {
            for start in [TextPattern.Start.anywhere, .beginning, .label] {
                for end in [true, false] where !(part.isEmpty && !end) {
                    patterns.append(pattern(part, start: start, endsAtEnd: end))
                }
            }
        }
        let together = try layer(patterns)
        let alone = try patterns.map { try layer([$0]) }
        for name in [
            "update.example", "ads.example", "xads.win", "telemetry.x", "acb", "cdn1.b.net", "e.example", "am", "ab",
            "windows.update", "no.match.here", "tele", "a-b.example", "0.1",
        ] {
            let buffer = NameBuffer(try DomainName(name))
            let expected = alone.indices.filter { alone[$0].decide(buffer, type: .a).kind != .pass }
            #expect(together.matchingRules(try DomainName(name), type: .a) == expected, "\(name)")
            let decision = together.decide(buffer, type: .a)
            #expect(decision.hasRule == !expected.isEmpty)
            if let first = expected.first { #expect(decision.rule == UInt32(first)) }
        }
    }

    /// A name that repeats a run of octets is tried against its patterns once, with the same verdict.
    @Test func repeatedRunsMatchAsOne() throws {
        let layer = try layer([pattern("micr*9", start: .anywhere, endsAtEnd: true)])
        let long = String(repeating: "micr.", count: 40)
        #expect(layer.decide(NameBuffer(try DomainName(long + "x9")), type: .a).kind == .nodata)
        #expect(layer.decide(NameBuffer(try DomainName(long + "x8")), type: .a).kind == .pass)
    }

    /// Patterns of which many end alike are found by what they have within.
    @Test func manyOfOneEndMatchLikeEachAlone() throws {
        let ends = [".update.example", "example", "mple"]
        let patterns = (0..<200).map { pattern("ab\($0 / 3)*\(ends[$0 % 3])", start: .beginning, endsAtEnd: true) }
        let together = try layer(patterns)
        for number in [0, 1, 7, 12, 33, 66, 67] {
            for name in [
                "ab\(number).update.example", "ab\(number)x.example", "ab\(number).simple", "xab\(number).example",
            ] {
                let domain = try DomainName(name)
                let alone = try patterns.indices.filter {
                    try layer([patterns[$0]]).decide(NameBuffer(domain), type: .a).kind != .pass
                }
                #expect(together.matchingRules(domain, type: .a) == alone, "\(name)")
            }
        }
    }
}

import DNS
import Policy
import Testing

/// Hostile expressions are refused or stay linear; many together match what each matches alone.
@Suite struct NameRegexTests {
    private static let dialects: [NameRegex.Dialect] = [.re2(ignoresCase: true), .tre]

    private static let hostile: [String] = [
        "x\\\\)", "(a+)+$", "(.*)*x", "(a|aa)+$", "(a|a?)+$", "(.*a){20}", "(a?){30}a{30}", "((a{0,99}){0,99}){0,99}",
        String(repeating: "(", count: 30) + "a" + String(repeating: ")+", count: 30),
        String(repeating: "a", count: 100_000), String(repeating: "(", count: 50_000),
        "[a-z]{1,63}(\\.[a-z]{1,63}){1,8}",
        String(repeating: "a|", count: 5_000), "(" + String(repeating: "a?", count: 400) + "){255}", "\\pL{200}",
        "((?#(a)" + String(repeating: "b", count: 900) + "){255}", "[[:alpha:]{255}",
        "(x" + String(repeating: "[]a]", count: 200) + "){255}",
    ]

    @Test(arguments: hostile, dialects)
    func hostileExpressionsAreRefusedOrStayLinear(pattern: String, dialect: NameRegex.Dialect) {
        let name =
            Array(repeating: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", count: 4)
            .joined(separator: ".") + "!"
        do throws(RegexError) {
            let regex = try NameRegex(Array(pattern.utf8).span, dialect)
            #expect(regex.stepsPerOctet <= 40_000)
            _ = regex.matches(Array(name.utf8).span)
        } catch {
            switch error {
            case .syntax(let reason), .tooLarge(let reason), .notLinear(let reason): #expect(!reason.isEmpty)
            }
        }
    }

    @Test(arguments: [
        ("(a+)+$", NameRegex.Dialect.tre), ("(a+)+$", .re2(ignoresCase: true)), ("(.*)*x", .tre),
        ("(.*)*x", .re2(ignoresCase: true)), ("[a-z]{1,63}", .tre), ("^[a-z0-9-]{8,63}\\.[a-z]{2,24}$", .tre),
        ("^(.+[_.-])?adse?rv(er?|ice)?s?[0-9]*[_.-]", .tre), ("[^.[:space:]]{1,}", .tre),
    ])
    func honestExpressionsAreTaken(pattern: String, dialect: NameRegex.Dialect) throws {
        let regex = try NameRegex(Array(pattern.utf8).span, dialect)
        #expect(regex.stepsPerOctet < 10_000)
        #expect(
            regex.matches(Array("aaaaaaaa.ads.example.x".utf8).span) || pattern.hasPrefix("(a+)")
                || pattern.hasPrefix("^")
        )
    }

    @Test(arguments: [
        ("aaa", "a{3}"), ("(ab){2}x", "(ab){3}x"), ("(a|b)", "(a|b)*"), ("[a-z]", "[a-z]{2}"),
        ("a(?#)b)c", "a(?#)bb)c"),
        ("(a?b?)", "(a?b?){2}"),
    ])
    func repetitionsCount(smaller: String, larger: String) throws {
        func steps(_ pattern: String) -> Int? { try? NameRegex(Array(pattern.utf8).span, .tre).stepsPerOctet }
        #expect((steps(smaller) ?? 0) <= (steps(larger) ?? .max), "\(smaller) \(larger)")
        #expect(steps(larger).map { $0 < 200 } ?? larger.contains("(?#)"))
    }

    @Test func allTogetherMatchWhatEachAloneMatches() throws {
        let parts = [
            "ads", "update", "^x", "tele(metry)?\\.", "a.b$", "cdn[0-9]*\\.net", "^win", "e\\.ex", "m", "[0-9]{2}",
        ]
        var patterns: [String] = []
        for part in parts {
            for tail in ["", "[0-9]?", "(a|b)?$", ".*e", "\\.", "x", "[a-m]"] { patterns.append(part + tail) }
        }
        var builder = try #require(LayerBuilder(engine: .blocky))
        builder.beginList(ListSource(path: "test.list", format: "test", octets: []))
        let block = builder.intern(.block)
        var alone: [NameRegex] = []
        for (index, pattern) in patterns.enumerated() {
            for dialect in [NameRegex.Dialect.re2(ignoresCase: false), .re2(ignoresCase: true), .tre] {
                let regex = try NameRegex(Array(pattern.utf8).span, dialect)
                alone.append(regex)
                let position = RulePosition(line: index + 1, offset: 0, length: 0)
                let isAdded = builder.add(regex: regex, class: .block, action: block, at: position)
                #expect(isAdded)
            }
        }
        let layer = builder.compile()
        for name in [
            "update.example", "ads.example", "xads.win", "telemetry.x", "acb", "cdn1.net", "e.example", "m",
            "windows.update",
            "no.hit.here", "tele", "a-b", "0.1", "cdn22.net", "xx", "qqq.zz",
        ] {
            let expected = alone.indices.filter { alone[$0].matches(Array(name.utf8).span) }
            #expect(layer.matchingRules(try DomainName(name), type: .a) == expected, "\(name)")
            #expect(layer.decide(NameBuffer(try DomainName(name)), type: .a).hasRule == !expected.isEmpty)
        }
    }

    @Test func aLayerHasABoundOfMemory() throws {
        var builder = try #require(LayerBuilder(engine: .blocky))
        builder.beginList(ListSource(path: "test.list", format: "test", octets: []))
        let block = builder.intern(.block)
        let regex = try NameRegex(Array("a".utf8).span, .re2(ignoresCase: false))
        var added = 0
        while added < 100_000,
            builder.add(regex: regex, class: .block, action: block, at: RulePosition(line: 1, offset: 0, length: 0))
        {
            added += 1
        }
        #expect((1_000..<3_000).contains(added))
        #expect(builder.ruleCount == added)
    }
}

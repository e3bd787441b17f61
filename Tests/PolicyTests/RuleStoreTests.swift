import DNS
import Policy
import Testing

/// Rules that are left where they stand in their list match, and say where they stand, like rules of names kept apart.
@Suite struct RuleStoreTests {
    /// A list text, its rules as (name, rule) substrings, as a reader finds them.
    private struct Text {
        var octets: [UInt8] = []
        var rules: [(name: Range<Int>, rule: Range<Int>, line: Int)] = []

        /// Adds `prefix`, a name, `suffix` (part of the rule) and what ends the line.
        mutating func add(_ prefix: String, _ name: String, _ suffix: String, end: String, line: Int) {
            let start = octets.count
            octets += prefix.utf8
            let nameStart = octets.count
            octets += name.utf8
            let name = nameStart..<octets.count
            octets += suffix.utf8
            rules.append((name, start..<octets.count, line))
            octets += end.utf8
        }
    }

    private func layer(_ text: Text, _ scope: Scope = .subtree) throws -> CompiledLayer {
        var builder = try #require(LayerBuilder(engine: .pihole))
        let list = ListSource(path: "test.list", format: "test", octets: text.octets)
        builder.beginList(list)
        let block = builder.intern(.block)
        for rule in text.rules {
            let whole = list.octets.span
            try builder.add(
                scope,
                in: whole,
                name: rule.name,
                rule: rule.rule,
                line: rule.line,
                class: .block,
                action: block
            )
        }
        return builder.compile()
    }

    private static let deep = (0..<60).map { "l\($0 % 10)" }.joined(separator: ".") + ".deep.example"
    private static let long =
        Array(repeating: String(repeating: "a", count: 61), count: 4).joined(separator: ".") + ".b"

    private static let names = [
        "x.example", "UPPER.Example", "dot.example.", "a", "\\065.example", "w\\.dot.example", "ü.example", deep, long,
        "123456789.example", "12345678.example", "1234567.example", "x--y_z.example", "@[`{.example",
    ]

    @Test(arguments: names, ["\n", "\r\n", "\r", "  # comment\n", ""])
    func matchesAndTellsItsPlace(name: String, end: String) throws {
        var text = Text()
        text.octets += "! head\(end.contains("\r") ? end : "\n")".utf8
        text.add("0.0.0.0 ", name, "", end: end, line: 2)
        let layer = try layer(text)
        let owner = try DomainName(name)
        for asked in [owner.description, owner.description.uppercased()] {
            #expect(layer.decide(NameBuffer(try DomainName(asked)), type: .a).rule == 0, "\(asked)")
        }
        if let child = owner.child([0x7A]) { #expect(layer.decide(NameBuffer(child), type: .a).rule == 0) }
        #expect(layer.decide(NameBuffer(try DomainName("no." + "other.example")), type: .a).kind == .pass)
        let reference = layer.reference(0)
        #expect(reference.line == 2)
        #expect(reference.text == "0.0.0.0 " + name)
        #expect(layer.name(0) == owner.lowercased)
    }

    @Test(arguments: [
        ("", "a..b", ""), ("", ".a", ""), ("", "", ""), ("", "..", ""), ("", String(repeating: "a", count: 64), ""),
        ("", String(repeating: "a.", count: 128), ""), ("", "a\\", ""),
    ])
    func refusesWhatIsNoName(prefix: String, name: String, suffix: String) throws {
        var text = Text()
        text.add(prefix, name, suffix, end: "\n", line: 1)
        #expect(throws: NameError.self) { try self.layer(text) }
    }

    @Test func rulesOfOneNameComeInOrderHoweverTheyAreStored() throws {
        var text = Text()
        for (index, name) in ["same.example", "SAME.example", "s\\097me.example", "same.example."].enumerated() {
            text.add(index == 1 ? String(repeating: " ", count: 300) : "", name, "", end: "\n", line: index + 1)
        }
        let layer = try layer(text)
        #expect(layer.matchingRules(try DomainName("same.example"), type: .a) == [0, 1, 2, 3])
        #expect((0..<4).map { layer.reference($0).line } == [1, 2, 3, 4])
    }

    /// Random names of few labels and letters, so that many are suffixes of others, against a plain search.
    @Test(arguments: 0..<20)
    func agreesWithAPlainSearch(seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        func name() -> String {
            (0...below(5)).map { _ in ["a", "B", "cc", "ddddddddd", "E-e"][below(5)] }.joined(separator: ".")
        }
        var text = Text()
        var owners: [DomainName] = []
        for index in 0..<200 {
            let owner = name()
            owners.append(try DomainName(owner))
            text.add(below(3) == 0 ? "||" : "", owner, "", end: "\n", line: index + 1)
        }
        let scope: Scope = [.exact, .subtree, .below][seed % 3]
        let layer = try layer(text, scope)
        for _ in 0..<400 {
            let asked = try DomainName(name())
            let expected = owners.indices.filter { index in
                switch scope {
                case .exact: asked == owners[index]
                case .subtree: asked.isEqualOrBelow(owners[index])
                default: asked != owners[index] && asked.isEqualOrBelow(owners[index])
                }
            }
            #expect(Set(layer.matchingRules(asked, type: .a)) == Set(expected), "\(asked)")
            #expect(layer.decide(NameBuffer(asked), type: .a).hasRule == !expected.isEmpty)
        }
    }
}

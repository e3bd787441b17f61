import DNS
import Policy
import Testing

/// Builds a layer from `scope name action` triples, in order, one list.
private func layer(_ engine: Engine, _ rules: [(Scope, String, RuleClass, RuleAction)]) throws -> CompiledLayer {
    var builder = try #require(LayerBuilder(engine: engine))
    builder.beginList(ListSource(path: "test.list", format: "test", octets: []))
    for (index, rule) in rules.enumerated() {
        let action = builder.intern(rule.3)
        builder.add(
            rule.0,
            name: try DomainName(rule.1),
            class: rule.2,
            action: action,
            at: RulePosition(line: index + 1, offset: 0, length: 0)
        )
    }
    return builder.compile()
}

@Suite struct LayerTests {
    @Test(arguments: [
        ("x.example", Scope.exact, "x.example", true), ("x.example", .exact, "a.x.example", false),
        ("x.example", .exact, "example", false), ("x.example", .subtree, "a.b.x.example", true),
        ("x.example", .subtree, "x.example", true), ("x.example", .subtree, "yx.example", false),
        ("x.example", .subtree, "x.example.org", false), ("x.example", .below, "x.example", false),
        ("x.example", .below, "a.x.example", true), ("X.Example", .exact, "x.eXAMPLE", true),
    ])
    func scopeDecidesWhichNamesMatch(rule: String, scope: Scope, name: String, blocked: Bool) throws {
        let layer = try layer(.pihole, [(scope, rule, .block, .block)])
        let decision = layer.decide(NameBuffer(try DomainName(name)), type: .a)
        #expect(decision.kind == (blocked ? .sinkhole : .pass))
    }

    @Test func strongestClassWinsWhateverTheLength() throws {
        let layer = try layer(
            .pihole,
            [
                (.subtree, "example", .block, .block), (.exact, "a.example", .ownAllow, .allow),
                (.exact, "b.example", .ownBlock, .block), (.subtree, "b.example", .listAllow, .allow),
            ]
        )
        #expect(layer.decide(NameBuffer(try DomainName("a.example")), type: .a).kind == .pass)
        #expect(layer.decide(NameBuffer(try DomainName("b.example")), type: .a).rule == 2)
        #expect(layer.decide(NameBuffer(try DomainName("c.b.example")), type: .a).kind == .pass)
        #expect(layer.decide(NameBuffer(try DomainName("c.example")), type: .a).kind == .sinkhole)
    }

    @Test func theLastListKeepsItsNumber() throws {
        var builder = try #require(LayerBuilder(engine: .pihole))
        let block = builder.intern(.block)
        for number in 0..<LayerBuilder.maximumLists {
            builder.beginList(ListSource(path: "\(number)", format: "test", octets: []))
        }
        let place = RulePosition(line: 1, offset: 0, length: 0)
        builder.add(.exact, name: try DomainName("a.example"), class: .block, action: block, at: place)
        #expect(builder.compile().reference(0).list == "65535")
    }
}

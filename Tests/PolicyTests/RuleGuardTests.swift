import DNS
import Testing

@testable import Policy

/// Conditions on client and time: what holds, what does not, and what nobody knows.
struct RuleGuardTests {
    private static let network = ClientTrait.range(AddressRange("192.0.2.0/24") ?? AddressRange.loopback[0])
    private static let inside = Client(address: IPAddress("192.0.2.7"))
    private static let outside = Client(address: IPAddress("198.51.100.1"), names: ["kids"], tags: ["pc"])
    private static let nameless = Client(address: nil, names: ["kids"])

    private static let cases: [(RuleGuard, QueryContext, Truth)] = [
        (.none, .unknown, .yes),
        (RuleGuard(clients: [ClientCondition(anyOf: [network])]), .unknown, .unknown),
        (RuleGuard(clients: [ClientCondition(anyOf: [network])]), QueryContext(client: inside), .yes),
        (RuleGuard(clients: [ClientCondition(anyOf: [network])]), QueryContext(client: outside), .no),
        (RuleGuard(clients: [ClientCondition(anyOf: [network])]), QueryContext(client: nameless), .unknown),
        (RuleGuard(clients: [ClientCondition(anyOf: [network, .name("kids")])]), QueryContext(client: nameless), .yes),
        (RuleGuard(clients: [ClientCondition(anyOf: [.name("Kids")])]), QueryContext(client: nameless), .no),
        (RuleGuard(clients: [ClientCondition(noneOf: [network])]), QueryContext(client: outside), .yes),
        (RuleGuard(clients: [ClientCondition(noneOf: [network])]), QueryContext(client: inside), .no),
        (RuleGuard(clients: [ClientCondition(noneOf: [.tag("pc")])]), QueryContext(client: outside), .no),
        (
            RuleGuard(clients: [ClientCondition(anyOf: [.tag("tv")]), ClientCondition(noneOf: [network])]),
            QueryContext(client: nameless), .no
        ),
        (
            RuleGuard(clients: [ClientCondition(anyOf: [.tag("tv")], orNoneOf: [network, .tag("pc")])]),
            QueryContext(client: inside), .no
        ),
        (
            RuleGuard(clients: [ClientCondition(anyOf: [.tag("tv")], orNoneOf: [network])]),
            QueryContext(client: outside), .yes
        ),
        (table([(network, true), (.name("kids"), false)], false), QueryContext(client: inside), .yes),
        (table([(network, true), (.name("kids"), false)], true), QueryContext(client: outside), .no),
        (table([(network, true), (.name("kids"), false)], true), QueryContext(client: nameless), .unknown),
        (table([(network, true), (.name("kids"), true)], false), QueryContext(client: nameless), .yes),
        (table([(.name("tv"), true)], false), QueryContext(client: nameless), .no),
        (table([(.name("tv"), true)], true), .unknown, .yes), (table([(network, false)], false), .unknown, .no),
        (table([(network, true)], true), QueryContext(client: nameless), .yes),
        (table([(network, false)], true), QueryContext(client: nameless), .unknown),
        (table([], true, isOpen: true), .unknown, .yes), (table([], false, isOpen: true), .unknown, .no),
        (table([], true, isOpen: true), QueryContext(client: inside), .unknown),
        (table([(network, false)], true, isOpen: true), QueryContext(client: inside), .no),
        (RuleGuard(minutes: [60..<120]), .unknown, .unknown),
        (RuleGuard(minutes: [60..<120]), QueryContext(minuteOfWeek: 60), .yes),
        (RuleGuard(minutes: [60..<120]), QueryContext(minuteOfWeek: 120), .no),
        (
            RuleGuard(clients: [ClientCondition(anyOf: [network])], minutes: [60..<120]),
            QueryContext(client: outside), .no
        ),
        (
            RuleGuard(clients: [ClientCondition(anyOf: [network])], minutes: [60..<120]),
            QueryContext(client: inside), .unknown
        ),
        (RuleGuard(minutes: [0..<90]).and(RuleGuard(minutes: [60..<120])), QueryContext(minuteOfWeek: 30), .no),
        (RuleGuard(minutes: [0..<90]).and(RuleGuard(minutes: [60..<120])), QueryContext(minuteOfWeek: 70), .yes),
    ]

    private static func table(
        _ entries: [(ClientTrait, Bool)],
        _ otherwise: Bool,
        isOpen: Bool = false
    ) -> RuleGuard {
        let entries = entries.map { ClientTable.Entry($0.0, counts: $0.1) }
        return RuleGuard(clients: [ClientCondition(ClientTable(entries, otherwise: otherwise, isOpen: isOpen))])
    }

    @Test(arguments: [
        ("a.example", "a.example", Truth.no), ("a.example", "A.EXAMPLE", .no), ("a.example", "example", .no),
        ("a.example", ".", .no), (".", ".", .no), (".", "a", .yes), ("a.example", "b.a.example", .yes),
        ("xa.example", "a.example", .yes), ("a.example", "b.example", .yes), ("b\\007example", "example", .yes),
    ])
    func excludedNames(name: String, excluded: String, expected: Truth) throws {
        let rule = RuleGuard(excluded: [try DomainName("other.test"), try DomainName(excluded)])
        #expect(rule.holds(NameBuffer(try DomainName(name)), .unknown) == expected)
    }

    @Test func holds() throws {
        let name = NameBuffer(try DomainName("a.example"))
        for (index, (rule, context, expected)) in Self.cases.enumerated() {
            #expect(rule.holds(name, context) == expected, "case \(index)")
        }
    }

    /// What could not be kept holds for nobody for certain, but where the rest says no.
    @Test func unknowableIsNeverCertain() throws {
        let name = NameBuffer(try DomainName("a.example"))
        let everything = QueryContext(client: Self.inside, minuteOfWeek: 70)
        #expect(RuleGuard.unknowable.holds(name, everything) == .unknown)
        #expect(RuleGuard.unknowable.and(RuleGuard(minutes: [60..<120])).holds(name, everything) == .unknown)
        #expect(RuleGuard(minutes: [0..<60]).and(.unknowable).holds(name, everything) == .no)
        #expect(!RuleGuard.unknowable.description.isEmpty)
    }

    /// An engine whose order asks no conditions has no rules with them; they are counted, not made unconditional.
    @Test(arguments: [Engine.bindRPZ, .unbound, .squidGuard])
    func conditionsThatNobodyAsksForAreCounted(engine: Engine) throws {
        var builder = try #require(LayerBuilder(engine: engine))
        let condition = RuleGuard(clients: [ClientCondition(anyOf: [Self.network])])
        builder.beginList(ListSource(path: "a", format: "x", role: .block, octets: []), guard: condition)
        let ruleClass = try #require(engine.profile.precedence.first)
        let place = RulePosition(line: 1, offset: 0, length: 0)
        let action = builder.intern(.nxdomain)
        builder.add(.exact, name: try DomainName("a.example"), class: ruleClass, action: action, at: place)
        builder.add(.answer, AddressRange.loopback[0], class: ruleClass, action: action, at: place)
        let layer = builder.compile()
        #expect(layer.ruleCount == 0)
        #expect(layer.unsupportedCount == 2)
    }

    /// A rule that may count decides nothing, unless a stronger one does; a weaker one does not hide it.
    @Test func doubtIsUnsupported() throws {
        var builder = try #require(LayerBuilder(engine: .adguardHome))
        builder.beginList(ListSource(path: "a", format: "adblock", role: .block, octets: []))
        let place = RulePosition(line: 1, offset: 0, length: 0)
        let guarded = builder.intern(RuleGuard(clients: [ClientCondition(anyOf: [Self.network])]))
        let block = builder.intern(.block)
        let allow = builder.intern(.allow)
        builder.add(
            .subtree,
            name: try DomainName("a.example"),
            class: .block,
            action: block,
            guard: guarded,
            at: place
        )
        builder.add(
            .subtree,
            name: try DomainName("b.example"),
            class: .block,
            action: block,
            guard: guarded,
            at: place
        )
        builder.add(.subtree, name: try DomainName("b.example"), class: .ruleAllow, action: allow, at: place)
        builder.add(.subtree, name: try DomainName("c.example"), class: .block, action: block, at: place)
        builder.add(
            .subtree,
            name: try DomainName("c.example"),
            class: .ruleAllow,
            action: allow,
            guard: guarded,
            at: place
        )
        let layer = builder.compile()
        func kind(_ name: String, _ client: Client?) throws -> VerdictKind {
            layer.decide(NameBuffer(try DomainName(name)), type: .a, context: QueryContext(client: client)).kind
        }
        #expect(try kind("a.example", nil) == .unsupported)
        #expect(try kind("a.example", Self.inside) == .sinkhole)
        #expect(try kind("a.example", Self.outside) == .pass)
        #expect(try kind("b.example", nil) == .pass)
        #expect(try kind("c.example", nil) == .unsupported)
        #expect(try kind("c.example", Self.outside) == .sinkhole)
        #expect(try kind("c.example", Self.inside) == .pass)
    }
}

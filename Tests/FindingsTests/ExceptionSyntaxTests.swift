import Catalog
import DNS
import FindingSupport
import Findings
import Testing

@testable import Policy

/// What a finding proposes must work: the proposed line is added to the list, and the name must pass then.
@Suite struct ExceptionSyntaxTests {
    static let asked = "www.update.example"
    static let zone = "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n"

    static func finding(_ engine: Engine, _ list: String, alias: String?) throws -> Finding {
        let stack = try Samples.stack(engine, list)
        let name = try Samples.name(asked)
        let chain = try alias.map { [try Samples.edge("\(asked)>\($0)")] } ?? []
        let decision = stack.decision(name, type: .a, over: [chain])
        return Finding(
            rule: decision.rule,
            name: name,
            outcomes: [TypeOutcome(type: .a, kind: decision.verdict.kind)],
            verdict: decision.verdict,
            evidence: decision.evidence,
            chain: decision.chain
        )
    }

    @Test(arguments: [
        (Engine.adguardHome, "||update.example^", nil, "@@||www.update.example^$important"),
        (.adguardHome, "||update.example^$important", nil, "@@||www.update.example^$important"),
        (.adguardHome, "||cdn.example^", "a.cdn.example", "@@||a.cdn.example^$important"),
        (.bindRPZ, zone + "*.update.example CNAME .", nil, "www.update.example CNAME rpz-passthru."),
        (.unboundRPZ, zone + "*.update.example CNAME .", nil, "www.update.example CNAME rpz-passthru."),
        (.bindRPZ, zone + "*.cdn.example CNAME .", "a.cdn.example", "a.cdn.example CNAME rpz-passthru."),
        (
            .unbound, "local-zone: \"update.example\" always_nxdomain", nil,
            "local-zone: \"www.update.example.\" always_transparent"
        ),
        (
            .dnsdist, "addAction('update.example', DropAction())", nil,
            "addAction(QNameRule(\"www.update.example\"), AllowAction()); mvRuleToTop()"
        ),
        (.dnsmasq, "address=/update.example/", nil, "server=/www.update.example/#"),
        (.dnsmasq, "local=/update.example/", nil, "server=/www.update.example/#"),
    ])
    func theLineLetsTheNamePass(engine: Engine, list: String, alias: String?, expected: String) throws {
        let finding = try Self.finding(engine, list, alias: alias)
        try #require(!finding.verdict.kind.isPass)
        #expect(finding.fixes == [Fix(engine: engine, text: expected)])
        let mended = try Self.finding(engine, "\(list)\n\(expected)", alias: alias)
        #expect(mended.verdict.kind.isPass, "\(mended.verdict.kind) with \(expected)")
    }

    /// A second line for the very same name is refused, or loses.
    @Test(
        arguments: [
            (Engine.bindRPZ, zone + "www.update.example CNAME .", nil, 4),
            (.unbound, "local-zone: \"www.update.example\" always_nxdomain", nil, 1),
            (.unbound, "local-zone: \"x.example\" static\nlocal-zone: WWW.Update.Example. always_nxdomain", nil, 2),
            (.dnsmasq, "address=/www.update.example/", nil, 1), (.dnsmasq, "0.0.0.0 www.update.example", nil, 1),
            (.bindRPZ, zone + "a.cdn.example CNAME .", "a.cdn.example", 4),
        ] as [(Engine, String, String?, Int)]
    )
    func aRuleForTheVeryNameIsToBeRemoved(engine: Engine, list: String, alias: String?, line: Int) throws {
        let finding = try Self.finding(engine, list, alias: alias)
        try #require(!finding.verdict.kind.isPass)
        #expect(finding.fixes.map(\.text) == ["remove line \(line) of list.txt"])
    }

    @Test(arguments: [
        // Allow lists that are asked about the name alone: the alias would not help.
        (Engine.pihole, "0.0.0.0 a.cdn.example", "a.cdn.example", "pihole allow www.update.example"),
        (.dnscryptProxy, "cdn.example", "a.cdn.example", "allowed-names: =www.update.example"),
        // Lists that are asked about every alias.
        (.blocky, "*.cdn.example\n*.x.example", "a.cdn.example", "allowlists: a.cdn.example"),
    ])
    func otherEnginesHaveListsOfTheirOwn(engine: Engine, list: String, alias: String, expected: String) throws {
        let finding = try Self.finding(engine, list, alias: alias)
        try #require(!finding.verdict.kind.isPass)
        #expect(finding.fixes.map(\.text) == [expected])
    }

    @Test func everyEngineHasAFixAndCaseIsFolded() throws {
        for engine in Engine.allCases {
            let rule = RuleReference(engine: engine, list: "l", line: 7, text: "x", ruleClass: .zone)
            let matched = MatchedRule(element: try DomainName("A.Example"), relation: .qname, layer: 0, rule: rule)
            let finding = Finding(
                rule: .blockedName,
                name: try DomainName("A.Example"),
                outcomes: [TypeOutcome(type: .a, kind: .nxdomain)],
                verdict: Verdict(kind: .nxdomain, matched: matched),
                evidence: .proven
            )
            #expect(finding.fixes.count == 1)
            #expect(finding.fixes.allSatisfy { $0.engine == engine && ($0.text.contains("a.example") || $0.isRemoval) })
            #expect(finding.owner == "maintainer of l")
        }
    }

    @Test func whatPassesNeedsNoFix() throws {
        #expect(try Self.finding(.adguardHome, "||other.example^", alias: nil).fixes.isEmpty)
    }

    /// A name that was made up for a pattern is never named: the exception is about the pattern, and lets every name of it pass.
    @Test(
        arguments: [
            (Engine.adguardHome, "||update.example^", "@@||www.update.example^$important"),
            (.bindRPZ, zone + "*.update.example CNAME .", "*.www.update.example CNAME rpz-passthru."),
            (.bindRPZ, zone + "*.www.update.example CNAME .", "remove line 4 of list.txt"),
            (
                .unbound, "local-zone: \"update.example\" always_nxdomain",
                "local-zone: \"www.update.example.\" always_transparent"
            ),
            (.unbound, "local-zone: \"www.update.example\" always_nxdomain", "remove line 1 of list.txt"),
            (.dnsmasq, "address=/update.example/", "server=/www.update.example/#"),
            (
                .dnsdist, "addAction('update.example', DropAction())",
                "addAction(\"www.update.example\", AllowAction()); mvRuleToTop()"
            ),
            (.dnscryptProxy, "*.update.example", "allowed-names: *.www.update.example"),
            (.blocky, "*.update.example\n*.x.example", "allowlists: *.www.update.example"),
            (.technitium, "update.example\nx.example", "allowed zone: www.update.example"),
        ] as [(Engine, String, String)]
    )
    func aMadeUpNameStandsForItsPattern(engine: Engine, list: String, expected: String) throws {
        func finding(_ list: String, _ name: String) throws -> Finding {
            let name = try Samples.name(name)
            let decision = try Samples.stack(engine, list).decision(name, type: .a, over: [])
            return Finding(
                rule: decision.rule,
                name: name,
                outcomes: [TypeOutcome(type: .a, kind: decision.verdict.kind)],
                verdict: decision.verdict,
                evidence: decision.evidence,
                endpoint: try Samples.endpoint("*.www.update.example"),
                origin: .synthesised
            )
        }
        let found = try finding(list, "patchway-probe.www.update.example")
        try #require(!found.verdict.kind.isPass)
        #expect(found.fixes.map(\.text) == [expected])
        guard [.adguardHome, .bindRPZ, .unbound, .dnsmasq, .dnsdist].contains(engine), !expected.hasPrefix("remove")
        else { return }
        for name in ["real.www.update.example", "a.b.www.update.example"] {
            #expect(try finding("\(list)\n\(expected)", name).verdict.kind.isPass, "\(name) with \(expected)")
        }
    }

    @Test func whatIsNotDecidedHasNoException() throws {
        let finding = try Self.finding(.bindRPZ, "$TTL 60\n@ SOA a. b. 1 2 3 4 5\nwww.x.example CNAME .", alias: nil)
        #expect(finding.verdict.kind == .unsupported)
        #expect(finding.fixes.isEmpty)
    }
}

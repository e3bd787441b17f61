import Audit
import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import Testing

/// One line a finding: rule, evidence, name, broken types by verdict, passing types, chain.
private func described(_ finding: Finding) -> String {
    let outcomes = finding.outcomes.map { "\($0.type)=\($0.kind)" }.joined(separator: " ")
    let chain = finding.chain.map { " >\($0.target)" }.joined()
    return "\(finding.rule.rawValue) \(finding.evidence.rawValue) \(finding.name) \(outcomes)\(chain)"
}

private func audit(
    _ engine: Engine,
    _ list: String,
    names: [String] = ["www.update.example"],
    edges: [String] = []
) throws -> [Finding] {
    let catalog = try Samples.catalog([try Samples.endpoint("*.update.example")], hosts: names, edges: edges)
    let auditor = Auditor(names: AuditName.all(of: catalog), chains: catalog.chains)
    return auditor.audit(try Samples.stack(engine, list)).findings
}

@Suite struct AuditorTests {
    @Test(arguments: [
        // The name itself.
        (
            Engine.pihole, "0.0.0.0 www.update.example",
            ["blocked-name proven www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata"]
        ),
        (
            .adguardHome, "||update.example^",
            ["blocked-name proven www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata"]
        ),
        // dnsmasq answers the address's own family only.
        (
            .dnsmasq, "address=/update.example/0.0.0.0\naddress=/x.example/::",
            ["blocked-name proven www.update.example A=sinkhole AAAA=pass HTTPS=pass"]
        ),
        (
            .dnsmasq, "0.0.0.0 www.update.example",
            ["blocked-name proven www.update.example A=sinkhole AAAA=pass HTTPS=pass"]
        ),
        // One type only.
        (
            .adguardHome, "||update.example^$dnstype=AAAA",
            ["blocked-name proven www.update.example AAAA=sinkhole A=pass HTTPS=pass"]
        ),
        // A rule that exempts.
        (.adguardHome, "||update.example^\n@@||www.update.example^", []),
        (
            .bindRPZ,
            "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n*.update.example CNAME .\nwww.update.example CNAME rpz-passthru.",
            []
        ),
        // Nothing to do with it: no suffix on a label boundary.
        (.adguardHome, "||pdate.example^\n||www.update.example.net^", []),
    ])
    func theNameItself(engine: Engine, list: String, expected: [String]) throws {
        #expect(try audit(engine, list).map(described) == expected)
    }

    @Test(arguments: [
        // A seen alias is strong, an inferred one weak.
        (
            "www.update.example>cdn.example",
            ["blocked-alias strong www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata >cdn.example"]
        ),
        (
            "www.update.example?cdn.example",
            ["blocked-alias weak www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata >cdn.example"]
        ),
        // Only as far as the element that matched.
        (
            "www.update.example>cdn.example cdn.example>end.example",
            ["blocked-alias strong www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata >cdn.example"]
        ),
        (
            "www.update.example?mid.example mid.example>cdn.example",
            ["blocked-alias weak www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata >mid.example >cdn.example"]
        ),
        // Of two chains the one that breaks counts, wherever it stands.
        (
            "www.update.example>good.example www.update.example>cdn.example",
            ["blocked-alias strong www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata >cdn.example"]
        ),
        (
            "www.update.example>cdn.example www.update.example>good.example",
            ["blocked-alias strong www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata >cdn.example"]
        ),
        // Of two that break the one that was seen.
        (
            "www.update.example?a.cdn.example www.update.example>b.cdn.example",
            ["blocked-alias strong www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata >b.cdn.example"]
        ),
        ("www.update.example>good.example", []),
        // A loop ends.
        ("www.update.example>good.example good.example>www.update.example", []),
    ])
    func aliases(edges: String, expected: [String]) throws {
        let found = try audit(
            .adguardHome,
            "||cdn.example^",
            edges: edges.split(separator: " ").map(String.init)
        )
        #expect(found.map(described) == expected)
    }

    @Test func anAllowedNameIsNotLookedAtThroughItsAliases() throws {
        let list = "||cdn.example^\n@@||www.update.example^"
        #expect(try audit(.adguardHome, list, edges: ["www.update.example>cdn.example"]).isEmpty)
    }

    @Test func anEngineThatDoesNotLookAtAliasesBreaksNothingThroughThem() throws {
        let edges = ["www.update.example>cdn.example"]
        #expect(try audit(.dnsmasq, "address=/cdn.example/", edges: edges).isEmpty)
    }

    @Test func aNameHitByTwoRulesIsTwoFindings() throws {
        let list = "||update.example^$dnstype=A\n||www.update.example^$dnstype=AAAA"
        let found = try audit(.adguardHome, list)
        #expect(
            found.map(described) == [
                "blocked-name proven www.update.example A=sinkhole HTTPS=pass",
                "blocked-name proven www.update.example AAAA=sinkhole HTTPS=pass",
            ]
        )
        #expect(found.map { $0.verdict.matched?.rule.line } == [1, 2])
    }

    @Test func whatAnEngineMayDoIsUndecidedAndNeverFine() throws {
        // Nobody says who asks.
        let list = "||cdn.example^$client=192.0.2.1\n||other.example^"
        let found = try audit(.adguardHome, list, edges: ["www.update.example>cdn.example"])
        #expect(found.map(\.rule) == [.undecided])
        #expect(found.map(\.evidence) == [.weak])
        #expect(found.allSatisfy { $0.verdict.note?.isEmpty == false && $0.clientErrors.isEmpty })
    }

    @Test func aDecidedChainCountsBeforeAnUndecidedOne() throws {
        let stack = CompiledStack(layers: [
            try Samples.layer(.adguardHome, "||maybe.example^$client=192.0.2.1\n||other.example^", path: "one"),
            try Samples.layer(.adguardHome, "||surely.example^", path: "two"),
        ])
        let name = try Samples.name("www.update.example")
        let maybe = [try Samples.edge("www.update.example>maybe.example")]
        let surely = [try Samples.edge("www.update.example?surely.example")]
        for chains in [[maybe, surely], [surely, maybe]] {
            let decision = stack.decision(name, type: .a, over: chains)
            #expect(decision.rule == .blockedAlias)
            #expect(decision.verdict.matched?.rule.list == "two")
            #expect(decision.evidence == .weak)
        }
    }

    @Test func namesOfACatalogComeWithTheirEndpoints() throws {
        let catalog = try Samples.catalog(
            [try Samples.endpoint("*.update.example"), try Samples.endpoint("one.example", severity: .critical)],
            hosts: ["seen.update.example", "unrelated.example"]
        )
        let names = AuditName.all(of: catalog)
        #expect(names.map(\.name.description).sorted() == ["one.example", "seen.update.example"])
        #expect(names.allSatisfy { $0.endpoint?.pattern.matches($0.name) == true })
    }

    @Test func layersOfAStackAreAskedInOrder() throws {
        let stack = CompiledStack(layers: [
            try Samples.layer(.adguardHome, "||other.example^", path: "near"),
            try Samples.layer(.pihole, "0.0.0.0 www.update.example", path: "far"),
        ])
        let catalog = try Samples.catalog([try Samples.endpoint("www.update.example")])
        let found = Auditor(names: AuditName.all(of: catalog), chains: catalog.chains).audit(stack).findings
        #expect(found.map { $0.verdict.matched?.rule.list } == ["far"])
        #expect(found.map { $0.verdict.matched?.layer } == [1])
    }

    /// Rules below a documented wildcard that are about no known name.
    @Test(arguments: [
        (
            Engine.adguardHome, "||foo.update.example^",
            ["blocked-wildcard weak foo.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata"]
        ),
        (
            .pihole, "0.0.0.0 a.b.update.example\n0.0.0.0 FOO.update.EXAMPLE",
            [
                "blocked-wildcard weak a.b.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata",
                "blocked-wildcard weak foo.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata",
            ]
        ),
        (
            .dnsmasq, "address=/foo.update.example/0.0.0.0",
            ["blocked-wildcard weak foo.update.example A=sinkhole AAAA=pass HTTPS=pass"]
        ),
        // A rule about what lies below is asked about a name below.
        (
            .bindRPZ, "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n*.foo.update.example CNAME .",
            ["blocked-wildcard weak patchway-probe.foo.update.example A=nxdomain AAAA=nxdomain HTTPS=nxdomain"]
        ),
        // A pattern that ends below it.
        (
            .adguardHome, "||foo*.update.example^",
            ["blocked-wildcard weak foopatchway-probe.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata"]
        ),
        // Regular expressions are tried on names that are made up.
        (
            .adguardHome, "/^[0-9]+\\.update\\.example$/",
            ["blocked-wildcard weak 0123456789.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata"]
        ),
        (
            .adguardHome, "/probe\\.update\\.example$/",
            ["blocked-wildcard weak patchway-probe.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata"]
        ),
        (.adguardHome, "/^x[0-9]\\.update\\.example$/", []),
        // Nobody asks for a name with a star in it, where the engine takes it for one.
        (.unbound, "local-zone: \"*.update.example\" always_nxdomain", []),
        // What breaks known names is said of these alone.
        (
            .adguardHome, "||update.example^",
            ["blocked-name proven www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata"]
        ),
        (
            .adguardHome, "||example^\n||foo.update.example^",
            [
                "blocked-name proven www.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata",
                "blocked-wildcard weak foo.update.example A=sinkhole AAAA=sinkhole HTTPS=nodata",
            ]
        ),
        // What another rule lets pass, and what is not below it.
        (.adguardHome, "||foo.update.example^\n@@||foo.update.example^", []),
        (
            .adguardHome,
            "||fooupdate.example^\n||update.example.net^\n||update.example.foo.example^\n||foo.update.example.com^",
            []
        ),
        // A rule that is not evaluated.
        (
            .adguardHome, "||foo.update.example^$client=x",
            ["undecided weak foo.update.example A=unsupported AAAA=unsupported HTTPS=unsupported"]
        ),
    ])
    func belowWildcards(engine: Engine, list: String, expected: [String]) throws {
        let catalog = try Samples.catalog([try Samples.endpoint("*.update.example")], hosts: ["www.update.example"])
        let names = AuditName.all(of: catalog)
        let stack = try Samples.stack(engine, list)
        let found = Auditor(names: names, chains: catalog.chains, wildcards: catalog).audit(stack).findings
        #expect(Set(found.map(described)) == Set(expected))
        // Names of the user's own are all that is asked then.
        let alone = Auditor(names: names, chains: catalog.chains).audit(stack).findings
        #expect(alone.allSatisfy { $0.name == names[0].name })
    }
}

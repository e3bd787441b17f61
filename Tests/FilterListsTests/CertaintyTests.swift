import DNS
import FilterLists
import Policy
import Testing

/// What is certain of a stack one of whose layers is open.
@Suite struct CertaintyTests {
    private static func layer(_ engine: Engine, _ format: ListFormat, _ text: String) throws -> CompiledLayer {
        let list = ListInput(path: "\(engine.rawValue).txt", format: format, octets: Array((text + "\n").utf8))
        return try LayerLoader.load([list], engine: engine).layer
    }

    private static func verdict(
        _ layers: [(Engine, ListFormat, String)],
        _ name: String = "ads.example",
        chain: [String] = []
    ) throws -> Verdict {
        let stack = CompiledStack(layers: try layers.map { try layer($0.0, $0.1, $0.2) })
        return stack.verdict(try DomainName(name), type: .a, chain: try chain.map { try DomainName($0) })
    }

    private static let open = (Engine.pihole, ListFormat.regex, "^(a)d*s*\\1?")
    private static let zone = (
        Engine.bindRPZ, ListFormat.rpz,
        "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\nads.example CNAME .\nt.example CNAME ."
    )

    @Test(arguments: [
        // A layer behind blocks it whatever the first one does; not where that sends it elsewhere or answers it.
        ([open, zone], VerdictKind.nxdomain), ([zone, open], .nxdomain),
        ([(Engine.dnsdist, ListFormat.dnsdist, "addAction(RE2Rule('ads.*'), RCodeAction(5))"), zone], .nxdomain),
        ([(.dnsdist, .dnsdist, "addAction(RE2Rule('ads.*'), PoolAction('p'))"), zone], .unsupported),
        ([(.dnsdist, .dnsdist, "addAction(RE2Rule('ads.*'), SpoofAction('192.0.2.1'))"), zone], .unsupported),
        ([(.dnsdist, .dnsdist, "addAction(LuaRule(f), RCodeAction(5))"), zone], .unsupported),
        ([(.adguardHome, .adblock, "||ads.example^$client=192.0.2.1"), zone], .nxdomain),
        ([(.adguardHome, .adblock, "@@||ads.example^$client=192.0.2.1\n||example^"), zone], .nxdomain),
        ([(.adguardHome, .adblock, "||ads.example^$client=192.0.2.1,dnsrewrite=192.0.2.9"), zone], .unsupported),
        // One layer that is open behind another, and nothing behind that is certain.
        ([open, (.adguardHome, .adblock, "||ads.example^$client=192.0.2.1"), zone], .nxdomain),
        ([open, (.adguardHome, .adblock, "||ads.example^$client=192.0.2.1")], .unsupported),
        ([open, (.dnsmasq, .dnsmasq, "address=/ads.example/192.0.2.9"), zone], .unsupported),
        ([open, (.dnsmasq, .dnsmasq, "server=/ads.example/192.0.2.9"), zone], .unsupported),
    ])
    func names(layers: [(Engine, ListFormat, String)], kind: VerdictKind) throws {
        let verdict = try Self.verdict(layers)
        #expect(verdict.kind == kind)
        guard kind != .unsupported else { return }
        #expect(
            verdict.matched?.rule.engine == .bindRPZ
                && verdict.matched?.layer == (layers[0].0 == .bindRPZ ? 0 : layers.count - 1)
        )
        guard layers[0].0 != .bindRPZ else { return #expect(verdict.note == nil) }
        let note = try #require(verdict.note)
        #expect(
            note.contains("layer \(layers.count) blocks it for certain; layer 1 (\(layers[0].0.rawValue)) is open"),
            "\(note)"
        )
    }

    @Test(arguments: [
        ([open, zone], "axe.example", ["t.example"], VerdictKind.nxdomain),
        ([open, zone], "axe.example", ["shop.example"], .unsupported),
        // The first layer may let it pass, and its aliases with it.
        ([(Engine.pihole, ListFormat.regex, "^(a)\\1?\n^t")], "axe.example", ["t.example"], .unsupported),
        (
            [(.dnsdist, .dnsdist, "addAction(RE2Rule('axe.*'), PoolAction('p'))"), zone], "axe.example", ["t.example"],
            .unsupported
        ),
        // The innermost layer is open about the alias, the outer one is not.
        ([(.pihole, .regex, "^a"), open], "shop.example", ["ads.example"], .sinkhole),
    ])
    func aliases(layers: [(Engine, ListFormat, String)], name: String, chain: [String], kind: VerdictKind) throws {
        let verdict = try Self.verdict(layers, name, chain: chain)
        #expect(verdict.kind == kind)
        #expect((verdict.note?.contains("is open") ?? false) == (kind != .unsupported))
    }
}

import DNS
import FilterLists
import Policy
import TestSupport
import Testing

/// A stack decides as its layers do, asked one after the other, however much it leaves out.
struct StackTests {
    private static let engines: [Engine] = [
        .pihole, .adguardHome, .blocky, .technitium, .dnscryptProxy, .dnsmasq, .unbound, .dnsdist, .bindRPZ,
        .unboundRPZ,
        .pdnsRPZ, .knotRPZ,
    ]

    private static func layers(_ lists: inout RandomLists, _ generator: inout SeededGenerator) throws -> [CompiledLayer]
    {
        try (0..<Int.random(in: 2...9, using: &generator)).map { _ in
            let engine = engines.randomElement(using: &generator) ?? .pihole
            // Few rules, so that many names meet none in some layers.
            let count = Int.random(in: 1...20, using: &generator)
            if engine == .dnsmasq, Bool.random(using: &generator) { return try hosts() }
            if Int.random(in: 0..<4, using: &generator) == 0 { return try withClients(&generator) }
            return try LayerLoader.load(lists.inputs(engine, count), engine: engine, mayBeEmpty: true).layer
        }
    }

    /// Addresses that have names are names of their own.
    private static func hosts() throws -> CompiledLayer {
        let text = "192.0.2.9 host.alpha.example\n192.0.2.7 www.beta.example\n"
        let list = ListInput(path: "hosts", format: .hosts, octets: Array(text.utf8))
        return try LayerLoader.load([list], engine: .dnsmasq).layer
    }

    /// A layer whose rules count for some clients.
    private static func withClients(_ generator: inout SeededGenerator) throws -> CompiledLayer {
        let lists: [(Engine, ListFormat, String)] = [
            (
                .unbound, .unbound,
                """
                server:
                define-tag: "t"
                access-control: 192.0.2.0/30 refuse
                access-control: 192.0.2.4/30 deny
                access-control-view: 192.0.2.8/30 v
                access-control-tag: 192.0.2.12/30 "t"
                local-zone: beta.example static
                local-zone-tag: beta.example "t"
                view:
                name: v
                local-zone: alpha.example always_nxdomain
                """
            ),
            (
                .bindRPZ, .rpz,
                """
                $TTL 60
                @ SOA a. b. 1 2 3 4 5
                @ NS a.
                @ NS a.
                32.5.2.0.192.rpz-client-ip CNAME .
                30.8.2.0.192.rpz-client-ip CNAME rpz-passthru.
                www.alpha.example CNAME .
                """
            ),
            (.adguardHome, .adblock, "||alpha.example^$client=192.0.2.5\n@@||beta.example^$client=192.0.2.9"),
            (
                .squid, .squidConfiguration,
                "acl us src 192.0.2.8/30\nacl bad dstdomain .alpha.example\nhttp_access deny bad us\nhttp_access allow all"
            ),
        ]
        guard let (engine, format, text) = lists.randomElement(using: &generator) else { throw TestFailure() }
        let input = ListInput(path: "clients", format: format, octets: Array((text + "\n").utf8))
        return try LayerLoader.load([input], engine: engine).layer
    }

    private struct TestFailure: Error {}

    private static func oneAfterTheOther(
        _ layers: [CompiledLayer],
        _ name: borrowing NameBuffer,
        _ type: RRType,
        _ context: borrowing QueryContext
    ) -> Decision {
        var result = Decision.pass
        var truncation: Decision?
        for (number, layer) in layers.enumerated() {
            var decision = layer.decide(name, type: type, context: context, index: UInt8(number))
            let before = CompiledStack(layers: Array(layers[..<number]))
            if decision.kind == .nxdomain, before.layerTurningDenial(of: name, context: context, after: .pass) != nil {
                decision.kind = .unsupported
            }
            if decision.kind == .truncate {
                truncation = truncation ?? decision
            } else if decision.kind != .pass {
                decision.exempt = result.exempt
                return decision
            } else {
                if decision.hasRule, !result.hasRule { (result.layer, result.rule) = (decision.layer, decision.rule) }
                result.exempt |= decision.exempt
            }
        }
        truncation?.exempt = result.exempt
        return truncation ?? result
    }

    private static func question(_ lists: inout RandomLists, _ generator: inout SeededGenerator) -> DomainName? {
        let text = lists.question()
        switch Int.random(in: 0...9, using: &generator) {
        case 0: return try? DomainName("_esni." + text)
        case 1:
            return try? DomainName(String(repeating: "a.", count: Int.random(in: 20...40, using: &generator)) + text)
        case 2: return try? DomainName("a\\.b\\032c." + text)
        case 3: return try? DomainName("9.2.0.192.in-addr.arpa")
        case 4: return try? DomainName("7.2.0.192.in-addr.arpa")
        case 5: return try? DomainName(["wsus.corp", "a.test", "b.home.arpa"].randomElement(using: &generator) ?? "")
        default: return try? DomainName(text)
        }
    }

    @Test(arguments: 0..<12) func decidesAsItsLayersDo(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var lists = RandomLists(seed: seed)
        var kinds: Set<VerdictKind> = []
        for _ in 0..<12 {
            let layers = try Self.layers(&lists, &generator)
            let stack = CompiledStack(layers: layers)
            var batch = NameBatch()
            var asked: [(type: RRType, context: QueryContext, expected: Decision)] = []
            for _ in 0..<48 {
                guard let name = Self.question(&lists, &generator) else { continue }
                let type = [RRType.a, .aaaa, .https, .txt, .ptr, .ds, .any].randomElement(using: &generator) ?? .a
                let client = IPAddress("192.0.2.\(Int.random(in: 0..<24, using: &generator))")
                let context = QueryContext(
                    client: Bool.random(using: &generator) ? client.map { Client(address: $0) } : nil
                )
                let buffer = NameBuffer(name)
                let expected = Self.oneAfterTheOther(layers, buffer, type, context)
                let decided = stack.decide(buffer, type: type, context: context)
                if expected.kind == .unsupported, decided != expected {
                    // What is certain although a layer in front is open.
                    let own = layers[Int(decided.layer)].decide(
                        buffer,
                        type: type,
                        context: context,
                        index: decided.layer
                    )
                    #expect(own.kind == decided.kind && own.rule == decided.rule && decided.layer > expected.layer)
                    #expect([.nxdomain, .nodata, .sinkhole, .refused, .drop, .servfail].contains(decided.kind))
                    continue
                }
                #expect(decided == expected, "\(name) \(type)")
                batch.append { $0.fill(name) }
                asked.append((type, context, expected))
                kinds.insert(expected.kind)
                guard batch.isFull else { continue }
                stack.prefetch(&batch)
                for (place, query) in asked.enumerated() {
                    let decision = batch.with(place) {
                        stack.decide($0, $1, type: query.type, context: query.context)
                    }
                    #expect(decision == query.expected, "place \(place) of a batch")
                }
                batch.removeAll()
                asked = []
            }
        }
        #expect(kinds.isSuperset(of: [.pass, .nxdomain, .sinkhole, .refused, .unsupported]))
    }

    /// The name stopped at a zone, so the layers behind were never asked what the earlier zone's rule about addresses would see.
    @Test func anAddressThatLetsANamePassSaysNothingAboutLayersBehind() throws {
        let zones = ["32.53.2.0.192.rpz-ip CNAME rpz-passthru.", "ads.example CNAME ."].enumerated().map {
            place,
            record in
            let text = "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n\(record)\n"
            return ListInput(path: "z\(place)", format: .rpz, octets: Array(text.utf8))
        }
        let bind = try LayerLoader.load(zones, engine: .bindRPZ).layer
        let list = ListInput(path: "names", format: .domains, octets: Array("ads.example\n".utf8))
        let pihole = try LayerLoader.load([list], engine: .pihole).layer
        let (name, address) = (try DomainName("ads.example"), try #require(IPAddress("192.0.2.53")))
        let alone = CompiledStack(layers: [bind]).verdict(name, type: .a, addresses: [address])
        #expect(alone.kind == .pass && alone.matched?.relation == .address)
        #expect(CompiledStack(layers: [pihole, bind]).verdict(name, type: .a, addresses: [address]).kind == .sinkhole)
        #expect(
            CompiledStack(layers: [bind, pihole]).verdict(name, type: .a, addresses: [address]).kind == .unsupported
        )
    }
}

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
            return try LayerLoader.load(lists.inputs(engine, count), engine: engine, mayBeEmpty: true).layer
        }
    }

    /// Addresses that have names are names of their own.
    private static func hosts() throws -> CompiledLayer {
        let text = "192.0.2.9 host.alpha.example\n192.0.2.7 www.beta.example\n"
        let list = ListInput(path: "hosts", format: .hosts, octets: Array(text.utf8))
        return try LayerLoader.load([list], engine: .dnsmasq).layer
    }

    private static func oneAfterTheOther(
        _ layers: [CompiledLayer],
        _ name: borrowing NameBuffer,
        _ type: RRType
    ) -> Decision {
        var result = Decision.pass
        var truncation: Decision?
        for (number, layer) in layers.enumerated() {
            var decision = layer.decide(name, type: type, index: UInt8(number))
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
            for _ in 0..<40 {
                guard let name = Self.question(&lists, &generator) else { continue }
                let type = [RRType.a, .aaaa, .https, .txt, .ptr, .any].randomElement(using: &generator) ?? .a
                let buffer = NameBuffer(name)
                let expected = Self.oneAfterTheOther(layers, buffer, type)
                #expect(stack.decide(buffer, type: type) == expected, "\(name) \(type)")
                batch.append { $0.fill(name) }
                stack.prefetch(&batch)
                #expect(batch.with(0) { stack.decide($0, $1, type: type) } == expected, "\(name) \(type) in a batch")
                batch.removeAll()
                kinds.insert(expected.kind)
            }
        }
        #expect(kinds.isSuperset(of: [.pass, .nxdomain, .sinkhole]))
    }
}

import DNS
import FilterLists
import Policy
import TestSupport
import Testing

@testable import Resolver

/// A server decides on a message as the stack does on the same names and addresses: one engine.
struct SameVerdictTests {
    private static let asked = "a.up.example"

    /// A policy zone of a few entries about names, addresses and nothing.
    private static func zone(_ generator: inout SeededGenerator) -> String {
        let owners = [
            "a.up.example", "b.up.example", "c.up.example", "*.up.example", "24.0.2.0.192.rpz-ip",
            "32.3.2.0.192.rpz-ip",
        ]
        let actions = [".", "*.", "rpz-passthru.", "rpz-drop.", "other.example."]
        var text = "$ORIGIN policy.rpz.\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n"
        for owner in owners where Bool.random(using: &generator) {
            text += "\(owner) CNAME \(actions.randomElement(using: &generator) ?? ".")\n"
        }
        return text
    }

    private static func stack(_ generator: inout SeededGenerator) throws -> CompiledStack {
        let engine = [Engine.bindRPZ, .pdnsRPZ, .unboundRPZ].randomElement(using: &generator) ?? .bindRPZ
        let lists = (0..<Int.random(in: 1...2, using: &generator)).map { number in
            ListInput(path: "\(number).rpz", format: .rpz, octets: Array(zone(&generator).utf8))
        }
        let zones = try LayerLoader.load(lists, engine: engine, mayBeEmpty: true).layer
        guard Bool.random(using: &generator) else { return CompiledStack(layers: [zones]) }
        // One in front that may or may not count, and one behind that is about aliases.
        let open = ListInput(path: "open", format: .regex, octets: Array("^(a|c)\\1?\\.\n".utf8))
        let names = ListInput(path: "names", format: .domains, octets: Array("d.example\nb.up.example\n".utf8))
        return CompiledStack(layers: [
            try LayerLoader.load([open], engine: .pihole).layer, zones,
            try LayerLoader.load([names], engine: .pihole).layer,
        ])
    }

    @Test func decidesOnMessagesAsTheStackDoesOnNames() throws {
        var generator = SeededGenerator(seed: 20)
        var kinds: Set<VerdictKind> = []
        for _ in 0..<2_000 {
            let stack = try Self.stack(&generator)
            let aliases = ["b.up.example", "c.up.example", "d.example"].filter { _ in Bool.random(using: &generator) }
            let address = UInt8.random(in: 1...4, using: &generator)
            var owner = Self.asked
            var records: [Record] = []
            for alias in aliases {
                records.append(.cname(owner, alias))
                owner = alias
            }
            records.append(.a(owner, address))
            let verdict = stack.verdict(
                name(Self.asked),
                type: .a,
                chain: aliases.map { name($0) },
                addresses: [.v4(0xC000_0200 | UInt32(address))]
            )
            let served = Self.serve(stack, makeReply(to: makeQuery(Self.asked), records))
            #expect(served.kind == verdict.kind)
            #expect(served.hasRule == (verdict.matched != nil))
            if served.hasRule, let matched = verdict.matched {
                #expect(stack.layers[Int(served.layer)].reference(Int(served.rule)) == matched.rule)
            }
            kinds.insert(served.kind)
        }
        #expect(kinds.isSuperset(of: [.pass, .nxdomain, .nodata, .drop, .redirect]))
    }

    private static func serve(_ stack: CompiledStack, _ message: [UInt8]) -> Decision {
        let active = ActivePolicy(ServerPolicy(stack: stack), mode: .enforce, generation: 1)
        var answer = MessageBuffer(capacity: 2_048)
        answer.append(message.span)
        var scratch = NameBuffer()
        return active.decide(NameBuffer(name(asked)), .a, .unknown, answer: answer, scratch: &scratch).decision
    }
}

import DNS
import FilterLists
import Policy
import TestSupport

/// One random set of rules, and what to ask about it.
struct Round {
    /// Each list as the engine and the model read it.
    var lists: [(name: String, format: ListFormat, text: String)] = []
    /// Names that are aliases for others.
    var aliases: [String: String] = [:]
    /// Names to ask about.
    var names: [String] = []
    /// Names that every list blocks, one each, so that one can see that the engine has read it.
    var blocked: [String] = []
}

/// Makes rounds. The same seed makes the same rounds.
struct RoundMaker {
    private var generator: SeededGenerator
    /// Whether rules that give no answer occur; each costs the client its patience.
    private(set) var drops = false
    /// Names of four labels at most of few letters below a few zones, so that most rules meet others.
    private var crowd: [String] = []

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

    mutating func chance(_ one: Int) -> Bool { below(one) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// A random round for an engine that runs here.
    mutating func round(for engine: Engine, upstreamPort: UInt16) -> Round {
        drops = chance(3)
        var round = Round()
        fillNames(&round)
        switch engine {
        case .dnsmasq: dnsmasq(&round, upstreamPort)
        case .unbound: localZones(&round)
        default: policyZones(&round, engine)
        }
        return round
    }

    private mutating func fillNames(_ round: inout Round) {
        crowd = []
        for zone in 0..<8 {
            var level = ["r\(zone).rz"]
            crowd += level
            for _ in 0..<3 {
                level = level.flatMap { name in ["a", "b", "c"].map { "\($0).\(name)" } }
                crowd += level
            }
        }
        var real = RealNames.all
        real.shuffle(using: &generator)
        real = Array(real.prefix(16))
        crowd += real.flatMap { [$0, parent($0), "x." + $0, "not" + $0] }
        for index in 0..<40 {
            // Later aliases may lead to earlier ones, never back.
            let target = index > 0 && chance(3) ? "h\(below(index)).ch.zz" : pick(crowd)
            round.aliases["h\(index).ch.zz"] = target
        }
        round.names = crowd + round.aliases.keys.sorted()
        // Case must not matter.
        round.names = round.names.map { name in chance(12) ? name.uppercased() : name }
    }

    private func parent(_ name: String) -> String {
        let labels = name.split(separator: ".")
        return labels.count > 2 ? labels.dropFirst().joined(separator: ".") : name
    }

    /// Random owners for rules, each once: some of the names, now and then one of the chains' or none of them.
    mutating func owners(oneIn: Int) -> [String] {
        var owners: [String] = []
        for name in crowd where chance(oneIn) { owners.append(chance(15) ? name.uppercased() : name) }
        for index in 0..<40 where chance(12) { owners.append("h\(index).ch.zz") }
        if chance(4) { owners.append("ch.zz") }
        if chance(4) { owners.append("rz") }
        var seen: Set<String> = []
        return owners.filter { seen.insert($0.lowercased()).inserted }
    }
}

import DNS
import FilterLists
import Policy
import TestSupport

/// One random set of rules, and what to ask about it.
struct Round {
    /// Each list as the engine and the model read it; `@UPSTREAM@` stands for the port of the upstream.
    var lists: [(name: String, format: ListFormat, text: String)] = []
    /// Files that a list names.
    var files: [(name: String, text: String)] = []
    /// Whether the model says, too, which rounds the engine does not start with.
    var mayBeRefused = false
    /// Names that are aliases for others.
    var aliases: [String: String] = [:]
    /// Names that do not exist.
    var missing: [String] = []
    /// What to ask, in this order.
    var questions: [(name: String, type: RRType)] = []
    /// The loopback address that asks.
    var client: UInt32 = 0x7F00_0001
    /// Names that every list blocks, one each, so that one can see that the engine has read it.
    var blocked: [String] = []
    /// The names of zones that do not carry their file's.
    var origins: [String: String] = [:]

    /// Lines of a list, counted from 1, that the engine refuses, so that it gets the others alone.
    var refused: [String: Set<Int>] = [:]

    /// A list as the engine gets it.
    func given(_ list: String, _ text: String) -> String {
        guard let lines = refused[list], !lines.isEmpty else { return text }
        let all = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        return all.enumerated().map { lines.contains($0 + 1) ? "" : String($1) ?? "" }.joined(separator: "\n")
    }

    /// The name of the zone that stands in this file.
    func zone(_ file: String) -> String { origins[file] ?? "\(file).rpz" }
}

/// Makes rounds. The same seed makes the same rounds.
struct RoundMaker {
    var generator: SeededGenerator
    /// Whether rules that give no answer occur; each costs the client its patience.
    private(set) var drops = false
    /// Whether policies lead to names that are aliases, so that some lead back.
    var leadsBack = false
    /// Names of four labels at most of few letters below a few zones, so that most rules meet others.
    private var crowd: [String] = []
    private static let types: [RRType] = [.a, .aaaa, .txt, .https, .mx, .ns, .soa, .cname, .any]
    static let chains = 40

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

    mutating func chance(_ one: Int) -> Bool { below(one) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// A random round for an engine that runs here.
    mutating func round(for setup: EngineSetup) -> Round {
        drops = chance(3)
        var round = Round()
        fillCrowd()
        askCrowd(&round)
        askChains(&round, setup.engine)
        setup.makeRules(&self, &round)
        return round
    }

    private mutating func fillCrowd() {
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
    }

    private mutating func askCrowd(_ round: inout Round) {
        for name in crowd {
            // Case must not matter.
            let spelled = chance(12) ? name.uppercased() : name
            round.questions += Self.types.map { (spelled, $0) }
        }
    }

    /// Names that are aliases for others of the crowd, some over another alias.
    private mutating func askChains(_ round: inout Round, _ engine: Engine) {
        // An engine that checks a chain only while it has not seen it is asked once, along aliases of its own.
        let once = engine.profile.chain == .untilCached || engine == .unbound
        for index in 0..<(once ? 160 : Self.chains) {
            let name = "h\(index).ch.zz"
            round.aliases[name] = pick(crowd)
            if once, chance(3) {
                round.aliases["i\(index).ch.zz"] = round.aliases[name]
                round.aliases[name] = "i\(index).ch.zz"
            } else if !once, index > 0, chance(3) {
                // Later aliases may lead to earlier ones, never back.
                round.aliases[name] = "h\(below(index)).ch.zz"
            }
            round.questions += once ? [(name, pick(Self.types))] : Self.types.map { (name, $0) }
        }
    }

    private func parent(_ name: String) -> String {
        let labels = name.split(separator: ".")
        return labels.count > 2 ? labels.dropFirst().joined(separator: ".") : name
    }

    /// Random owners for rules, each once: some of the names, now and then one of the chains' or none of them.
    mutating func owners(oneIn: Int) -> [String] {
        var owners: [String] = []
        for name in crowd where chance(oneIn) { owners.append(chance(15) ? name.uppercased() : name) }
        for index in 0..<Self.chains where chance(6) { owners.append("\(pick(["h", "h", "i"]))\(index).ch.zz") }
        if chance(4) { owners.append("ch.zz") }
        if chance(4) { owners.append("rz") }
        var seen: Set<String> = []
        return owners.filter { seen.insert($0.lowercased()).inserted }
    }
}

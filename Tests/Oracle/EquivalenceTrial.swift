import Audit
import Catalog
import DNS
import FilterLists
import Findings
import Policy

/// The names with which builds of a list differ, asked of the engines that read the builds: `--equivalent A,B`.
struct EquivalenceTrial {
    /// The builds, the first of which the others are held against.
    let paths: [String]
    /// So many names of each kind of difference are asked.
    private static let namesPerKind = 20

    /// 0 without a mismatch, 1 with one, 3 when less was compared than was asked for.
    func run(_ setups: [EngineSetup]) -> Int32 {
        do {
            return try compare(setups)
        } catch {
            say("\(paths.joined(separator: ",")): \(error)")
            return 3
        }
    }

    private func compare(_ setups: [EngineSetup]) throws -> Int32 {
        guard paths.count > 1 else { throw EngineRefusal(log: "give two builds, A,B") }
        let layers = try paths.map { try LayerLoader.load([ListInput(path: $0)]).layer }
        let found = PolicyEquivalence(
            layers.map { CompiledStack(layers: [$0]) },
            catalog: EndpointCatalog(endpoints: []),
            shown: Self.namesPerKind
        )
        let differences = found.comparisons.flatMap(\.shown)
        var questions: [(name: String, type: RRType)] = []
        var seen: Set<String> = []
        for difference in differences where difference.chain.isEmpty {
            for type in difference.types where seen.insert("\(difference.name) \(type)").inserted {
                questions.append((difference.name.description, type))
            }
        }
        say("\(differences.count) differences, \(questions.count) questions")
        var (all, isWhole) = (Tally(), true)
        for (path, layer) in zip(paths, layers) {
            guard let setup = setups.first(where: { $0.engine == layer.engine }) else {
                say("\(path): \(layer.engine.rawValue) does not run here")
                continue
            }
            var tally = Tally()
            do {
                try play(try RealList(path: path), questions, setup, &tally)
            } catch {
                say("\(path): \(error)")
                isWhole = false
                continue
            }
            say("\(path): \(setup.engine.rawValue) \(tally.description)")
            all.add(verdicts: tally.verdicts, unsupported: tally.unsupported, open: tally.open)
            all.mismatches += tally.mismatches
        }
        say("all builds \(all.description)")
        return all.mismatches > 0 ? 1 : all.verdicts > 0 && isWhole ? 0 : 3
    }

    private func play(
        _ list: RealList,
        _ questions: [(name: String, type: RRType)],
        _ setup: EngineSetup,
        _ tally: inout Tally
    ) throws {
        guard let socket = LoopbackSocket() else { throw EngineRefusal(log: "no port is free") }
        var round = try setup.round(of: list, upstream: socket.port)
        round.questions = questions
        try Comparison(setup: setup).play(
            round,
            on: socket,
            patience: .seconds(30),
            again: "Scripts/oracle --equivalent \(paths.joined(separator: ","))",
            &tally
        )
    }
}

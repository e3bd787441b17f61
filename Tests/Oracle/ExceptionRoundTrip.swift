import Audit
import Catalog
import DNS
import FilterLists
import Findings
import Foundation
import Policy
import Settings

/// The exceptions that `allow` finds for a list, put beside the list in every engine that one can write it for, and all names that
/// were blocked asked again: `--allow LIST`.
struct ExceptionRoundTrip {
    /// The list.
    let path: String
    private static let types: [RRType] = [.a, .aaaa]

    /// 0 without a mismatch, 1 with one, 3 when less was compared than was asked for.
    func run(_ setups: [EngineSetup]) -> Int32 {
        var (all, isWhole) = (Tally(), true)
        do {
            let layer = try LayerLoader.load([ListInput(path: path)]).layer
            for setup in setups {
                guard let format = Self.format(of: setup.engine) else { continue }
                var tally = Tally()
                do {
                    let count = try play(layer, format, setup, &tally)
                    say("\(path): \(setup.engine.rawValue) exceptions \(count) \(tally.description)")
                } catch {
                    say("\(path): \(setup.engine.rawValue): \(error)")
                    isWhole = false
                }
                all.add(verdicts: tally.verdicts, unsupported: tally.unsupported, open: tally.open)
                all.mismatches += tally.mismatches
            }
        } catch {
            say("\(path): \(error)")
        }
        say("all exceptions \(all.description)")
        return all.mismatches > 0 ? 1 : all.verdicts > 0 && isWhole ? 0 : 3
    }

    /// The format in which rules can be written for an engine whose exceptions are a file.
    private static func format(of engine: Engine) -> ExportFormat? {
        switch engine {
        case .dnsmasq: ExportFormat.named("dnsmasq")
        case .unbound: ExportFormat.named("unbound")
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ: ExportFormat.named("rpz")
        default: nil
        }
    }

    /// Plays the round of one engine.
    /// - Returns: how many exceptions there are.
    private func play(
        _ source: CompiledLayer,
        _ format: ExportFormat,
        _ setup: EngineSetup,
        _ tally: inout Tally
    ) throws -> Int {
        var written: [UInt8] = []
        _ = LayerExporter.export(source, to: format) { text in
            for index in 0..<text.count { written.append(text[index]) }
        }
        let input = ListInput(path: "list", format: format.listFormat, octets: written)
        let loaded = try LayerLoader.load([input], engine: setup.engine)
        let catalog = BuiltInCatalog.load().catalog
        let needs = AuditName.all(of: catalog).map {
            ExceptionNeed($0, types: Self.types, chains: CatalogNames.singleChains)
        }
        let plan = try ExceptionPlanner(needs: needs, catalog: catalog).plan(loaded, at: 0).plan
        guard !plan.members.isEmpty else { throw EngineRefusal(log: "the list needs no exceptions") }
        guard let socket = LoopbackSocket() else { throw EngineRefusal(log: "no port is free") }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        try Data(written).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var round = try setup.round(of: try RealList(path: file.path), upstream: socket.port)
        Self.add(plan.file.text, to: &round, format)
        round.aliases = CatalogNames.aliases
        let blocked = Set(plan.blocked.map(\.name))
        round.questions = blocked.map(\.description).sorted().flatMap { name in Self.types.map { (name, $0) } }
        let comparison = Comparison(setup: setup)
        tally.mismatches += try stillBlocked(plan, needs, in: comparison.model(round).stack)
        try comparison.play(
            round,
            on: socket,
            patience: .seconds(30),
            again: "Scripts/oracle --allow \(path) --engine \(setup.engine.rawValue)",
            &tally
        )
        return plan.members.count
    }

    /// Puts exceptions where they are said to go.
    private static func add(_ exceptions: String, to round: inout Round, _ format: ExportFormat) {
        guard format.listFormat == .rpz else {
            round.lists[0].text += exceptions
            return
        }
        round.lists[0].name = "zone1"
        round.origins["zone1"] = round.origins.removeValue(forKey: "zone0")
        round.lists.insert(("zone0", .rpz, exceptions + "ready0.probe CNAME .\n"), at: 0)
    }

    /// How many names that were to pass do not in the model of the round, which the engine is compared with.
    private func stillBlocked(_ plan: ExceptionPlan, _ needs: [ExceptionNeed], in stack: CompiledStack) -> Int {
        let known = Set((plan.remaining + plan.open).map(\.name))
        let names = Set(plan.blocked.map(\.name)).subtracting(known)
        let still = needs.filter { names.contains($0.name.name) && !$0.blocked(stack, context: .unknown).isEmpty }
        for need in still { say("MISMATCH \(need.name.name) is said to pass with the exceptions, and does not") }
        return still.count
    }
}

import DNS
import FilterLists
import Findings
import Policy

/// Tries exceptions: compiles them into a layer and asks it what it blocks then.
struct ExceptionTrial {
    /// From how many rules on the trials take those alone that needed names meet.
    private static let largeLayer = 2_000
    /// Rules about addresses that are always among them; of more it is not said which count.
    private static let mostAddressRules = 10_000

    private let layer: LoadedLayer
    private let found: ExceptionDemands
    private let candidates: ExceptionCandidates
    private let needs: [ExceptionNeed]
    private let context: QueryContext
    private var demands: [ExceptionDemand] { found.demands }

    init(
        _ layer: LoadedLayer,
        _ found: ExceptionDemands,
        _ candidates: ExceptionCandidates,
        _ needs: [ExceptionNeed],
        _ context: QueryContext
    ) {
        self.found = found
        self.candidates = candidates
        self.needs = needs
        self.context = context
        self.layer = Self.core(of: layer, found.demands, needs, context) ?? layer
    }

    /// The rules of a large layer that needed names meet, as a layer of their own; nil where it is not seen to decide alike.
    private static func core(
        of whole: LoadedLayer,
        _ demands: [ExceptionDemand],
        _ needs: [ExceptionNeed],
        _ context: QueryContext
    ) -> LoadedLayer? {
        let layer = whole.layer
        guard layer.ruleCount > largeLayer, layer.addressRules.count <= mostAddressRules else { return nil }
        var kept = Set(layer.addressRules)
        var names: Set<DomainName> = []
        for demand in demands { names.formUnion([demand.element, demand.asked] + demand.chain + demand.real) }
        for need in needs { names.formUnion([need.name.name] + need.chains.joined()) }
        let types = Set(demands.map(\.type)).union([.cname])
        for name in names {
            for type in types { kept.formUnion(layer.matchingRules(name, type: type, context: context)) }
            kept.formUnion(layer.firstRules(above: name))
        }
        guard let core = try? whole.keeping(kept) else { return nil }
        let (before, after) = (CompiledStack(layers: [layer]), CompiledStack(layers: [core.layer]))
        for need in needs {
            for type in need.types {
                let kinds = [before, after].map { need.verdict($0, type: type, context: context).kind }
                guard kinds[0] == kinds[1] else { return nil }
            }
        }
        let isAlike = demands.allSatisfy { demand in
            after.verdict(demand.asked, type: demand.type, chain: demand.chain, context: context).isBlocked
        }
        return isAlike ? core : nil
    }

    /// For each demand the candidates that meet it. Those that touch no demand together are tried together.
    /// - Complexity: that of compiling the layer as often as the demand that is touched by most has candidates
    func meeting() -> [[Int]] {
        var meeting = [[Int]](repeating: [], count: demands.count)
        for batch in batches() {
            let lines = batch.map { (exception: candidates.exceptions[$0], list: candidates.lists[$0]) }
            guard let mended = try? layer.adding(lines) else { continue }
            let stack = CompiledStack(layers: [mended.layer])
            for candidate in batch {
                for demand in candidates.touched[candidate] where meets(candidates.exceptions[candidate], demand, stack)
                {
                    meeting[demand].append(candidate)
                }
            }
        }
        return meeting
    }

    /// Whether a layer with an exception lets pass what a demand is about, for a reason that the exception gives.
    private func meets(_ exception: LayerException, _ number: Int, _ stack: CompiledStack) -> Bool {
        let demand = demands[number]
        let name = needs[demand.need].name.name
        func passes(_ asked: DomainName, _ chain: [DomainName]) -> Bool {
            stack.verdict(asked, type: demand.type, chain: chain, context: context).kind.isPass
        }
        if exception.covers(name), passes(name, demand.chain) { return true }
        if exception.covers(demand.element), passes(demand.asked, demand.chain) { return true }
        // An alias that is let pass may spare those behind it.
        let earlier = demand.real.dropLast().contains(where: exception.covers)
        return earlier && passes(demand.asked, demand.real)
    }

    private func batches() -> [[Int]] {
        var batches: [(members: [Int], touched: Set<Int>)] = []
        for candidate in candidates.exceptions.indices {
            let touched = Set(candidates.touched[candidate])
            if let free = batches.firstIndex(where: { $0.touched.isDisjoint(with: touched) }) {
                batches[free].members.append(candidate)
                batches[free].touched.formUnion(touched)
            } else {
                batches.append(([candidate], touched))
            }
        }
        return batches.map(\.members)
    }

    /// For each chosen exception something needed that is blocked when only it is left out.
    func witnesses(of chosen: [Int], _ meeting: [[Int]]) -> [BlockedNeed?] {
        chosen.map { candidate in
            let others = chosen.filter { $0 != candidate }
                .map { (exception: candidates.exceptions[$0], list: candidates.lists[$0]) }
            guard let without = try? layer.adding(others) else { return nil }
            let stack = CompiledStack(layers: [without.layer])
            let own = demands.indices.filter { meeting[$0].contains(candidate) }
            for demand in own.map({ demands[$0] }) {
                let need = needs[demand.need]
                let verdict = need.verdict(stack, type: demand.type, context: context)
                if verdict.isBlocked { return need.blocked(demand.type, verdict) }
            }
            return nil
        }
    }
}

public import Catalog
import DNS
public import FilterLists
public import Findings
public import Policy

/// Finds the fewest exceptions with which a layer lets every needed name pass.
///
/// Whether an exception helps is never concluded from precedence: it is compiled into the layer, which is asked. To do that
/// often, and for large lists, too, it is done in the rules that needed names meet, once these are seen to decide like the
/// whole layer. What is found is then compiled into the whole layer, which is asked about everything.
public struct ExceptionPlanner {
    private let needs: [ExceptionNeed]
    private let catalog: EndpointCatalog
    private let context: QueryContext
    /// Whether only names are excepted that are needed themselves, as far as the engine can say it.
    private let isNarrow: Bool
    private let budget: Int

    /// A planner.
    /// - Parameters:
    ///   - catalog: its wildcards say how wide an exception may be.
    ///   - budget: the most nodes of a search; see ``CoverSearch``.
    public init(
        needs: [ExceptionNeed],
        catalog: EndpointCatalog,
        context: QueryContext = .unknown,
        isNarrow: Bool = false,
        budget: Int = CoverSearch.defaultBudget
    ) {
        self.needs = needs
        self.catalog = catalog
        self.isNarrow = isNarrow
        self.budget = budget
        var context = context
        // One layer is asked at a time.
        context.layers = ~0
        self.context = context
    }

    /// The exceptions for one layer, and the layer with them.
    /// - Throws: what compiling the layer with exceptions gives.
    public func plan(_ layer: LoadedLayer, at index: Int) throws(ListError) -> (plan: ExceptionPlan, layer: LoadedLayer)
    {
        var plan = ExceptionPlan(layer: index, engine: layer.layer.engine)
        plan.blocked = blocked(by: layer.layer).filter(\.verdict.isBlocked)
        let found = ExceptionDemands(layer.layer, needs, context: context)
        let candidates = ExceptionCandidates(found, needs, plan.engine, catalog, isNarrow: isNarrow)
        plan.search.demands = found.demands.count
        plan.search.candidates = candidates.exceptions.count
        plan.unspelledRules = layer.layer.unspelledRuleCount
        let trial = ExceptionTrial(layer, found, candidates, needs, context)
        let meeting = trial.meeting()
        let reach = CollateralNames(layer.layer, candidates.exceptions, besides: spared(found), needs, context)
        let outcome = CoverSearch(
            demands: meeting,
            weights: candidates.exceptions.indices.map { place in
                reach.count(place) << 8 + Self.breadth(candidates.exceptions[place])
            },
            budget: budget
        ).run()
        plan.search.lowerBound = outcome.lowerBound
        plan.search.isProven = outcome.isProven
        plan.search.nodes = outcome.nodes
        plan.search.independent = outcome.independent.map { needs[found.demands[$0].need].name.name }
        let chosen = outcome.chosen.map { (exception: candidates.exceptions[$0], list: candidates.lists[$0]) }
        let mended = try layer.adding(chosen)
        let still = blocked(by: mended.layer)
        plan.remaining = still.filter(\.verdict.isBlocked)
        plan.open = still.filter { $0.verdict.kind == .unsupported }
        let witnesses = trial.witnesses(of: outcome.chosen, meeting)
        plan.members = outcome.chosen.enumerated().map { place, choice in
            let needed = meeting.indices.filter { meeting[$0].contains(choice) }.map { found.demands[$0].need }
            return ExceptionPlan.Member(
                exception: candidates.exceptions[choice],
                names: Set(needed).sorted().map { needs[$0].name.name },
                witness: witnesses[place],
                opened: reach.opened(choice, by: mended.layer)
            )
        }
        return (plan, mended)
    }

    /// What a layer does not let pass, or not for certain, of what is needed.
    private func blocked(by layer: CompiledLayer) -> [BlockedNeed] {
        let stack = CompiledStack(layers: [layer])
        return needs.flatMap { $0.blocked(stack, context: context) }
    }

    /// Names that are to be opened, and are no collateral.
    private func spared(_ found: ExceptionDemands) -> Set<DomainName> {
        Set(needs.map(\.name.name.lowercased) + found.demands.map(\.element.lowercased))
    }

    /// Of exceptions that open as many listed names the narrower counts less.
    private static func breadth(_ exception: LayerException) -> Int {
        exception.scope == .exact ? 0 : 1 + max(0, 64 - exception.name.labelCount)
    }
}

/// The names that rules of a layer spell out below exceptions.
struct CollateralNames {
    private var names: [[DomainName]]
    private let stack: CompiledStack
    private let types: [RRType]
    private let context: QueryContext

    /// - Complexity: O(rules) plus the names found
    init(
        _ layer: CompiledLayer,
        _ exceptions: [LayerException],
        besides spared: Set<DomainName>,
        _ needs: [ExceptionNeed],
        _ context: QueryContext
    ) {
        stack = CompiledStack(layers: [layer])
        types = Array(Set(needs.flatMap(\.types)))
        self.context = context
        names = exceptions.map { _ in [] }
        let wide = exceptions.indices.filter { exceptions[$0].scope != .exact }
        guard !wide.isEmpty else { return }
        let places = Dictionary(grouping: wide) { exceptions[$0].name }
        var seen: Set<DomainName> = []
        var found = names
        let (stack, types) = (stack, types)
        layer.forEachName(under: Array(places.keys), label: EndpointCatalog.probeLabel) { name in
            let name = name.lowercased
            guard !spared.contains(name), !name.labels.contains(where: { $0.contains(0x2A) }),
                seen.insert(name).inserted, Self.isBlocked(name, stack, types, context)
            else { return true }
            var ancestor: DomainName? = name
            while let current = ancestor {
                for place in places[current] ?? [] where exceptions[place].covers(name) { found[place].append(name) }
                ancestor = current.parent
            }
            return true
        }
        names = found
    }

    private static func isBlocked(
        _ name: DomainName,
        _ stack: CompiledStack,
        _ types: [RRType],
        _ context: QueryContext
    ) -> Bool {
        types.contains { stack.verdict(name, type: $0, context: context).isBlocked }
    }

    /// How many listed names an exception may open.
    func count(_ exception: Int) -> Int { names[exception].count }

    /// The names that the layer with exceptions lets pass.
    func opened(_ exception: Int, by layer: CompiledLayer) -> [DomainName] {
        let mended = CompiledStack(layers: [layer])
        return names[exception].filter { !Self.isBlocked($0, mended, types, context) }
            .sorted { $0.description < $1.description }
    }
}

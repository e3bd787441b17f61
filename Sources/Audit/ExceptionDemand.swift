import Catalog
import DNS
import Findings
import Policy

/// One thing that keeps a needed name from being resolved: a name, asked for or an alias, that a layer does not let pass.
///
/// It is met by any exception that lets that name pass, or that spares the aliases of what was asked for. Other blocked
/// aliases of the same chain have demands of their own, so here a name that nothing blocks stands in their place.
struct ExceptionDemand: Hashable {
    /// The position of the needed name.
    var need: Int
    var type: RRType
    /// The name that is blocked.
    var element: DomainName
    /// What is asked for: the needed name, or another where that is blocked itself.
    var asked: DomainName
    /// The aliases up to the element; empty where it is the needed name.
    var chain: [DomainName]
    /// The same without names that stand for others.
    var real: [DomainName]
}

/// Finds what a layer blocks of needed names, piece by piece.
struct ExceptionDemands {
    private(set) var demands: [ExceptionDemand] = []
    /// The list whose rule decides about each of them.
    private(set) var lists: [Int] = []

    private let stack: CompiledStack
    private let context: QueryContext
    private let neutral: DomainName?

    /// - Complexity: O(names × types × aliases) verdicts
    init(_ layer: CompiledLayer, _ needs: [ExceptionNeed], context: QueryContext) {
        stack = CompiledStack(layers: [layer])
        self.context = context
        neutral = Self.neutral(stack, needs, context)
        for (number, need) in needs.enumerated() { for type in need.types { add(number, need, type) } }
    }

    /// A name that nothing blocks, asked for or as an alias.
    private static func neutral(
        _ stack: CompiledStack,
        _ needs: [ExceptionNeed],
        _ context: QueryContext
    ) -> DomainName? {
        let made = ["patchway-neutral.net", "neutral-patchway.org"].compactMap { try? DomainName($0) }
        let types = Set(needs.flatMap(\.types))
        return (made + needs.map(\.name.name)).first { name in
            types.allSatisfy { stack.verdict(name, type: $0, chain: [name], context: context).kind == .pass }
        }
    }

    private mutating func add(_ number: Int, _ need: ExceptionNeed, _ type: RRType) {
        let name = need.name.name
        let own = stack.verdict(name, type: type, context: context)
        // What is not known is no demand; the plan names it.
        guard own.kind != .unsupported else { return }
        let isBlocked = own.isBlocked
        if isBlocked {
            note(ExceptionDemand(need: number, type: type, element: name, asked: name, chain: [], real: []), own)
        }
        guard stack.layers[0].profile.chain != .never, let asked = isBlocked ? neutral : name else { return }
        var seen: Set<[DomainName]> = []
        for chain in need.chains {
            var prefix: [DomainName] = []
            for (place, alias) in chain.enumerated() {
                let shown = prefix + [alias]
                let isNew = seen.insert(shown).inserted
                let verdict = stack.verdict(asked, type: type, chain: shown, context: context)
                guard !verdict.kind.isPass else {
                    prefix.append(alias)
                    continue
                }
                if isNew, verdict.isBlocked {
                    let real = Array(chain[...place])
                    note(
                        ExceptionDemand(
                            need: number,
                            type: type,
                            element: alias,
                            asked: asked,
                            chain: shown,
                            real: real
                        ),
                        verdict
                    )
                }
                guard let neutral else { break }
                prefix.append(neutral)
            }
        }
    }

    private mutating func note(_ demand: ExceptionDemand, _ verdict: Verdict) {
        demands.append(demand)
        let rule = verdict.matched?.number
        lists.append(rule.map { stack.layers[0].place($0).list } ?? 0)
    }
}

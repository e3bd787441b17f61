public import DNS

/// The CNAME steps of a catalog as a graph: one owner may have several targets, by place and time.
public struct ChainGraph: Sendable {
    /// One way through the aliases of a name: consecutive edges, the first owned by the name.
    public struct Chain: Sendable, Hashable {
        /// The steps, never empty.
        public let edges: [ChainEdge]

        /// The names after the first, in order.
        public var aliases: [DomainName] { edges.map(\.target) }

        /// Observed when every step is.
        public var basis: ChainEdge.Basis { edges.allSatisfy { $0.basis == .observed } ? .observed : .inferred }
    }

    /// The longest chain that is followed, in steps; resolvers give up at about this length too.
    public static let maximumDepth = 16
    /// The most chains that ``chains(from:)`` returns.
    public static let maximumChains = 256

    /// All steps, one for each pair of owner and target, in the order in which they came.
    public private(set) var edges: [ChainEdge] = []
    private var outgoing: [DomainName: [Int]] = [:]

    /// A graph of steps; the sightings of equal steps are joined.
    public init(_ edges: some Sequence<ChainEdge> = []) {
        for edge in edges { add(edge) }
    }

    private mutating func add(_ edge: ChainEdge) {
        if let known = outgoing[edge.owner]?.first(where: { self.edges[$0].target == edge.target }) {
            edges[known].sightings += edge.sightings
            if edge.basis == .observed { edges[known].basis = .observed }
            return
        }
        outgoing[edge.owner, default: []].append(edges.count)
        edges.append(edge)
    }

    /// The owners, each once, in the order of their first step.
    public var owners: [DomainName] {
        var seen: Set<DomainName> = []
        return edges.map(\.owner).filter { seen.insert($0).inserted }
    }

    /// The steps that `name` owns.
    public func edges(from name: DomainName) -> [ChainEdge] {
        (outgoing[name] ?? []).map { edges[$0] }
    }

    /// Every way from `name` to names that have no further step; empty when the name has none.
    ///
    /// Cycles end where a name would come again; at most ``maximumDepth`` steps and ``maximumChains`` chains.
    public func chains(from name: DomainName) -> [Chain] {
        var result: [Chain] = []
        var path: [ChainEdge] = []
        var onPath: Set<DomainName> = [name]
        extend(name, &path, &onPath, &result)
        return result
    }

    private func extend(
        _ name: DomainName,
        _ path: inout [ChainEdge],
        _ onPath: inout Set<DomainName>,
        _ result: inout [Chain]
    ) {
        var isEnd = true
        if path.count < Self.maximumDepth {
            for index in outgoing[name] ?? [] where !onPath.contains(edges[index].target) {
                guard result.count < Self.maximumChains else { return }
                isEnd = false
                path.append(edges[index])
                onPath.insert(edges[index].target)
                extend(edges[index].target, &path, &onPath, &result)
                onPath.remove(edges[index].target)
                path.removeLast()
            }
        }
        if isEnd, !path.isEmpty { result.append(Chain(edges: path)) }
    }

    /// Every alias that can stand behind `name`, each once, nearest first.
    /// - Complexity: O(steps behind the name)
    public func aliases(of name: DomainName) -> [DomainName] {
        var result: [DomainName] = []
        var seen: Set<DomainName> = [name]
        var frontier = [name]
        for _ in 0..<Self.maximumDepth where !frontier.isEmpty {
            let targets = frontier.flatMap { edges(from: $0).map(\.target) }
            frontier = targets.filter { seen.insert($0).inserted }
            result += frontier
        }
        return result
    }
}

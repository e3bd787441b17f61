internal import DNS

/// All upstreams of a server, the groups that they are asked in, and which names go to which group.
struct ForwardingTable: Sendable, Equatable {
    /// Upstreams that are asked together.
    struct Group: Sendable, Equatable {
        /// Their numbers.
        var upstreams: Range<Int>
        /// How they are asked.
        var asking: AskingRules
        /// Whether those for everything else are asked when these do not answer.
        var fallsBack: Bool
    }

    private struct Route: Equatable {
        let wire: [UInt8]
        let labels: Int
        let group: Int
    }

    /// All upstreams, by number.
    let upstreams: [Upstream]
    /// The groups; the first one is for everything that has no route.
    let groups: [Group]
    /// A name that each group knows something about, those of references left out: the root, or that of its route.
    let probes: [DomainName]
    /// The groups of references, one each, which no name goes to.
    let references: Range<Int>
    /// Those with the most labels first, so that the longest suffix wins.
    private let routes: [Route]

    /// What a configuration says.
    init(_ configuration: ServerConfiguration) {
        var upstreams = configuration.upstreams
        var groups = [Group(upstreams: upstreams.indices, asking: configuration.asking, fallsBack: false)]
        routes = configuration.routes.map { route in
            let labels = route.name.labelCount
            guard !route.upstreams.isEmpty else {
                return Route(wire: route.name.lowercased.wire, labels: labels, group: 0)
            }
            let first = upstreams.count
            upstreams += route.upstreams
            groups.append(
                Group(upstreams: first..<upstreams.count, asking: route.asking, fallsBack: route.fallsBack)
            )
            return Route(wire: route.name.lowercased.wire, labels: labels, group: groups.count - 1)
        }
        .sorted { $0.labels > $1.labels }
        probes = [.root] + configuration.routes.filter { !$0.upstreams.isEmpty }.map(\.name.lowercased)
        references = groups.count..<(groups.count + configuration.references.count)
        for reference in configuration.references {
            groups.append(
                Group(upstreams: upstreams.count..<(upstreams.count + 1), asking: AskingRules(), fallsBack: false)
            )
            upstreams.append(reference)
        }
        self.upstreams = upstreams
        self.groups = groups
    }

    /// The addresses of an upstream that are known without asking.
    func addresses(_ upstream: Int) -> [SocketAddress] {
        if case .address(let address) = upstreams[upstream].place { [address] } else { [] }
    }

    /// The hosts whose addresses have to be asked for.
    var hosts: [String] { Array(Set(upstreams.compactMap(\.host))).sorted() }

    /// Whether every name goes to the same upstreams as in another table, however they are asked.
    func sendsNamesLike(_ other: ForwardingTable) -> Bool {
        upstreams == other.upstreams && routes == other.routes
            && groups.map(\.upstreams) == other.groups.map(\.upstreams)
            && groups.map(\.fallsBack) == other.groups.map(\.fallsBack)
    }

    /// The group that a name is asked of.
    /// - Complexity: O(routes)
    func group(of name: borrowing NameBuffer) -> Int {
        for route in routes where route.labels <= name.labelCount {
            let start = name.suffixStart(route.labels)
            guard name.count - start == route.wire.count else { continue }
            if octetsEqual(name.span.extracting(start..<name.count), route.wire.span) { return route.group }
        }
        return 0
    }
}

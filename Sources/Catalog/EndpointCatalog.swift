public import DNS

/// The endpoints of one or more update services with the hosts and CNAME steps that are known behind them.
///
/// An immutable value with an index over the fixed parts of its patterns; build it once and share it.
public struct EndpointCatalog: Sendable {
    /// All endpoints, in file order.
    public let endpoints: [Endpoint]
    /// The sources that endpoints refer to, by id.
    public let sources: [String: Source]
    /// What each service is.
    public let services: [Service: String]
    /// Who each profile is.
    public let profiles: [Profile: String]
    /// Names that were really seen.
    public let knownHosts: [KnownHost]
    /// CNAME steps that were really seen.
    public let chains: ChainGraph
    /// Tells two versions apart; covers the octets of every file the catalog was read from.
    public let fingerprint: Fingerprint

    /// Indexes of endpoints by the lower-case wire form of their pattern's fixed part, most specific first.
    private let index: [ArraySlice<UInt8>: [Int]]
    private let hostIndex: [DomainName: Int]
    private let sieve: SuffixSieve

    /// A catalog of its parts.
    public init(
        endpoints: [Endpoint],
        sources: [String: Source] = [:],
        services: [Service: String] = [:],
        profiles: [Profile: String] = [:],
        knownHosts: [KnownHost] = [],
        chains: ChainGraph = ChainGraph(),
        fingerprint: Fingerprint = Fingerprint()
    ) {
        self.endpoints = endpoints
        self.sources = sources
        self.services = services
        self.profiles = profiles
        self.knownHosts = knownHosts
        self.chains = chains
        self.fingerprint = fingerprint
        var index: [ArraySlice<UInt8>: [Int]] = [:]
        for (number, endpoint) in endpoints.enumerated() {
            index[endpoint.pattern.base.lowercased.wire[...], default: []].append(number)
        }
        self.index = index.mapValues { numbers in
            numbers.sorted { endpoints[$0].pattern.isMoreSpecific(than: endpoints[$1].pattern) }
        }
        sieve = SuffixSieve(endpoints.map(\.pattern.base))
        hostIndex = Dictionary(knownHosts.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// The endpoints that cover `name`, most specific first; shared CDN space only when asked for.
    /// - Complexity: O(labels) look-ups of O(octets)
    public func endpoints(matching name: DomainName, includingShared: Bool = false) -> [Endpoint] {
        var found: [Endpoint] = []
        visit(name, includingShared: includingShared) {
            found.append($0); return true
        }
        // Deeper fixed parts come first already; only an exact entry may stand before them, and it has the deepest.
        return found
    }

    /// The most specific endpoint that covers `name`, or nil.
    public func endpoint(matching name: DomainName, includingShared: Bool = false) -> Endpoint? {
        var found: Endpoint?
        visit(name, includingShared: includingShared) {
            found = $0; return false
        }
        return found
    }

    /// Whether `name` belongs to an update service. Shared CDN space never does.
    public func protects(_ name: DomainName) -> Bool {
        endpoint(matching: name) != nil
    }

    /// Whether an endpoint may cover `name`; of nearly all names that none covers it says no, without making anything of them.
    /// - Complexity: O(octets)
    public func mayCover(_ name: borrowing NameBuffer) -> Bool { sieve.mayContain(name) }

    /// What is known about a name that was really seen, or nil.
    public func knownHost(_ name: DomainName) -> KnownHost? {
        hostIndex[name].map { knownHosts[$0] }
    }

    /// Whether a name is known to lead to an alias, or to another host of the zone that such an alias is in: content networks
    /// number their hosts.
    /// - Complexity: O(steps behind the name)
    public func mayLead(_ name: DomainName, to alias: DomainName) -> Bool {
        let zone = alias.parent
        return chains.aliases(of: name).contains { known in
            known == alias || zone.map { $0.labelCount >= 3 && known.parent == $0 } ?? false
        }
    }

    /// Calls `body` with matching endpoints, most specific first, until it returns false.
    private func visit(_ name: DomainName, includingShared: Bool, _ body: (Endpoint) -> Bool) {
        let wire = name.lowercased.wire
        var position = 0
        while true {
            for number in index[wire[position...]] ?? [] {
                let endpoint = endpoints[number]
                guard includingShared || !endpoint.isShared, endpoint.pattern.matches(name) else { continue }
                guard body(endpoint) else { return }
            }
            guard wire[position] != 0 else { return }
            position += Int(wire[position]) + 1
        }
    }

    /// The catalog with only the endpoints of the given services and profiles; nil means all. Hosts and chains stay.
    public func selecting(services: Set<Service>? = nil, profiles: Set<Profile>? = nil) -> EndpointCatalog {
        let kept = endpoints.filter { endpoint in
            (services?.contains(endpoint.service) ?? true)
                && (profiles.map { !$0.isDisjoint(with: endpoint.profiles) } ?? true)
        }
        return EndpointCatalog(
            endpoints: kept,
            sources: sources,
            services: self.services,
            profiles: self.profiles,
            knownHosts: knownHosts,
            chains: chains,
            fingerprint: fingerprint
        )
    }
}

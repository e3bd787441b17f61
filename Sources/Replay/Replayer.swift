public import Catalog
public import DNS
public import Findings
public import Policy
public import QueryLogs

/// Takes the events of captures and says what broke as observed, and what a stack would break.
///
/// Memory grows with the number of different update names, at most ``maximumNames``; other names are only counted.
public struct Replayer {
    /// Different (name, type) pairs remembered; events beyond are counted in ``ReplayTotals/overflow``.
    public static let maximumNames = 200_000

    /// Clients remembered of all names and types together; events beyond count in ``ReplayTotals/clientOverflow``.
    private static let maximumClients = 1_000_000

    let catalog: EndpointCatalog
    let stack: CompiledStack?
    let context: QueryContext
    private(set) var tallies: [Key: NameTally] = [:]
    private var verdicts: [DomainName: Known] = [:]
    private var clientRoom = Self.maximumClients
    /// Counts over all events.
    public private(set) var totals = ReplayTotals()

    struct Key: Hashable {
        var name: DomainName
        var type: RRType
    }

    /// What the catalog says about a name, asked once.
    private struct Known {
        var endpoint: Endpoint?
        var exists: Bool
        var hasSearchSuffix: Bool
    }

    /// A replayer against a catalog and, if given, a stack, for the client and time of `context`.
    public init(catalog: EndpointCatalog, stack: CompiledStack? = nil, context: QueryContext = .unknown) {
        self.catalog = catalog
        self.stack = stack
        self.context = context
    }

    /// Whether there is a stack to judge by.
    public var hasStack: Bool { stack != nil }

    /// Takes one event.
    public mutating func add(_ event: QueryEvent) {
        totals.events += 1
        if let client = event.client?.address, totals.clients.count < NameTally.maximumClients {
            totals.clients.insert(client)
        }
        let known = known(event.name)
        guard known.endpoint != nil else {
            if known.hasSearchSuffix { totals.searchSuffixed += 1 }
            return
        }
        totals.updateEvents += 1
        let key = Key(name: event.name, type: event.type)
        if tallies[key] == nil {
            guard tallies.count < Self.maximumNames else {
                totals.overflow += 1
                return
            }
            tallies[key] = NameTally(name: event.name.lowercased, type: event.type)
        }
        if tallies[key]?.add(event, exists: known.exists, room: &clientRoom) == false { totals.clientOverflow += 1 }
    }

    private mutating func known(_ name: DomainName) -> Known {
        if let known = verdicts[name] { return known }
        let endpoint = catalog.endpoint(matching: name)
        let isDocumented =
            endpoint?.pattern.kind == .exact
            || (endpoint?.pattern.kind == .suffixAndApex && endpoint?.pattern.base == name)
        let known = Known(
            endpoint: endpoint,
            exists: isDocumented || catalog.knownHost(name) != nil,
            hasSearchSuffix: endpoint == nil && hasSearchSuffix(name)
        )
        if verdicts.count < Self.maximumNames { verdicts[name] = known }
        return known
    }

    /// The most labels of a name that is looked at for a search suffix; the work grows with their square.
    private static let maximumSuffixedLabels = 24

    /// Whether a resolver's search list was appended to an update name (`windowsupdate.microsoft.com.corp.example`).
    private func hasSearchSuffix(_ name: DomainName) -> Bool {
        let labels = name.labels
        guard labels.count > 2, labels.count <= Self.maximumSuffixedLabels else { return false }
        // Content networks build their aliases the same way (`download.windowsupdate.com.edgesuite.net`).
        guard catalog.knownHost(name) == nil, catalog.endpoint(matching: name, includingShared: true) == nil else {
            return false
        }
        return (2..<labels.count).contains { length in
            var candidate: DomainName? = .root
            for label in labels[..<length].reversed() { candidate = candidate?.child(label) }
            return candidate.map { catalog.endpoint(matching: $0) != nil || catalog.knownHost($0) != nil } ?? false
        }
    }

    /// Queries for update names of which the captures do not tell what came of them.
    public var untold: Int { tallies.values.reduce(0) { $0 + $1.untold } }

    /// Update names asked for.
    public var updateNames: Int { Set(tallies.keys.map(\.name)).count }

    /// What the captures show, worst first.
    public func observed() -> [Finding] {
        Dictionary(grouping: tallies.values, by: \.name).flatMap { name, tallies in
            observed(name, tallies.sorted { $0.type.rawValue < $1.type.rawValue })
        }.sorted(by: Self.worseFirst)
    }

    /// One finding per name and kind of observation, its types merged.
    private func observed(_ name: DomainName, _ tallies: [NameTally]) -> [Finding] {
        var order: [Observation] = []
        var spans: [Observation: (types: [RRType], span: NameTally.Span, of: Int, answered: Int)] = [:]
        for tally in tallies {
            let faults = tally.faults.sorted {
                ($0.key.detection, $0.key.text, $0.key.kind.rawValue)
                    < ($1.key.detection, $1.key.text, $1.key.kind.rawValue)
            }
            for (fault, span) in faults {
                if spans[fault] == nil { order.append(fault) }
                var entry = spans[fault] ?? ([], NameTally.Span(), 0, 0)
                entry.types.append(tally.type)
                entry.span.merge(span)
                entry.of += tally.events
                entry.answered += tally.answered
                spans[fault] = entry
            }
        }
        return order.compactMap { fault in
            guard let entry = spans[fault] else { return nil }
            // The same question answered at other times: not a fixed policy, so less certain.
            let evidence: Evidence = entry.answered > 0 && fault.evidence != .proven ? .weak : fault.evidence
            let passing = tallies.filter { $0.faults.isEmpty && $0.withData > 0 }.map(\.type)
            return Finding(
                rule: fault.rule,
                name: name,
                outcomes: entry.types.map { TypeOutcome(type: $0, kind: fault.kind) }
                    + passing.map { TypeOutcome(type: $0, kind: .pass) },
                verdict: Verdict(kind: fault.kind),
                evidence: evidence,
                isObserved: true,
                endpoint: catalog.endpoint(matching: name),
                origin: catalog.knownHost(name) == nil ? nil : .known,
                detail: "\(fault.text); \(entry.span.count) of \(entry.of) queries [\(fault.detection)]",
                sightings: entry.span.sightings
            )
        }
    }

    /// What the stack would break of what was asked, worst first; empty without a stack.
    ///
    /// A log that does not say the type asked for stands for A, AAAA and HTTPS.
    public func underStack() -> [Finding] {
        guard let stack else { return [] }
        return Dictionary(grouping: tallies.values, by: \.name).flatMap { name, tallies in
            underStack(name, tallies, stack, context)
        }.sorted(by: Self.worseFirst)
    }

    private static let untoldTypes: [RRType] = [.a, .aaaa, .https]

    /// What a stack would break of one name; `replay` asks here about every stack.
    func underStack(
        _ name: DomainName,
        _ tallies: [NameTally],
        _ stack: CompiledStack,
        _ context: QueryContext
    ) -> [Finding] {
        let asked = Set(tallies.flatMap { $0.type.rawValue == 0 ? Self.untoldTypes : [$0.type] })
        // The capture's own chain first; the catalog's where the capture has none.
        let aliases = tallies.map(\.aliases).max { $0.count < $1.count } ?? []
        let seen = Self.edges(name, aliases)
        let found = stack.findings(
            name,
            types: asked.sorted { $0.rawValue < $1.rawValue },
            over: seen.isEmpty ? catalog.chains.chains(from: name).map(\.edges) : [seen],
            endpoint: catalog.endpoint(matching: name),
            origin: catalog.knownHost(name) == nil ? nil : .known,
            context: context
        )
        return found.map { finding in
            var counted = finding
            let asked = tallies.filter { $0.type.rawValue == 0 || finding.brokenTypes.contains($0.type) }
            counted.sightings = NameTally.span(of: asked).sightings
            return counted
        }
    }

    private static func edges(_ name: DomainName, _ aliases: [DomainName]) -> [ChainEdge] {
        zip([name] + aliases, aliases).map { owner, target in
            ChainEdge(
                owner: owner,
                target: target,
                basis: .observed,
                sightings: [ChainEdge.Sighting(place: "the capture", when: nil, note: nil)]
            )
        }
    }

    static func worseFirst(_ left: Finding, _ right: Finding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        let counts = (left.sightings?.count ?? 0, right.sightings?.count ?? 0)
        if counts.0 != counts.1 { return counts.0 > counts.1 }
        if left.name != right.name { return left.name < right.name }
        let types = (left.brokenTypes.map(\.rawValue), right.brokenTypes.map(\.rawValue))
        if types.0 != types.1 { return types.0.lexicographicallyPrecedes(types.1) }
        return (left.detail ?? "") < (right.detail ?? "")
    }
}

/// Counts over all events of a replay.
public struct ReplayTotals: Sendable {
    /// Events.
    public internal(set) var events = 0
    /// Events about update names.
    public internal(set) var updateEvents = 0
    /// Events about update names with a search suffix behind them: not update names, but a hint that the bare name failed.
    public internal(set) var searchSuffixed = 0
    /// Events about update names that were left out because there were too many different ones.
    public internal(set) var overflow = 0
    /// Events about update names that no client is charged with, because there were too many.
    public internal(set) var clientOverflow = 0
    /// Clients, at most 65,536.
    public internal(set) var clients: Set<IPAddress> = []
}

public import Catalog
public import DNS
public import Findings
public import Policy
public import QueryLogs

/// Takes the events of captures and says what broke as observed, and what a stack would break.
///
/// Memory grows with the number of different update names, at most ``maximumNames``; other names are only counted. Nothing
/// depends on the order of events or captures, so that replayers of parts of an input make one of the whole (``merge(_:)``).
public struct Replayer: Sendable {
    /// Different (name, type) pairs remembered; events of the others are counted in ``ReplayTotals/overflow``.
    public static let maximumNames = 200_000

    let catalog: EndpointCatalog
    let stack: CompiledStack?
    let context: QueryContext
    let limits: ReplayLimits
    /// What replaces clients and internal names; nil where they stay.
    let redaction: Redaction?
    /// Which key replaced them, if any.
    public internal(set) var redactionID: String?
    /// Every one asked for but those that cannot be among the lowest; see ``kept``.
    private(set) var tallies: [TallyKey: NameTally] = [:]
    /// Above it nothing is kept any more.
    private var bound: TallyKey?
    var book: ClientBook
    var timeline = Timeline()
    /// What was read, by format.
    public internal(set) var sources = SourceTotals()
    var sums = ReplaySums()
    var seen = LowestSet<IPAddress>(limit: NameTally.maximumClients)
    /// Clients that were put into it lately.
    private var recent = RecentAddresses()
    private var verdicts: [DomainName: Known] = [:]

    /// What the catalog says about a name, asked once.
    struct Known {
        var endpoint: Endpoint?
        var exists: Bool
        var hasSearchSuffix: Bool
    }

    /// A replayer against a catalog and, if given, a stack, for the client and time of `context`.
    public init(
        catalog: EndpointCatalog,
        stack: CompiledStack? = nil,
        context: QueryContext = .unknown,
        limits: ReplayLimits = ReplayLimits(),
        redaction: Redaction? = nil
    ) {
        self.catalog = catalog
        self.stack = stack
        self.context = context
        self.limits = limits
        self.redaction = redaction
        redactionID = redaction?.id
        book = ClientBook(limits)
    }

    /// Whether there is a stack to judge by.
    public var hasStack: Bool { stack != nil }

    /// Takes one event.
    public mutating func add(_ event: QueryEvent) {
        sums.events += 1
        if let client = event.client?.address { note(client) }
        if !event.isCountedOnly { look(into: event) }
    }

    /// Names of whose events nothing is kept but that they happened, and who asked: those that no endpoint covers, and that
    /// are no update names behind a search suffix either. Readers are told it (``LogOptions/isCountedOnly``).
    public var countsOnly: @Sendable (DomainName) -> Bool {
        let catalog = catalog
        return { catalog.endpoint(matching: $0) == nil && !Self.hasSearchSuffix($0, catalog) }
    }

    /// Notes a client; the same few come again and again.
    private mutating func note(_ client: IPAddress) {
        if !recent.add(client) { seen.insert(redaction?.client(client) ?? client) }
    }

    private mutating func look(into original: QueryEvent) {
        var event = original
        if let redaction { event.client = event.client.map { SocketAddress(redaction.client($0.address)) } }
        // Times that no calendar has are none.
        if let time = event.time, abs(time) > PartialLimits.maximumTime { event.time = nil }
        let known = known(event.name)
        guard let endpoint = known.endpoint else {
            if known.hasSearchSuffix { sums.searchSuffixed += 1 }
            return
        }
        sums.updateEvents += 1
        let key = TallyKey(event.name.lowercased, event.type, exists: known.exists)
        var chain = NameTally.chain(of: event)
        var fault = Observation(event, exists: known.exists)
        if let redaction {
            chain = chain.map { redaction.alias($0) }
            fault = fault.map { redaction.observation($0, of: event, exists: known.exists) }
        }
        let outcome = NameTally.Outcome(event, fault)
        timeline.add(endpoint.phase, hasFailed: fault != nil, at: event.time)
        if let client = event.client?.address { book.add(outcome, of: client, key, at: event.time) }
        if let bound, bound < key { return }
        tallies[key, default: NameTally(name: key.name, type: key.type)].add(
            event,
            outcome,
            fault: fault,
            aliases: chain
        )
        pruneIfNeeded()
    }

    /// Takes everything that another replayer of the same catalog has taken.
    public mutating func merge(_ other: Replayer) {
        sums.merge(other.sums)
        seen.formUnion(other.seen)
        sources.merge(other.sources)
        timeline.merge(other.timeline)
        for tally in other.tallies.values { merge(tally) }
        book.merge(other.book)
    }

    /// Takes what a part of the input tells of one name and type.
    mutating func merge(_ tally: NameTally) {
        let key = TallyKey(tally.name, tally.type, exists: known(tally.name).exists)
        if let bound, bound < key { return }
        tallies[key, default: NameTally(name: tally.name, type: tally.type)].merge(tally)
        pruneIfNeeded()
    }

    private mutating func pruneIfNeeded() {
        guard tallies.count > limits.names + limits.names / 4 + 16 else { return }
        let lowest = TallyKey.lowest(limits.names, of: tallies.keys)
        bound = lowest.last
        tallies = kept
    }

    /// The lowest names and types of all.
    var kept: [TallyKey: NameTally] {
        guard tallies.count > limits.names else { return tallies }
        let lowest = TallyKey.lowest(limits.names, of: tallies.keys)
        return Dictionary(uniqueKeysWithValues: lowest.compactMap { key in tallies[key].map { (key, $0) } })
    }

    /// Counts over all events.
    public var totals: ReplayTotals {
        let kept = kept.values
        var totals = ReplayTotals()
        totals.events = sums.events
        totals.updateEvents = sums.updateEvents
        totals.searchSuffixed = sums.searchSuffixed
        totals.clients = seen.count
        totals.overflow = sums.updateEvents - kept.reduce(0) { $0 + $1.events }
        totals.clientOverflow = kept.reduce(0) { $0 + $1.clientEvents } - charges().reduce(0) { $0 + $1.marks.events }
        totals.untold = kept.reduce(0) { $0 + $1.untold }
        totals.updateNames = Set(kept.map(\.name)).count
        if redactionID != nil {
            let isRedacted = { (tally: NameTally) in tally.aliases.contains(where: Redaction.isPseudonym) }
            totals.redactedChains = Set(kept.filter(isRedacted).map(\.name)).count
        }
        return totals
    }

    mutating func known(_ name: DomainName) -> Known {
        if let known = verdicts[name] { return known }
        let endpoint = catalog.endpoint(matching: name)
        let isDocumented =
            endpoint?.pattern.kind == .exact
            || (endpoint?.pattern.kind == .suffixAndApex && endpoint?.pattern.base == name)
        let known = Known(
            endpoint: endpoint,
            exists: isDocumented || catalog.knownHost(name) != nil,
            hasSearchSuffix: endpoint == nil && Self.hasSearchSuffix(name, catalog)
        )
        if verdicts.count < Self.maximumNames { verdicts[name] = known }
        return known
    }

    /// The most labels of a name that is looked at for a search suffix; the work grows with their square.
    private static let maximumSuffixedLabels = 24

    /// Whether a resolver's search list was appended to an update name (`windowsupdate.microsoft.com.corp.example`).
    private static func hasSearchSuffix(_ name: DomainName, _ catalog: EndpointCatalog) -> Bool {
        let labels = name.labels
        guard labels.count > 2, labels.count <= maximumSuffixedLabels else { return false }
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

    /// What the captures show, worst first.
    public func observed() -> [Finding] {
        Dictionary(grouping: kept.values, by: \.name).flatMap { name, tallies in
            observed(name, tallies.sorted { $0.type.rawValue < $1.type.rawValue })
        }.sorted(by: Self.worseFirst)
    }

    /// One finding per name and kind of observation, its types merged.
    private func observed(_ name: DomainName, _ tallies: [NameTally]) -> [Finding] {
        var order: [Observation] = []
        var spans: [Observation: (types: [RRType], span: NameTally.Span, of: Int, answered: Int)] = [:]
        for tally in tallies {
            for (fault, span) in tally.faults.sorted {
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
        return Dictionary(grouping: kept.values, by: \.name).flatMap { name, tallies in
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
        let aliases = Self.longest(tallies.map(\.aliases))
        // No list knows pseudonyms, so nothing is asked about what stands behind them.
        let told = redactionID == nil ? aliases : Array(aliases.prefix { !Redaction.isPseudonym($0) })
        let seen = Self.edges(name, told)
        let found = stack.findings(
            name,
            types: asked.sorted { $0.rawValue < $1.rawValue },
            over: aliases.isEmpty ? catalog.chains.chains(from: name).map(\.edges) : seen.isEmpty ? [] : [seen],
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

    /// The longest chain; of equally long ones the lowest.
    private static func longest(_ chains: [[DomainName]]) -> [DomainName] {
        chains.reduce([]) { best, chain in
            let isBetter = chain.count == best.count ? chain.lexicographicallyPrecedes(best) : chain.count > best.count
            return isBetter ? chain : best
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
        let details = (left.detail ?? "", right.detail ?? "")
        if !details.0.utf8.elementsEqual(details.1.utf8) { return details.0.precedes(details.1) }
        return (left.verdict.kind.rawValue, left.rule.rawValue, left.evidence.rawValue)
            < (right.verdict.kind.rawValue, right.rule.rawValue, right.evidence.rawValue)
    }
}

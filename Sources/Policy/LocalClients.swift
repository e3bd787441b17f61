public import DNS

/// The clients that a configuration of Unbound tells apart: their views and tags, and what these mean (`acl_list.c`,
/// compared with 1.17.1).
public struct LocalClients: Sendable {
    /// What the statements about one range of clients say.
    public struct Entry: Sendable {
        /// The view, by number.
        public var view: Int?
        /// The tags, by number; zones with others are none for the client.
        public var tags: Set<Int> = []
        /// The rule of each tag whose zone type counts in place of that of zones with it.
        public var types: [Int: Int] = [:]
        /// The rules of each tag whose data come before those of zones with it that redirect.
        public var data: [Int: [Int]] = [:]
        /// The same as records about addresses, for real answers.
        public var answerData: [Int: [Int]] = [:]

        /// Nothing is said.
        public init() {}
    }

    /// What the statements about one zone say of its clients.
    public struct Zone: Sendable {
        /// Tags of which a client has to have one, in order; nil for a zone that has none and counts for everyone.
        public var tags: [Int]?
        /// The rules whose zone type counts for some clients in place of its own.
        public var overrides = RangeMap<Int>()
        /// The rule that leaves its names open where no list has the zone.
        public var placeholder: Int?

        /// A zone.
        public init() {}
    }

    /// By range of clients; a client in none has neither views nor tags.
    public var entries = RangeMap<Entry>()
    /// By name.
    public var zones: [DomainName: Zone] = [:]
    /// By number of a view: whether the rules of the server clause count where the view has none.
    public var isFirst: [Bool] = []
    /// The same for addresses in answers.
    public var isReallyFirst: [Bool] = []
    /// Whether interfaces give clients that are in no range views and tags of their own, too.
    public var hasInterfaces = false
    /// Whether several lists speak of clients, so that nothing is known of any.
    fileprivate(set) var isOpen = false
    /// The zones by the rules that state them.
    private var zonesOfRules: [Int: Zone] = [:]
    /// Placeholders of zones that some list has.
    private var void: Set<Int> = []

    /// Nothing is said of clients but what Unbound says itself.
    public init() {
        for text in ["127.0.0.0/8", "::1/128", "::ffff:127.0.0.1/128"] {
            if let range = AddressRange(text) { entries[range] = Entry() }
        }
    }

    /// Whether nothing is known of a client.
    func isOpen(_ client: IPAddress) -> Bool { isOpen || hasInterfaces && entries.value(at: client) == nil }

    /// Whether the rules of the server clause count where a view has none.
    func goesOn(_ view: Int) -> Bool { isFirst.indices.contains(view) && isFirst[view] }

    /// Whether a rule leaves the names of a zone open that a list has.
    func isVoid(_ rule: Int) -> Bool { void.contains(rule) }

    /// The zone that a rule states, if its clients are told apart.
    func zone(_ rule: Int) -> Zone? { zonesOfRules[rule] }

    /// Calls `visit` with every range of clients.
    func forEachRange(_ visit: (AddressRange) -> Void) {
        entries.forEachRange(visit)
        for zone in zones.values { zone.overrides.forEachRange(visit) }
    }

    /// Finds the rules that state the zones.
    fileprivate mutating func resolve(_ store: borrowing RuleStore, _ actions: [RuleAction], _ guards: [RuleGuard]) {
        guard !zones.isEmpty else { return }
        for rule in store.indices {
            let record = store[rule]
            guard record.ruleClass == .zone, guards[Int(record.guardID)].view == nil,
                case .localZone = actions[Int(record.action)],
                let zone = zones[DomainName(trustedWire: store.wireName(rule))]
            else { continue }
            zonesOfRules[rule] = zone
            if let placeholder = zone.placeholder { void.insert(placeholder) }
        }
    }
}

/// Whether a zone counts for a client.
enum ZoneClaim {
    case counts, unknown, doesNot
}

extension LocalClients.Zone {
    /// Whether it counts for a client.
    func claim(_ client: IPAddress?, _ clients: LocalClients) -> ZoneClaim {
        guard let client, !clients.isOpen(client) else { return .unknown }
        guard let tags else { return .counts }
        guard let own = clients.entries.value(at: client)?.tags else { return .doesNot }
        return tags.contains { own.contains($0) } ? .counts : .doesNot
    }
}

extension CompiledLayer {
    /// A zone as it counts for a client.
    struct LocalZone {
        /// The rule that states its type: the zone's own, or one about the client.
        var rule: Int
        /// The labels of its name.
        var labels: Int
        var type: LocalZoneType
        /// Rules whose data come before those of the zone, where it redirects.
        var data: [Int] = []
    }

    /// What a zone of the server clause is for a client: an override counts before what the first tag means that client
    /// and zone have in common (`lz_type` in `localzone.c`).
    func zone(_ found: (rule: Int, labels: Int), for client: IPAddress?) -> LocalZone? {
        guard case .localZone(let own) = actions[Int(records[found.rule].action)] else { return nil }
        var zone = LocalZone(rule: found.rule, labels: found.labels, type: own)
        guard let client, let localClients, let limits = localClients.zone(found.rule) else { return zone }
        func take(_ rule: Int) {
            guard case .localZone(let type) = actions[Int(records[rule].action)] else { return }
            (zone.rule, zone.type) = (rule, type)
        }
        if let rule = limits.overrides.value(at: client) {
            take(rule)
        } else if let tags = limits.tags, let entry = localClients.entries.value(at: client),
            let tag = tags.first(where: { entry.tags.contains($0) })
        {
            if let rule = entry.types[tag] { take(rule) }
            zone.data = entry.data[tag] ?? []
        }
        return zone
    }
}

extension LayerBuilder {
    /// Notes what a list says of clients.
    public mutating func note(_ clients: LocalClients) {
        guard localClients == nil else {
            // Which statements count is said by all of them together.
            localClients?.isOpen = true
            return noteUnsupported()
        }
        localClients = clients
    }

    /// How many rules about names there are so far; it is the number of the next.
    public var namedRuleCount: Int { store.count }

    /// Those of some names that no rule is about.
    /// - Complexity: O(rules)
    public func unknownNames(_ names: some Sequence<DomainName>) -> Set<DomainName> {
        var byHash: [UInt64: DomainName] = [:]
        for name in names { byHash[NameHashing.hash(wire: name.lowercased.wire.span, at: 0).hash] = name }
        guard !byHash.isEmpty else { return [] }
        for hash in hashes { byHash[hash] = nil }
        return Set(byHash.values)
    }

    /// What the lists say of clients, with the zones they speak of.
    func resolvedClients() -> LocalClients? {
        var clients = localClients
        clients?.resolve(store, actions, guards)
        return clients
    }
}

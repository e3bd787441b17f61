public import DNS

/// The response policy zones that stand behind the rules of an engine's own configuration (`rpz:` of Unbound), each in a list of
/// its own.
public struct PolicyZones: Sendable {
    /// What the configuration says of one.
    public struct Zone: Sendable {
        /// Its name, which those of its records end with.
        public var name: DomainName
        /// Tags of which a client has to have one; nil for a zone that is for everyone.
        public var tags: [Int]?
        /// Whether what it says is only logged.
        public var isDisabled = false
        /// Whether its NXDOMAIN says that there is no recursion (`rpz-signal-nxdomain-ra`).
        public var hidesRecursion = false
        /// What it does with whatever meets it, in place of what its records say.
        public var override: RuleAction?
        /// The statement that says so, and where it stands, for people.
        public var overrideSource: String?

        /// A zone that is for everyone and does what its records say.
        public init(name: DomainName) { self.name = name }
    }

    /// By the position of the list.
    public private(set) var zones: [Int: Zone] = [:]

    /// No zones.
    public init() {}

    /// The zone in a list.
    public subscript(_ list: Int) -> Zone? {
        get { zones[list] }
        set { zones[list] = newValue }
    }

    /// Whether any is for some clients alone.
    var hasTags: Bool { zones.values.contains { $0.tags != nil } }
}

extension RuleGuard {
    /// The guard of rules in policy zones, which the rules in front of them know nothing of.
    static let ofPolicyZone: RuleGuard = {
        var rule = RuleGuard()
        rule.view = .min
        return rule
    }()

    /// Whether it holds for some clients or hours alone.
    public var isForSome: Bool {
        !clients.isEmpty || minutes != nil || view != nil && view != RuleGuard.ofPolicyZone.view
    }
}

extension EngineProfile {
    /// The profile of an engine whose configuration has policy zones behind its own rules: they look at aliases while the engine
    /// iterates, and at what it finds behind an alias of its own.
    var withPolicyZones: EngineProfile {
        var profile = self
        profile.chain = EngineProfile.unboundRPZ.chain
        profile.answerStyle.chasesAny = EngineProfile.unboundRPZ.answerStyle.chasesAny
        profile.answerStyle.targetPolicy = EngineProfile.unboundRPZ.answerStyle.targetPolicy
        return profile
    }
}

extension CompiledLayer {
    /// Whether the list at a position is a policy zone of the configuration.
    func isPolicyZone(_ list: Int) -> Bool { policyZones?[list] != nil }

    /// What is done in place of what a rule of a policy zone says, or where the value of its list stands; nil for a rule that says
    /// it itself, as those about clients do.
    func overrideNote(_ rule: Int, for name: borrowing NameBuffer) -> String? {
        if mayHaveEntryNote(rule), let entry = entryNote(rule, for: name.name) { return entry }
        guard policyZones != nil, trigger(rule) != .client else { return nil }
        return policyZones?[listIndex(rule)]?.overrideSource.map { "\($0) stands in place of what the rule says" }
    }

    /// Whether a rule stands in a policy zone of the configuration that is for some clients alone.
    public func isInZoneForSomeClients(_ rule: Int) -> Bool { policyZones?[listIndex(rule)]?.tags != nil }

    /// The profile of the part of the engine that a rule belongs to.
    func profile(of rule: Int) -> EngineProfile {
        policyZones != nil && isPolicyZone(listIndex(rule)) ? .unboundRPZ : profile
    }

    /// Whether the wildcards of policy zones that are found for a name depend on the names beside it.
    public var findsStarsByNeighbours: Bool {
        profile.order == .policyZone(.canonicalPredecessor) || policyZones != nil
    }

    /// Whether a list is asked as a policy zone about a client's query; an alias is looked for in all of them, whoever asks
    /// (compared with 1.17.1).
    func asks(zone list: Int, _ client: IPAddress?, isAlias: Bool = false) -> ZoneClaim {
        guard let policyZones else { return .counts }
        guard let zone = policyZones[list], !zone.isDisabled else { return .doesNot }
        guard let tags = zone.tags, !isAlias else { return .counts }
        guard let client, let localClients, !localClients.isOpen(client) else { return .unknown }
        guard let own = localClients.entries.value(at: client)?.tags else { return .doesNot }
        return tags.contains { own.contains($0) } ? .counts : .doesNot
    }

    /// What becomes of the decision of Unbound's local zones in the policy zones of its configuration (`worker.c`, compared with
    /// 1.17.1): they are asked about what local zones let pass, and about names that a zone redirects to an alias.
    func decidePolicyZones(
        after own: Decision,
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        guard policyZones != nil, own.kind == .pass || own.kind == .redirect else { return own }
        let leadsOn = own.kind == .redirect && leadsOn(own, name.name, type, context)
        guard own.kind == .pass || leadsOn else { return own }
        var met = decidePolicyZones(name, hashes, type: type, client: context.client?.address, index: index)
        var passed = own
        passed.exempt = met.exempt
        guard met.hasRule else { return passed }
        guard leadsOn else { return met }
        // Data of the zones give way to the alias, and another alias takes its place.
        if met.kind == .pass { return passed }
        if trigger(Int(met.rule)) == .client || type == .any { met.kind = .unsupported }
        let isData = met.kind == .redirect || met.kind == .sinkhole
        return isData && !leadsElsewhere(Int(met.rule)) ? passed : met
    }

    /// What the policy zones of the configuration say of a name, or of an alias in an answer.
    func decidePolicyZones(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        client: IPAddress?,
        isAlias: Bool = false,
        index: UInt8
    ) -> Decision {
        let rule = policyZoneRule(
            name,
            hashes,
            type: type,
            .canonicalPredecessor,
            client: isAlias ? nil : client,
            zones: lists.count,
            tagged: client,
            isAlias: isAlias
        )
        return certain(settled(decision(rule: rule, type: type, index: index), type), client, isAlias: isAlias)
    }

    /// A decision of policy zones on addresses of a real answer. Those of a client whose view knows no others see none.
    func decidePolicyZones(
        addresses: [IPAddress],
        _ type: RRType,
        client: IPAddress?,
        zones: Int,
        index: UInt8
    ) -> Decision {
        var isHidden: Bool?
        if let localClients, !localClients.isReallyFirst.isEmpty {
            isHidden = client.map {
                localClients.entries.value(at: $0)?.view.map { !localClients.isReallyFirst[$0] } ?? false
            }
        } else {
            isHidden = false
        }
        if isHidden == true { return .pass(index) }
        var rule: Int?
        for list in 0..<min(zones, lists.count) where rule == nil && asks(zone: list, client) != .doesNot {
            rule = addresses.lazy.compactMap { self.addressRule(.answer, $0, type, list: list) }.first
        }
        var found = certain(decision(rule: rule, type: type, index: index), client)
        // Which records an answer to ANY holds depends on the engine's cache.
        if found.hasRule, type == .any || isHidden == nil && localClients?.isReallyFirst.contains(false) == true {
            found.kind = .unsupported
        }
        return found
    }

    /// A decision, or none where nobody knows whether its zone is for the client.
    private func certain(_ decision: Decision, _ client: IPAddress?, isAlias: Bool = false) -> Decision {
        guard decision.hasRule, asks(zone: listIndex(Int(decision.rule)), client, isAlias: isAlias) == .unknown else {
            return decision
        }
        return Decision(kind: .unsupported, layer: decision.layer, rule: decision.rule)
    }

    /// Whether a rule of a policy zone answers with an alias.
    func leadsElsewhere(_ rule: Int) -> Bool {
        switch actions[Int(record(rule).action)] {
        case .redirect: true
        case .records(let list): list.contains { $0.type == .cname }
        default: false
        }
    }
}

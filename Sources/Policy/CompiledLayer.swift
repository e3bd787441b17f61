public import DNS

/// One engine with its lists, compiled: immutable, shared by all threads.
public final class CompiledLayer: Sendable {
    /// The engine whose semantics apply.
    public let engine: Engine
    /// The engine's profile.
    public let profile: EngineProfile
    /// The lists, in order, those of the engine's own rules included.
    public var lists: [ListSource] { records.lists }
    /// The block mode in force.
    public let blockMode: String

    let blockAnswer: BlockAnswer
    /// Seconds to live of data without any of its own.
    let dataTTL: UInt32
    let records: RuleStore
    let patternRecords: [PatternRecord]
    let patterns: [NamePattern]
    let patternIndex: PatternIndex
    let regexIndex: RegexIndex
    /// The place of the strongest pattern in the engine's order: rules before it need not look for patterns.
    let strongestPattern: UInt64
    let addressRecords: [AddressRecord]
    let addressIndex: AddressIndex
    /// Places among the rules about addresses of those that leave a family out.
    let filteringRules: [Int]
    let actions: [RuleAction]
    let plainKinds: [PlainKinds]
    let coverages: [TypeCoverage]
    let guards: [RuleGuard]
    /// Whether any rule depends on more than its name.
    let hasModifiers: Bool
    /// Whether of any rule it may not be known whether it counts, or what it does.
    let mayBeOpen: Bool
    /// Whether a partial wildcard gives addresses.
    let hasDataPatterns: Bool
    /// Whether some rules give addresses that lead nowhere, and others such that lead somewhere: those of one name may be merged.
    let mixesAddresses: Bool
    /// Whether there are rules with answers of their own or that send names on.
    let hasAnswers: Bool
    let table: RuleTable
    let zoneOrder: CanonicalOrder
    /// The rule that leaves every name open, because the engine does not take one of the policy zones.
    let refusal: Int?
    /// The rule that stands for those about name servers.
    let nameServerRule: Int?
    /// The policy zones behind the rules of the configuration, where there are some.
    let policyZones: PolicyZones?
    /// Zones that Unbound would have of its own and does not have.
    public let ownZonesTurnedOff: OwnZonesTurnedOff
    /// Whom Unbound's rules tell apart.
    let localClients: LocalClients?
    /// What Unbound makes of addresses in real answers.
    let localAnswers: LocalAnswers?
    /// The zones that Unbound makes for data outside of zones.
    let implicitZones: ImplicitZones
    /// Hosts whose mail exchangers options of dnsmasq say.
    let mailedHosts: Set<DomainName>
    /// Whether dnsmasq may answer from a cache.
    let mayCache: Bool
    /// Where the values stand that rules refer to by the name of their list.
    let entries: RuleEntries
    /// Names that dnsmasq asks nobody for.
    let unaskedNames: UnaskedNames
    /// Rules of names that refuse clients by their addresses.
    let clientRuleCount: Int
    /// The names of the addresses of hosts lines, for engines that answer them.
    let hostReverseNames: Set<DomainName>
    let domainOrder: DomainOrder
    /// Rules of the lists, without those that the engine or compilation added.
    public let ruleCount: Int
    /// Rules of the lists that could not be evaluated and are not part of any verdict.
    public let unsupportedCount: Int

    init(_ builder: consuming LayerBuilder) {
        engine = builder.engine
        ownZonesTurnedOff = builder.ownZonesTurnedOff
        policyZones = builder.policyZones.zones.isEmpty ? nil : builder.policyZones
        profile = policyZones == nil ? builder.profile : builder.profile.withPolicyZones
        blockAnswer = builder.blockAnswer
        dataTTL = builder.dataTTL
        blockMode = builder.blockMode
        mailedHosts = builder.addHostNames()
        ruleCount = builder.ruleCount - builder.ownRuleCount
        unsupportedCount = builder.unsupportedCount
        mayCache = !builder.dnsmasqHosts.hasNoCache
        unaskedNames = UnaskedNames(builder.dnsmasqHosts)
        entries = builder.entries
        switch profile.order {
        case .localZone, .policyZone(.closestEncloser): builder.addEmptyNonTerminals()
        case .longestFirst:
            // What has names below it exists: NXDOMAIN, its own and upstream's, turns into NODATA there.
            builder.addEmptyNonTerminals(only: .hosts)
        default: break
        }
        localClients = builder.resolvedClients()
        localAnswers = builder.localAnswers
        refusal = builder.refusal
        nameServerRule = builder.nameServerRule
        clientRuleCount = builder.clientRuleCount
        hostReverseNames =
            profile.order == .longestFirst ? Self.reverseNames(builder.store, builder.actions) : []
        zoneOrder =
            profile.order == .policyZone(.canonicalPredecessor)
            ? CanonicalOrder(builder.store)
            : policyZones.map { CanonicalOrder(builder.store, of: $0) } ?? CanonicalOrder(lists: 0)
        builder.domainOrder.sort()
        domainOrder = builder.domainOrder
        // Moved out: a copy would be of hundreds of megabytes, and on small pages.
        var store = RuleStore()
        swap(&store, &builder.store)
        table = RuleTable(&store, hashes: builder.hashes, depths: builder.depths)
        builder.hashes = []
        FlatStorage.releaseRoom(&store.packed)
        implicitZones =
            profile.order == .localZone
            ? ImplicitZones(store, table, builder.actions, builder.guards, localClients) : ImplicitZones()
        records = store
        patternRecords = builder.patternRecords
        patterns = builder.patterns
        patternIndex = PatternIndex(builder.patterns)
        regexIndex = RegexIndex(builder.patterns)
        let (named, longestFirst) = (store.count, builder.profile.order == .longestFirst)
        strongestPattern =
            builder.patternRecords.enumerated()
            .map { Self.order($0.element, rule: named + $0.offset, longestFirst: longestFirst) }.min() ?? .max
        addressRecords = builder.addressRecords
        addressIndex = AddressIndex(builder.addressRecords)
        filteringRules = Self.filteringRules(builder.addressRecords, builder.actions)
        actions = builder.actions
        coverages = builder.coverages
        guards = builder.guards
        hasDataPatterns = builder.patternRecords.contains { Self.isData($0.rule) }
        let classes = store.shapes.map(\.ruleClass) + builder.patternRecords.map(\.rule.ruleClass)
        hasAnswers = classes.contains { $0 == .data || $0 == .open }
        mayBeOpen = builder.guards.count > 1 || builder.actions.contains(.unsupported)
        hasModifiers = builder.guards.count > 1 || (builder.coveragesBeforeOwnRules ?? builder.coverages.count) > 1
        let (answer, profile) = (builder.blockAnswer, builder.profile)
        plainKinds = builder.actions.map { action in
            PlainKinds(action) { Self.kind(of: action, type: $0, answer, profile) }
        }
        mixesAddresses = Self.mixesAddresses(builder.actions)
    }

    /// What this layer does with a name that is asked for with a type.
    ///
    /// - Parameters:
    ///   - context: who asks, and when.
    ///   - index: the position of the layer in its stack.
    ///   - zones: how many of its policy zones count, from the first; other layers have none.
    /// - Complexity: O(octets + labels) plus the patterns of the layer that may match
    public func decide(
        _ name: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext = .unknown,
        index: UInt8 = 0,
        zones: Int = .max
    ) -> Decision {
        decide(name, SuffixHashes(name), type: type, context: context, index: index, zones: zones)
    }

    /// The same with the hashes that all layers of a stack share.
    @inline(__always)
    func decide(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8,
        zones: Int = .max
    ) -> Decision {
        switch profile.order {
        case .classFirst where engine == .pihole: decidePihole(name, hashes, type: type, context: context, index: index)
        case .classFirst where engine == .adguardHome:
            openIfMisread(
                decideAdGuard(name, hashes, type: type, context: context, index: index),
                name,
                hashes.text
            )
        case .classFirst where engine == .technitium:
            decideTechnitium(name, hashes, type: type, context: context, index: index)
        case .classFirst where engine == .dnscryptProxy:
            decideDNSCrypt(name, hashes, type: type, context: context, index: index)
        case .classFirst where engine == .blocky:
            decideBlocky(name, hashes, type: type, context: context, index: index)
        case .classFirst where engine == .coreDNS:
            decideCoreDNS(name, hashes, type: type, context: context, index: index)
        case .classFirst:
            decision(
                strongestRule(name, hashes, type: type, context: context, index: index),
                type: type,
                index: index
            )
        case .longestFirst: decideLongestFirst(name, hashes, type: type, context: context, index: index)
        case .domainOrder: decideDomainOrder(name, type: type, index: index)
        case .firstMatch: decideFirstMatch(name, hashes, type: type, context: context, index: index)
        case .localZone: decideLocalZone(name, hashes, type: type, context: context, index: index)
        case .policyZone(let wildcard):
            unlooped(
                settled(
                    decision(
                        rule: policyZoneRule(
                            name,
                            hashes,
                            type: type,
                            wildcard,
                            client: context.client?.address,
                            zones: min(zones, lists.count)
                        ),
                        type: type,
                        index: index
                    ),
                    type
                ),
                name,
                type
            )
        }
    }

    /// The decision that a rule means for a type; pass without one.
    @inline(__always)
    func decision(rule: Int?, type: RRType, index: UInt8) -> Decision {
        guard let rule else { return .pass(index) }
        let action = actionPlace(rule)
        let plain = plainKinds[action]
        var kind = plain.kind(type) ?? kind(of: actions[action], type: type)
        // One that is the last of its name, and the first to decide, has no other beside it.
        if kind == .sinkhole, mixesAddresses, type == .any || rule >= records.count || records[rule].next != 0,
            givesAddress(rule, type)
        {
            kind = .redirect
        }
        return Decision(
            kind: kind,
            layer: index,
            rule: UInt32(rule),
            exempt: plain.isAllow ? 1 << UInt64(index) : 0
        )
    }

    /// The position of the list that a rule comes from.
    func listIndex(_ rule: Int) -> Int { Int(record(rule).list) }

    /// The class of a rule.
    @inline(__always)
    func ruleClass(_ rule: Int) -> RuleClass {
        rule < records.count ? records.ruleClass(rule) : record(rule).ruleClass
    }

    /// The place of what a rule does among the actions.
    @inline(__always)
    private func actionPlace(_ rule: Int) -> Int {
        Int(rule < records.count ? records.action(rule) : record(rule).action)
    }

    /// The record of a rule; patterns are numbered after the named rules, and rules about addresses after those.
    func record(_ rule: Int) -> RuleRecord {
        if rule < records.count { return records[rule] }
        let loose = rule - records.count
        return loose < patternRecords.count
            ? patternRecords[loose].rule : addressRecords[loose - patternRecords.count].rule
    }

    /// Where a rule stands in its list.
    func position(_ rule: Int) -> RulePosition {
        if rule < records.count { return records.position(rule) }
        let loose = rule - records.count
        return loose < patternRecords.count
            ? patternRecords[loose].position : addressRecords[loose - patternRecords.count].position
    }

    /// The rule that wins by class and length among those that match, cover the type and count for the query.
    func strongestRule(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Choice {
        var choice = Choice()
        let total = name.labelCount
        let longestFirst = profile.order == .longestFirst
        table.forEachSuffix(name, hashes, records, layer: index) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if applies(record, labels, total), covers(record, type) {
                    let key = order(record, labels: labels, rule: next, longestFirst: longestFirst)
                    if key < choice.best {
                        if record.guardID == 0 {
                            choice.take(key, action: record.effect)
                        } else {
                            let truth = guards[Int(record.guardID)].holds(name, context)
                            choice.consider(key, truth, action: record.effect)
                        }
                    }
                    // The rules behind it would be found in vain, each in memory of its own.
                    if record.leads, record.coverage == 0, record.guardID == 0 { break }
                }
                next = Int(record.next) - 1
            }
        }
        if !patternRecords.isEmpty, hashes.layersBesideRules >> UInt64(index) & 1 != 0 {
            considerPatterns(name, hashes, type, context, &choice)
        }
        return choice
    }

    /// What a choice among rules means; unsupported where a rule that may or may not count would decide.
    func decision(_ choice: Choice, type: RRType, index: UInt8) -> Decision {
        if let doubt = choice.doubtfulRule {
            return Decision(kind: .unsupported, layer: index, rule: UInt32(doubt))
        }
        return decision(rule: choice.rule, type: type, index: index)
    }

    /// The place of a matching rule in the engine's order: the lowest wins.
    ///
    /// Where the longest name wins, `*.d` is longer than `d`, whatever the classes (compared with dnsmasq 2.90).
    @inline(__always)
    func order(_ record: RuleRecord, labels: Int, rule: Int, longestFirst: Bool) -> UInt64 {
        let depth = UInt64(127 - labels)
        let rank = UInt64(record.rank)
        guard longestFirst else { return rank << 40 | depth << 32 | UInt64(rule) }
        // What it answers before it looks at rules about domains; first what leaves every name open.
        if record.ruleClass == .special { return (labels == 0 ? 0 : 1) << 40 | UInt64(rule) }
        return (depth << 1 | (record.scope == .below ? 0 : 1)) << 48 | rank << 32 | UInt64(rule)
    }

    @inline(__always)
    func applies(_ record: RuleRecord, _ labels: Int, _ total: Int) -> Bool {
        switch record.scope {
        case .exact: labels == total
        case .subtree: true
        case .below: labels < total
        case .node: false
        }
    }

    @inline(__always)
    func covers(_ record: RuleRecord, _ type: RRType) -> Bool {
        record.coverage == 0 || coverages[Int(record.coverage)].contains(type)
    }
}

public import DNS

/// One engine with its lists, compiled: immutable, shared by all threads.
public final class CompiledLayer: Sendable {
    /// The engine whose semantics apply.
    public let engine: Engine
    /// The engine's profile.
    public let profile: EngineProfile
    /// The lists, in order; without their octets use ``ruleText(_:)``.
    public let lists: [ListSource]
    /// The block mode in force.
    public let blockMode: String

    let blockAnswer: BlockAnswer
    let records: [RuleRecord]
    let patternRecords: [RuleRecord]
    let patterns: [NamePattern]
    let patternIndex: PatternIndex
    let regexIndex: RegexIndex
    let arena: [UInt8]
    let actions: [RuleAction]
    let coverages: [TypeCoverage]
    let exclusions: [UInt32: [DomainName]]
    let patternExclusions: [UInt32: [DomainName]]
    let table: RuleTable
    let zoneOrder: CanonicalOrder
    /// Rules without the nodes that compilation added.
    public let ruleCount: Int
    /// Rules of the lists that could not be evaluated and are not part of any verdict.
    public let unsupportedCount: Int

    init(_ builder: consuming LayerBuilder) {
        engine = builder.engine
        profile = builder.profile
        lists = builder.lists
        blockAnswer = builder.blockAnswer
        blockMode = builder.blockMode
        ruleCount = builder.ruleCount
        unsupportedCount = builder.unsupportedCount
        // Moved out, not copied.
        var records = builder.records
        builder.records = []
        var arena = builder.arena
        builder.arena = []
        switch profile.order {
        case .localZone, .policyZone(.closestEncloser):
            Self.addEmptyNonTerminals(&records, &arena, actions: &builder.actions)
        case .longestFirst where builder.actions.contains(.nxdomain):
            // What lies below matters only where something may not exist.
            Self.addEmptyNonTerminals(&records, &arena, actions: &builder.actions, only: .hosts)
        default: break
        }
        zoneOrder =
            profile.order == .policyZone(.canonicalPredecessor)
            ? CanonicalOrder(records, arena, lists: lists.count) : CanonicalOrder(lists: 0)
        records = FlatStorage.packed(records)
        self.arena = FlatStorage.packed(arena)
        table = RuleTable(&records, arena: self.arena)
        self.records = records
        patternRecords = builder.patternRecords
        patterns = builder.patterns
        patternIndex = PatternIndex(builder.patterns)
        regexIndex = RegexIndex(builder.patterns)
        actions = builder.actions
        coverages = builder.coverages
        exclusions = builder.exclusions
        patternExclusions = builder.patternExclusions
    }

    /// Adds a node record for every ancestor of a name that owns data, list by list (RFC 4592 §2.2.2); in local zones up
    /// to the apex of the zone that the data belongs to.
    private static func addEmptyNonTerminals(
        _ records: inout [RuleRecord],
        _ arena: inout [UInt8],
        actions: inout [RuleAction],
        only ruleClass: RuleClass? = nil
    ) {
        actions.append(.none)
        let action = UInt32(actions.count - 1)
        var known = NameSet()
        var apexes = NameSet()
        for record in records where record.scope == .subtree && ruleClass == nil {
            _ = apexes.insert(Int(record.name), list: 0, arena)
        }
        for index in records.indices where records[index].scope != .subtree {
            let record = records[index]
            if let ruleClass, record.ruleClass != ruleClass { continue }
            var position = Int(record.name)
            if record.scope == .exact {
                if apexes.contains(position, list: 0, arena) { continue }
                position += Int(arena[position]) + 1
            }
            // The node of `*.x` is x itself; of x its parent. Stop at the first ancestor that is known.
            while position < arena.count, arena[position] != 0 {
                guard known.insert(position, list: record.list, arena) else { break }
                var node = record
                node.name = UInt32(position)
                node.scope = .node
                node.action = action
                node.hasExclusions = false
                records.append(node)
                if apexes.contains(position, list: 0, arena) { break }
                position += Int(arena[position]) + 1
            }
        }
    }

    static func wireName(_ arena: [UInt8], _ start: Int) -> [UInt8] {
        var end = start
        while arena[end] != 0 { end += Int(arena[end]) + 1 }
        return Array(arena[start...end])
    }

    /// What this layer does with a name that is asked for with a type.
    ///
    /// - Parameters:
    ///   - index: the position of the layer in its stack.
    ///   - zones: how many of its policy zones count, from the first; other layers have none.
    /// - Complexity: O(octets + labels) plus the patterns of the layer that may match
    public func decide(
        _ name: borrowing NameBuffer,
        type: RRType,
        index: UInt8 = 0,
        zones: Int = .max
    ) -> Decision {
        switch profile.order {
        case .classFirst: decision(rule: strongestRule(name, type: type), type: type, index: index)
        case .longestFirst: decideLongestFirst(name, type: type, index: index)
        case .localZone: decideLocalZone(name, type: type, index: index)
        case .policyZone(let wildcard):
            decision(
                rule: policyZoneRule(name, type: type, wildcard, zones: min(zones, lists.count)),
                type: type,
                index: index
            )
        }
    }

    /// The decision that a rule means for a type; pass without one.
    func decision(rule: Int?, type: RRType, index: UInt8) -> Decision {
        guard let rule else { return Decision(kind: .pass, layer: index, rule: Decision.noRule) }
        let action = actions[Int(record(rule).action)]
        var decision = Decision(kind: kind(of: action, type: type), layer: index, rule: UInt32(rule))
        if case .allow = action { decision.exempt = 1 << UInt64(index) }
        return decision
    }

    /// The position of the list that a rule comes from.
    func listIndex(_ rule: Int) -> Int { Int(record(rule).list) }

    /// The record of a rule; patterns are numbered after the named rules.
    func record(_ rule: Int) -> RuleRecord {
        rule < records.count ? records[rule] : patternRecords[rule - records.count]
    }

    /// The rule that wins by class and length among those that match and cover the type.
    func strongestRule(_ name: borrowing NameBuffer, type: RRType) -> Int? {
        var best = UInt64.max
        let total = name.labelCount
        let longestFirst = profile.order == .longestFirst
        table.forEachSuffix(name, arena) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if applies(record, labels, total), covers(record, type) {
                    let key = order(record, labels: labels, rule: next, longestFirst: longestFirst)
                    if key < best, !record.hasExclusions || !isExcluded(name, exclusions[UInt32(next)]) { best = key }
                }
                next = Int(record.next) - 1
            }
        }
        if !patternRecords.isEmpty { considerPatterns(name, type, &best) }
        return best == .max ? nil : Int(truncatingIfNeeded: best & 0xFFFF_FFFF)
    }

    /// The place of a matching rule in the engine's order: the lowest wins.
    ///
    /// Where the longest name wins, `*.d` is longer than `d`, whatever the classes (compared with dnsmasq 2.90).
    @inline(__always)
    func order(_ record: RuleRecord, labels: Int, rule: Int, longestFirst: Bool) -> UInt64 {
        let depth = UInt64(127 - labels)
        let rank = UInt64(record.rank)
        guard longestFirst else { return rank << 40 | depth << 32 | UInt64(rule) }
        return (depth << 1 | (record.scope == .below ? 0 : 1)) << 40 | rank << 32 | UInt64(rule)
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

    func isExcluded(_ name: borrowing NameBuffer, _ names: [DomainName]?) -> Bool {
        guard let names else { return false }
        let owned = name.name
        return names.contains { owned.isEqualOrBelow($0) }
    }
}

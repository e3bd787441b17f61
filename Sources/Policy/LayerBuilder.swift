public import DNS

/// Names an action that a builder has interned.
public struct ActionID: Hashable, Sendable {
    let index: UInt32
}

/// Names a type coverage that a builder has interned.
public struct CoverageID: Hashable, Sendable {
    let index: UInt16
    /// Every type.
    public static let all = CoverageID(index: 0)
}

/// A rule about the text of names.
struct PatternRecord {
    /// Position of the pattern.
    var pattern: Int
    /// Labels that a match has at least.
    var labels: Int
    /// Steps of the pattern, at most 255.
    var length: Int
    /// Rules about names that were added before it.
    var rulesBefore: Int
    /// The rule.
    var rule: RuleRecord
    /// Where it stands.
    var position: RulePosition
}

/// Collects the rules of one layer, list by list, and compiles them.
///
/// List formats call ``add(_:in:name:rule:line:class:action:coverage:guard:)`` for every rule; a name that is not one
/// is refused with its reason and nothing is stored. Memory grows by about 30 octets a rule.
public struct LayerBuilder {
    /// The engine whose semantics apply.
    public let engine: Engine
    /// The engine's profile.
    public let profile: EngineProfile
    /// The lists begun so far, in order.
    public var lists: [ListSource] { store.lists }

    /// What blocked names are answered with.
    public private(set) var blockAnswer: BlockAnswer
    /// Seconds to live of data without any of its own.
    private(set) var dataTTL: UInt32
    /// The block mode in force.
    public let blockMode: String
    /// Rules that could not be evaluated; see ``CompiledLayer/unsupportedCount``.
    private(set) var unsupportedCount = 0
    var store = RuleStore()
    /// The hash of every rule's name, and how many labels they have.
    var hashes: [UInt64] = []
    var depths = Depths()
    var domainOrder = DomainOrder()
    var localClients: LocalClients?
    var localAnswers: LocalAnswers?
    /// What options of dnsmasq make of hosts.
    public var dnsmasqHosts = DnsmasqHosts()
    /// Where the values stand that rules refer to by the name of their list.
    public var entries = RuleEntries()
    var patternRecords: [PatternRecord] = []
    var patterns: [NamePattern] = []
    var addressRecords: [AddressRecord] = []
    /// Records about addresses that go on with the rule of the one in front of them.
    var addressPartCount = 0
    /// Octets that the regular expressions may still take.
    var regexBudget = RegexLimits.layerMemory
    /// Regular expressions that there was no memory left for.
    var regexRefusals = 0
    /// The classes whose rules leave every name open for want of memory.
    var openClasses: Set<RuleClass> = []
    var actions: [RuleAction] = []
    var coverages: [TypeCoverage] = [.all]
    var guards: [RuleGuard] = [.none]
    private var guardIndex: [RuleGuard: UInt16] = [.none: 0]
    /// The guard of every rule of the list begun last.
    var listGuard = GuardID.none
    private var actionIndex: [RuleAction: UInt32] = [:]
    private var coverageIndex: [TypeCoverage: UInt16] = [.all: 0]
    private var shapeIndex: [RuleShape: UInt32] = [:]
    private var lastShape: (shape: RuleShape, index: UInt32)?
    /// Whether names of the current list may be left where they stand.
    private var keepsNamesInText = false

    /// A builder for an engine in one of its block modes; nil when the engine has no such mode.
    ///
    /// - Parameters:
    ///   - blockAddresses: the addresses that the engine's owner has configured for blocked names.
    ///   - blockTTL: the seconds to live that the owner has configured for them.
    public init?(engine: Engine, blockMode: String? = nil, blockAddresses: [IPAddress] = [], blockTTL: UInt32? = nil) {
        self.engine = engine
        profile = engine.profile
        guard let mode = profile.blockModes.first(where: { blockMode == nil || $0.name == blockMode }) else {
            return nil
        }
        var answer = mode.answer
        // Engines that can have only one of a family take the first.
        let takesAll = engine == .blocky || engine == .technitium
        answer.own =
            takesAll
            ? blockAddresses
            : [blockAddresses.first(where: \.isV4), blockAddresses.first { !$0.isV4 }].compactMap { $0 }
        if let blockTTL { answer.ttl = blockTTL }
        blockAnswer = answer
        dataTTL = profile.dataTTL
        self.blockMode = mode.name
    }

    /// Rules that no list holds, but the engine has of its own.
    private(set) var ownRuleCount = 0

    /// Counts rules added that the engine has of its own, so that nobody takes them for rules of a list.
    public mutating func noteOwnRules(_ count: Int) {
        ownRuleCount += count
    }

    /// The policy zones behind the rules of the configuration.
    public var policyZones = PolicyZones()

    /// The policy zone of the configuration that the list begun last is.
    public var policyZone: PolicyZones.Zone? { policyZones[lists.count - 1] }

    private(set) var coveragesBeforeOwnRules: Int?
    /// What takes away zones that Unbound would have of its own.
    public var ownZonesTurnedOff = OwnZonesTurnedOff()

    /// The names of policy zones, as far as they are known, which BIND serves like other zones.
    public var servedZones: Set<DomainName> = []

    /// Rules of names that refuse clients by their addresses.
    public private(set) var clientRuleCount = 0

    /// Counts a rule that says which clients are answered at all.
    public mutating func noteClientRule() { clientRuleCount += 1 }

    /// Rules added so far.
    public var ruleCount: Int { store.count + patternRecords.count + addressRecords.count - addressPartCount }

    /// The rule that leaves every name open, if one does, in engines that ask zone by zone, or start with all files or none.
    private(set) var refusal: Int?
    /// Lists that pass for files which others include, and those of them that continue a clause there.
    public var included = (lists: Set<String>(), continued: Set<String>())

    /// Notes that the rule added last leaves every name open, whatever the other zones say.
    public mutating func noteRefusal() { refusal = refusal ?? store.count - 1 }

    /// The first rule about name servers, which an engine meets at any name that nothing else decides.
    var nameServerRule: Int?

    /// Counts a rule of the lists that cannot be evaluated, so that nobody takes a pass of this layer for certain.
    public mutating func noteUnsupported() { unsupportedCount += 1 }

    /// Lists that a layer can hold, those of the engine itself among them: rules name theirs in 16 bits.
    public static let maximumLists = Int(UInt16.max) + 1

    /// Starts a list; the rules added from here on belong to it.
    ///
    /// - Precondition: the layer has fewer than ``maximumLists``.
    /// - Parameter guard: what every rule of it depends on.
    public mutating func beginList(_ list: ListSource, guard: RuleGuard = .none) {
        precondition(store.lists.count < Self.maximumLists, "rules name their list in 16 bits")
        if list.isOfEngine { coveragesBeforeOwnRules = coveragesBeforeOwnRules ?? coverages.count }
        listGuard = intern(policyZones[store.lists.count] == nil ? `guard` : .ofPolicyZone)
        keepsNamesInText =
            !profile.order.needsAncestors(of: .data) && !LineIndex.hasLoneReturns(list.octets.span)
        store.begin(list, keepsNames: keepsNamesInText)
    }

    /// Makes room for the rules of `octets` octets of lists, so that the tables do not move while they grow.
    public mutating func reserve(octets: Int) {
        guard store.count == 0 else { return }
        FlatStorage.releasesMemory
        // Memory that is never touched costs nothing.
        store.packed = FlatStorage.empty(capacity: octets / 8)
        hashes.reserveCapacity(octets / 8)
    }

    /// Notes how long answers live that the engine makes itself, where rules do not say it (dnsmasq `local-ttl`).
    public mutating func noteLocalTTL(_ seconds: UInt32) {
        dataTTL = seconds
        blockAnswer.ttl = seconds
    }

    /// Notes the start of authority of the list begun last.
    public mutating func noteStartOfAuthority(_ record: OwnedRecord) {
        store.noteStartOfAuthority(record)
    }

    /// The most guards, and the most coverages, that rules of a layer can have.
    private static let maximumShared = Int(UInt16.max)

    /// The id of an action; equal actions share one.
    public mutating func intern(_ action: RuleAction) -> ActionID {
        if let index = actionIndex[action] { return ActionID(index: index) }
        let index = UInt32(actions.count)
        actions.append(action)
        actionIndex[action] = index
        return ActionID(index: index)
    }

    /// The id of a type coverage; equal ones share one.
    public mutating func intern(_ coverage: TypeCoverage) -> CoverageID {
        if let index = coverageIndex[coverage] { return CoverageID(index: index) }
        guard coverages.count < Self.maximumShared else {
            // Such a rule matches nothing.
            noteUnsupported()
            if coverages.count == Self.maximumShared { coverages.append(TypeCoverage(only: [])) }
            return CoverageID(index: UInt16(Self.maximumShared))
        }
        let index = UInt16(truncatingIfNeeded: coverages.count)
        coverages.append(coverage)
        coverageIndex[coverage] = index
        return CoverageID(index: index)
    }

    /// The id of a guard; equal ones share one.
    public mutating func intern(_ rule: RuleGuard) -> GuardID {
        if let index = guardIndex[rule] { return GuardID(index: index) }
        guard guards.count < Self.maximumShared else {
            noteUnsupported()
            if guards.count == Self.maximumShared { guards.append(.unknowable) }
            return GuardID(index: UInt16(Self.maximumShared))
        }
        let index = UInt16(truncatingIfNeeded: guards.count)
        guards.append(rule)
        guardIndex[rule] = index
        return GuardID(index: index)
    }

    /// The guard of a rule together with that of its list; nil, and counted, where the engine's order does not ask guards.
    mutating func combined(_ own: GuardID) -> UInt16? {
        let index =
            if listGuard == .none || own == listGuard {
                own.index
            } else if own == .none {
                listGuard.index
            } else {
                intern(guards[Int(listGuard.index)].and(guards[Int(own.index)])).index
            }
        // Conditions of whole lists are none of Unbound's.
        guard
            index == 0 || profile.order.asksGuards
                || profile.order == .localZone && (listGuard == .none || policyZone != nil)
        else {
            noteUnsupported()
            return nil
        }
        return index
    }

    /// Adds a rule about a name that stands at `name` in the text of the list begun last; `rule` is the whole rule.
    /// - Throws: ``NameError`` when the text is no name; nothing is added then.
    /// - Complexity: O(octets of the name)
    public mutating func add(
        _ scope: Scope,
        in text: Span<UInt8>,
        name range: Range<Int>,
        rule: Range<Int>,
        line: Int,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        guard: GuardID = .none
    ) throws(NameError) {
        let end = range.upperBound - (range.count > 1 && text[range.upperBound - 1] == 0x2E ? 1 : 0)
        guard let key = NameHashing.hash(text: text, range.lowerBound..<end) else {
            let name = try DomainName(presentation: Self.octets(text.extracting(range)))
            let position = RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
            return add(
                scope,
                name: name,
                class: ruleClass,
                action: action,
                coverage: coverage,
                guard: `guard`,
                at: position
            )
        }
        guard let shape = shape(scope, ruleClass, action, coverage, `guard`) else { return }
        let number = UInt32(truncatingIfNeeded: store.count)
        if keepsNamesInText, !profile.order.needsAncestors(of: ruleClass), range.lowerBound - rule.lowerBound < 256,
            rule.contains(range.lowerBound)
        {
            store.packed.append(
                RuleStore.Packed(
                    at: UInt32(truncatingIfNeeded: range.lowerBound),
                    shape: shape,
                    list: UInt16(truncatingIfNeeded: lists.count - 1),
                    nameLength: UInt8(end - range.lowerBound),
                    back: UInt8(range.lowerBound - rule.lowerBound)
                )
            )
            if !LineIndex.endsLine(text, rule.upperBound) {
                store.textLengths.append(RuleStore.TextLength(rule: number, length: UInt32(clamping: rule.count)))
            }
        } else {
            let position = RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
            appendStored(shape, position) { Self.appendWire(text, range.lowerBound..<end, to: &$0) }
        }
        hashes.append(key.hash)
        depths.insert(key.labels)
    }

    /// Adds a rule about a name.
    public mutating func add(
        _ scope: Scope,
        name: DomainName,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        guard: GuardID = .none,
        at position: RulePosition
    ) {
        guard let shape = shape(scope, ruleClass, action, coverage, `guard`) else { return }
        let wire = name.lowercased.wire
        appendStored(shape, position) { $0.append(contentsOf: wire) }
        let key = NameHashing.hash(wire: wire.span, at: 0)
        hashes.append(key.hash)
        depths.insert(key.labels)
    }

    private mutating func appendStored(_ shape: UInt32, _ position: RulePosition, _ name: (inout [UInt8]) -> Void) {
        let start = store.store(position, name: name)
        store.packed.append(
            RuleStore.Packed(
                at: UInt32(truncatingIfNeeded: start),
                shape: shape,
                list: UInt16(truncatingIfNeeded: lists.count - 1),
                nameLength: 0,
                back: 0
            )
        )
    }

    /// The number of the shape of a rule, which is about to be added; nil when the engine has no such class.
    private mutating func shape(
        _ scope: Scope,
        _ ruleClass: RuleClass,
        _ action: ActionID,
        _ coverage: CoverageID,
        _ own: GuardID
    ) -> UInt32? {
        guard let rank = profile.rank(of: ruleClass) else { return nil }
        guard store.hasRoom else {
            noteUnsupported()
            return nil
        }
        guard let guardID = combined(own) else { return nil }
        return intern(
            RuleShape(
                action: overridden(action).index,
                coverage: coverage.index,
                scope: scope,
                ruleClass: ruleClass,
                rank: rank,
                guardID: guardID
            )
        )
    }

    /// What a rule does in place of its own action, where the configuration says so of its policy zone.
    mutating func overridden(_ action: ActionID) -> ActionID {
        guard let override = policyZone?.override, actions[Int(action.index)] != .unsupported else { return action }
        return intern(override)
    }

    mutating func intern(_ shape: RuleShape) -> UInt32 {
        if let lastShape, lastShape.shape == shape { return lastShape.index }
        let index = shapeIndex[shape] ?? UInt32(store.shapes.count)
        if index == store.shapes.count {
            store.shapes.append(shape)
            shapeIndex[shape] = index
        }
        lastShape = (shape, index)
        return index
    }

    private static func octets(_ text: Span<UInt8>) -> [UInt8] { text.indices.map { text[$0] } }

    /// Appends the wire form of a name that ``NameHashing/hash(text:_:)`` takes.
    private static func appendWire(_ text: Span<UInt8>, _ range: Range<Int>, to arena: inout [UInt8]) {
        var lengthAt = arena.count
        arena.append(0)
        for index in range {
            if text[index] == 0x2E {
                lengthAt = arena.count
                arena.append(0)
            } else {
                arena[lengthAt] += 1
                arena.append(asciiLowercased(text[index]))
            }
        }
        arena.append(0)
    }

    /// Compiles the rules into a layer.
    /// - Complexity: O(rules × labels)
    public consuming func compile() -> CompiledLayer { CompiledLayer(consume self) }
}

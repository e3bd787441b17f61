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

/// One rule in the flat store; its name and text are octets elsewhere.
struct RuleRecord: BitwiseCopyable {
    /// Offset of the name in the arena; for a text pattern its index.
    var name: UInt32
    /// The next rule of the same name, plus one; 0 ends the chain. For a text pattern its labels.
    var next: UInt32 = 0
    var action: UInt32
    var line: UInt32
    var textOffset: UInt32
    var textLength: UInt16
    var list: UInt16
    var coverage: UInt16
    var scope: Scope
    var ruleClass: RuleClass
    var rank: UInt8
    var hasExclusions: Bool = false
}

/// Collects the rules of one layer, list by list, and compiles them.
///
/// List formats call ``add(_:presentation:class:action:coverage:excluding:at:)`` for every rule; a name that is not one is
/// refused with its reason and nothing is stored. Memory grows by about 60 octets a rule plus its name.
public struct LayerBuilder {
    /// The engine whose semantics apply.
    public let engine: Engine
    /// The engine's profile.
    public let profile: EngineProfile
    /// The lists begun so far, in order.
    public private(set) var lists: [ListSource] = []

    let blockAnswer: BlockAnswer
    /// The block mode in force.
    public let blockMode: String
    /// Rules that could not be evaluated; see ``CompiledLayer/unsupportedCount``.
    private(set) var unsupportedCount = 0
    var records: [RuleRecord] = []
    var patternRecords: [RuleRecord] = []
    var patterns: [NamePattern] = []
    /// Octets that the regular expressions may still take.
    private var regexBudget = RegexLimits.layerMemory
    var arena: [UInt8] = []
    var actions: [RuleAction] = []
    var coverages: [TypeCoverage] = [.all]
    var exclusions: [UInt32: [DomainName]] = [:]
    var patternExclusions: [UInt32: [DomainName]] = [:]
    private var actionIndex: [RuleAction: UInt32] = [:]
    private var coverageIndex: [TypeCoverage: UInt16] = [.all: 0]

    /// A builder for an engine in one of its block modes; nil when the engine has no such mode.
    public init?(engine: Engine, blockMode: String? = nil) {
        self.engine = engine
        profile = engine.profile
        guard let mode = profile.blockModes.first(where: { blockMode == nil || $0.name == blockMode }) else {
            return nil
        }
        blockAnswer = mode.answer
        self.blockMode = mode.name
    }

    /// Rules added so far.
    public var ruleCount: Int { records.count + patternRecords.count }

    /// Counts a rule of the lists that cannot be evaluated, so that nobody takes a pass of this layer for certain.
    public mutating func noteUnsupported() {
        unsupportedCount += 1
    }

    /// Starts a list; the rules added from here on belong to it. At most 65,535 lists a layer.
    public mutating func beginList(_ list: ListSource) {
        lists.append(list)
    }

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
        let index = UInt16(truncatingIfNeeded: coverages.count)
        coverages.append(coverage)
        coverageIndex[coverage] = index
        return CoverageID(index: index)
    }

    /// Adds a rule about a name given in presentation form.
    /// - Throws: ``NameError`` when the text is no name; nothing is added then.
    public mutating func add(
        _ scope: Scope,
        presentation text: Span<UInt8>,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        excluding exclusions: [DomainName] = [],
        at position: RulePosition
    ) throws(NameError) {
        let start = arena.count
        guard Self.appendPlainName(text, to: &arena) else {
            arena.removeSubrange(start...)
            var octets: [UInt8] = []
            for index in 0..<text.count { octets.append(text[index]) }
            let name = try DomainName(presentation: octets)
            add(
                scope,
                name: name,
                class: ruleClass,
                action: action,
                coverage: coverage,
                excluding: exclusions,
                at: position
            )
            return
        }
        append(scope, nameAt: start, ruleClass, action, coverage, exclusions, position)
    }

    /// Adds a rule about a name.
    public mutating func add(
        _ scope: Scope,
        name: DomainName,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        excluding exclusions: [DomainName] = [],
        at position: RulePosition
    ) {
        let start = arena.count
        arena.append(contentsOf: name.lowercased.wire)
        append(scope, nameAt: start, ruleClass, action, coverage, exclusions, position)
    }

    /// Adds a rule about the text of names.
    public mutating func add(
        pattern: TextPattern,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        excluding exclusions: [DomainName] = [],
        at position: RulePosition
    ) {
        append(.text(pattern), labels: pattern.labels, ruleClass, action, coverage, exclusions, position)
    }

    /// Adds a regular expression over the text of names.
    /// - Returns: whether the layer has memory left for it; nothing is added otherwise
    public mutating func add(
        regex: NameRegex,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        excluding exclusions: [DomainName] = [],
        at position: RulePosition
    ) -> Bool {
        guard regex.memoryBound <= regexBudget else { return false }
        regexBudget -= regex.memoryBound
        append(.regex(regex), labels: 1, ruleClass, action, coverage, exclusions, position)
        return true
    }

    private mutating func append(
        _ pattern: NamePattern,
        labels: Int,
        _ ruleClass: RuleClass,
        _ action: ActionID,
        _ coverage: CoverageID,
        _ exclusions: [DomainName],
        _ position: RulePosition
    ) {
        guard let rank = profile.rank(of: ruleClass) else { return }
        let number = UInt32(patternRecords.count)
        if !exclusions.isEmpty { patternExclusions[number] = exclusions }
        var record = record(number, .exact, ruleClass, rank, action, coverage, !exclusions.isEmpty, position)
        record.next = UInt32(min(labels, 127))
        patternRecords.append(record)
        patterns.append(pattern)
    }

    private mutating func append(
        _ scope: Scope,
        nameAt start: Int,
        _ ruleClass: RuleClass,
        _ action: ActionID,
        _ coverage: CoverageID,
        _ exclusions: [DomainName],
        _ position: RulePosition
    ) {
        guard let rank = profile.rank(of: ruleClass) else { return }
        if !exclusions.isEmpty { self.exclusions[UInt32(records.count)] = exclusions }
        records.append(
            record(UInt32(start), scope, ruleClass, rank, action, coverage, !exclusions.isEmpty, position)
        )
    }

    private func record(
        _ name: UInt32,
        _ scope: Scope,
        _ ruleClass: RuleClass,
        _ rank: UInt8,
        _ action: ActionID,
        _ coverage: CoverageID,
        _ hasExclusions: Bool,
        _ position: RulePosition
    ) -> RuleRecord {
        RuleRecord(
            name: name,
            action: action.index,
            line: UInt32(truncatingIfNeeded: position.line),
            textOffset: UInt32(truncatingIfNeeded: position.offset),
            textLength: UInt16(clamping: position.length),
            list: UInt16(truncatingIfNeeded: lists.count - 1),
            coverage: coverage.index,
            scope: scope,
            ruleClass: ruleClass,
            rank: rank,
            hasExclusions: hasExclusions
        )
    }

    /// Appends the wire form of a name without escapes; false when the text needs the full parser or is no name.
    private static func appendPlainName(_ text: Span<UInt8>, to arena: inout [UInt8]) -> Bool {
        guard text.count > 0, text.count <= 254 else { return false }
        let start = arena.count
        var lengthAt = arena.count
        arena.append(0)
        for index in 0..<text.count {
            let octet = text[index]
            switch octet {
            case 0x2E:
                guard arena[lengthAt] > 0 else { return false }
                lengthAt = arena.count
                arena.append(0)
            case 0x5C: return false
            default:
                guard arena[lengthAt] < 63 else { return false }
                arena[lengthAt] += 1
                arena.append(asciiLowercased(octet))
            }
        }
        if arena[lengthAt] > 0 { arena.append(0) }
        return arena.count - start <= DomainName.maximumWireLength
    }

    /// Compiles the rules into a layer.
    /// - Complexity: O(rules × labels)
    public consuming func compile() -> CompiledLayer {
        CompiledLayer(self)
    }
}

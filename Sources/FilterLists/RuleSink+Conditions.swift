import DNS
import Policy
import TextScan

/// A rule of an engine that tries its rules in order.
struct OrderedRule {
    var condition: QueryCondition
    var action: RuleAction
    var ruleClass: RuleClass
    /// The only types that the action is for; nil for all.
    var types: [RRType]?
    /// The statement.
    var range: Range<Int>
    var line: Int
    /// How the configuration calls it.
    var name: [UInt8] = []
    /// Whether it only keeps the place of a rule that is not evaluated, or that ends nothing.
    var isPlaceholder = false
    /// Whether nobody knows how many rules of the configuration it stands for.
    var standsForMany = false
    /// Whether it is about no client that nobody named.
    var isForKnownClients = false
    /// The statement, if it stands in a file that the list includes.
    var origin: ListEntry?
}

/// Turns ordered rules into rules of a layer.
struct OrderedRuleWriter {
    /// The properties that conditions name by their numbers.
    let properties: [NameProperty]
    /// The sets of client addresses that they name.
    let clients: [[AddressRange]]
    /// The minutes of the week that they name in place of a set, by its number.
    let hours: [Int: [Range<Int>]]
    /// How many names may be written: a set that many rules share is written for each.
    private var namesLeft: Int
    /// Rules for some types only; each may need a coverage of its own.
    private var typedLeft = 60_000
    /// Rules for some clients only.
    private var guardsLeft = 10_000
    var conditions: [Int: NameCondition] = [:]
    /// Why properties are not evaluated, by their numbers; their conditions hold for more names than they do.
    var refusals: [Int: Refusal] = [:]
    /// Why a part of what is being written is not evaluated.
    var refusal: Refusal?
    private var guards: [[Int: Bool]: GuardID] = [:]
    /// Whether all names are open from here on.
    private var isOpen = false

    /// What the rules that one becomes have in common.
    private struct Shape {
        var action: ActionID
        var coverage: CoverageID
        var guardID: GuardID
    }

    enum Refusal {
        case reason(UnsupportedReason)
        case regex(RegexError)
        /// What the engine adds by itself.
        case own

        var isOwn: Bool { if case .own = self { true } else { false } }

        /// The one of two that is counted.
        static func counted(_ one: Refusal?, _ other: Refusal?) -> Refusal? {
            one.map { $0.isOwn ? other ?? one : one } ?? other
        }
    }

    enum Fault: Error {
        case bad(Range<Int>)
        case unsupported(UnsupportedReason)
        case regex(RegexError)
    }

    init(
        _ properties: [NameProperty],
        clients: [[AddressRange]] = [],
        hours: [Int: [Range<Int>]] = [:],
        octets: Int
    ) {
        self.properties = properties
        self.clients = clients
        self.hours = hours
        namesLeft = octets + 100_000
    }

    /// Writes a rule; one that cannot be is counted.
    mutating func write(_ rule: OrderedRule, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard !rule.isPlaceholder else { return }
        let before = sink.builder.ruleCount - sink.openRules
        let mark = sink.builder.mark
        refusal = nil
        defer {
            if let origin = rule.origin { sink.builder.note(origin, since: mark) }
            switch refusal {
            case .reason(let reason): sink.skip(reason, text, rule.range, rule.line)
            case .regex(let error): sink.refuse(error, text, rule.range, rule.line)
            case .own, nil: break
            }
            if rule.action == .unsupported || rule.isForKnownClients {
                sink.noteOpenRules(sink.builder.ruleCount - sink.openRules - before)
            }
        }
        do throws(Fault) {
            guard rule.condition.types.count <= 64, rule.condition.clients.count <= 3 else {
                throw .unsupported(.tooManyParts)
            }
            let action = sink.builder.intern(rule.action)
            for (part, holds) in rule.condition.byClient() {
                let own = try guardID(holds, rule.isForKnownClients, &sink)
                for (condition, coverage) in part.byType() {
                    guard let covered = Self.common(coverage, rule.types) else { continue }
                    if covered != .all { typedLeft -= 1 }
                    guard typedLeft > 0 else { throw .unsupported(.tooManyParts) }
                    let shape = Shape(action: action, coverage: sink.builder.intern(covered), guardID: own)
                    try write(condition, rule, shape, text, &sink)
                }
            }
        } catch {
            switch error {
            case .bad(let range): sink.drop(.badStatement, text, range, rule.line)
            case .unsupported(let reason):
                sink.skip(reason, text, rule.range, rule.line)
                leaveOpen(rule, &sink)
            case .regex(let error):
                sink.refuse(error, text, rule.range, rule.line)
                leaveOpen(rule, &sink)
            }
        }
    }

    /// Leaves all names open where a rule could not be written; what stands in front of it stays.
    private mutating func leaveOpen(_ rule: OrderedRule, _ sink: inout RuleSink) {
        guard !isOpen else { return }
        isOpen = true
        sink.leaveOpen(.subtree, .root, class: rule.ruleClass, rule: rule.range, line: rule.line)
    }

    /// The guard of rules for clients inside of some sets and outside of others.
    private mutating func guardID(
        _ holds: [Int: Bool],
        _ isForKnownClients: Bool,
        _ sink: inout RuleSink
    ) throws(Fault) -> GuardID {
        if holds.isEmpty { return .none }
        if !isForKnownClients, let made = guards[holds] { return made }
        for set in holds.keys { try take(clients[set].count) }
        guardsLeft -= 1
        guard guardsLeft > 0 else { throw .unsupported(.tooManyParts) }
        var limit = RuleGuard()
        limit.isForKnownClients = isForKnownClients
        for (set, isInside) in holds.sorted(by: { $0.key < $1.key }) {
            if let minutes = hours[set] {
                limit = limit.and(RuleGuard(minutes: isInside ? minutes : Self.others(minutes)))
                continue
            }
            let traits = clients[set].map { ClientTrait.range($0) }
            limit.clients.append(isInside ? ClientCondition(anyOf: traits) : ClientCondition(noneOf: traits))
        }
        let made = sink.builder.intern(limit)
        if !isForKnownClients { guards[holds] = made }
        return made
    }

    /// The minutes of the week that are none of these.
    private static func others(_ minutes: [Range<Int>]) -> [Range<Int>] {
        var others: [Range<Int>] = []
        var next = 0
        for range in minutes.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if next < range.lowerBound { others.append(next..<range.lowerBound) }
            next = max(next, range.upperBound)
        }
        return next < 7 * 1440 ? others + [next..<(7 * 1440)] : others
    }

    /// What two coverages share; nil for nothing.
    private static func common(_ coverage: TypeCoverage, _ types: [RRType]?) -> TypeCoverage? {
        guard let types else { return coverage.types.isEmpty && !coverage.isExclusion ? nil : coverage }
        let shared = types.filter(coverage.contains)
        return shared.isEmpty ? nil : TypeCoverage(only: shared)
    }

    private mutating func write(
        _ condition: QueryCondition,
        _ rule: OrderedRule,
        _ shape: Shape,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) throws(Fault) {
        let position = RulePosition(rule.range, line: rule.line)
        switch condition {
        case .constant(false): return
        case .constant(true):
            sink.builder.add(
                .subtree,
                name: .root,
                class: rule.ruleClass,
                action: shape.action,
                coverage: shape.coverage,
                guard: shape.guardID,
                at: position
            )
            return
        case .property(let number):
            if case .below(let names) = properties[number] {
                return try write(names, .subtree, rule, shape, text, &sink)
            }
            if case .isOne(let names) = properties[number] {
                return try write(names, .exact, rule, shape, text, &sink)
            }
            if case .belowNames(let names, let places) = properties[number] {
                return try write(names, places, .subtree, rule, shape, position, &sink)
            }
            if case .isOneName(let names, let places) = properties[number] {
                return try write(names, places, .exact, rule, shape, position, &sink)
            }
        case .any(let parts):
            // Each alternative is a rule of its own.
            for part in parts { try write(part, rule, shape, text, &sink) }
            return
        default: break
        }
        let earlier = refusal
        refusal = nil
        defer { refusal = Refusal.counted(refusal, earlier) }
        let made = try nameCondition(condition, text)
        if refusal != nil {
            // Where it does whatever the part that is not evaluated says, it is certain; that may be nowhere.
            if Self.hasNegation(condition) || refusals.values.contains(where: \.isOwn),
                case let least = try nameCondition(condition, text, isNegated: true), !least.isNever
            {
                _ = sink.builder.add(
                    condition: least,
                    class: rule.ruleClass,
                    action: shape.action,
                    coverage: shape.coverage,
                    guard: shape.guardID,
                    at: position
                )
            }
            return sink.undecided(
                made,
                class: rule.ruleClass,
                action: shape.action,
                coverage: shape.coverage,
                guard: shape.guardID,
                at: position
            )
        }
        let isAdded: Bool
        var plain = made
        if case .entry(let own, let entry) = made {
            sink.builder.noteNextPattern(entry)
            plain = own
        }
        if case .regex(let regex) = plain {
            isAdded = sink.builder.add(
                regex: regex,
                class: rule.ruleClass,
                action: shape.action,
                coverage: shape.coverage,
                guard: shape.guardID,
                at: position
            )
        } else {
            isAdded = sink.builder.add(
                condition: plain,
                class: rule.ruleClass,
                action: shape.action,
                coverage: shape.coverage,
                guard: shape.guardID,
                at: position
            )
        }
        guard isAdded else { throw .unsupported(.regexTooLarge("the ones before it have used it up")) }
    }

    private static func hasNegation(_ condition: QueryCondition) -> Bool {
        switch condition {
        case .not: true
        case .all(let parts), .any(let parts): parts.contains(where: hasNegation)
        case .constant, .property, .type, .client: false
        }
    }

    // MARK: - Names

    private mutating func write(
        _ names: [LuaText],
        _ scope: Scope,
        _ rule: OrderedRule,
        _ shape: Shape,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) throws(Fault) {
        try take(names.count)
        for name in names {
            let range = Self.surroundings(of: name.content, in: rule.range, text)
            do throws(NameError) {
                if name.isEscaped || name.content.isEmpty {
                    sink.builder.add(
                        scope,
                        name: try Self.name(name, text),
                        class: rule.ruleClass,
                        action: shape.action,
                        coverage: shape.coverage,
                        guard: shape.guardID,
                        at: RulePosition(range, line: name.line)
                    )
                } else {
                    try sink.builder.add(
                        scope,
                        in: text,
                        name: name.content,
                        rule: range,
                        line: name.line,
                        class: rule.ruleClass,
                        action: shape.action,
                        coverage: shape.coverage,
                        guard: shape.guardID
                    )
                }
            } catch {
                throw .bad(name.content)
            }
        }
    }

    private mutating func write(
        _ names: [DomainName],
        _ places: NameProperty.Places,
        _ scope: Scope,
        _ rule: OrderedRule,
        _ shape: Shape,
        _ position: RulePosition,
        _ sink: inout RuleSink
    ) throws(Fault) {
        try take(names.count)
        for (number, name) in names.enumerated() {
            if number < places.places.count, case let place = places.places[number] {
                sink.builder.noteNextName(path: places.paths[place.path], line: place.line, isWord: place.isWord)
            }
            sink.builder.add(
                scope,
                name: name,
                class: rule.ruleClass,
                action: shape.action,
                coverage: shape.coverage,
                guard: shape.guardID,
                at: position
            )
        }
    }

    mutating func take(_ count: Int) throws(Fault) {
        guard count <= namesLeft else { throw .unsupported(.tooManyParts) }
        namesLeft -= count
    }

    /// The name that a text stands for; an empty one is the root.
    static func name(_ name: LuaText, _ text: Span<UInt8>) throws(NameError) -> DomainName {
        let octets = name.octets(text)
        return octets.isEmpty ? .root : try DomainName(presentation: octets)
    }

    /// What to show of a rule for one of its names: the whole statement when it is short, else the line of the name.
    private static func surroundings(of name: Range<Int>, in statement: Range<Int>, _ text: Span<UInt8>) -> Range<Int> {
        if statement.count <= 240, statement.contains(name.lowerBound) { return statement }
        var start = name.lowerBound
        while start > 0, name.lowerBound - start < 120, text[start - 1] != 0x0A { start -= 1 }
        var end = name.upperBound
        while end < text.count, end - name.upperBound < 120, text[end] != 0x0A { end += 1 }
        return text.trimmedRange(in: start..<end)
    }
}

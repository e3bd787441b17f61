import DNS
import Policy
import TextScan

/// The rules of a configuration in Lua in the order in which the engine tries them, and what leaves names open among them.
///
/// All readers of Lua decide here what becomes of a statement that is not evaluated: it may do anything to the names that
/// it is about, which are all names where it does not say, from the place on where the engine would come to it.
struct LuaRules {
    /// Where the engine comes to a statement.
    enum Place {
        /// Before all rules: it may be asked first, or change or remove those that stand in front of it.
        case first
        /// Among the rules, where it stands: those in front of it that decide stay.
        case inOrder
        /// Behind all rules: it meets what they let pass.
        case behind
    }

    /// What leaves names open before all rules.
    private(set) var first: [OrderedRule] = []
    /// The rules.
    var rules: [OrderedRule] = []
    /// What leaves names open behind them.
    private(set) var behind: [OrderedRule] = []

    /// Rules behind others times those that let pass.
    private static let maximum = 10_000

    /// Leaves names open: those of a condition, or all.
    mutating func leaveOpen(
        _ place: Place,
        _ range: Range<Int>,
        _ line: Int,
        _ condition: QueryCondition? = nil,
        types: [RRType]? = nil
    ) {
        let rule = OrderedRule.open(range, line, condition, types: types)
        // A second one for all names says nothing more.
        switch place {
        case .first: if first.last?.isOpenForAll != true { first.append(rule) }
        case .inOrder: if rules.last?.isOpenForAll != true { rules.append(rule) }
        case .behind: if behind.last?.isOpenForAll != true { behind.append(rule) }
        }
    }

    /// Leaves every name open because of a statement with which the engine is not known to start, or does not.
    mutating func refuse(
        _ fault: ConfigurationFault,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        switch fault {
        case .bad: return sink.drop(.badStatement, text, range, line)
        case .unreadable: sink.skip(.programAtStart, text, range, line)
        case .unsupported(let reason): sink.skip(reason, text, range, line)
        }
        leaveOpen(.first, range, line)
    }

    /// The same because LuaJIT does not compile the text, or is not known to.
    mutating func refuse(_ fault: LuaSyntax.Fault, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        refuse(fault.isCertain ? .bad : .unreadable, text, fault.range, fault.line, &sink)
    }

    /// Whether a rule is the one that leaves every name open, whatever other files say.
    func leavesAllOpen(_ rule: OrderedRule) -> Bool {
        rule.isOpenForAll && first.contains { $0.isOpenForAll && $0.range == rule.range }
    }

    /// All rules in one order, with others that meet what these let pass.
    func merged(with others: [OrderedRule] = []) -> [OrderedRule] {
        first + Self.merged(rules, Self.merged(others, behind))
    }

    /// The same with others in front, what those let pass meeting these.
    func merged(behind others: [OrderedRule]) -> [OrderedRule] {
        first + Self.merged(others, Self.merged(rules, behind))
    }

    /// Rules and those behind them in one order: what the former let pass meets the latter first.
    private static func merged(_ rules: [OrderedRule], _ others: [OrderedRule]) -> [OrderedRule] {
        guard !others.isEmpty else { return rules }
        let passing = rules.count { $0.letsPass }
        let isTooMany = passing * others.count > maximum
        var merged: [OrderedRule] = []
        for rule in rules {
            if rule.letsPass, !isTooMany {
                for other in others {
                    var both = other
                    // What the one sends on, and the other lets pass, is sent on.
                    if case .route = rule.action, other.action == .allow { both.action = rule.action }
                    both.condition = .all([rule.condition, other.condition]).resolved { _ in nil }
                    merged.append(both)
                }
            } else if rule.letsPass {
                merged.append(.open(rule.range, rule.line, rule.condition))
            }
            merged.append(rule)
        }
        return merged + others
    }
}

extension OrderedRule {
    /// A rule that leaves the names of a condition open, or all.
    static func open(
        _ range: Range<Int>,
        _ line: Int,
        _ condition: QueryCondition? = nil,
        types: [RRType]? = nil
    ) -> OrderedRule {
        OrderedRule(
            condition: condition ?? .constant(true),
            action: .unsupported,
            ruleClass: .block,
            types: types,
            range: range,
            line: line
        )
    }

    /// Whether it leaves all names open.
    var isOpenForAll: Bool { action == .unsupported && condition == .constant(true) && types == nil }

    /// Whether what is behind it still comes to its names.
    fileprivate var letsPass: Bool {
        guard !isPlaceholder else { return false }
        switch action {
        case .allow, .route: return true
        default: return false
        }
    }
}

extension RuleSink {
    /// Leaves every name open where something in the file keeps the engine from starting.
    /// - Parameter rules: those that would be added; their names are looked at.
    mutating func refuse(_ rules: inout LuaRules, _ properties: [NameProperty], _ text: Span<UInt8>) {
        if fault == nil {
            for case .below(let names) in properties { noteBadNames(names, text) }
            for case .isOne(let names) in properties { noteBadNames(names, text) }
        }
        guard let fault else { return }
        skip(.refusedFile, text, fault.range, fault.line)
        rules.leaveOpen(.first, fault.range, fault.line)
    }

    private mutating func noteBadNames(_ names: [LuaText], _ text: Span<UInt8>) {
        for name in names where fault == nil {
            let octets = name.octets(text)
            guard !octets.isEmpty, (try? DomainName(presentation: octets)) == nil else { continue }
            drop(.badStatement, text, name.content, name.line)
        }
    }
}

/// How many lines a text has.
func lineCount(_ text: Span<UInt8>) -> Int {
    var count = 0
    for index in 0..<text.count where text[index] == 0x0A { count += 1 }
    return text.count > 0 && text[text.count - 1] != 0x0A ? count + 1 : count
}

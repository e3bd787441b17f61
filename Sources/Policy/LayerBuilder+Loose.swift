public import DNS

extension LayerBuilder {
    /// Adds a rule about the text of names.
    public mutating func add(
        pattern: TextPattern,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        guard: GuardID = .none,
        at position: RulePosition
    ) {
        append(
            .text(pattern),
            labels: pattern.labels,
            length: pattern.tokens.count,
            ruleClass,
            action,
            coverage,
            `guard`,
            position
        )
    }

    /// Adds a regular expression over the text of names.
    /// - Returns: whether the layer has memory left for it; nothing is added otherwise
    public mutating func add(
        regex: NameRegex,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        guard: GuardID = .none,
        at position: RulePosition
    ) -> Bool {
        add(.regex(regex), needing: regex.memoryBound, ruleClass, action, coverage, `guard`, position)
    }

    /// Adds a condition on the text of names.
    /// - Returns: whether the layer has memory left for its regular expressions; nothing is added otherwise
    public mutating func add(
        condition: NameCondition,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        guard: GuardID = .none,
        at position: RulePosition
    ) -> Bool {
        add(.condition(condition), needing: condition.regexMemory, ruleClass, action, coverage, `guard`, position)
    }

    private mutating func add(
        _ pattern: NamePattern,
        needing memory: Int,
        _ ruleClass: RuleClass,
        _ action: ActionID,
        _ coverage: CoverageID,
        _ own: GuardID,
        _ position: RulePosition
    ) -> Bool {
        guard takeRegexMemory(memory) else { return false }
        append(pattern, labels: 1, length: 0, ruleClass, action, coverage, own, position)
        return true
    }

    /// Whether there was that much memory left for regular expressions.
    mutating func takeRegexMemory(_ octets: Int) -> Bool {
        guard octets <= regexBudget else {
            regexRefusals += 1
            return false
        }
        regexBudget -= octets
        return true
    }

    /// Whether it is worth compiling another regular expression: too many before it were, and found no memory.
    public var mayTakeRegex: Bool { regexRefusals < 64 }

    /// Notes that rules of a class leave every name open; false when they do already.
    public mutating func noteOpenClass(_ ruleClass: RuleClass) -> Bool { openClasses.insert(ruleClass).inserted }

    mutating func append(
        _ pattern: NamePattern,
        labels: Int,
        length: Int,
        _ ruleClass: RuleClass,
        _ action: ActionID,
        _ coverage: CoverageID,
        _ own: GuardID,
        _ position: RulePosition
    ) {
        guard let rule = looseRecord(ruleClass, action, coverage, own) else { return }
        patternRecords.append(
            PatternRecord(
                pattern: patterns.count,
                labels: min(labels, 127),
                length: min(length, 255),
                rulesBefore: store.count,
                rule: rule,
                position: position
            )
        )
        patterns.append(pattern)
    }

    /// Adds a rule about addresses.
    public mutating func add(
        _ trigger: AddressTrigger,
        _ range: AddressRange,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        guard: GuardID = .none,
        at position: RulePosition
    ) {
        // What the configuration says of a policy zone is not about clients (compared with Unbound 1.17.1).
        let action = trigger == .client ? action : overridden(action)
        guard let rule = looseRecord(ruleClass, action, coverage, `guard`) else { return }
        let record = AddressRecord(trigger: trigger, range: range, rule: rule, position: position)
        if let last = addressRecords.last, record.continues(last) { addressPartCount += 1 }
        addressRecords.append(record)
    }

    /// Records about addresses so far; a rule about a range takes several.
    public var addressRecordCount: Int { addressRecords.count }

    /// How many of the rules about addresses from a position on look at those in answers, or at the client's.
    public func addressRuleCount(_ trigger: AddressTrigger, from start: Int) -> Int {
        addressRecords.ruleCount(trigger, from: start)
    }

    /// The record of a rule that is about no name; nil when the engine has no such class.
    private mutating func looseRecord(
        _ ruleClass: RuleClass,
        _ action: ActionID,
        _ coverage: CoverageID,
        _ own: GuardID
    ) -> RuleRecord? {
        guard let rank = profile.rank(of: ruleClass), let guardID = combined(own) else { return nil }
        return RuleRecord(
            next: 0,
            action: action.index,
            coverage: coverage.index,
            list: UInt16(truncatingIfNeeded: lists.count - 1),
            scope: .exact,
            ruleClass: ruleClass,
            rank: rank,
            guardID: guardID
        )
    }
}

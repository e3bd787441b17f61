public import DNS

/// A rule that an engine's configuration states outside its lists.
public struct ConfiguredRule: Sendable, Equatable {
    /// Which names it is about, given its name.
    public var scope: Scope
    /// The name.
    public var name: DomainName
    /// Its part in the engine's order.
    public var ruleClass: RuleClass
    /// What it does.
    public var action: RuleAction
    /// The types that it covers.
    public var coverage: TypeCoverage
    /// Where the configuration states it.
    public var position: RulePosition
    /// How many labels the names have that it is about, if that is what it is about, whatever its scope and name say.
    public var labelCounts: ClosedRange<Int>?

    /// A rule of its parts.
    public init(
        _ scope: Scope,
        _ name: DomainName,
        class ruleClass: RuleClass,
        action: RuleAction,
        coverage: TypeCoverage = .all,
        at position: RulePosition
    ) {
        self.scope = scope
        self.name = name
        self.ruleClass = ruleClass
        self.action = action
        self.coverage = coverage
        self.position = position
    }
}

extension LayerBuilder {
    /// Adds a rule that the configuration states, as one of the list begun last.
    public mutating func add(_ rule: ConfiguredRule) {
        let action = intern(rule.action)
        let coverage = rule.coverage == .all ? .all : intern(rule.coverage)
        if let counts = rule.labelCounts {
            _ = add(
                condition: .not(.labelsOutside(counts)),
                class: rule.ruleClass,
                action: action,
                coverage: coverage,
                at: rule.position
            )
            return
        }
        add(
            rule.scope,
            name: rule.name,
            class: rule.ruleClass,
            action: action,
            coverage: coverage,
            at: rule.position
        )
    }
}

public import Catalog
public import DNS
public import Findings
public import TextScan

/// The totals of exceptions for a stack.
public struct ExceptionSummary: Sendable {
    /// The exceptions, layer by layer.
    public let plans: [ExceptionPlan]
    /// Names that are needed.
    public let names: Int
    /// The types that they are asked for.
    public let types: [RRType]
    /// What the layers that were asked do not let pass for certain with all exceptions, whoever asks.
    public let left: [BlockedNeed]
    /// How many layers were asked together.
    public let layers: Int
    /// Rules that could not be evaluated.
    public let unsupportedRules: Int

    /// Totals.
    public init(
        _ plans: [ExceptionPlan],
        names: Int,
        types: [RRType],
        left: [BlockedNeed],
        layers: Int,
        unsupportedRules: Int
    ) {
        self.plans = plans
        self.names = names
        self.types = types
        self.left = left
        self.layers = layers
        self.unsupportedRules = unsupportedRules
    }

    /// Names that a layer blocks without exceptions.
    public var blockedNames: Set<DomainName> { Set(plans.flatMap { $0.blocked.map(\.name) }) }
    /// Names that are blocked with all of them.
    public var remainingNames: Set<DomainName> {
        Set(plans.flatMap { $0.remaining.map(\.name) } + left.filter(\.verdict.isBlocked).map(\.name))
    }
    /// Names of which it is not known whether they pass with all of them.
    public var openNames: Set<DomainName> {
        let open = plans.flatMap { $0.open.map(\.name) } + left.filter { !$0.verdict.isBlocked }.map(\.name)
        return Set(open).subtracting(remainingNames)
    }
    /// All exceptions.
    public var rules: Int { plans.reduce(0) { $0 + $1.members.count } }
    /// What no set of exceptions that frees as much is smaller than.
    public var lowerBound: Int { plans.reduce(0) { $0 + $1.search.lowerBound } }
    /// Whether it is proven that there is no better set.
    public var isMinimal: Bool { plans.allSatisfy(\.isMinimal) }
    /// Whether everything is known: nothing was left open, by rules or by a search that ended early.
    public var isCertain: Bool { isMinimal && openNames.isEmpty && unsupportedRules == 0 }
    /// The worst severity of what stays blocked.
    public var worst: Severity? {
        (plans.flatMap(\.remaining) + left.filter(\.verdict.isBlocked)).map(\.severity).max()
    }

    /// Writes the members of a `summary` record.
    public func write(to json: inout JSONWriter) {
        json.member("names", names)
        json.member("qtypes", types.map(\.description))
        json.member("blocked_names", blockedNames.count)
        json.member("exceptions", rules)
        json.member("lower_bound", lowerBound)
        json.member("minimal", isMinimal)
        json.member("remaining_names", remainingNames.count)
        json.member("open_names", openNames.count)
        json.member("opened_names", plans.reduce(0) { $0 + $1.openedCount })
        json.member("unsupported_rules", unsupportedRules)
    }
}

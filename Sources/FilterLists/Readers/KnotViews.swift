import DNS
import Policy

/// Rules of Knot Resolver's view module for the clients of a network (`modules/view/view.lua` 5.6, compared with the running
/// engine). They are tried in order like those of the policy module, and behind all of those: whatever policy answers is
/// answered, and what it lets pass or sends on may still meet a view.
struct KnotViews {
    /// The networks, each of a rule.
    private(set) var clients: [[AddressRange]] = []
    /// Whether the policy module is asked first, as it is where `modules` does not name it behind this one.
    private(set) var isBehindPolicy = true
    private var isLoaded = false
    private var rules: [OrderedRule] = []

    /// Rules of views times rules of policy that let pass.
    private static let maximum = 10_000

    /// Takes the name of a module that is loaded, perhaps with its place: `view < policy`.
    mutating func noteLoaded(_ text: String) {
        let isView = text.hasPrefix("view")
        guard isView || text.hasPrefix("policy") else { return }
        if text.contains("<") || text.contains(">") || !isView && isLoaded { isBehindPolicy = false }
        if isView { isLoaded = true }
    }

    /// Takes a rule; false where there are too many.
    mutating func add(_ rule: OrderedRule, for range: AddressRange) -> Bool {
        guard rules.count < Self.maximum else { return false }
        clients.append([range])
        var rule = rule
        rule.condition = .all([.client(clients.count - 1), rule.condition]).resolved { _ in nil }
        rules.append(rule)
        return true
    }

    /// All rules in one order: what policy lets pass meets the views first.
    func merged(with policy: [OrderedRule]) -> [OrderedRule] {
        guard !rules.isEmpty else { return policy }
        let passing = policy.count { Self.goesOn($0.action) }
        let isTooMany = passing * rules.count > Self.maximum
        var merged: [OrderedRule] = []
        for rule in policy {
            if Self.goesOn(rule.action), !isTooMany {
                for view in rules {
                    var both = view
                    both.condition = .all([rule.condition, view.condition]).resolved { _ in nil }
                    merged.append(both)
                }
            } else if Self.goesOn(rule.action) {
                var open = rule
                open.action = .unsupported
                merged.append(open)
            }
            merged.append(rule)
        }
        return merged + rules
    }

    private static func goesOn(_ action: RuleAction) -> Bool {
        switch action {
        case .allow, .route: true
        default: false
        }
    }
}

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
    private(set) var rules: [OrderedRule] = []

    private static let maximum = 10_000

    /// Takes the name of a module that is loaded, perhaps with its place: `view < policy`.
    mutating func noteLoaded(_ text: String) {
        let isView = text.hasPrefix("view")
        guard isView || text.hasPrefix("policy") else { return }
        if text.contains("<") || text.contains(">") || !isView && isLoaded { isBehindPolicy = false }
        if isView { isLoaded = true }
    }

    /// Takes a rule, for the clients of a network or for all; false where there are too many.
    mutating func add(_ rule: OrderedRule, for range: AddressRange?) -> Bool {
        guard rules.count < Self.maximum else { return false }
        guard let range else {
            rules.append(rule)
            return true
        }
        clients.append([range])
        var rule = rule
        rule.condition = .all([.client(clients.count - 1), rule.condition]).resolved { _ in nil }
        rules.append(rule)
        return true
    }
}

import DNS
import Policy

/// Rules of Knot Resolver's view module for the clients of a network (`modules/view/view.lua` 5.6, compared with the running
/// engine). They are tried in order like those of the policy module, and behind all of those, unless `modules` says
/// otherwise: whatever the first of the two answers is answered, and what it lets pass or sends on may still meet the other.
struct KnotViews {
    /// Which of the two modules is asked first.
    enum Place {
        case behindPolicy
        case inFront
        case unknown
    }

    /// The networks, each of a rule.
    private(set) var clients: [[AddressRange]] = []
    /// Modules in the order in which they are asked, as far as statements name them; those there are before all of them. Nil
    /// once a statement puts one beside another that is not among them.
    private var order: [String]? = ["iterate", "validate", "cache", "policy"]

    /// Which of the two is asked first.
    var place: Place {
        guard let order else { return .unknown }
        guard let view = order.firstIndex(of: "view"), let policy = order.firstIndex(of: "policy") else {
            return .behindPolicy
        }
        return view < policy ? .inFront : .behindPolicy
    }

    private(set) var rules: [OrderedRule] = []

    private static let maximum = 10_000

    /// Takes the name of a module that is loaded: it moves to the end, or to the place that is named, `view < policy`.
    mutating func noteLoaded(_ text: String) {
        let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard var order, let name = words.first else { return }
        order.removeAll { $0 == name }
        switch (words.count, words.count > 1 ? words[1] : "") {
        case (1, _) where !text.contains("<") && !text.contains(">"): order.append(name)
        case (3, "<"), (3, ">"):
            guard let other = order.firstIndex(of: words[2]) else { return self.order = nil }
            order.insert(name, at: words[1] == "<" ? other : other + 1)
        default: return self.order = nil
        }
        self.order = order
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

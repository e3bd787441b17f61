import DNS
import Policy

/// A value of a dnsdist configuration, as far as it is known without running it.
enum DnsdistValue {
    case text(LuaText)
    case number(Double)
    case boolean(Bool)
    /// A sequence of texts.
    case texts([LuaText])
    /// `newDNSName("…")`.
    case name(LuaText)
    /// `newSuffixMatchNode()` or `newDNSNameSet()`: shared by all who hold it, as in Lua.
    case names(DnsdistNames)
    /// `newNMG()`: the texts of networks.
    case networks(DnsdistNames)
    case condition(QueryCondition)
    case action(DnsdistAction)
    /// `newRuleAction(rule, action)`.
    case rule(QueryCondition, DnsdistAction)
    /// What is known by its kind alone: a server, a pool, a function, a table.
    case object(String)
    case unknown
}

extension DnsdistValue: LuaValue {
    var spoiled: DnsdistValue {
        switch self {
        case .texts: .object("table")
        case .names(let names): .object(names.isBelow ? "newSuffixMatchNode" : "newDNSNameSet")
        case .networks: .object("newNMG")
        case .text, .number, .boolean, .name, .condition, .action, .rule, .object, .unknown: self
        }
    }
}

/// Names that a configuration collects.
final class DnsdistNames {
    /// Whether names below those collected belong to it.
    let isBelow: Bool
    private var entries: [LuaText] = []
    /// Names removed, each with how many entries there were before it.
    private var removals: [(name: LuaText, count: Int)] = []

    /// The condition that the rules share that use it as it is now.
    var condition: QueryCondition?

    init(isBelow: Bool) { self.isBelow = isBelow }

    /// What it costs to look at it.
    var cost: Int { entries.count + removals.count }

    func add(_ names: [LuaText]) {
        condition = nil
        entries += names
    }

    func remove(_ names: [LuaText]) {
        condition = nil
        removals += names.map { ($0, entries.count) }
    }

    func removeAll() {
        condition = nil
        entries = []
        removals = []
    }

    /// What it holds now.
    func current(_ text: Span<UInt8>) -> [LuaText] {
        guard !removals.isEmpty else { return entries }
        var last: [DomainName: Int] = [:]
        for removal in removals {
            if let name = try? DomainName(presentation: removal.name.octets(text)) { last[name] = removal.count }
        }
        // What was removed does not come back but by being added again.
        let kept = entries.enumerated().filter { index, entry in
            guard let name = try? DomainName(presentation: entry.octets(text)) else { return true }
            return index >= last[name] ?? 0
        }
        entries = kept.map(\.element)
        removals = []
        return entries
    }
}

/// What a dnsdist action does.
enum DnsdistAction {
    /// The search for rules ends here, for these types or for all.
    case ends(RuleAction, RuleClass, types: [RRType]?)
    /// The next rule is tried.
    case goesOn
}

/// Why something in a configuration is not evaluated.
enum ConfigurationFault: Error {
    /// The engine would refuse to start.
    case bad
    /// Whether the engine starts with it is not known.
    case unreadable
    /// It is not evaluated yet.
    case unsupported(UnsupportedReason)
}

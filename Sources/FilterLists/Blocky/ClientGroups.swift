import DNS
import Policy

/// Which groups of lists apply to which clients, as Blocky's `clientGroupsBlock` says (`resolver/blocking_resolver.go`):
/// the groups of everything that a client matches together, and those of `default` for a client that matches nothing.
public struct ClientGroups: Sendable, Equatable {
    /// A client, or several with commas between them, and its groups.
    public struct Entry: Sendable, Equatable {
        /// Names (with `*`, `?`, `[ ]`), addresses, ranges or `default`.
        public var clients: String
        /// Groups of lists.
        public var groups: [String]

        /// An entry.
        public init(clients: String, groups: [String]) {
            self.clients = clients
            self.groups = groups
        }
    }

    /// The entries.
    public var entries: [Entry]

    /// Entries, in any order.
    public init(_ entries: [Entry]) { self.entries = entries }

    /// What a list in some groups depends on; nil when it applies to no client.
    func limit(_ groups: [String]) -> RuleGuard? {
        var traits: [ClientTrait] = []
        var all: [ClientTrait] = []
        var isDefault = false
        for entry in entries {
            let counts = entry.groups.contains { groups.contains($0) }
            for client in entry.clients.lowercased().split(separator: ",", omittingEmptySubsequences: false) {
                if client == "default" {
                    isDefault = isDefault || counts
                    continue
                }
                guard let trait = Self.trait(client) else { continue }
                all.append(trait)
                if counts { traits.append(trait) }
            }
        }
        if isDefault {
            return all.isEmpty ? RuleGuard.none : RuleGuard(clients: [ClientCondition(anyOf: traits, orNoneOf: all)])
        }
        return traits.isEmpty ? nil : RuleGuard(clients: [ClientCondition(anyOf: traits)])
    }

    /// What a client is recognised by; a pattern that Go calls bad matches none.
    private static func trait(_ client: Substring) -> ClientTrait? {
        if let range = AddressRange(client) { return .range(range) }
        guard let tokens = Glob.tokens(client.utf8) else { return nil }
        let isGlob = client.contains { "*?[\\".contains($0) }
        let pattern = TextPattern(start: .beginning, tokens: tokens, endsAtEnd: true)
        // A domain name stands for the addresses that it has, too.
        let isHost = !isGlob && client.drop { $0 == "." }.dropLast().contains(".")
        return isHost ? .host(pattern) : .pattern(pattern)
    }
}

/// Who gets lists, worked out once for all lists of the same groups.
struct GroupLimits {
    /// Who gets a list.
    enum Limit {
        case everybody
        case some(RuleGuard)
        case nobody
    }

    private let clients: ClientGroups?
    private var known: [[String]: Limit] = [:]

    init(_ clients: ClientGroups?) { self.clients = clients }

    /// Who gets the lists of some groups.
    mutating func limit(_ groups: [String]) -> Limit {
        guard let clients, !groups.isEmpty else { return .everybody }
        if let limit = known[groups] { return limit }
        let limit = clients.limit(groups).map(Limit.some) ?? .nobody
        known[groups] = limit
        return limit
    }
}

/// Groups without lists to deny: of their clients everything is blocked that they do not allow.
enum AllowOnlyGroups {
    /// Adds what blocks everything else.
    static func add(_ lists: [ListText], _ clients: ClientGroups, to builder: inout LayerBuilder) {
        func isAllowing(_ list: ListText) -> Bool { list.role == .allow || list.role == .exempt }
        let denying = Set(lists.filter { !isAllowing($0) }.flatMap(\.groups))
        // All lists of a group have its schedules.
        let allowing = Dictionary(grouping: lists.filter(isAllowing), by: \.minutes)
        for (minutes, lists) in allowing.sorted(by: { $0.key?.description ?? "" < $1.key?.description ?? "" }) {
            let groups = Set(lists.flatMap(\.groups)).subtracting(denying).sorted()
            add(groups, RuleGuard(minutes: minutes), clients, to: &builder)
        }
    }

    private static func add(
        _ groups: [String],
        _ hours: RuleGuard,
        _ clients: ClientGroups,
        to builder: inout LayerBuilder
    ) {
        guard !groups.isEmpty, let limit = clients.limit(groups)?.and(hours) else { return }
        let text = groups.joined(separator: ", ")
        builder.beginList(
            ListSource(path: "allow-only groups of Blocky", format: "domains", octets: Array(text.utf8)),
            guard: limit
        )
        builder.add(
            .subtree,
            name: .root,
            class: .importantBlock,
            action: builder.intern(.block),
            at: RulePosition(line: 1, offset: 0, length: text.utf8.count)
        )
        builder.noteOwnRules(1)
    }
}

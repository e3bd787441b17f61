import DNS

/// Clients in the order in which an engine recognises them: the first entry that a client meets says whether a rule counts
/// for it (Pi-hole's clients with their groups).
public struct ClientTable: Hashable, Sendable {
    /// A client of the engine's configuration.
    public struct Entry: Hashable, Sendable {
        /// What it is recognised by.
        public var trait: ClientTrait
        /// Whether the rule counts for it.
        public var counts: Bool

        /// An entry.
        public init(_ trait: ClientTrait, counts: Bool) {
            self.trait = trait
            self.counts = counts
        }
    }

    /// The entries, the strongest first.
    public var entries: [Entry]
    /// Whether the rule counts for clients that meet no entry, and where nobody says who asks.
    public var otherwise: Bool
    /// Whether there are more entries, which were not kept: of a client that meets none of these nobody knows.
    public var isOpen: Bool

    /// A table.
    public init(_ entries: [Entry], otherwise: Bool, isOpen: Bool = false) {
        self.entries = entries
        self.otherwise = otherwise
        self.isOpen = isOpen
    }

    /// Whether the rule counts for a client.
    /// - Complexity: O(entries)
    func holds(for client: Client?) -> Truth {
        guard let client else { return otherwise ? .yes : .no }
        var mayCount = false
        var mayNot = false
        for entry in entries {
            let truth = entry.trait.matches(client)
            guard truth != .no else { continue }
            if entry.counts { mayCount = true } else { mayNot = true }
            if mayCount && mayNot { return .unknown }
            if truth == .yes { return entry.counts ? .yes : .no }
        }
        if isOpen || (otherwise ? mayNot : mayCount) { return .unknown }
        return otherwise ? .yes : .no
    }
}

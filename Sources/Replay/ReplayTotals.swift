internal import DNS

/// How much a replay keeps.
public struct ReplayLimits: Sendable {
    /// Names with their types.
    public var names = Replayer.maximumNames
    /// Clients with the names and types that they asked for, of all clients together.
    public var charges = 1_000_000
    /// Names and types of one client.
    public var chargesOfAClient = 1_024

    /// The limits of the program.
    public init() {}

    /// Other ones, for tests.
    public init(names: Int, charges: Int, chargesOfAClient: Int) {
        self.names = names
        self.charges = charges
        self.chargesOfAClient = chargesOfAClient
    }
}

/// A name and type with its rank. Names that are known to exist come first, so that a flood of made-up ones does not take
/// their place; beyond that the order is that of names, whatever came first.
struct TallyKey: Hashable, Comparable {
    let name: DomainName
    let type: RRType
    private let isMadeUp: Bool

    /// The key of a name in lower case.
    init(_ name: DomainName, _ type: RRType, exists: Bool) {
        self.name = name
        self.type = type
        isMadeUp = !exists || ![.a, .aaaa, .https, RRType(rawValue: 0)].contains(type)
    }

    static func == (left: TallyKey, right: TallyKey) -> Bool { left.type == right.type && left.name == right.name }

    func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(type)
    }

    /// The lowest of many keys, in order; what names are compared by is worked out once for each.
    static func lowest(_ count: Int, of keys: some Sequence<TallyKey>) -> [TallyKey] {
        keys.map { (key: $0, order: $0.name.rootFirstKey) }.sorted { left, right in
            if left.key.isMadeUp != right.key.isMadeUp { return right.key.isMadeUp }
            if left.key.name == right.key.name { return left.key.type.rawValue < right.key.type.rawValue }
            return left.order.lexicographicallyPrecedes(right.order)
        }.prefix(count).map(\.key)
    }

    static func < (left: TallyKey, right: TallyKey) -> Bool {
        if left.isMadeUp != right.isMadeUp { return right.isMadeUp }
        return left.name == right.name ? left.type.rawValue < right.type.rawValue : left.name < right.name
    }
}

/// Sums over all events of a replay.
struct ReplaySums: Equatable {
    var events = 0
    var updateEvents = 0
    var searchSuffixed = 0
    /// Captures that could not be read.
    var unreadable = 0
    /// Captures that were not read to their end.
    var cutShort = 0

    mutating func merge(_ other: ReplaySums) {
        events += other.events
        updateEvents += other.updateEvents
        searchSuffixed += other.searchSuffixed
        unreadable += other.unreadable
        cutShort += other.cutShort
    }
}

/// Counts over all events of a replay.
public struct ReplayTotals: Sendable {
    /// Events.
    public internal(set) var events = 0
    /// Events about update names.
    public internal(set) var updateEvents = 0
    /// Update names asked for.
    public internal(set) var updateNames = 0
    /// Queries for update names of which the captures do not tell what came of them.
    public internal(set) var untold = 0
    /// Events about update names with a search suffix behind them: not update names, but a hint that the bare name failed.
    public internal(set) var searchSuffixed = 0
    /// Events about update names that were left out because there were too many different ones.
    public internal(set) var overflow = 0
    /// Events about update names that no client is charged with, because there were too many.
    public internal(set) var clientOverflow = 0
    /// Clients, at most 65,536.
    public internal(set) var clients = 0
    /// Update names whose aliases hold a pseudonym, so that no list can be asked about it.
    public internal(set) var redactedChains = 0
}

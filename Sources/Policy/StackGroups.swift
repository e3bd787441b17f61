public import DNS

/// Clients that pass some layers of a stack and not the others.
public struct StackGroup: Sendable, Equatable {
    /// What it is called.
    public var name: String
    /// The addresses of its clients.
    public var ranges: [AddressRange]
    /// The minutes of the week in which it counts, from Monday 00:00 on; nil for always.
    public var minutes: [Range<Int>]?
    /// Bit n: its clients pass layer n.
    public var layers: UInt64

    /// A group.
    public init(name: String, ranges: [AddressRange], minutes: [Range<Int>]? = nil, layers: UInt64) {
        self.name = name
        self.ranges = ranges
        self.minutes = minutes
        self.layers = layers
    }

    /// Whether it counts at a minute of the week; one that has hours does not where nobody says when.
    func counts(at minuteOfWeek: Int?) -> Bool {
        guard let minutes else { return true }
        guard let minuteOfWeek else { return false }
        return minutes.contains { $0.contains(minuteOfWeek) }
    }
}

/// Which layers of a stack the queries of a client pass.
///
/// The group that the way of the query names counts, else, of those that count at the time, the one with the longest range
/// that the client is in, one with hours before one without, else what is said for all others.
public struct StackGroups: Sendable {
    /// The groups.
    public let groups: [StackGroup]
    /// Bit n: clients of no group pass layer n.
    public let others: UInt64
    /// Every range, the longest prefixes first, those with hours before others, with the place of its group.
    private let ranges: [(range: AddressRange, group: Int)]

    /// No groups: every client passes all layers.
    public static let none = StackGroups([])

    /// Groups, and what those pass that are in none.
    public init(_ groups: [StackGroup], others: UInt64 = ~0) {
        self.groups = groups
        self.others = others
        ranges = groups.enumerated().flatMap { place, group in group.ranges.map { (range: $0, group: place) } }
            .sorted { left, right in
                if left.range.prefixLength != right.range.prefixLength {
                    return left.range.prefixLength > right.range.prefixLength
                }
                return groups[left.group].minutes != nil && groups[right.group].minutes == nil
            }
    }

    /// Whether all clients pass the same.
    public var isEmpty: Bool { groups.isEmpty && others == ~0 }

    /// The group of a client, by the way that its query came or its address.
    /// - Parameter named: the place of the group that the way names; nil for none.
    /// - Complexity: O(ranges)
    public func group(of address: IPAddress?, named: Int? = nil, at minuteOfWeek: Int?) -> StackGroup? {
        if let named, groups.indices.contains(named), groups[named].counts(at: minuteOfWeek) { return groups[named] }
        guard let address else { return nil }
        let own = ranges.first { $0.range.contains(address) && groups[$0.group].counts(at: minuteOfWeek) }
        return own.map { groups[$0.group] }
    }

    /// The context with the layers that its client passes.
    public func narrowed(_ context: QueryContext, named: Int? = nil) -> QueryContext {
        guard !isEmpty else { return context }
        var context = context
        let group = group(of: context.client?.address, named: named, at: context.minuteOfWeek)
        context.layers = group?.layers ?? others
        return context
    }
}

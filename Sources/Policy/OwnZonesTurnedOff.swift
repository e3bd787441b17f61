public import DNS

/// What takes away zones that Unbound would have of its own (`local-zone: … nodefault`, `unblock-lan-zones: yes`): no rules, and
/// yet what lets names pass.
public struct OwnZonesTurnedOff: Sendable {
    /// Where a statement stands.
    public struct Place: Sendable {
        /// The list, by its number in the layer.
        public let list: Int
        /// The line, from 1.
        public let line: Int
    }

    /// The zones that are taken away one by one.
    public var zones: [DomainName: Place] = [:]
    /// What takes away those of local networks; nil where nothing does.
    public var ofNetworks: Place?

    /// Nothing is taken away.
    public init() {}

    /// Whether nothing is taken away.
    public var isEmpty: Bool { zones.isEmpty && ofNetworks == nil }

    /// Whether Unbound has a zone of that name of its own.
    public static func isOwn(_ zone: DomainName) -> Bool {
        OwnLocalZones.beyondNetworks.contains(zone) || OwnLocalZones.ofNetworks.contains(zone)
    }

    /// The statement that takes away the zone of a name, or of one above it; nil where none does.
    func statement(about name: DomainName) -> (zone: DomainName, place: Place)? {
        for zone in sequence(first: name.lowercased, next: \.parent) where Self.isOwn(zone) {
            if let place = zones[zone] ?? (OwnLocalZones.ofNetworks.contains(zone) ? ofNetworks : nil) {
                return (zone, place)
            }
        }
        return nil
    }
}

extension LayerBuilder {
    /// Whether Unbound leaves the zones of local networks out of those that it has of its own (`unblock-lan-zones`).
    public var unblocksLocalNetworks: Bool { ownZonesTurnedOff.ofNetworks != nil }

    /// Zones that Unbound would have of its own and does not have (`local-zone: … nodefault`).
    public var zonesTurnedOff: Set<DomainName> { Set(ownZonesTurnedOff.zones.keys) }

    /// The place of a statement of the list begun last.
    public func place(line: Int) -> OwnZonesTurnedOff.Place {
        OwnZonesTurnedOff.Place(list: store.lists.count - 1, line: line)
    }
}

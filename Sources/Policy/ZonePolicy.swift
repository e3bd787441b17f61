public import DNS

/// What PowerDNS Recursor does with the triggers of a policy zone in place of what the zone says (`defpol` of `rpzFile`; compared
/// with 4.8.8).
public struct ZonePolicy: Sendable, Equatable {
    /// What becomes of a trigger.
    public enum Action: Sendable, Equatable {
        /// `Policy.NXDOMAIN`.
        case nxdomain
        /// `Policy.NODATA`.
        case nodata
        /// `Policy.Drop`.
        case drop
        /// `Policy.Truncate`.
        case truncate
        /// `Policy.NoAction`: it passes.
        case noAction
        /// `Policy.Custom` with `defcontent`: an alias to this name.
        case alias(DomainName)
    }

    /// What becomes of all triggers.
    public var action: Action
    /// Whether of those with local data, too (`defpolOverrideLocalData`).
    public var overridesData: Bool
    /// Seconds to live of the alias, in place of the zone's (`defttl`).
    public var ttl: UInt32?

    /// A policy.
    public init(_ action: Action, overridesData: Bool = true, ttl: UInt32? = nil) {
        self.action = action
        self.ttl = ttl
        self.overridesData = overridesData
    }
}
